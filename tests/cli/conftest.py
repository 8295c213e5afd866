"""A desk in a folder, and commands run on it as a person or a script would."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.cli import main


@dataclass(frozen=True, slots=True)
class Result:
    """What a command left: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Cli = Callable[..., Result]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """`cli("list", "--json")` without any desk chosen."""

    def call(*argv: str, stdin: str = "") -> Result:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        code = main([str(a) for a in argv])
        found = capsys.readouterr()
        return Result(code, found.out, found.err)

    return call


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new desk of ana and bo, made once; tests work on copies."""
    folder = tmp_path_factory.mktemp("furnished") / "desk"
    argv = [
        "--desk",
        str(folder),
        "init",
        "--yes",
        "--name",
        "Shop",
        "--agent",
        "ana:Ana",
        "--agent",
        "bo:Bo",
        "--zone",
        "UTC",
    ]
    assert main(argv) == 0
    return folder


@pytest.fixture
def folder(furnished: Path, tmp_path: Path) -> Path:
    import shutil

    return shutil.copytree(furnished, tmp_path / "desk")


@pytest.fixture
def desk(cli: Cli, folder: Path) -> Cli:
    """`desk("list")` runs as ana on a desk of her own."""

    def call(*argv: str, stdin: str = "") -> Result:
        return cli("--desk", str(folder), "--as", "ana", *argv, stdin=stdin)

    return call


@pytest.fixture
def shop(desk: Cli, tmp_path: Path) -> Cli:
    """The desk with three open tickets, of an account that can send."""
    write_lines(tmp_path / "three.jsonl", [line(1, "anna@buyer.example", "Lamp arrived broken"),
                                           line(2, "bert@buyer.example", "Where is my parcel?"),
                                           line(3, "cleo@buyer.example", "Need an invoice")])  # fmt: skip
    settings = [
        "imap_host=127.0.0.1",
        "smtp_host=127.0.0.1",
        "imap_tls=plain",
        "smtp_tls=plain",
        "user=care@shop.example",
    ]
    made = desk("channel", "add", "--id", "mail", "--name", "Mail", "--no-test", *settings)
    assert made.code == 0, made.err
    came = desk("import", tmp_path / "three.jsonl", "--since", "all", "--channel", "mail")
    assert came.code == 0, came.err
    return desk


def line(number: int, sender: str, subject: str, **more: Any) -> dict[str, Any]:
    """A message as a .jsonl file holds it."""
    return {
        "conv": number,
        "seq": 0,
        "message_id": f"<m{number}@corpus.example>",
        "in_reply_to": "",
        "references": "",
        "direction": "in",
        "from_name": sender.partition("@")[0].title(),
        "from_addr": sender,
        "to_addr": "care@shop.example",
        "ts": 1_700_000_000 + number,
        "lang": "en",
        "subject": subject,
        "body": f"Hello,\n{subject}, please help.\n",
        **more,
    }


def write_lines(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lines), "utf-8")
    return path
