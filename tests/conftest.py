"""What every test stands on: the same environment on every machine, no user's desk in reach, repeatable chance."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from app import words

settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

_FROZEN = {
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "TERM": "xterm-256color",
    "DESKHAND_SYNC": "off",
    "COLORTERM": "truecolor",
    "TEXTUAL_ANIMATIONS": "none",
    "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
}
_ABSENT = (
    "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES", "TMUX", "EDITOR", "VISUAL",
    "PYTHONDONTWRITEBYTECODE",  # every command a test starts would compile the whole program anew
)  # fmt: skip
_ABSENT_PREFIXES = ("DESKHAND_", "LC_", "LANGUAGE")


def pytest_configure(config: pytest.Config) -> None:
    for name in list(os.environ):
        if name in _ABSENT or name.startswith(_ABSENT_PREFIXES):
            del os.environ[name]
    os.environ.update(_FROZEN)
    if config.getoption("update_snapshots", False) and sys.version_info[:2] != (3, 11):
        raise pytest.UsageError("Snapshots are made with Python 3.11, so that they differ only where the picture does.")


def pytest_collection_finish() -> None:
    """What is imported by now stays: the collector need not look through it again and again, a sixth of the time."""
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def _own_user_directories(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whoever forgets `--desk` writes here and not into the desk of the person who runs the tests."""
    home = tmp_path_factory.mktemp("user")
    for kind in ("DATA", "CONFIG", "STATE", "CACHE", "RUNTIME"):
        suffix = "DIR" if kind == "RUNTIME" else "HOME"
        directory = home / kind.lower()
        directory.mkdir(mode=0o700)
        os.environ[f"XDG_{kind}_{suffix}"] = str(directory)


@pytest.fixture(autouse=True, scope="session")
def _pilots_wait_until_nothing_is_left_to_do() -> None:
    if "textual" in sys.modules:  # some test that was collected needs it
        from tests.app import rest

        rest.use()


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    yield
    words.use("en")


@pytest.fixture(scope="session")
def root(pytestconfig: pytest.Config) -> Path:
    """The checkout."""
    return pytestconfig.rootpath


@pytest.fixture(scope="session")
def shared(root: Path) -> Path:
    """The folder of sample data beside the checkout; the test skips where there is none."""
    folder = root.parent / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("no sample data: ../shared is not beside this checkout")
    return folder
