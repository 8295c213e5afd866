"""The fields of tickets, messages, customers and orders that every desk knows. Importing this fills `names.NAMES`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from desk.query import units
from desk.query.faults import bad, unknown
from desk.query.names import NAMES, Context, Field, Named, State
from desk.query.tree import One, Value
from desk.vocabulary import CLASSES
from store import filter as f
from store.errors import N_
from store.filter import TICKET_COLUMNS as COLUMNS
from store.filter import Column, Condition
from store.values import fold

STATUSES = ("new", "open", "pending", "on_hold", "solved", "closed")
PRIORITIES = ("low", "normal", "high", "urgent")
TYPES = (
    "shipping_status not_received damaged defective quality not_as_described wrong_item missing_parts size_fit "
    "incompatible changed_mind cancel address return_exchange refund customs_tax invoice_payment counterfeit_safety "
    "usage_warranty dispute_review other"
).split()
"""The main issue of a ticket; `cause` and `ask` use the same words."""
PLATFORMS = (
    "email amazon ebay shopify shopee walmart woocommerce tiktok pinduoduo temu magento etsy wechat douyin "
    "mercadolibre aliexpress wish lazada"
).split()
NONE = "none"

_UNKNOWN = N_("Column {column}: {name}: does not know {item}.")
_ONE_VALUE = N_("Column {column}: {name}: takes a word, not a range.")


def one(name: str, value: Value) -> One:
    """`value`, which has to be a single one."""
    if isinstance(value, One):
        return value
    raise bad(_ONE_VALUE, value.span[0], name, name=name)


def look_up(name: str, value: Value, words: Mapping[str, object]) -> object:
    """What `words` (by folded word) has for a single value; `-` and space count as `_`. Raises Invalid if nothing."""
    text = one(name, value).text
    key = fold(text)
    for spelling in (key, key.replace("-", "_").replace(" ", "_")):
        if spelling in words:
            return words[spelling]
    raise unknown(_UNKNOWN, value.span[0], text, words, name=name)


def choice(name: str, help: str, column: Column, words: Iterable[str], *, optional: bool = False) -> Field:
    """A field with a closed list of words, stored as they are; an optional one also takes `none`."""
    known: dict[str, object] = {w: w for w in words}
    if optional:
        known[NONE] = None

    def compile(value: Value, context: Context) -> Condition:
        found = look_up(name, value, known)
        return f.Not(f.Has(column)) if found is None else f.Is(column, (found,))

    return Field(name, "word", help, compile, lambda context: known)


def moments(name: str, help: str, column: Column) -> Field:
    """A field of instants."""

    def compile(value: Value, context: Context) -> Condition:
        return f.Between(column, *units.instants(value, context.now, context.zone))

    return Field(name, "instant", help, compile, lambda context: ("today", "yesterday", "-7d..", "..2h"))


def whole(name: str, help: str, column: Column) -> Field:
    """A field of whole numbers."""

    def compile(value: Value, context: Context) -> Condition:
        low, high = units.numbers(value)
        return f.Is(column, (low,)) if low == high else f.Between(column, low, high)

    return Field(name, "number", help, compile)


def states(name: str, help: str, of: Callable[[Context], Mapping[str, Named]]) -> Field:
    """`is:` and `has:`, whose words are entries of the register."""

    def compile(value: Value, context: Context) -> Condition:
        found = look_up(name, value, of(context))
        assert isinstance(found, Named)
        return found.compile(context)

    return Field(name, "word", help, compile, of)


def me(context: Context) -> str:
    """The agent who asks. Raises Invalid where nobody does."""
    if context.me is None:
        raise bad(N_("Nobody asks here, so there is no {item}."), 0, "me", N_("Name the agent: assignee:ana."))
    return context.me


def _assignee(value: Value, context: Context) -> Condition:
    column = COLUMNS["assignee"]
    people: dict[str, object] = {fold(name): id for id, name in context.agents.items()}
    people |= {fold(id): id for id in context.agents}
    word = fold(one("assignee", value).text)
    if word in (NONE, "me"):
        return f.Not(f.Has(column)) if word == NONE else f.Is(column, (me(context),))
    return f.Is(column, (look_up("assignee", value, people),))


def _channel(value: Value, context: Context) -> Condition:
    known: dict[str, object] = {fold(id): id for id in context.channels.values()}
    known |= {fold(name): id for name, id in context.channels.items()}
    return f.Is(COLUMNS["channel"], (look_up("channel", value, known),))


def _class(value: Value, context: Context) -> Condition:
    found = look_up("class", value, {word: types for word, (_label, types) in CLASSES.items()})
    assert isinstance(found, tuple)
    return f.Is(COLUMNS["type"], found)


def _priority(value: Value, context: Context) -> Condition:
    ranks: dict[str, object] = {word: rank for rank, word in enumerate(PRIORITIES)}

    def rank(text: str) -> tuple[int, int]:
        found = look_up("priority", One(text, span=value.span), ranks)
        assert isinstance(found, int)
        return found, found

    low, high = units.bounds(value, rank)
    wanted = range(low or 0, (len(PRIORITIES) - 1 if high is None else high) + 1)
    return f.Is(COLUMNS["priority"], tuple(wanted))


def _lang(value: Value, context: Context) -> Condition:
    text = one("lang", value).text
    if fold(text) == NONE:
        return f.Not(f.Has(COLUMNS["lang"]))
    first, *rest = fold(text).replace("_", "-").split("-")
    spelled = [first, *(p.title() if len(p) == 4 else p.upper() if len(p) == 2 else p for p in rest)]
    primary = f.Is(COLUMNS["language"], (first,))
    return f.All((primary, f.Is(COLUMNS["lang"], ("-".join(spelled),)))) if rest else primary


def _country(value: Value, context: Context) -> Condition:
    text = one("country", value).text
    if fold(text) == NONE:
        return f.Not(f.Has(COLUMNS["country"]))
    if not re.fullmatch("[A-Za-z]{2}", text):
        raise bad(N_("Column {column}: {item} is no country code."), value.span[0], text,
                  N_("Write two letters, as in country:mx."))  # fmt: skip
    return f.Is(COLUMNS["country"], (text.upper(),))


def _waiting(value: Value, context: Context) -> Condition:
    shortest, longest = units.durations(value)
    since = context.now - longest if longest is not None else None
    until = context.now - shortest if shortest is not None else None
    return f.Between(COLUMNS["waiting"], since, until)


def _tag(value: Value, context: Context) -> Condition:
    tag = one("tag", value)
    if fold(tag.text) == NONE and not tag.prefix:
        return f.Not(f.has_tags())
    return f.tagged(fold(tag.text), tag.prefix)


def _customer(value: Value, context: Context) -> Condition:
    if fold(one("customer", value).text) == NONE:
        return f.Not(f.Has(COLUMNS["customer"]))
    return f.named(fold(one("customer", value).text))


def _order(value: Value, context: Context) -> Condition:
    written = one("order", value).text.strip()
    key = "".join(fold(written).replace("-", "").split())
    if not key:
        raise bad(N_("Column {column}: {item} is no order number."), value.span[0], written)
    return f.ordered(key, written)


def _tracking(value: Value, context: Context) -> Condition:
    written = one("tracking", value).text.strip()
    key = "".join(fold(written).replace("-", "").split())
    if not key:
        raise bad(N_("Column {column}: {item} is no parcel number."), value.span[0], written)
    return f.shipped(key)


_OF_ORDER = "x.order_id = o.id"


def _amount(value: Value, context: Context) -> Condition:
    currency, (low, high) = units.money(value)
    tests = [_OF_ORDER, "o.currency = ?", *(["o.total_minor >= ?"] * (low is not None)),
             *(["o.total_minor <= ?"] * (high is not None))]  # fmt: skip
    params = (currency, *(n for n in (low, high) if n is not None))
    rows = f.Rows("ticket_order x JOIN orders o", "x.ticket_id", " AND ".join(tests), params, seeks=False)
    return f.Linked("t.id", (rows,))


def _related(source: str, column: str, where: str) -> State:
    condition = f.Linked("t.id", (f.Rows(source, column, where, seeks=False),))
    return lambda context: condition


def _has(column: str) -> State:
    return lambda context: f.Has(COLUMNS[column])


def _lacks(column: str) -> State:
    return lambda context: f.Not(f.Has(COLUMNS[column]))


def _is(column: str, *values: object) -> State:
    return lambda context: f.Is(COLUMNS[column], values)


def _tags(context: Context) -> Iterable[str]:
    return context.tags


def _fields() -> Iterable[Field]:
    yield states("is", N_("state of the ticket"), lambda context: context.names.states)
    yield states("has", N_("what the ticket has"), lambda context: context.names.things)
    yield Field("assignee", "word", N_("who has it: me, none, or an agent"), _assignee,
                lambda context: ("me", NONE, *context.agents))  # fmt: skip
    yield choice("platform", N_("the marketplace or mail"), COLUMNS["platform"], PLATFORMS)
    yield Field("channel", "word", N_("the connected account"), _channel, lambda context: context.channels)
    yield choice("status", N_("exact status"), COLUMNS["status"], STATUSES)
    yield Field("priority", "word", N_("priority; priority:high.. is high and urgent"), _priority,
                lambda context: PRIORITIES)  # fmt: skip
    yield choice("type", N_("the main issue"), COLUMNS["type"], TYPES)
    yield Field("class", "word", N_("coarse class of the issue"), _class, lambda context: CLASSES)
    yield choice("cause", N_("what went wrong"), COLUMNS["cause"], TYPES, optional=True)
    yield choice("ask", N_("what the buyer wants"), COLUMNS["ask"], TYPES, optional=True)
    yield Field("lang", "word", N_("language of the buyer: lang:zh is also zh-CN"), _lang)
    yield Field("country", "word", N_("country of the buyer, two letters"), _country)
    yield moments("due", N_("next deadline: due:..2h, due:today"), COLUMNS["due"])
    yield moments("created", N_("when it came: created:-7d, created:2026-11-01"), COLUMNS["created"])
    yield moments("updated", N_("latest change"), COLUMNS["updated"])
    yield Field("waiting", "duration", N_("how long the buyer has waited: waiting:4h.."), _waiting)
    yield Field("tag", "word", N_("a tag, or none"), _tag, _tags)
    yield Field("customer", "text", N_("beginning of the name or address"), _customer)
    yield Field("order", "text", N_("order number, with or without dashes"), _order)
    yield Field("tracking", "text", N_("parcel number of the order, with or without dashes"), _tracking)
    yield Field("amount", "money", N_("total of the order: amount:..20USD"), _amount)
    yield whole("id", N_("ticket number"), COLUMNS["id"])
    yield whole("messages", N_("number of messages"), COLUMNS["messages"])


def _fill() -> None:
    for entry in _fields():
        NAMES.add(entry)
    state, thing = NAMES.add_state, NAMES.add_thing
    state("open", N_("not solved and not closed"), _is("is_open", 1))
    state("closed", N_("solved or closed"), _is("is_open", 0))
    state("solved", N_("solved, may come back"), _is("status", "solved"))
    state("new", N_("nobody has looked at it"), _is("status", "new"))
    state("pending", N_("waits for the buyer"), _is("status", "pending"))
    state("on_hold", N_("waits for somebody else"), _is("status", "on_hold"))
    state("waiting", N_("the buyer waits for an answer"), _has("waiting"))
    state("unanswered", N_("the buyer waits for an answer"), _has("waiting"))
    state("answered", N_("answered, and nothing new since"),
          lambda context: f.All((f.Has(COLUMNS["replied"]), f.Not(f.Has(COLUMNS["waiting"])))))  # fmt: skip
    state("overdue", N_("past its deadline"), lambda context: f.Between(COLUMNS["due"], None, context.now))
    state("snoozed", N_("asleep until later"), lambda context: f.Between(COLUMNS["snoozed"], context.now + 1, None))
    state("assigned", N_("somebody has it"), _has("assignee"))
    state("unassigned", N_("nobody has it"), _lacks("assignee"))
    state("mine", N_("assigned to you"), lambda context: f.Is(COLUMNS["assignee"], (me(context),)))
    state("urgent", N_("priority urgent"), _is("priority", len(PRIORITIES) - 1))
    state("escalated", N_("escalated"), _has("escalation"))
    state("review", N_("its type needs a look"), _has("needs_review"))
    state("automatic", N_("written by a machine"), _has("automatic"))
    state("spam", N_("marked as spam, or from a blocked sender"), _is("automatic", "spam"))
    thing("due", N_("a running deadline"), _has("due"))
    thing("assignee", N_("an assignee"), _has("assignee"))
    thing("customer", N_("a known customer"), _has("customer"))
    thing("lang", N_("a known language"), _has("lang"))
    thing("country", N_("a known country"), _has("country"))
    thing("cause", N_("a cause"), _has("cause"))
    thing("ask", N_("a wish"), _has("ask"))
    thing("reply", N_("an answer of ours"), _has("replied"))
    thing("tag", N_("a tag"), lambda context: f.has_tags())
    thing("order", N_("a known order"), _related("ticket_order x", "x.ticket_id", "1"))
    thing("attachment", N_("an attached file"),
          _related("message m JOIN attachment a", "m.ticket_id", "a.message_id = m.id"))  # fmt: skip
    thing("note", N_("an internal note"), _related("message m", "m.ticket_id", "m.direction = 'note'"))
    shipped = "s.order_id = x.order_id AND s.tracking <> ''"
    thing(
        "tracking", N_("a shipment with a number"), _related("ticket_order x JOIN shipment s", "x.ticket_id", shipped)
    )


_fill()
