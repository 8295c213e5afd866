"""A second evaluator, slow and plain, that says what a query ought to find."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from desk.query.tree import And, Asked, Node, Not, One, Or, Text
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
    people: str = ""
    quoted: str = ""
    author: str = ""
    sent: int = 0

    def columns(self) -> dict[str, list[str]]:
        """The words of every place one can look in."""
        return {
            "subject": self.subject.split(), "body": [*self.body.split(), *self.files], "people": self.people.split(),
            "note": self.body.split() if self.direction == "note" else [], "quoted": self.quoted.split(),
            "files": list(self.files),
        }  # fmt: skip


@dataclass(frozen=True)
class Bought:
    """An order with one item and one parcel. `buyer` is whose it is."""

    number: str = "701-1"
    currency: str = "USD"
    minor: int = 1000
    tracking: str = ""
    buyer: str = ""
    placed: int = 0
    status: str = ""
    country: str = ""
    sku: str = ""
    title: str = ""
    courier: str = ""
    parcel: str = ""
    shipped: int | None = None
    delivered: int | None = None


@dataclass(frozen=True)
class Person:
    """A customer, known by their name."""

    tier: str = ""
    note: str = ""


@dataclass(frozen=True)
class Case:
    """A ticket with all that hangs on it. `read` is the newest message Ana has seen; `tasks` are (state, agent), `links`
    (number of another ticket, kind, whether it leads there), `clocks` (state, breached), `own` values of own fields as
    they are stored."""

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
    flagged: int = 0
    effort: int = 1
    automatic: str = ""
    lang: str = ""
    country: str = ""
    named_order: str = ""
    assignee: str | None = None
    due: int = NEVER
    due_kind: str = ""
    warn: int = NEVER
    snoozed: int = 0
    created: int = 1
    updated: int = 1
    since: int = 0
    waiting: int | None = None
    replied: int | None = None
    last_reply: int | None = None
    count: int = 0
    last_message: int = 0
    read: int | None = None
    customer: str | None = None
    tags: frozenset[str] = frozenset()
    mails: tuple[Mail, ...] = ()
    orders: tuple[Bought, ...] = ()
    mentions: frozenset[str] = frozenset()
    tasks: tuple[tuple[str, str], ...] = ()
    links: frozenset[tuple[int, str, bool]] = frozenset()
    clocks: tuple[tuple[str, int | None], ...] = ()
    own: tuple[tuple[str, str, int | None, str], ...] = field(default=())
    """(field, word, number, unit)"""

    def value(self, name: str) -> tuple[str, int | None, str] | None:
        return next((v[1:] for v in self.own if v[0] == name), None)


Test = Callable[[Case], bool]
Places = tuple[tuple[str, ...], ...]
"""Columns one message may answer in, table by table."""
EVERYWHERE: Places = (("subject", "body", "people"),)
_ASIDE = ("note", "quoted", "files")


def holds(node: Node, case: Case, leaves: dict[Asked, Test], places: Places = EVERYWHERE) -> bool:
    """Whether `case` fulfils `node`; what a field means is given by `leaves`."""
    if _wordy(node):
        return any(_matches(node, mail, columns) for columns in places for mail in case.mails)
    match node:
        case And(parts):
            scope = next((p for p in parts if isinstance(p, Asked) and p.name == "in"), None)
            places = _places(scope) if scope else places
            parts = tuple(p for p in parts if p is not scope)
            together = And(tuple(p for p in parts if _wordy(p)))
            rest = all(holds(p, case, leaves, places) for p in parts if not _wordy(p))
            return rest and (not together.parts or holds(together, case, leaves, places))
        case Or(parts):
            return any(holds(p, case, leaves, places) for p in parts)
        case Not(part):
            return not holds(part, case, leaves, places)
        case Asked():
            return leaves[node](case)
    raise AssertionError(node)


def _places(scope: Asked) -> Places:
    named = [v.text for v in scope.values if isinstance(v, One)]
    tables = (tuple(n for n in named if n not in _ASIDE), tuple(n for n in named if n in _ASIDE))
    return tuple(t for t in tables if t)


def _wordy(node: Node) -> bool:
    """Free words and what joins nothing but free words: one message has to answer it."""
    return isinstance(node, Text) or (isinstance(node, And | Or) and bool(node.parts) and all(map(_wordy, node.parts)))


def _matches(node: Node, mail: Mail, columns: tuple[str, ...]) -> bool:
    match node:
        case Text(text, prefix):
            wanted, has = text.split(), mail.columns()
            return any(_at(wanted, prefix, has[c][i:]) for c in columns for i in range(len(has[c])))
        case And(parts):
            return all(_matches(p, mail, columns) for p in parts)
        case Or(parts):
            return any(_matches(p, mail, columns) for p in parts)
    raise AssertionError(node)


def _at(wanted: list[str], prefix: bool, words: list[str]) -> bool:
    if len(words) < len(wanted):
        return False
    last = words[len(wanted) - 1]
    ends = last.startswith(wanted[-1]) if prefix else last == wanted[-1]
    return words[: len(wanted) - 1] == wanted[:-1] and ends


def insert(conn: Connection, cases: list[Case], people: dict[str, Person], orders: tuple[Bought, ...]) -> None:
    """Puts everybody, every order and `cases` into a desk."""
    ids = {name: _person(conn, name, person) for name, person in people.items()}
    bought = {order.number: _order(conn, order, ids.get(order.buyer)) for order in orders}
    for case in cases:
        _ticket(conn, case, ids)
        many(conn, "ticket_tag", ("ticket_id", "tag"), [(case.id, t) for t in case.tags])
        many(conn, "ticket_order", ("ticket_id", "order_id"), {(case.id, bought[o.number]) for o in case.orders})
        for n, mail in enumerate(case.mails):
            _mail(conn, case.id, n, mail)
        many(conn, "mention", ("agent_id", "message_id", "ticket_id", "at"),
             [(agent, case.id, case.id, 0) for agent in case.mentions])  # fmt: skip
        many(conn, "task", ("ticket_id", "title", "state", "assignee_id", "created_at", "updated_at"),
             [(case.id, "t", state, agent, 0, 0) for state, agent in case.tasks])  # fmt: skip
        many(conn, "ticket_link", ("ticket_id", "other_id", "kind", "at"),
             [(case.id, n, kind, 0) if there else (n, case.id, kind, 0) for n, kind, there in case.links])  # fmt: skip
        many(conn, "clock", ("ticket_id", "kind", "cycle", "state", "started_at", "breached_at"),
             [(case.id, "step", n, state, 0, at) for n, (state, at) in enumerate(case.clocks)])  # fmt: skip
        many(conn, "field_value", ("ticket_id", "field_id", "word", "number", "unit"),
             [(case.id, *value) for value in case.own])  # fmt: skip
        if case.read is not None:
            many(conn, "read_mark", ("agent_id", "ticket_id", "message_id"), [("ana", case.id, case.read)])


def many(conn: Connection, table: str, names: tuple[str, ...], rows: object) -> None:
    marks = ", ".join("?" * len(names))
    conn.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows)  # type: ignore[arg-type]


def _person(conn: Connection, name: str, person: Person) -> int:
    mail = f"{name}@example.org"
    sql = "INSERT INTO customer (name, name_key, email, tier, note, created_at) VALUES (?, ?, ?, ?, ?, 0)"
    id = conn.execute(sql, (name.title(), name, mail, person.tier, person.note)).lastrowid
    conn.execute("INSERT INTO customer_key (key, customer_id) VALUES (?, ?)", (f"email:{mail}", id))
    return id


def _order(conn: Connection, o: Bought, customer: int | None) -> int:
    sql = ("INSERT INTO orders (channel_id, number, number_key, customer_id, placed_at, status, country, currency, "
           "total_minor) VALUES ('uk', ?, ?, ?, ?, ?, ?, ?, ?)")  # fmt: skip
    key = o.number.replace("-", "")
    id = conn.execute(sql, (o.number, key, customer, o.placed, o.status, o.country, o.currency, o.minor)).lastrowid
    many(conn, "order_item", ("order_id", "sku", "title"), [(id, o.sku, o.title)])
    many(conn, "shipment", ("order_id", "tracking", "tracking_key", "courier", "status", "shipped_at", "delivered_at"),
         [(id, o.tracking, o.tracking.lower(), o.courier, o.parcel, o.shipped, o.delivered)])  # fmt: skip
    return id


def _ticket(conn: Connection, case: Case, people: dict[str, int]) -> None:
    row = {
        "id": case.id, "status": case.status, "channel_id": case.channel, "platform": case.platform,
        "priority": case.priority, "type": case.type, "cause": case.cause, "ask": case.ask,
        "escalation": case.escalation, "needs_review": case.needs_review, "flagged": case.flagged,
        "effort": case.effort, "automatic": case.automatic, "lang": case.lang, "country": case.country,
        "order_number": case.named_order, "assignee_id": case.assignee, "due_at": case.due, "due_kind": case.due_kind,
        "warn_at": case.warn, "snoozed_until": case.snoozed, "created_at": case.created, "updated_at": case.updated,
        "status_since": case.since, "waiting_since": case.waiting, "first_reply_at": case.replied,
        "last_reply_at": case.last_reply, "message_count": case.count, "last_message_id": case.last_message,
        "customer_id": people[case.customer] if case.customer else None,
    }  # fmt: skip
    many(conn, "ticket", tuple(row), [tuple(row.values())])


def _mail(conn: Connection, ticket: int, n: int, mail: Mail) -> None:
    sql = ("INSERT INTO message (ticket_id, channel_id, direction, author_id, subject, body, quoted, sent_at, "
           "received_at, remote_key) VALUES (?, 'uk', ?, ?, ?, ?, ?, ?, 0, ?)")  # fmt: skip
    row = (ticket, mail.direction, mail.author, mail.subject, mail.body, mail.quoted, mail.sent, f"{ticket}/{n}")
    id = conn.execute(sql, row).lastrowid
    put(conn, id, subject=mail.subject, body=mail.body, people=mail.people, files=" ".join(mail.files),
        quoted=mail.quoted, note=mail.direction == "note")  # fmt: skip
    conn.executemany("INSERT INTO attachment (message_id, name) VALUES (?, ?)", [(id, name) for name in mail.files])
