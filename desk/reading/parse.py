"""Raw mail in, `Mail` out. Any bytes at all either become a mail or raise `Unreadable`; nothing else escapes."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

from desk.reading import addresses, authentic, automatic, cms, flowed, headers, mime, quotes, relay, tnef
from desk.reading.charsets import decode
from desk.reading.errors import Unreadable
from desk.reading.file_text import text_of
from desk.reading.html import MAX_HTML, Line, to_lines
from desk.reading.names import safe_name
from desk.reading.records import Address, Attachment, Mail
from store.errors import N_
from store.values import clean, clean_line

MAX_TEXT = 1_000_000
"""Characters of text that are read; the whole stays in the raw mail."""
MAX_LINES = 20_000

_EMPTY_LINES = re.compile(r"\n{5,}")
_NOBODY = Address("", "")
_STUB = ("html", "does not support", "unterstützt", "不支持", "不支援")
_SEALED = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
MAX_OPENED = 3
"""Signed wrappings inside each other that are opened."""


def read_mail(raw: bytes) -> Mail:
    """Reads one mail. Raises `Unreadable` (and nothing else) for what cannot be shown at all."""
    try:
        return _read(raw)
    except Unreadable:
        raise
    except (RecursionError, MemoryError) as exc:
        raise Unreadable("The mail is nested or sized beyond what can be read.") from exc
    except Exception as exc:
        raise Unreadable(f"The mail could not be read ({type(exc).__name__}: {clean_line(str(exc))[:200]}).") from exc


def _read(raw: bytes) -> Mail:
    tree = mime.read(raw)
    fields = tree.root.fields
    bodies = _Bodies()
    bodies.collect(tree.root, None)
    if not bodies.texts and not bodies.files:  # boundaries that close each other: shown as it came, rather than nothing
        bodies.texts.append(tree.root)
    warnings = [*tree.warnings, *bodies.notes]
    sender, reply_to = _sender(fields), _addresses(fields, "reply-to")
    amazon = any("amazon." in a.address for a in (sender, *reply_to))
    content = _content(bodies, warnings, amazon)
    subject = clean_line(headers.decode_words(headers.first(fields, "subject")))
    plain = "\n".join(line.text for line in content.lines)
    origin = authentic.origin(fields, sender.address.rpartition("@")[2])
    found, warning = relay.recognise(sender, reply_to, fields, subject, plain, forged=authentic.denied(origin))
    if warning:
        warnings.append(warning)
    folded = _fold(content, found is not None and found.platform == "amazon")
    text, quoted = folded.text, folded.quoted
    attachments = _attachments(bodies.files)
    kind = automatic.classify(tree.root, sender, subject, plain, text, found)
    ids = headers.message_ids(headers.first(fields, "message-id"))
    if not fields and not text.strip() and not attachments:
        raise Unreadable("It has neither a header nor any text.")
    return Mail(
        message_id=clean_line(ids[0]) if ids else _synthetic_id(tree.root, sender, subject),
        sender=sender,
        subject=subject,
        text=text,
        quoted=quoted,
        reply_to=reply_to,
        to=_addresses(fields, "to"),
        cc=_addresses(fields, "cc"),
        date=_date(fields),
        in_reply_to=clean_line(next(iter(_ids(fields, "in-reply-to")), "")),
        references=tuple(clean_line(i) for i in _ids(fields, "references")),
        attachments=attachments,
        automatic=kind,
        bounced_id=clean_line(automatic.bounced_id(tree.root, [plain])) if kind == "bounce" else "",
        relay=found,
        warnings=tuple(warnings),
        origin=origin,
        doubt=warning or (_ENCRYPTED if _ENCRYPTED in bodies.notes else ""),
    )


# Bodies and files ----------------------------------------------------------------------------------


_ENCRYPTED = N_("The mail is encrypted and cannot be read here; it was kept as a file.")


class _Bodies:
    """Sorts leaves into text to read and files to keep, as RFC 8621 §4.1.4 does."""

    def __init__(self) -> None:
        self.texts: list[mime.Part] = []
        self.files: list[mime.Part] = []
        self.notes: list[str] = []
        self.opened = 0

    def collect(self, part: mime.Part, siblings: mime.Part | None, first: bool = True) -> None:
        if part.type == "multipart/alternative" and part.children:
            self._alternative(part)
        elif part.children:
            for number, child in enumerate(part.children):
                self.collect(child, part, first=number == 0)
        elif part.type.startswith("multipart/"):
            if part.start < part.end and part.raw[part.start : part.end].strip():
                self.texts.append(part)
        elif self._is_text(part, siblings, first):
            self.texts.append(part)
        elif part.start < part.end or part.type not in ("text/plain", "text/html"):
            self.files.append(part)
            if part.type in _SEALED:
                self._open(part)
            elif siblings is not None and siblings.type == "multipart/encrypted":
                _once(self.notes, _ENCRYPTED)

    def _open(self, part: mime.Part) -> None:
        """Reads what was signed in one piece; the file stays as it came beside it."""
        inner = cms.content(part.body()) if self.opened < MAX_OPENED else None
        if not inner or not inner.strip():
            _once(self.notes, _ENCRYPTED)
            return
        self.opened += 1
        _once(self.notes, "The mail is signed; the signature was not checked.")
        self.collect(mime.read(inner).root, None)

    @staticmethod
    def _is_text(part: mime.Part, parent: mime.Part | None, first: bool) -> bool:
        if part.type not in ("text/plain", "text/html"):
            return False
        disposition = headers.last(part.fields, "content-disposition").lower()
        if disposition.startswith("attachment"):
            return False
        related = parent is not None and parent.type == "multipart/related"
        return first or not (related or "name" in part.params or "filename" in disposition)

    def _alternative(self, part: mime.Part) -> None:
        """One rendering to read; files inside any of them are kept."""
        options: list[_Bodies] = []
        for child in part.children:
            option = _Bodies()
            option.collect(child, part)
            self.files.extend(option.files)
            self.notes.extend(n for n in option.notes if n not in self.notes)
            if option.texts:
                options.append(option)
        ranks = [_rank(option, part) for option in options]
        best = min(ranks, default=0)
        for option, rank in zip(options, ranks, strict=True):
            if rank == best:
                self.texts.extend(option.texts)
                if rank:
                    break


def _rank(option: _Bodies, whole: mime.Part) -> int:
    """Plain text first, unless it is empty or only says that there is HTML."""
    if any(p.type == "text/html" for p in option.texts):
        return 1
    size = sum(p.end - p.start for p in option.texts)
    text = b" ".join(p.body()[:400] for p in option.texts).decode("latin-1").replace("\xa0", " ").strip().lower()
    if not text:
        return 3
    return 2 if len(text) < 160 and whole.end - whole.start > 8 * size and any(w in text for w in _STUB) else 0


class _Content(NamedTuple):
    lines: list[Line]
    html: bool
    pre: list[str]


def _content(bodies: _Bodies, warnings: list[str], amazon: bool) -> _Content:
    lines: list[Line] = []
    html, pre = False, list[str]()
    size = 0
    for part in bodies.texts:
        text, held = decode(part.body(), part.params.get("charset", ""))
        if not held:
            _once(warnings, "The text was not in the character set it claims; it was read by what it looks like.")
        size += len(text)
        if size > MAX_TEXT and part.type != "text/html":
            text = text[: max(len(text) - size + MAX_TEXT, 0)]
            _once(warnings, f"Only the first {MAX_TEXT:,} characters of the text were read.")
        if lines and lines[-1].text:
            lines.append(Line("", False))
        if part.type == "text/html":
            html = True
            if len(text) > MAX_HTML:
                _once(warnings, f"Only the first {MAX_HTML:,} characters of the page were read.")
            lines.extend(Line(clean(line.text), line.quoted) for line in to_lines(text))
            if amazon and "<pre" in text[:200_000]:
                pre = [clean(line) for line in _pre(text)]
        else:
            text = clean(text)
            if part.params.get("format", "").lower() == "flowed":
                text = flowed.unwrap(text, delsp=part.params.get("delsp", "").lower() == "yes")
            lines.extend(Line(line, False) for line in _EMPTY_LINES.sub("\n\n\n\n", text).split("\n"))
        if len(lines) > MAX_LINES:
            del lines[MAX_LINES:]
            _once(warnings, f"Only the first {MAX_LINES:,} lines of the text were read.")
    return _Content(lines, html, pre)


def _pre(html: str) -> list[str]:
    if html.count("<pre") + html.count("<PRE") > 1:
        return []
    blocks = LexborHTMLParser(html[:MAX_HTML]).css("pre")
    return [line.rstrip() for line in (blocks[0].text() or "").split("\n")] if len(blocks) == 1 else []


def _fold(content: _Content, amazon: bool) -> quotes.Folded:
    if amazon and (body := relay.amazon_body([line.text for line in content.lines], content.pre)):
        return quotes.Folded(body.text, body.rest)
    if content.html:
        return quotes.fold(content.lines)
    return quotes.fold_text("\n".join(line.text for line in content.lines))


def _attachments(parts: list[mime.Part]) -> tuple[Attachment, ...]:
    found: list[Attachment] = []
    for part in parts:
        data = part.body()
        name, disposition = _file_name(part)
        if part.type in ("application/ms-tnef", "application/vnd.ms-tnef") or name.lower() == "winmail.dat":
            _, inner = tnef.unpack(data)
            for file in inner:
                label = safe_name(decode(file.name)[0], "", len(found) + 1)
                found.append(_attachment(label, "application/octet-stream", file.data))
        inline = disposition.startswith("inline") or ("content-id" in part.fields and not disposition.startswith("att"))
        label = safe_name(name, part.type, len(found) + 1)
        found.append(_attachment(label, clean_line(part.type), data, inline, part.params.get("charset", "")))
    return tuple(found)


def _attachment(name: str, type: str, data: bytes, inline: bool = False, charset: str = "") -> Attachment:
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    text = text_of(name, type, data, charset)
    return Attachment(name, type, len(data), md5, hashlib.sha256(data).hexdigest(), data, inline, text)


def _file_name(part: mime.Part) -> tuple[str, str]:
    disposition, params = headers.parameters(headers.last(part.fields, "content-disposition"))
    name = params.get("filename") or part.params.get("name") or params.get("name") or ""
    if not name and part.type == "message/rfc822":
        inner, _, _ = headers.split(part.raw, part.start, part.end)
        subject = clean_line(headers.decode_words(headers.first(inner, "subject")))
        name = f"{subject[:100].replace('/', '-')}.eml" if subject else ""
    if not name and (location := headers.first(part.fields, "content-location")):
        name = location.rpartition("/")[2].partition("?")[0]
    return headers.decode_words(name), disposition


# Fields --------------------------------------------------------------------------------------------


def _addresses(fields: headers.Fields, name: str) -> tuple[Address, ...]:
    values = fields.get(name)
    if not values:
        return ()
    if len(values) == 1:
        return addresses.parse(headers.unfold(values[0]))
    return tuple(dict.fromkeys(a for v in values for a in addresses.parse(headers.unfold(v))))[
        : addresses.MAX_ADDRESSES
    ]


def _sender(fields: headers.Fields) -> Address:
    for name in ("from", "sender", "reply-to", "return-path", "resent-from"):
        found = _addresses(fields, name)
        for address in found:
            if address.address:
                return address
    return next(iter(_addresses(fields, "from")), _NOBODY)


def _date(fields: headers.Fields) -> int | None:
    for value in reversed(fields.get("date", [])):
        if (found := headers.instant(headers.unfold(value))) is not None:
            return found
    return None


def _ids(fields: headers.Fields, name: str) -> tuple[str, ...]:
    return headers.message_ids(headers.first(fields, name)) if name in fields else ()


def _synthetic_id(root: mime.Part, sender: Address, subject: str) -> str:
    """The same for every copy of one mail: what travels (Received and the like) is left out."""
    digest = hashlib.sha256(
        "\0".join((sender.address, headers.first(root.fields, "date"), subject)).encode("utf-8", "replace")
    )
    digest.update(root.raw[root.start : root.end].replace(b"\r\n", b"\n"))
    return f"{digest.hexdigest()[:40]}@no-message-id.invalid"


def _once(warnings: list[str], text: str) -> None:
    if text not in warnings:
        warnings.append(text)
