"""Any bytes become a mail or are called unreadable, quickly; what a mail says comes out as its author meant it."""

from __future__ import annotations

import base64
import struct
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.reading.errors import Unreadable
from desk.reading.parse import read_mail
from desk.reading.records import Address, Mail
from desk.reading.understand import understand

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "mail"
HEAD = b"From: Ana <ana@buyer.example>\nTo: shop@shop.example\nSubject: Hello\n"


def read(raw: bytes) -> Mail | None:
    try:
        return read_mail(raw)
    except Unreadable as exc:
        assert exc.reason
        return None


def seeds() -> list[bytes]:
    own = [HEAD + b"\nhi\n", mixed(b"text/plain", b"hi", b"image/png", b"\x89PNG")]
    found = sorted(SAMPLES.rglob("*.eml"))[::12] if SAMPLES.is_dir() else []
    return own + [p.read_bytes()[:20_000] for p in found]


def mixed(*parts: bytes) -> bytes:
    out = HEAD + b'Content-Type: multipart/mixed; boundary="=_b"\n\n'
    for kind, body in zip(parts[::2], parts[1::2], strict=True):
        out += b"--=_b\nContent-Type: " + kind + b"\n\n" + body + b"\n"
    return out + b"--=_b--\n"


def control_free(text: str) -> bool:
    return not any((c < " " and c not in "\n\t") or "\x7f" <= c < "\xa0" for c in text)


@given(st.binary(max_size=600))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    mail = read(raw)
    if mail is not None:
        assert control_free(mail.text + mail.quoted + mail.subject + mail.sender.name + mail.message_id)
        assert mail.message_id


@given(st.data())
@settings(max_examples=120, deadline=None)
def test_damaged_mail_is_read_or_refused(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from(seeds())))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(raw) - 1))
        kind = data.draw(st.integers(0, 2))
        if kind == 0:
            raw[at] = data.draw(st.integers(0, 255))
        elif kind == 1:
            del raw[at : at + data.draw(st.integers(1, 40))]
        else:
            raw[at:at] = data.draw(
                st.sampled_from([b"\n", b"--=_b\n", b"\r", b'"', b"=?utf-8?b?", b"\x1b[2J", b"<", b"\0"])
            )
        if not raw:
            return
    mail = read(bytes(raw))
    if mail is not None:
        assert all("/" not in a.name and "\\" not in a.name and control_free(a.name) for a in mail.attachments)


BOMBS = {
    "100,000 parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 100_000 + b"--b--\n",
    "1 MB of recipients": b"From: a@b.example\nTo: " + b"a@b.example, " * 80_000 + b"\n\nhi",
    "semicolons": b"From: a@b.example\nTo: " + b";" * 1_000_000 + b"\n\nhi",
    "an unclosed quote": b'From: a@b.example\nTo: "' + b'\\"' * 400_000 + b"\n\nhi",
    "2,000 nestings": HEAD
    + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(2000)),
    "nested messages": HEAD + b"Content-Type: message/rfc822\n\n" * 5000,
    "nested pages": HEAD + b"Content-Type: text/html\n\n" + b"<div>" * 300_000 + b"x",
    "nested tables": HEAD + b"Content-Type: text/html\n\n" + b"<table><tr><td>" * 100_000 + b"x",
    "header flood": HEAD + b"X-A: b\n" * 200_000 + b"\nhi",
    "one long line": HEAD + b"\n" + b"wrote: " * 300_000,
    "signatures": HEAD + b"\n" + b"-- \n" * 100_000,
    "attributions": HEAD + b"\n" + b"> a\nOn 1 Jan 2020, b wrote:\n" * 40_000,
    "digits": HEAD + b"\n" + b"1 2 3 4 5 6 7 8 9 " * 60_000,
    "carriage returns": b"From: a@b.example\r\rhi" + b"\r" * 500_000,
    "combining marks": HEAD + b"Content-Type: text/plain; charset=utf-8\n\n" + ("a" + "\u0300" * 400_000).encode(),
    "20 MB": HEAD + b"\n" + b"lorem ipsum dolor sit amet\n" * 760_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_mail_bombs_cost_seconds_at_most(name: str) -> None:
    begun = time.process_time()
    mail = read(BOMBS[name])
    if mail is not None:
        understand(mail.text, mail.subject)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    "head", [b"From: :;<>@", b"Message-ID: <[", b"Date: \xff", b"Content-Type: ;;;=", b"To: <", b"Subject: =?x?y"]
)
def test_broken_fields_do_not_stop_a_mail(head: bytes) -> None:
    assert read_mail(head + b"\n\nhi\n").text == "hi"


def test_names_in_every_encoding() -> None:
    subject = (
        b"=?gb2312?B?"
        + base64.b64encode("退款".encode("gb2312"))
        + b"?=\n =?gb2312?B?"
        + base64.b64encode("申请".encode("gb2312"))
        + b"?="
    )
    mail = read_mail(b"From: =?iso-8859-1?Q?J=FCrgen?= <J@Buyer.Example>\nSubject: " + subject + b"\n\nhi")
    assert mail.sender == Address("Jürgen", "j@buyer.example")
    assert mail.subject == "退款申请"


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("", "utf-8", "größer"),
        ("us-ascii", "utf-8", "größer"),
        ("utf-8", "cp1252", "Schönen Gruß und vielen Dank für alles"),
        ("", "gb18030", "你好，我的包裹还没有收到，请帮忙查询一下物流"),
        ("gb2312", "gb18030", "發票"),
        ("iso-2022-jp", "iso2022_jp", "返品したいです"),
        ("", "cp932", "商品がまだ届いていません。よろしくお願いします。"),
        ("x-sjis", "cp932", "返金"),
        ("utf-7", "utf-7", "más"),
        ("no-such-set", "utf-8", "déjà"),
        ("unicode_escape", "ascii", r"\x41"),
        ("big5", "big5", "請問訂單"),
        ("ks_c_5601-1987", "cp949", "안녕하세요"),
    ],
)
def test_text_in_wrong_and_missing_charsets(label: str, codec: str, text: str) -> None:
    kind = b"Content-Type: text/plain" + (f"; charset={label}".encode() if label else b"")
    assert read_mail(HEAD + kind + b"\n\n" + text.encode(codec)).text == text


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        (b"Content-Disposition: attachment; filename*0*=utf-8''r%C3%A9; filename*1=port.pdf", "réport.pdf"),
        (b'Content-Disposition: attachment; filename="=?utf-8?B?5Y+R56WoLnBkZg==?="', "发票.pdf"),
        (b'Content-Disposition: attachment; filename="C:\\Users\\x\\photo.jpg"', "photo.jpg"),
        (b'Content-Disposition: attachment; filename="../../etc/passwd"', "passwd"),
        (b'Content-Disposition: attachment; filename="a\x1b\x00b.txt"', "a__b.txt"),
        (b'Content-Disposition: attachment; filename="CON.txt"', "_CON.txt"),
        (b"Content-Disposition: attachment", "file-1.pdf"),
        (b"Content-Disposition: attachment; filename=" + "größe.pdf".encode(), "größe.pdf"),
    ],
)
def test_attachment_names_are_safe(fields: bytes, name: str) -> None:
    raw = (
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhi\n--b\nContent-Type: application/pdf\n"
        + fields
        + b"\n\nx\n--b--"
    )
    (file,) = read_mail(raw).attachments
    assert file.name == name
    assert (file.size, file.data) == (1, b"x")


def test_alternative_reads_plain_text_unless_it_is_a_stub() -> None:
    def alternative(plain: bytes) -> str:
        return read_mail(
            HEAD
            + b"Content-Type: multipart/alternative; boundary=b\n\n--b\n\n"
            + plain
            + b"\n--b\nContent-Type: text/html\n\n<p>The "
            + b"<b></b>" * 90
            + b"page</p>\n--b--"
        ).text

    assert alternative(b"The text") == "The text"
    assert alternative(b"  ") == "The page"
    assert alternative(b"Your program does not support HTML.") == "The page"


def test_missing_message_id_is_the_same_for_every_copy() -> None:
    one = read_mail(b"Received: by a\n" + HEAD + b"\nhi\n")
    two = read_mail(b"Received: by b\n" + HEAD.replace(b"\n", b"\r\n") + b"\r\nhi\r\n")
    other = read_mail(HEAD + b"\nhello\n")
    assert one.message_id == two.message_id != other.message_id


def test_winmail_dat_is_kept_and_unpacked() -> None:
    def item(attribute: int, data: bytes) -> bytes:
        return struct.pack("<BHHI", 2, attribute, 6, len(data)) + data + b"\0\0"

    tnef = struct.pack("<IH", 0x223E9F78, 1) + item(0x9002, b"x") + item(0x8010, b"bill.pdf\0") + item(0x800F, b"PDF")
    body = base64.encodebytes(tnef)
    raw = mixed(b"text/plain", b"hi", b"application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64", body)
    first = read_mail(raw).attachments[0]
    assert (first.name, first.data) == ("bill.pdf", b"PDF")
    assert read_mail(raw).attachments[1].name == "winmail.dat"


def test_pages_show_true_targets_and_hide_what_is_hidden() -> None:
    page = (
        b"<style>.pre{display:none}</style><div class=pre>secret</div><p style='display:none'>hidden</p>"
        b"<table><tr><th>Item</th><th>Price</th></tr><tr><td>Cup</td><td>3</td></tr></table>"
        b"<p>See <a href='https://evil.example/x'>https://bank.example</a> and <a "
        b"href='https://a.example/'>a.example</a></p>"
    )
    text = read_mail(HEAD + b"Content-Type: text/html\n\n" + page).text
    assert "secret" not in text and "hidden" not in text
    assert "Item | Price\nCup | 3" in text
    assert "https://bank.example <https://evil.example/x>" in text
    assert "and a.example" in text and "<https://a.example/>" not in text


def test_calendars_signatures_and_forwarded_messages_are_kept() -> None:
    raw = mixed(
        b"text/plain",
        b"see attached",
        b"text/calendar; name=invite.ics",
        b"BEGIN:VCALENDAR",
        b"application/pkcs7-signature; name=smime.p7s",
        b"x",
        b"message/rfc822",
        b"Subject: Old one\n\nbody",
    )
    assert [a.name for a in read_mail(raw).attachments] == ["invite.ics", "smime.p7s", "Old one.eml"]


def test_empty_mail_is_refused_with_a_reason() -> None:
    with pytest.raises(Unreadable, match="empty"):
        read_mail(b" \n")


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared sample data is not beside the project")
def test_sample_mails_are_all_read() -> None:
    unread = [p.name for p in sorted(SAMPLES.rglob("*.eml")) if read(p.read_bytes()) is None]
    assert unread == []
