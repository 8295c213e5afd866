"""What is not needed is not loaded: a headless command never pays for Textual, triage never for the slow libraries."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SLOW = ("sqlmodel", "sqlalchemy", "alembic", "pydantic", "httpx", "holidays", "keyring")
FACE = ("textual", "rich")

CASES = [
    ("store.unit", SLOW + FACE),
    ("store.values", (*SLOW, *FACE, "sqlcipher3")),
    ("connectors.contract", SLOW + FACE),
    ("desk.inbox", SLOW + FACE),
    ("app.words", (*SLOW, *FACE, "gettext")),
    ("app.actions", SLOW),
    ("app.cli", SLOW + FACE),
    ("app.wire", SLOW + FACE),
    ("app.opening", SLOW),
]

PRINT_LOADED = "import importlib, sys; importlib.import_module(sys.argv[1]); print(*sys.modules, sep='\\n')"


@pytest.mark.parametrize(("module", "banned"), CASES, ids=[module for module, _banned in CASES])
def test_a_fresh_interpreter_loads_only_what_it_needs(root: Path, module: str, banned: tuple[str, ...]) -> None:
    run = subprocess.run([sys.executable, "-c", PRINT_LOADED, module], cwd=root, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    loaded = {name.partition(".")[0] for name in run.stdout.split()}
    assert loaded.isdisjoint(banned), f"{module} loads {sorted(loaded & set(banned))}"
    assert "sqlite3" not in loaded
