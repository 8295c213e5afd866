"""neomutt, notmuch and alot on the same ten thousand messages, as `../shared/tools/peers_mail.py` measures them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.place import TOOLS, Missing

PEERS = ("neomutt", "notmuch", "alot")


def measured(maildir: Path, work: Path) -> dict[str, Any]:
    """What `peers_mail.py` found, by peer. Raises Missing without the tool or any peer. alot reads notmuch's index."""
    here = [p for p in PEERS if shutil.which(p) and (p != "alot" or shutil.which("notmuch"))]
    if not (TOOLS / "peers_mail.py").is_file() or not here:
        raise Missing("no peer is installed (apt-get install neomutt notmuch alot): left out")
    out = work / "peers.json"
    cold = [] if os.geteuid() == 0 else ["--no-cold"]
    subprocess.run(
        [
            sys.executable,
            str(TOOLS / "peers_mail.py"),
            "--maildir",
            str(maildir),
            "--work",
            str(work / "peers"),
            "--out",
            str(out),
            "--only",
            ",".join(here),
            *cold,
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    found: dict[str, Any] = json.loads(out.read_text())
    return {p: found[p] for p in here if "error" not in found.get(p, {"error": ""})}
