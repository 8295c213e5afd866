"""The layers hold, and the contracts that hold them do bite."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

LINT = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]

PLANTED = {
    "layers": ("desk/planted.py", "import app.words"),
    "connector-knows-the-store": ("connectors/planted.py", "import store.errors"),
    "face": ("store/planted.py", "import textual"),
    "headless": ("app/words.py", "def late():\n    import app.screens.planted"),
    "http": ("app/planted.py", "import httpx"),
    "sqlite": ("connectors/planted.py", "def late():\n    import sqlite3"),
    "stand-ins": ("connectors/sandbox/planted.py", "import connectors.email"),
    "values-stand-alone": ("store/values.py", "import store.errors"),
}
BROKEN = {"connector-knows-the-store": "layers"}


def lint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200", "NO_COLOR": "1"}
    command = [*LINT, "--no-logo", "--no-cache", *arguments]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True)


def test_the_layers_hold(root: Path) -> None:
    run = lint(root)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.fixture(scope="module")
def skeleton(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of empty modules under this project's own contracts."""
    folder = tmp_path_factory.mktemp("skeleton")
    (folder / "pyproject.toml").write_text((root / "pyproject.toml").read_text("utf-8"), "utf-8")
    packages = ["app", "app/cli", "app/screens", "desk", "store", "connectors", "connectors/email",
                "connectors/sandbox", "themes"]  # fmt: skip
    packages += [p.parent.relative_to(root).as_posix() for p in (root / "connectors").glob("*/__init__.py")]
    for package in dict.fromkeys(packages):
        (folder / package).mkdir(exist_ok=True)
        (folder / package / "__init__.py").touch()
    modules = ["app/wire.py", "app/words.py", "app/opening.py", "store/values.py", "store/errors.py"]
    for module in modules:
        (folder / module).touch()
    (folder / "app/screens/planted.py").write_text("import textual\n")
    (folder / "app/opening.py").write_text("import textual\n")
    (folder / "app/cli/__init__.py").write_text("def main():\n    import app.opening\n")
    (folder / "connectors/transport.py").write_text("import httpx\nimport store.values\n")
    return folder


def test_every_platform_is_under_the_contract(root: Path) -> None:
    contracts = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    listed = next(contract["modules"] for contract in contracts if contract["id"] == "stand-ins")
    packages = {f"connectors.{path.parent.name}" for path in (root / "connectors").glob("*/manifest.toml")}
    packages.add("connectors.sandbox")
    assert packages == set(listed), "connectors' packages and the stand-ins contract of pyproject.toml differ"


def test_what_is_meant_to_be_allowed_is(skeleton: Path) -> None:
    run = lint(skeleton)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("case", PLANTED)
def test_a_planted_import_breaks_its_contract(skeleton: Path, case: str) -> None:
    name, code = PLANTED[case]
    path = skeleton / name
    before = path.read_text("utf-8") if path.exists() else None
    path.write_text(code + "\n", "utf-8")
    try:
        run = lint(skeleton, "--contract", BROKEN.get(case, case))
        assert run.returncode == 1, run.stdout + run.stderr
        assert "BROKEN" in run.stdout
    finally:
        path.unlink() if before is None else path.write_text(before, "utf-8")
