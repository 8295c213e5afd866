"""The command line itself: options anywhere, nearest words, exit codes, and nothing loaded that is not needed."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from app.cli import VERSION
from app.cli.nouns import NOUNS
from app.cli.options import Options, Usage, split
from app.cli.output import shrunk
from app.cli.parsing import parser_of
from tests.cli.conftest import Cli

SLOW = ("sqlmodel", "sqlalchemy", "alembic", "pydantic", "httpx", "holidays", "keyring", "textual", "rich")


def test_the_version_is_one_line(cli: Cli, root: Path) -> None:
    found = cli("--version")
    assert found.code == 0 and found.out == f"deskhand {VERSION}\n"
    assert tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"] == VERSION


def test_help_names_every_command(cli: Cli) -> None:
    found = cli("--help")
    assert found.code == 0
    assert all(f"  {noun} " in found.out for noun, entry in NOUNS.items() if not entry.hidden)


@pytest.mark.parametrize("noun", [n for n, e in NOUNS.items() if not e.hidden])
def test_every_command_has_help(cli: Cli, noun: str) -> None:
    found = cli(noun, "--help")
    assert found.code == 0
    assert found.out.startswith(f"usage: deskhand {noun}")


def test_a_word_too_many_is_named(desk: Cli) -> None:
    found = desk("new", "--customer", "ann@example.org", "--subject", "Call", "NL-100")
    assert found.code == 2 and "NL-100 is not understood here." in found.err


@pytest.mark.parametrize("argv", [
    ["--desk", "d", "--json", "list"], ["list", "--json", "--desk", "d"], ["list", "--desk=d", "--format=json"],
])  # fmt: skip
def test_global_options_stand_anywhere(argv: list[str]) -> None:
    assert split(argv) == (Options(desk="d", format="json"), ["list"])


def test_what_follows_a_double_dash_is_left_alone() -> None:
    assert split(["list", "--", "--json"]) == (Options(), ["list", "--", "--json"])


@pytest.mark.parametrize(("argv", "said"), [
    (["lst"], "Did you mean list?"),
    (["--desk"], "--desk needs a value"),
    (["list", "--format", "jsom"], "Did you mean json?"),
    (["--colour", "list"], "is not an option"),
    (["list", "--limt", "3"], "Did you mean --limit?"),
    (["outbox", "lits"], "Did you mean list?"),
    (["show"], "TICKET"),
    (["show", "seven"], "seven is not a ticket number"),
    (["import"], "PATH"),
    (["explain"], "PATH|TICKET"),
])  # fmt: skip
def test_bad_usage_is_exit_two_and_one_sentence(desk: Cli, argv: list[str], said: str) -> None:
    found = desk(*argv)
    assert found.code == 2
    assert said in found.err and found.err.count("\n") == 1
    assert found.out == ""


def test_a_language_nobody_translated_is_refused(cli: Cli) -> None:
    found = cli("--lang", "tlh", "list")
    assert found.code == 1 and "tlh" in found.err


def test_chinese_is_spoken_where_asked_for(cli: Cli, tmp_path: Path) -> None:
    found = cli("--lang", "zh", "--desk", tmp_path / "none", "list")
    assert found.code == 1
    assert "deskhand init" in found.err


def test_without_a_desk_the_cure_is_named(cli: Cli, tmp_path: Path) -> None:
    found = cli("--desk", tmp_path / "none", "list")
    assert (found.code, found.out) == (1, "")
    assert found.err == f"deskhand: There is no desk in {tmp_path / 'none'}. Make one with: deskhand init\n"


def test_listing_loads_nothing_slow(root: Path, folder: Path) -> None:
    script = (
        "import sys; from app.cli import main; code = main(sys.argv[1:]); "
        "print(*sys.modules, sep='\\n', file=sys.stderr); sys.exit(code)"
    )
    run = subprocess.run([sys.executable, "-c", script, "--desk", str(folder), "--as", "ana", "list"], cwd=root,
                         capture_output=True, text=True, check=True)  # fmt: skip
    loaded = {name.partition(".")[0] for name in run.stderr.split()}
    assert loaded.isdisjoint(SLOW), sorted(loaded & set(SLOW))


def test_the_version_loads_next_to_nothing(root: Path) -> None:
    script = (
        "import sys; from app.cli import main; main(['--version']); print(*sys.modules, sep='\\n', file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    loaded = set(run.stderr.split())
    assert not {"argparse", "sqlcipher3", "app.wire", *SLOW} & loaded


def test_whoever_stops_reading_hears_no_complaint(root: Path, folder: Path) -> None:
    command = f"{sys.executable} -m app.cli --desk {folder} --as ana completion fish | head -1"
    run = subprocess.run(["sh", "-c", command], cwd=root, capture_output=True, text=True, check=True)
    assert run.stderr == ""


def test_a_parser_is_made_only_for_a_command_there_is() -> None:
    with pytest.raises(Usage):
        parser_of("nothing")


@pytest.mark.parametrize(("wanted", "room"), [([10, 50, 20], 60), ([100, 100], 30), ([8, 8, 8, 8], 20), ([5], 3)])
def test_widths_never_exceed_the_room(wanted: list[int], room: int) -> None:
    widths = shrunk(wanted, room)
    assert len(widths) == len(wanted)
    gaps = 2 * (len(wanted) - sum(1 for w in widths if w))
    assert sum(widths) <= room + gaps
