"""The person's own editor for a text: which one, and the text before and after."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from store.errors import N_, Refused
from store.values import clean

if TYPE_CHECKING:
    from app.workstation import Workstation

NO_SHELL = "DESKHAND_NO_SHELL"
"""Set for people who may use this program and nothing else: no editor of theirs, no way to a shell."""
_USUAL = ("vi", "nano")


def command(environ: Mapping[str, str] = os.environ) -> list[str]:
    """`$VISUAL`, `$EDITOR`, or what most machines have. Raises Refused where there is none or none is allowed."""
    if environ.get(NO_SHELL):
        raise Refused(N_("No other editor is opened here."), next=N_("Write in the field itself; it is saved as you type."))
    named = environ.get("VISUAL") or environ.get("EDITOR")
    try:
        words = shlex.split(named) if named else []
    except ValueError:
        words = [named or ""]
    if not words:
        words = [next((one for one in _USUAL if shutil.which(one, path=environ.get("PATH"))), "")]
    if not words[0] or not shutil.which(words[0], path=environ.get("PATH")):
        raise Refused(N_("There is no editor {item} on this machine."), item=words[0] or _USUAL[0],
                      next=N_("Set EDITOR to one, or write in the field itself."))  # fmt: skip
    return words


def edited(desk: Workstation, text: str, name: str, ticket_id: int | None = None) -> str:
    """The text as it comes back from the editor; colleagues see meanwhile that one writes in that ticket. Raises Refused
    where the editor ends with an error, and then the text is as it was."""
    words = command()
    with tempfile.TemporaryDirectory(prefix="deskhand-") as folder:
        path = Path(folder) / name
        path.write_text(text + "\n" if text else "", encoding="utf-8")
        with desk.session.staying(ticket_id), desk.suspend():
            code = subprocess.call([*words, str(path)])
        desk.redraw()
        if code != 0 or not path.is_file():
            raise Refused(N_("{item} ended with an error; your text is as it was."), item=words[0])
        return clean(path.read_text(encoding="utf-8", errors="replace")).rstrip("\n")
