"""What servers say is read exactly, and what nobody should say never gets past as anything but a fault."""

from __future__ import annotations

import ast
import socket
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import connectors.sandbox
from connectors.email.imap import Imap
from connectors.email.imap_conversation import Garbled, No
from connectors.email.imap_syntax import date_time, day_before, folder_name, folder_text, parse, quote, stamp
from connectors.email.wire import Wire
from store.values import DAY


def test_values_lists_literals_and_nil():
    head = b'1 FETCH (UID 7 FLAGS (\\Seen) X NIL Q "a\\"b\\\\" BODY[HEADER.FIELDS (A B)] '
    pieces = [head, b"lite)ral\r\n", b" Z 1)"]
    assert parse(pieces) == [
        b"1", b"FETCH",
        [b"UID", b"7", b"FLAGS", [b"\\Seen"], b"X", None, b"Q", b'a"b\\', b"BODY[HEADER.FIELDS (A B)]", b"lite)ral\r\n",
         b"Z", b"1"],
    ]  # fmt: skip


@pytest.mark.parametrize("text", [b"(", b")", b"(" * 50 + b")" * 50, b'"open', b"[x"])
def test_broken_values_are_refused(text):
    with pytest.raises(ValueError):
        parse([text])


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r\n"), min_size=1, max_size=30))
def test_folder_names_of_any_script_come_back(name):
    coded = folder_name(name)
    assert coded.isascii()
    assert folder_text(parse([coded])[0]) == name


def test_folder_names_as_servers_write_them():
    assert folder_name("已发送") == b'"&XfJT0ZAB-"'
    assert folder_text(b"Entw&APw-rfe &- mehr") == "Entwürfe & mehr"
    assert folder_text(b"&broken") == "&broken"


def test_a_password_cannot_leave_its_quotes():
    assert quote('a"b\\') == b'"a\\"b\\\\"'
    for text in ("a\r\nb", "\0", "密码"):
        with pytest.raises(ValueError):
            quote(text)


@given(st.integers(0, 4_000_000_000))
def test_moments_come_back_to_the_second(seconds):
    assert date_time(stamp(seconds * 1000)[1:-1]) == seconds * 1000


def test_dates_with_zones_and_nonsense():
    assert date_time(b" 1-Jan-2026 00:30:00 +0100") == 1_767_223_800_000
    assert date_time(b"01-jan-2026 00:00:00 -0530") == 1_767_225_600_000 + 5 * 3_600_000 + 1_800_000
    for text in (b"", b"32-Jan-2026 00:00:00 +0000", b"01-Foo-2026 00:00:00 +0000", b"soon"):
        assert date_time(text) is None
    assert day_before(1_767_225_600_000 + DAY) == b"1-Jan-2026"


SAID = st.lists(
    st.one_of(
        st.sampled_from(
            [b"* ", b"D1 ", b"D2 ", b"+ ", b"OK", b"NO", b"BAD", b"BYE", b" [", b"] ", b"UIDVALIDITY 1", b"\r\n", b"\n",
             b"(", b")", b"1 FETCH (UID 1 BODY[] ", b"{3}\r\n", b"{99999999}\r\n", b"abc", b'"', b"SEARCH 1 2",
             b"LIST (\\Sent) ", b"EXISTS", b"9" * 5000, b"\xff", b"\0", b"CAPABILITY IMAP4rev1"]
        ),
        st.binary(max_size=5),
    ),
    max_size=40,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(SAID, st.sampled_from(["greet", "examine", "search", "fetch", "folders", "append", "xoauth2", "idle"]))
def test_whatever_a_server_says_is_read_or_refused(said, act):
    ours, theirs = socket.socketpair()
    waker, _other = socket.socketpair()
    with ours, theirs, waker, _other:
        theirs.sendall(b"".join(said))
        theirs.shutdown(socket.SHUT_WR)
        imap = Imap(Wire(ours, "host"), 0.5)
        calls = {
            "greet": imap.greet, "examine": lambda: imap.examine("INBOX"), "search": lambda: imap.search(b"ALL"),
            "fetch": lambda: imap.fetch([1], b"(UID BODY.PEEK[])"), "folders": imap.folders,
            "append": lambda: imap.append("Sent", b"x", 0), "xoauth2": lambda: imap.xoauth2("u", "t"),
            "idle": lambda: imap.idle(0.2, waker),
        }  # fmt: skip
        with suppress(No, Garbled, OSError):
            calls[act]()


def test_an_announced_giant_is_not_read():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"* 1 FETCH (UID 1 BODY[] {4000000000}\r\n" + b"x" * 1000)
        with pytest.raises(OSError, match="more than allowed"):
            Imap(Wire(ours, "host"), 2).fetch([1], b"(UID BODY.PEEK[])", size=1000)


def test_the_stand_in_shares_no_code_with_the_client():
    folder = Path(connectors.sandbox.__file__).parent
    for path in folder.glob("mail*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in names if name.startswith("connectors") and "sandbox" not in name], path.name
