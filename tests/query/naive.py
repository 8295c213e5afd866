"""A second evaluator, slow and plain, that says what a query ought to find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from desk.query.tree import And, Asked, Node, Not, Or, Text
from store.connection import Connection
from store.search import put
from store.values import NEVER

OPEN = ("new", "open", "pending", "on_hold")


@dataclass(frozen=True)
class Mail:
    subject: str = ""
    body: str = ""
    direction: str = "in"
    files: tuple[str, ...] = ()

    def words(self) -> list[list[str]]:
        return [self.subject.split(), [*self.body.split(), *self.files]]


@dataclass(frozen=True)
class Bought:
    number: str = "701-1"
    currency: str = "USD"
    minor: int = 1000
    tracking: str = ""


@dataclass(frozen=True)
class Case:
    """A ticket with all that hangs on it."""

    id: int
    status: str = "open"
    channel: str = "uk"
    platform: str = "ebay"
    priority: int = 1
    type: str = "other"
    cause: str = ""
    ask: str = ""
    escalation: int = 0
    needs_review: int = 0
    automatic: str = ""
    lang: str = ""
    country: str = ""
    named_order: str = ""
    assignee: str | None = None
    due: int = NEVER
    snoozed: int = 0
    created: int = 1
    updated: int = 1
    waiting: int | None = None
    replied: int | None = None
    count: int = 0
    customer: str | None = None
    tags: frozenset[str] = frozenset()
    mails: tuple[Mail, ...] = ()
    orders: tuple[Bought, ...] = field(default=())


Test = Callable[[Case], bool]


def holds(node: Node, case: Case, leaves: dict[Asked, Test]) -> bool:
    """Whether `case` fulfils `node`; what a field means is given by `leaves`."""
    if _wordy(node):
        return any(_matches(node, mail) for mail in case.mails)
    match node:
        case And(parts):
            together = And(tuple(p for p in parts if _wordy(p)))
            rest = all(holds(p, case, leaves) for p in parts if not _wordy(p))
            return rest and (not together.parts or any(_matches(together, mail) for mail in case.mails))
        case Or(parts):
            return any(holds(p, case, leaves) for p in parts)
        case Not(part):
            return not holds(part, case, leaves)
        case Asked():
            return leaves[node](case)
    raise AssertionError(node)


def _wordy(node: Node) -> bool:
    """Free words and what joins nothing but free words: one message has to answer it."""
    return isinstance(node, Text) or (isinstance(node, And | Or) and bool(node.parts) and all(map(_wordy, node.parts)))


def _matches(node: Node, mail: Mail) -> bool:
    match node:
        case Text(text, prefix):
            wanted = text.split()
            return any(_at(wanted, prefix, words[i:]) for words in mail.words() for i in range(len(words)))
        case And(parts):
            return all(_matches(p, mail) for p in parts)
        case Or(parts):
            return any(_matches(p, mail) for p in parts)
    raise AssertionError(node)


def _at(wanted: list[str], prefix: bool, words: list[str]) -> bool:
    if len(words) < len(wanted):
        return False
    last = words[len(wanted) - 1]
    ends = last.startswith(wanted[-1]) if prefix else last == wanted[-1]
    return words[: len(wanted) - 1] == wanted[:-1] and ends


def insert(conn: Connection, cases: list[Case]) -> None:
    """Puts `cases` into a desk."""
    people: dict[str, int] = {}
    bought: dict[str, int] = {}
    for case in cases:
        customer = None
        if case.customer is not None:
            if case.customer not in people:
                sql = "INSERT INTO customer (name, name_key, email, created_at) VALUES (?, ?, ?, 0)"
                mail = f"{case.customer}@example.org"
                people[case.customer] = conn.execute(sql, (case.customer.title(), case.customer, mail)).lastrowid
                conn.execute("INSERT INTO customer_key (key, customer_id) VALUES (?, ?)",
                             (f"email:{mail}", people[case.customer]))  # fmt: skip
            customer = people[case.customer]
        row = {
            "id": case.id, "status": case.status, "channel_id": case.channel, "platform": case.platform,
            "priority": case.priority, "type": case.type, "cause": case.cause, "ask": case.ask,
            "escalation": case.escalation, "needs_review": case.needs_review, "automatic": case.automatic,
            "lang": case.lang, "country": case.country, "order_number": case.named_order, "assignee_id": case.assignee,
            "due_at": case.due, "snoozed_until": case.snoozed, "created_at": case.created, "updated_at": case.updated,
            "waiting_since": case.waiting, "first_reply_at": case.replied, "message_count": case.count,
            "customer_id": customer,
        }  # fmt: skip
        conn.execute(f"INSERT INTO ticket ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))
        conn.executemany("INSERT INTO ticket_tag (ticket_id, tag) VALUES (?, ?)", [(case.id, t) for t in case.tags])
        for n, mail_ in enumerate(case.mails):
            _mail(conn, case.id, n, mail_)
        for order in case.orders:
            if order.number not in bought:
                sql = ("INSERT INTO orders (channel_id, number, number_key, placed_at, currency, total_minor) "
                       "VALUES ('uk', ?, ?, 0, ?, ?)")  # fmt: skip
                key = order.number.replace("-", "")
                bought[order.number] = conn.execute(sql, (order.number, key, order.currency, order.minor)).lastrowid
                conn.execute("INSERT INTO shipment (order_id, tracking) VALUES (?, ?)",
                             (bought[order.number], order.tracking))  # fmt: skip
            conn.execute("INSERT OR IGNORE INTO ticket_order (ticket_id, order_id) VALUES (?, ?)",
                         (case.id, bought[order.number]))  # fmt: skip


def _mail(conn: Connection, ticket: int, n: int, mail: Mail) -> None:
    sql = ("INSERT INTO message (ticket_id, channel_id, direction, subject, body, sent_at, received_at, remote_key) "
           "VALUES (?, 'uk', ?, ?, ?, 0, 0, ?)")  # fmt: skip
    id = conn.execute(sql, (ticket, mail.direction, mail.subject, mail.body, f"{ticket}/{n}")).lastrowid
    put(conn, id, subject=mail.subject, body=mail.body, people="", files=" ".join(mail.files))
    conn.executemany("INSERT INTO attachment (message_id, name) VALUES (?, ?)", [(id, name) for name in mail.files])
