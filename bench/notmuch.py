"""notmuch over a maildir: what a search here is held against. Its index is built once and kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

from bench.desks import Say
from bench.place import Missing


class Notmuch:
    """Raises Missing where it is not installed."""

    def __init__(self, maildir: Path, work: Path, say: Say) -> None:
        if not shutil.which("notmuch"):
            raise Missing("notmuch is not installed (apt-get install notmuch): nothing stands beside our search")
        base = work / f"notmuch-{maildir.name}"
        self._env = {**os.environ, "NOTMUCH_CONFIG": str(base / "config")}
        done = base / "done"
        if not done.is_file():
            say(f"notmuch reads {maildir.name} …")
            shutil.rmtree(base, ignore_errors=True)
            (base / "db").mkdir(parents=True)
            (base / "config").write_text(
                f"[database]\npath={base / 'db'}\nmail_root={maildir}\n[user]\nname=Care\nprimary_email=care@shop.example\n"
                "[new]\ntags=unread;inbox\nignore=.notmuch\n[search]\nexclude_tags=deleted;spam\n"
            )
            subprocess.run(["notmuch", "new", "--quiet"], env=self._env, check=True, stdout=subprocess.DEVNULL)
            done.touch()

    def count(self, word: str) -> int:
        """Messages it finds."""
        out = subprocess.run(["notmuch", "count", word], env=self._env, check=True, capture_output=True, text=True)
        return int(out.stdout)

    def search_ms(self, word: str) -> float:
        """Its newest fifty threads with a word, the whole process."""
        begun = time.perf_counter()
        subprocess.run(["notmuch", "search", "--limit=50", word], env=self._env, check=True, stdout=subprocess.DEVNULL)
        return (time.perf_counter() - begun) * 1e3
