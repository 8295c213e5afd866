"""A conversation as it came: the whole text of each mail, or its source, instead of what reading made of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from desk.thread import Thread
from store.connection import Connection
from store.sql import messages
from store.sql.rows import Message
from store.values import clean

LARGEST = 256 << 10
"""Bytes of a mail that are looked at."""
_MAILS = 20
"""Of the newest messages; those before them stay as they were read."""


def original(raw: bytes) -> str:
    """The text of a mail before anything was folded or taken off it; of one in HTML only, its HTML."""
    try:
        mail = message_from_bytes(raw[:LARGEST], policy=default)
        assert isinstance(mail, EmailMessage)
        part = mail.get_body(("plain", "html"))
        content = part.get_content() if part is not None else ""
    except Exception:  # what strangers send breaks the parser in ways nobody lists; the source can always be shown
        return source(raw)
    return clean(content if isinstance(content, str) else "").strip() or source(raw)


def source(raw: bytes) -> str:
    """A mail as it came over the line; what is no UTF-8 shows as gaps."""
    return clean(raw[:LARGEST].decode("utf-8", "replace")).strip()


FORMS: dict[str, Callable[[bytes], str]] = {"original": original, "raw": source}


def shown(conn: Connection, thread: Thread, form: str) -> Thread:
    """The thread with its newest mails in a form of `FORMS`. What has no kept source shows whole, with what it quoted."""

    def turned(message: Message) -> Message:
        raw = messages.blob(conn, message.raw) if message.raw else None
        text = FORMS[form](raw) if raw is not None else "\n\n".join(filter(None, (message.body, message.quoted)))
        return message._replace(body=text, quoted="")

    older, newest = thread.messages[:-_MAILS], thread.messages[-_MAILS:]
    return replace(thread, messages=(*older, *(m if m.direction == "note" else turned(m) for m in newest)))
