"""What hangs on a ticket (tags, its customer, orders, parcels, messages, tasks), as conditions on tickets.

Each is spelt so that an index answers it for one ticket, and another one for the whole desk.
"""

from __future__ import annotations

from collections.abc import Sequence

from store.filter import Condition, Linked, Rows, Words, within

Bound = int | None

_ORDER_OF = "x.order_id = o.id"


def ranged(expression: str, low: Bound, high: Bound) -> tuple[str, tuple[object, ...]]:
    """SQL that `expression` holds something from `low` to `high`, both included; None leaves a side open."""
    tests = [f"{expression} {sign} ?" for sign, end in ((">=", low), ("<=", high)) if end is not None]
    return " AND ".join(tests) or f"{expression} IS NOT NULL", tuple(n for n in (low, high) if n is not None)


def tagged(tag: str, prefix: bool = False) -> Linked:
    """Tickets that carry `tag` (already folded), or one that begins with it."""
    test, params = within("x.tag", tag, prefix)
    return _of_ticket("ticket_tag x", test, params)


def has_tags() -> Linked:
    return _of_ticket("ticket_tag x")


# The customer ------------------------------------------------------------------------------------------


def named(prefix: str) -> Linked:
    """Tickets of customers whose folded name begins with `prefix`, or whose address does."""
    name, of_name = within("c.name_key", prefix, True)
    return Linked("t.customer_id", (Rows("customer c", "c.id", name, of_name), _mail(prefix)))


def mailed(prefix: str) -> Linked:
    """Tickets of customers one of whose addresses begins with `prefix` (folded)."""
    return Linked("t.customer_id", (_mail(prefix),))


def _mail(prefix: str) -> Rows:
    test, params = within("k.key", f"email:{prefix}", True)
    return Rows("customer_key k", "k.customer_id", test, params)


def customers(where: str, params: Sequence[object] = ()) -> Linked:
    """Tickets of customers `c` with `where`."""
    return Linked("t.customer_id", (Rows("customer c", "c.id", where, tuple(params)),))


# Orders and parcels ------------------------------------------------------------------------------------


def orders(where: str = "1", params: Sequence[object] = ()) -> Linked:
    """Tickets about an order `o` with `where`."""
    rows = Rows("orders o", "x.ticket_id", where, tuple(params), via="ticket_order x", on=_ORDER_OF)
    return Linked("t.id", (rows,))


def has_order() -> Linked:
    return _of_ticket("ticket_order x")


def ordered(number_key: str, written: str) -> Linked:
    """Tickets about the order with this key, or that name it (as a key or as `written`) while it is not known yet."""
    linked = Rows("orders o", "x.ticket_id", "o.number_key = ?", (number_key,), via="ticket_order x", on=_ORDER_OF)
    mentioned = Rows("ticket n", "n.id", "n.order_number <> '' AND n.order_number IN (?, ?)",
                     (number_key, written))  # fmt: skip
    return Linked("t.id", (linked, mentioned))


def items(where: str, params: Sequence[object] = (), sought: str = "") -> Linked:
    """Tickets about an order with an item `i` with `where`."""
    rows = Rows("order_item i", "x.ticket_id", where, tuple(params), via="ticket_order x", on="x.order_id = i.order_id",
                sought=sought)  # fmt: skip
    return Linked("t.id", (rows,))


def titled(part: str) -> Linked:
    """Tickets about an order with an item whose title holds `part` (folded)."""
    sought = "lower(i.title) IN (SELECT +title FROM item_title WHERE instr(title, ?) > 0)"
    return items("instr(lower(i.title), ?) > 0", (part,), sought)


def parcels(where: str, params: Sequence[object] = ()) -> Linked:
    """Tickets about an order with a shipment `s` with `where`."""
    rows = Rows("shipment s", "x.ticket_id", where, tuple(params), via="ticket_order x", on="x.order_id = s.order_id")
    return Linked("t.id", (rows,))


def shipped(tracking_key: str) -> Linked:
    """Tickets about an order with a parcel of this number (casefolded, without dashes)."""
    return parcels("s.tracking_key = ?", (tracking_key,))


# Messages and files ------------------------------------------------------------------------------------


def messages(where: str, params: Sequence[object] = ()) -> Linked:
    """Tickets with a message `m` with `where`."""
    return Linked("t.id", (Rows("message m", "m.ticket_id", where, tuple(params)),))


def has_files() -> Linked:
    rows = Rows("attachment a", "m.ticket_id", via="message m", on="a.message_id = m.id")
    return Linked("t.id", (rows,))


def unread(agent_id: str) -> Condition:
    """Tickets whose newest message this agent has not seen. No index answers it: it is asked of the tickets of a list."""
    unseen = "n.last_message_id > coalesce((SELECT r.message_id FROM read_mark r WHERE r.agent_id = ? AND r.ticket_id = n.id), 0)"
    return Linked("t.id", (Rows("ticket n", "n.id", unseen, (agent_id,), seeks=False),))


# The team's work ---------------------------------------------------------------------------------------


def unseen_by(agent_id: str) -> Linked:
    """Tickets with a note that names an agent who has not looked since."""
    return _of_ticket("mention x", "x.agent_id = ? AND x.seen_at = 0", (agent_id,))


def mentioned(agent_id: str | None = None) -> Linked:
    """Tickets with a note that names an agent, any agent unless said."""
    return _of_ticket("mention x", "x.agent_id = ?", (agent_id,)) if agent_id else _of_ticket("mention x")


def tasks(where: str = "1", params: Sequence[object] = ()) -> Linked:
    """Tickets with a task `x` with `where`."""
    return _of_ticket("task x", where, params)


def clocks(where: str, params: Sequence[object] = ()) -> Linked:
    """Tickets with a clock `x` with `where`."""
    return _of_ticket("clock x", where, params)


def paused() -> Linked:
    """Tickets with a clock that stands still."""
    rows = Rows("clock x", "x.ticket_id", "+x.state = 'paused'", sought="x.state = 'paused'")
    return Linked("t.id", (rows,))


def touched_since(at: int) -> Linked:
    """Tickets a person of the team did something to since `at`. No list begins here: it is asked of one ticket."""
    test = "x.actor_kind = 'agent' AND x.at >= ?"
    return Linked("t.id", (Rows("event x", "x.ticket_id", test, (at,), seeks=False),))


def links(where: str = "1", params: Sequence[object] = ()) -> tuple[Rows, Rows]:
    """Links `x` with `where`, from both ends."""
    there = Rows("ticket_link x", "x.ticket_id", where, tuple(params))
    return there, Rows("ticket_link x", "x.other_id", where, tuple(params))


def linked(kind: str = "") -> Linked:
    """Tickets linked to others, by one kind of link if said."""
    return Linked("t.id", links("x.kind = ?", (kind,)) if kind else links())


def linked_to(low: Bound, high: Bound) -> Linked:
    """Tickets linked, in either direction, to one with such a number."""
    (one, params), (other, _) = ranged("x.other_id", low, high), ranged("x.ticket_id", low, high)
    return Linked("t.id", (Rows("ticket_link x", "x.ticket_id", one, params),
                           Rows("ticket_link x", "x.other_id", other, params)))  # fmt: skip


def went_into(kind: str) -> Linked:
    """Tickets from which a link of this kind leads: what was merged into, or split off, another."""
    return _of_ticket("ticket_link x", "x.kind = ?", (kind,))


# The team's own fields ---------------------------------------------------------------------------------


def valued(field_id: str, test: str = "1", params: Sequence[object] = ()) -> Linked:
    """Tickets with a value `v` of a field of the team's own for which `test` holds."""
    sought = f"v.field_id = ? AND {test}"
    near = sought.replace("v.number", "+v.number")  # for one ticket the ticket is the key, not the number
    return Linked("t.id", (Rows("field_value v", "v.ticket_id", near, (field_id, *params), sought=sought),))


def _of_ticket(source: str, where: str = "1", params: Sequence[object] = ()) -> Linked:
    return Linked("t.id", (Rows(source, "x.ticket_id", where, tuple(params)),))


def in_column(column: str, expression: str, table: str) -> Words:
    """A message that answers `expression` in one column of a full-text table."""
    return Words(f"{{{column}}} : ({expression})", table)
