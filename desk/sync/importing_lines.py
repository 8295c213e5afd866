"""Lines of a .jsonl file as conversations: one JSON object per message, consecutive ones of a conversation together.

A message has `body` and a sender (`from_addr` or `from_name`); everything else may be missing: `message_id`,
`in_reply_to`, `references` (one text, separated by spaces), `conv`, `seq`, `channel`, `direction` (in, out), `to_addr`,
`ts` (seconds since 1970), `subject`, `lang`, `country`, `topic` or `type`, `priority`, `order_id`, `tracking`, `sku`,
`product`, `amount_minor`, `currency`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from desk.vocabulary import TYPES
from store import search
from store.values import NEVER, Instant, clean, clean_line, fold

MOST = 8 << 20
"""Bytes a line may have."""

_TOPICS = {
    "wrong_size": "size_fit",
    "where_is": "shipping_status",
    "invoice": "invoice_payment",
    "warranty": "usage_warranty",
}
"""Words other programs use for our types."""


class Message(NamedTuple):
    """One message, cleaned, with what the search index gets."""

    key: str
    outbound: bool
    name: str
    address: str
    to: str
    subject: str
    body: str
    lang: str
    at: Instant
    in_reply_to: str
    refs: tuple[str, ...]
    indexed: tuple[str, str, str, str]


class Order(NamedTuple):
    """What a message says about its order."""

    number: str
    key: str
    total_minor: int
    currency: str
    sku: str
    product: str
    tracking: str


class Conversation(NamedTuple):
    """Messages of one matter in their order; `names` say where each stands in the file. `meaning` is a type, cause,
    ask, language, urgency, escalation and whether a person should look. `customer_key` is "" where nobody is named."""

    channel: str
    messages: tuple[Message, ...]
    names: tuple[str, ...]
    customer_key: str
    customer: str
    email: str
    country: str
    order: Order | None
    priority: int
    meaning: tuple[str, str, str, str, int, int, int]

    @property
    def newest(self) -> Instant:
        return max(m.at for m in self.messages)


class Bad(NamedTuple):
    """A line that cannot come in, and why."""

    name: str
    reason: str


Prepared = tuple[list[Conversation], list[Bad]]


def prepare(lines: Sequence[tuple[str, bytes]], classify_from: Instant = NEVER) -> Prepared:
    """`(name, line)` pairs as conversations. What a buyer wrote at or after `classify_from` is read for its meaning;
    of older ones the file's own word is taken."""
    good: list[tuple[str, Mapping[str, Any]]] = []
    bad: list[Bad] = []
    for name, line in lines:
        if not line.strip():
            continue
        found = _record(line)
        if isinstance(found, str):
            bad.append(Bad(name, found))
        else:
            good.append((name, found))
    made = [_conversation(group, classify_from) for group in _grouped(good)]
    return made, bad


def conversation_id(line: bytes) -> bytes:
    """The raw value of `conv`, for cutting a file between conversations without parsing it; b"" without one."""
    at = line.find(b'"conv"')
    return line[at + 6 : at + 48].split(b",", 1)[0].strip(b" :") if at >= 0 else b""


def _record(line: bytes) -> Mapping[str, Any] | str:
    if len(line) > MOST:
        return f"longer than {MOST >> 20} MB"
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return "not UTF-8"
    except (ValueError, RecursionError) as exc:
        return f"not JSON: {exc}" if isinstance(exc, ValueError) else "nested too deeply"
    if not isinstance(found, dict):
        return "not a JSON object"
    if not isinstance(found.get("body"), str):
        return "without a body"
    if not (found.get("from_addr") or found.get("from_name")):
        return "without a sender"
    at = found.get("ts", 0)
    if isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at < NEVER / 1000:
        return "ts is not a time in seconds"
    return found


def _grouped(good: Iterable[tuple[str, Mapping[str, Any]]]) -> list[list[tuple[str, Mapping[str, Any]]]]:
    groups: dict[tuple[str, str], list[tuple[str, Mapping[str, Any]]]] = {}
    for n, (name, r) in enumerate(good):
        key = (str(r.get("channel", "")), f"c{r['conv']}" if "conv" in r else f"n{n}")
        groups.setdefault(key, []).append((name, r))
    return list(groups.values())


def _text(r: Mapping[str, Any], field: str) -> str:
    value = r.get(field)
    if value is None or value == "":
        return ""
    text = value if isinstance(value, str) else str(value)
    if text.isascii() and text.isprintable():  # nothing in it that `clean` would touch
        return " ".join(text.split()) if " " in text else text
    return clean_line(text)


def _conversation(group: Sequence[tuple[str, Mapping[str, Any]]], classify_from: Instant) -> Conversation:
    first = group[0][1]
    messages = tuple(_message(r) for _name, r in group)
    opener = next(((m, r) for m, (_n, r) in zip(messages, group, strict=True) if not m.outbound), None)
    if opener is not None:
        buyer, address = opener[0].name, opener[0].address
    else:
        buyer, address = messages[0].to.partition("@")[0], messages[0].to
    key = f"email:{fold(address)}" if "@" in address else f"name:{fold(buyer)}" if buyer else ""
    live = opener is not None and max(m.at for m in messages) >= classify_from
    meaning = _understood(opener[0]) if live and opener else _said(first)
    priority = first.get("priority", 0)
    return Conversation(
        channel=_text(first, "channel"), messages=messages, names=tuple(name for name, _r in group), customer_key=key,
        customer=buyer or address.partition("@")[0], email=fold(address) if "@" in address else "",
        country=_text(first, "country").upper()[:2], order=_order(first),
        priority=2 if isinstance(priority, int) and priority >= 2 else 1, meaning=meaning,
    )  # fmt: skip


def _message(r: Mapping[str, Any]) -> Message:
    subject, body = _text(r, "subject"), clean(r["body"]).strip()
    name, address, to = _text(r, "from_name"), _text(r, "from_addr"), _text(r, "to_addr")
    message_id, parent = _text(r, "message_id").strip("<>"), _text(r, "in_reply_to").strip("<>")
    at = int(r.get("ts", 0) * 1000)
    refs = tuple(dict.fromkeys(ref for w in (*_text(r, "references").split(), parent) if (ref := w.strip("<>"))))
    if not refs and not message_id and "conv" in r:
        refs = (f"conversation:{_text(r, 'channel')}/{_text(r, 'conv')}",)
    return Message(
        key=f"mail:{message_id}" if message_id else f"line:{_fingerprint(r)}",
        outbound=r.get("direction") == "out", name=name or address.partition("@")[0], address=address, to=to,
        subject=subject, body=body, lang=_text(r, "lang"), at=at, in_reply_to=parent, refs=refs,
        indexed=(search.words(subject), search.words(body), search.words(f"{name} {address}"),
                 f"{search.numbers(f'{subject} {body}')} {_known(r)}".strip()),
    )  # fmt: skip


def _known(r: Mapping[str, Any]) -> str:
    """Order and parcel number of a message as the search index holds them, spelled out and without dashes."""
    said = f"{_text(r, 'order_id')} {_text(r, 'tracking')}".strip()
    return search.words(f"{said} {said.replace('-', '')}" if "-" in said else said) if said else ""


def _fingerprint(r: Mapping[str, Any]) -> str:
    """What makes a message without a Message-ID the same one when the file is read again."""
    fields = [r.get(k) for k in ("channel", "conv", "seq", "id", "ts", "from_addr", "from_name", "subject", "body")]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False, default=str).encode("utf-8", "replace")).hexdigest()


def _order(r: Mapping[str, Any]) -> Order | None:
    number = _text(r, "order_id")
    if not number:
        return None
    amount, currency = r.get("amount_minor"), _text(r, "currency").upper()
    return Order(
        number, fold(number).replace("-", "").replace(" ", ""), amount if isinstance(amount, int) else 0,
        currency if len(currency) == 3 else "", _text(r, "sku"), _text(r, "product"), _text(r, "tracking"),
    )  # fmt: skip


def _said(r: Mapping[str, Any]) -> tuple[str, str, str, str, int, int, int]:
    word = _text(r, "type") or _text(r, "topic")
    kind = _TOPICS.get(word, word)
    return (kind if kind in TYPES else "other", "", "", _text(r, "lang"), 0, 0, 0)


def _understood(m: Message) -> tuple[str, str, str, str, int, int, int]:
    from desk.reading.understand import understand

    u = understand(m.body, m.subject)
    return (u.type, u.cause, u.ask, u.language or m.lang, u.urgency, int(u.escalation), int(u.needs_review))
