"""Rows as the rest of the house reads them. Field order equals column order of the statements beside them.

Named tuples, because a frozen slotted dataclass costs three quarters of a millisecond to define and the first frame
waits for two dozen of them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from store.values import Instant


class TicketLine(NamedTuple):
    """One line of a list. `due_at` is NEVER when no clock runs; `unread` is for the agent who asked."""

    id: int
    due_at: Instant
    due_kind: str
    warn_at: Instant
    platform: str
    label: str
    type: str
    customer: str
    subject: str
    assignee_id: str | None
    status: str
    priority: int
    snoozed_until: Instant
    updated_at: Instant
    version: int
    unread: int
    escalation: int


class Ticket(NamedTuple):
    """A ticket whole."""

    id: int
    channel_id: str
    platform: str
    customer_id: int | None
    subject: str
    status: str
    is_open: int
    priority: int
    type: str
    cause: str
    ask: str
    escalation: int
    needs_review: int
    automatic: str
    lang: str
    country: str
    order_number: str
    assignee_id: str | None
    group_id: str | None
    due_at: Instant
    due_kind: str
    warn_at: Instant
    snoozed_until: Instant
    wake_on: str
    flagged: int
    effort: int
    created_at: Instant
    updated_at: Instant
    first_buyer_at: Instant | None
    waiting_since: Instant | None
    first_reply_at: Instant | None
    last_reply_at: Instant | None
    answered_from: Instant | None
    first_waived: int
    status_since: Instant
    last_message_id: int
    message_count: int
    thread_seq: int
    version: int


class Message(NamedTuple):
    """A message or note."""

    id: int
    ticket_id: int
    channel_id: str
    direction: str
    author_id: str
    sender_name: str
    sender_address: str
    recipients: str
    subject: str
    body: str
    quoted: str
    lang: str
    automatic: str
    sent_at: Instant
    received_at: Instant
    remote_key: str
    in_reply_to: str
    raw: str
    thread_id: str
    reply_to: str


class Attachment(NamedTuple):
    id: int
    message_id: int
    name: str
    type: str
    size: int
    sha256: str
    inline: int


class Clock(NamedTuple):
    id: int
    ticket_id: int
    kind: str
    cycle: int
    policy_id: str
    state: str
    started_at: Instant
    due_at: Instant
    warn_at: Instant
    target_ms: int
    stopped_at: Instant | None
    breached_at: Instant | None
    warned_at: Instant | None
    """When it gave its last warning; None while there is one to come."""
    warned: int
    """Percent of the time that were used when it last warned, 0 before."""
    reason: str


class OutboxRow(NamedTuple):
    id: int
    key: str
    kind: str
    ticket_id: int
    channel_id: str
    message_id: int
    agent_id: str
    state: str
    hold_until: Instant
    base_seq: int
    payload: str
    after: str
    attempts: int
    claimed_by: str
    claimed_at: Instant
    handed_at: Instant
    next_try_at: Instant
    remote_id: str
    error: str
    warning: str
    created_at: Instant
    updated_at: Instant
    recipient: str
    automatic: int
    template_id: str
    rule_id: str


class Channel(NamedTuple):
    id: str
    platform: str
    name: str
    label: str
    kind: str
    settings: str
    state: str
    position: int
    hold_ms: int
    since: Instant
    last_good_at: Instant
    fault: str
    fault_at: Instant


class Agent(NamedTuple):
    id: str
    name: str
    email: str
    unix_user: str
    role: str
    languages: str
    skills: str
    zone: str
    shifts: str
    capacity: int
    active: int
    state: str
    state_until: Instant
    signature: str
    last_assigned_at: Instant
    weight: int
    turn: int
    countries: str


class Customer(NamedTuple):
    id: int
    name: str
    email: str
    lang: str
    country: str
    tier: str
    note: str
    created_at: Instant
    tags: str
    consent: str


class Order(NamedTuple):
    id: int
    channel_id: str
    number: str
    number_key: str
    customer_id: int | None
    placed_at: Instant
    status: str
    total_minor: int
    currency: str
    country: str
    remote_id: str
    updated_at: Instant
    ip_country: str
    registration_country: str
    campaign: str


class OrderItem(NamedTuple):
    order_id: int
    sku: str
    title: str
    quantity: int
    price_minor: int
    remote_id: str


class Shipment(NamedTuple):
    order_id: int
    courier: str
    tracking: str
    status: str
    shipped_at: Instant | None
    delivered_at: Instant | None
    eta: Instant | None


class View(NamedTuple):
    id: str
    name: str
    query: str
    owner: str
    position: int


class Template(NamedTuple):
    id: str
    name: str
    names: str
    types: str
    texts: str
    shipped: int
    used: int
    variants: str
    review_at: Instant
    internal: int
    about: str


class Policy(NamedTuple):
    id: str
    name: str
    body: str
    enabled: int
    position: int


def columns(row: type[tuple[Any, ...]], alias: str = "") -> str:
    """The column list of a row class: "t.id, t.channel_id, …"."""
    dot = f"{alias}." if alias else ""
    return ", ".join(f"{dot}{name}" for name in row._fields)  # type: ignore[attr-defined]
