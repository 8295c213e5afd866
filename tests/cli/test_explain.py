"""`deskhand explain`: what a program gets stays in UTC, what a person reads is their own time."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from app.cli.explain_page import page
from app.cli.explain_row import blank
from tests.cli.conftest import Cli

MAIL = """From: Anna <anna@buyer.example>\r
To: care@shop.example\r
Subject: Hi\r
Message-ID: <a@x>\r
Content-Type: application/pkcs7-mime; name=smime.p7m\r
\r
sealed"""


def test_a_page_tells_the_due_time_where_its_reader_is() -> None:
    row = {**blank("#7"), "type": "refund", "due": "2026-06-08T09:00:00Z"}
    assert any("2026-06-08 17:00" in line for line in page(row, ZoneInfo("Asia/Shanghai")))


def test_what_reading_could_not_do_is_said(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(MAIL.encode())
    line = cli("explain", str(tmp_path / "a.eml"), "--format", "jsonl").json
    assert any("encrypted" in reason for reason in line["why"])
