"""What goes out: commands with an idempotency key, and the receipt a platform gives for one."""

from __future__ import annotations

from dataclasses import dataclass

from store.values import Instant, Money


@dataclass(frozen=True, slots=True)
class File:
    """An attachment that goes out: safe name, MIME type, content."""

    name: str
    type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class SendReply:
    """A reply to a buyer. `message_id` is ours and is also the idempotency key by which a copy is recognised."""

    key: str
    message_id: str
    to: tuple[str, ...]
    subject: str
    text: str
    cc: tuple[str, ...] = ()
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    thread_id: str = ""
    files: tuple[File, ...] = ()
    automatic: bool = False
    at: Instant = 0
    order_id: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Decide:
    """Approves or declines a case (`approve`, `decline`), or says that the goods of an approved return are back (`process`,
    where the platform knows that); `reason` is one of the platform's own words, if it wants one."""

    key: str
    case_id: str
    kind: str
    decision: str
    order_id: str = ""
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refund:
    """Pays `amount` back on an order. `lines` split it by order line id; `case_id` where it settles a case. Never
    repeated by itself once its outcome is unknown."""

    key: str
    order_id: str
    amount: Money
    reason: str
    note: str = ""
    lines: tuple[tuple[str, Money], ...] = ()
    case_id: str = ""


@dataclass(frozen=True, slots=True)
class Ship:
    """Tells the platform that an order (or those lines of it) left with this parcel."""

    key: str
    order_id: str
    courier: str
    tracking: str
    shipped_at: Instant
    lines: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class MarkRead:
    """Marks a conversation read there."""

    key: str
    thread_id: str


@dataclass(frozen=True, slots=True)
class AnswerReview:
    """A public answer under a review."""

    key: str
    review_id: str
    text: str


Command = SendReply | Decide | Refund | Ship | MarkRead | AnswerReview


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform took it. `remote_id` is its name there; `warning` is something a person should know (Sent copy failed)."""

    remote_id: str
    at: Instant
    warning: str = ""
