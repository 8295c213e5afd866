"""Hostile mail by the thousand: `python -m bench.fuzz_reading [--seconds 600] [--seed N]`.

Mails are put together from the pieces mail is made of and then broken: cut, doubled, spliced, nested, mislabelled.
Each must be read or refused with `Unreadable` in time and memory, with no line lost and no control character kept.
What does not is made small and kept in `tests/reading/found`, where a test reads it from then on. All bytes are made
here, none are anybody's mail.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from desk.reading.errors import Unreadable
from desk.reading.parse import read_mail
from desk.reading.quotes import fold_text
from desk.reading.understand import understand
from store.values import clean

FOUND = Path(__file__).resolve().parents[1] / "tests" / "reading" / "found"
SLOW_S = 5.0
MEMORY = 300 << 20
"""Bytes the process may hold at its peak, this harness and its seeds included."""
_KEPT = 50_000
"""Bytes a found case may have once it is made small."""

_CHARSETS = (
    "utf-8",
    "gb2312",
    "big5",
    "shift_jis",
    "iso-2022-jp",
    "utf-7",
    "utf-16",
    "hz",
    "koi8-r",
    "windows-1252",
    "us-ascii",
    "x-unknown",
    "idna",
    "",
    'utf-8"; x="y',
    "unicode_escape",
)
_TYPES = (
    "text/plain",
    "text/html",
    "multipart/mixed",
    "multipart/alternative",
    "multipart/related",
    "multipart/report; report-type=delivery-status",
    "message/rfc822",
    "message/delivery-status",
    "text/calendar",
    "application/ms-tnef",
    "application/pkcs7-mime",
    "image/png",
    "multipart/digest",
    "text",
    "/",
    "a/b/c",
    "",
)
_ENCODINGS = ("7bit", "8bit", "base64", "quoted-printable", "x-uuencode", "BASE64 ", "rot13", "")
_NAMES = (
    "From",
    "To",
    "Cc",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Return-Path",
    "Auto-Submitted",
    "Precedence",
    "List-Id",
    "X-Space-Notification-Type",
    "Authentication-Results",
    "Content-Disposition",
    "Content-Location",
    "Sender",
    "X-Failed-Recipients",
)
_VALUES = (
    "Ann Buyer <ann@buyer.example>",
    "=?utf-8?B?5byg5LiJ?= <z@buyer.example>",
    "=?gb2312?Q?=C4=E3?= =?gb2312?Q?=BA?=",
    '"Last, First" <a@b.example>, group: c@d.example, e@f.example;',
    "<a@b.example",
    "a@b.example (comment (nested))",
    "Re: Fwd: AW: order 123-1234567-1234567",
    "Mon, 3 Feb 2025 10:00:00 +0100",
    "99 Foo 9999 99:99:99 -9999",
    "<1@shop.example> <2@shop.example>",
    "attachment; filename*0*=utf-8''%e4%bd%a0; filename*1=b.pdf",
    'attachment; filename="=?utf-8?Q?a=2Fb?=.exe"',
    "auto-replied",
    "<>",
    "a" * 3000,
    "(" * 500,
    '"' * 501,
    "=?" * 400,
    "<" * 400,
    "\u202eevil\u200b",
    "spf=fail dkim=fail",
    "BBC_MESSAGE_SENT_TO_MERCHANT",
)
_LINES = (
    "Where is my parcel? Tracking 1Z999AA10123456784",
    "> quoted",
    ">> deeper",
    "On Mon, 3 Feb 2025, Bob <b@c.example> wrote:",
    "Am 03.02.2025 um 10:00 schrieb Bob:",
    "-----Original Message-----",
    "From: x",
    "Sent: y",
    "To: z",
    "Subject: w",
    "-- ",
    "Sent from my iPhone",
    "发自我的iPhone",
    "在 2025年2月3日，张三 写道：",
    "2025年2月3日(月) 10:00 山田 <y@z.example>:",
    "________________________________",
    "This e-mail is confidential and may be privileged; the recipient",
    "退款什么时候到账",
    "返品したいです",
    "I want my money back!!! " * 9,
    "a" * 5000,
    "\x00\x1b[2J\x07",
    "e\u0301\u0301" * 40,
    "\u202e\u2066rtl",
    "123 456 789 012",
    "RB123456785CN",
    "order no. 4711-0815",
    "€ 12,50",
    "=3D=\r\n=",
    "begin 644 a",
    "",
    "--b0",
    "--b0--",
    "--b1",
    "Content-Type: text/html",
    "\ud83d\ude00",
)
_TAGS = (
    "<p>",
    "</p>",
    "<div class=gmail_quote>",
    "</div>",
    "<blockquote type=cite>",
    "</blockquote>",
    "<table><tr><td>",
    "</td></tr></table>",
    "<a href='https://e.example/x'>e.example</a>",
    "<span style='display:none'>",
    "<pre>",
    "</pre>",
    "<style>p{color:red}",
    "<!--",
    "-->",
    "<script>",
    "&#0;&#x110000;&nbsp;&zwj;",
    "<div id=divRplyFwdMsg>",
    "<img alt='x' src=cid:1>",
    "<ul><li>one<li>two",
    "<div>" * 60,
    "<b" * 80,
    "<![CDATA[",
    "<svg><title>",
    "<plaintext>",
    "<br>" * 30,
)


def mail(chance: random.Random) -> bytes:
    """A mail, mostly well formed, then broken in a few places."""
    raw = _entity(chance, 0, top=True)
    for _ in range(chance.choice((0, 0, 1, 2, 4, 16))):
        raw = chance.choice(_BREAKS)(raw, chance)
    return raw[: 4 << 20]


def _entity(chance: random.Random, depth: int, top: bool = False) -> bytes:
    end = chance.choice((b"\r\n", b"\n", b"\n", b"\r"))
    fields = [(chance.choice(_NAMES), chance.choice(_VALUES)) for _ in range(chance.randint(0, 9 if top else 2))]
    kind = chance.choice(_TYPES if depth < 6 else _TYPES[:2])
    boundary = f"b{depth if chance.random() < 0.9 else 0}"
    params = f"; charset={chance.choice(_CHARSETS)}" if chance.random() < 0.6 else ""
    if kind.startswith("multipart"):
        params += f'; boundary="{boundary}"' if chance.random() < 0.9 else ""
    fields += [("Content-Type", kind + params)] * chance.choice((1, 1, 1, 0, 2))
    encoding = chance.choice(_ENCODINGS) if chance.random() < 0.5 else ""
    fields += [("Content-Transfer-Encoding", encoding)] if encoding else []
    head = end.join(f"{n}:{chance.choice((' ', '', chr(9)))}{v}".encode("utf-8", "surrogatepass") for n, v in fields)
    return head + end + end + _body(chance, kind, boundary, encoding, end, depth)


def _body(chance: random.Random, kind: str, boundary: str, encoding: str, end: bytes, depth: int) -> bytes:
    if kind.startswith("multipart"):
        line = b"--" + boundary.encode()
        parts = [line + end + _entity(chance, depth + 1) + end for _ in range(chance.randint(0, 4))]
        return b"".join(parts) + (line + b"--" + end if chance.random() < 0.8 else b"")
    if kind == "message/rfc822":
        return _entity(chance, depth + 1, top=True)
    pieces = (*_LINES, *_TAGS) if "html" in kind else _LINES
    text = [chance.choice(pieces) for _ in range(chance.choice((0, 1, 3, 9, 40)))] * chance.choice((1, 1, 1, 1, 50))
    data = end.join(line.encode(chance.choice(("utf-8", "gb18030", "cp932", "utf-16")), "replace") for line in text)
    if encoding.strip().lower() == "base64" and chance.random() < 0.8:
        import base64

        return base64.encodebytes(data)
    return data


def _cut(raw: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(raw) + 1)
    return raw[:at] + raw[min(at + chance.choice((1, 5, 80, 2000)), len(raw)) :]


def _doubled(raw: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(raw) + 1)
    piece = raw[at : at + chance.choice((1, 7, 90, 900))]
    return raw[:at] + piece * chance.choice((2, 9, 200)) + raw[at:]


def _noise(raw: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(raw) + 1)
    return raw[:at] + chance.randbytes(chance.choice((1, 3, 40))) + raw[at + chance.choice((0, 1, 40)) :]


def _spliced(raw: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(raw) + 1)
    piece = chance.choice((*_VALUES, *_LINES, *_TAGS)).encode("utf-8", "surrogatepass")
    return raw[:at] + piece + raw[at:]


def _swollen(raw: bytes, chance: random.Random) -> bytes:
    piece = chance.choice(
        (b"(", b"<", b'"', b"\n", b"\n ", b">", b"=?", b",", b"a", b"--b0\n", b"<div>", b"\xe4", b"&")
    )
    at = chance.randrange(len(raw) + 1)
    return raw[:at] + piece * chance.choice((100, 1_000, 1_000, 10_000, 200_000)) + raw[at:]


_BREAKS: tuple[Callable[[bytes, random.Random], bytes], ...] = (_cut, _doubled, _noise, _spliced, _swollen)


def trouble(raw: bytes) -> str:
    """What is wrong with how `raw` is read; "" when nothing is."""
    begun = time.process_time()
    try:
        try:
            read = read_mail(raw)
        except Unreadable:
            read = None
        if read is not None:
            meaning = understand(read.text, read.subject, read.relay.platform if read.relay else "")
            shown = (read.subject, read.text, read.quoted, read.sender.name, *(a.name for a in read.attachments))
            if any(clean(text) != text for text in shown):
                return "a control character came through"
            folded = fold_text(read.text)
            if _words(read.text) != _words(f"{folded.text}\n{folded.quoted}"):
                return "folding lost a word"
            if understand(read.text, read.subject, read.relay.platform if read.relay else "") != meaning:
                return "the same text is understood in two ways"
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]
    seconds = time.process_time() - begun
    return f"took {seconds:.1f} s" if seconds > SLOW_S else ""


def _words(text: str) -> Counter[str]:
    return Counter(text.split())


def small(raw: bytes, wrong: Callable[[bytes], str], seconds: float = 60.0) -> bytes:
    """`raw` with everything cut out that is not needed for something to be wrong with it."""
    until, size = time.monotonic() + seconds, len(raw) // 2
    while size and time.monotonic() < until:
        at = 0
        while at < len(raw) and time.monotonic() < until:
            shorter = raw[:at] + raw[at + size :]
            if wrong(shorter):
                raw = shorter
            else:
                at += size
        size //= 2
    return raw


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.fuzz_reading", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    until, count, size, kept = time.monotonic() + args.seconds, 0, 0, set[str]()
    slowest = (0.0, 0)
    while time.monotonic() < until:
        raw = mail(random.Random(f"{args.seed}/{count}"))
        begun = time.process_time()
        wrong = trouble(raw)
        slowest = max(slowest, (time.process_time() - begun, count))
        count, size = count + 1, size + len(raw)
        kind = wrong.split(":")[0] if ":" in wrong else wrong.partition(" ")[0]
        if wrong and kind not in kept:
            kept.add(kind)
            _keep(raw, wrong)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    print(
        f"{count:,} mails, {size >> 20:,} MB, seed {args.seed}: {len(kept)} kinds of trouble; "
        f"slowest {slowest[0]:.2f} s of CPU (mail {slowest[1]}), peak {peak >> 20} MB"
    )
    if peak > MEMORY:
        print(f"more memory than {MEMORY >> 20} MB", file=sys.stderr)
    return 1 if kept or peak > MEMORY else 0


def _keep(raw: bytes, wrong: str) -> None:
    print(wrong, file=sys.stderr)
    raw = small(raw, trouble)
    if len(raw) <= _KEPT:
        FOUND.mkdir(exist_ok=True)
        (FOUND / f"{hashlib.sha256(raw).hexdigest()[:12]}.eml").write_bytes(raw)


if __name__ == "__main__":
    raise SystemExit(main())
