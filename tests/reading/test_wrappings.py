"""What travels round a buyer's words: soft line breaks, signatures in one piece, OpenPGP, boundaries inside boundaries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.reading import cms
from desk.reading.flowed import unwrap
from desk.reading.parse import read_mail

HEAD = b"From: a@b.example\r\nSubject: Hi\r\nMessage-ID: <x@y>\r\nMIME-Version: 1.0\r\n"


def read(kind: str, body: str) -> str:
    return read_mail(HEAD + f"Content-Type: {kind}\r\n\r\n{body}".encode()).text


FLOWED = 'text/plain; charset="utf-8"; format=flowed'


def test_soft_breaks_become_paragraphs_again() -> None:
    assert (
        read(FLOWED, "My parcel 123 has \r\nnot come.\r\n\r\nBest\r\nAnna\r\n")
        == "My parcel 123 has not come.\n\nBest\nAnna"
    )


def test_languages_without_spaces_break_anywhere() -> None:
    assert read(f"{FLOWED}; delsp=yes", "荷物がまだ \r\n届きません。\r\n") == "荷物がまだ届きません。"


def test_quotes_stay_quotes_and_a_stuffed_line_is_none() -> None:
    mail = read_mail(
        HEAD + f"Content-Type: {FLOWED}\r\n\r\nNo.\r\n\r\n> Did it \r\n> come?\r\n\r\n >30 EUR\r\n".encode()
    )
    assert (mail.text, mail.quoted) == ("No.\n\n\n    >30 EUR", "> Did it come?")


def test_a_signature_line_ends_no_paragraph_softly() -> None:
    assert unwrap("Bye \n-- \nAnna", delsp=False) == "Bye \n-- \nAnna"


@given(st.lists(st.text(alphabet="ab >-", max_size=12), max_size=12), st.booleans())
def test_unwrapping_loses_no_letter(lines: list[str], delsp: bool) -> None:
    kept = "".join(c for c in unwrap("\n".join(lines), delsp=delsp) if c in "ab-")
    assert kept == "".join(c for line in lines for c in line if c in "ab-")


# S/MIME ----------------------------------------------------------------------------------------------


def tlv(tag: int, *parts: bytes, endless: bool = False) -> bytes:
    """A BER element, its length given or left open."""
    data = b"".join(parts)
    if endless:
        return bytes([tag, 0x80]) + data + b"\0\0"
    size = len(data)
    head = bytes([size]) if size < 0x80 else bytes([0x82]) + size.to_bytes(2, "big")
    return bytes([tag]) + head + data


def signed(content: bytes, *, endless: bool = False) -> bytes:
    """The outline of a signed mail (RFC 5652): everything but the signature."""
    data, kind = bytes.fromhex("06092a864886f70d010701"), bytes.fromhex("06092a864886f70d010702")
    octets = tlv(0x24, tlv(0x04, content[:9]), tlv(0x04, content[9:]), endless=True) if endless else tlv(0x04, content)
    info = tlv(0x30, data, tlv(0xA0, octets, endless=endless), endless=endless)
    body = tlv(0x30, tlv(0x02, b"\1"), tlv(0x31), info, tlv(0x31), endless=endless)
    return tlv(0x30, kind, tlv(0xA0, body, endless=endless), endless=endless)


INNER = b"Content-Type: text/plain; charset=utf-8\r\n\r\nWhere is my parcel?\r\n"


@pytest.mark.parametrize("endless", [False, True])
def test_a_mail_signed_in_one_piece_is_read_and_the_file_kept(endless: bool) -> None:
    import base64

    body = base64.encodebytes(signed(INNER, endless=endless))
    kind = b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n"
    mail = read_mail(HEAD + kind + b"Content-Transfer-Encoding: base64\r\n\r\n" + body)
    assert mail.text == "Where is my parcel?"
    assert [a.name for a in mail.attachments] == ["smime.p7m"]
    assert mail.doubt == ""


def test_an_encrypted_mail_says_that_it_cannot_be_read() -> None:
    mail = read_mail(HEAD + b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\n\r\n0\x80garbage")
    assert "encrypted" in mail.doubt
    assert len(mail.attachments) == 1


@given(st.binary(max_size=80))
def test_any_bytes_are_some_content_or_none(data: bytes) -> None:
    cms.content(data)
    cms.content(signed(INNER)[:40] + data)


def test_openpgp_wrapping_is_folded() -> None:
    text = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nWhere is it?\n"
    text += "-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----"
    assert read("text/plain", text) == "Where is it?"


def test_a_boundary_that_begins_like_another_ends_nothing() -> None:
    body = '\r\n--a--\r\nContent-Type: multipart/mixed; boundary="a----"\r\n\r\n--a----\r\n\r\nHello\r\n--a------\r\n'
    assert read('multipart/mixed; boundary="a--"', body) == "Hello"
