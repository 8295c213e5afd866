"""The fields of what hangs on a ticket: its customer, orders, parcels, messages, tasks and links. Importing this adds
them to `names.NAMES`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from desk.query.compiling import words_expression
from desk.query.faults import bad
from desk.query.making import (
    NONE,
    Related,
    agent,
    always,
    among,
    amounts,
    is_none,
    me,
    moments,
    named_by,
    one,
    state_of,
    whole,
)
from desk.query.names import NAMES, Compile, Context, Field
from desk.query.scopes import SCOPES
from desk.query.tree import Value
from store import filter as f
from store import related
from store.errors import N_
from store.filter import TICKET_COLUMNS, Condition, Linked
from store.values import fold

TASK_STATES = ("open", "doing", "done", "dropped")
_TO_DO = "x.state IN ('open', 'doing')"


def _offered(what: str, *first: str) -> Callable[[Context], Iterable[str]]:
    return lambda context: dict.fromkeys((*first, *context.known(what)))


def _customer(value: Value, context: Context) -> Condition:
    if is_none(value):
        return f.Not(f.Has(TICKET_COLUMNS["customer"]))
    return related.named(_written("customer", value))


def _email(value: Value, context: Context) -> Condition:
    return related.mailed(_written("email", value))


def _written(name: str, value: Value) -> str:
    text = fold(one(name, value).text)
    if not text:
        raise bad(N_("Column {column}: {item} holds no letter or digit."), value.span[0], text)
    return text


def _order(value: Value, context: Context) -> Condition:
    written = one("order", value).text.strip()
    key = _key(written)
    if not key:
        raise bad(N_("Column {column}: {item} is no order number."), value.span[0], written)
    return related.ordered(key, written)


def _tracking(value: Value, context: Context) -> Condition:
    written = one("tracking", value).text.strip()
    key = _key(written)
    if not key:
        raise bad(N_("Column {column}: {item} is no parcel number."), value.span[0], written)
    return related.shipped(key)


def _key(written: str) -> str:
    return "".join(fold(written).replace("-", "").split())


def _amount(currency: str, low: int | None, high: int | None) -> Condition:
    test, params = related.ranged("o.total_minor", low, high)
    return related.orders(f"o.currency = ? AND {test}", (currency, *params))


def _item(value: Value, context: Context) -> Condition:
    return related.titled(_written("item", value))


def _within(name: str, scope: str) -> Compile:
    """A word or phrase in one place of a message."""
    column, table, _help = SCOPES[scope]

    def compile(value: Value, context: Context) -> Condition:
        text = one(name, value)
        return related.in_column(column, words_expression(text.text, text.prefix, text.span[0]), table)

    return compile


def _author(value: Value, context: Context) -> Condition:
    if is_none(value):
        return f.Not(related.messages("m.author_id <> ''"))
    return related.messages("m.author_id <> '' AND m.author_id = ?", (agent("author", value, context),))


def _mention(value: Value, context: Context) -> Condition:
    return f.Not(related.mentioned()) if is_none(value) else related.mentioned(agent("mention", value, context))


def _task_for(value: Value, context: Context) -> Condition:
    if is_none(value):
        return related.tasks(f"{_TO_DO} AND x.assignee_id = ''")
    return related.tasks(f"{_TO_DO} AND x.assignee_id = ?", (agent("task_for", value, context),))


def _country(value: Value, context: Context) -> Condition:
    text = one("order_country", value).text
    if not is_none(value) and not re.fullmatch("[A-Za-z]{2}", text):
        raise bad(N_("Column {column}: {item} is no country code."), value.span[0], text,
                  N_("Write two letters, as in country:mx."))  # fmt: skip
    return _COUNTRY.compile(value, context)


_orders: Related = related.orders
_parcels: Related = related.parcels
_COUNTRY = named_by("order_country", N_("country an order goes to, two letters"), _orders, "o.country",
                    _offered("order_countries", NONE), upper=True)  # fmt: skip


def _linked_to(low: int | None, high: int | None) -> Linked:
    return related.linked_to(low, high)


def _people() -> Iterable[Field]:
    yield Field(
        "customer", "text", N_("beginning of the name or address"), _customer, lambda context: (NONE,), "people"
    )
    yield Field("email", "text", N_("beginning of an address of the buyer"), _email, room="people")
    yield named_by("tier", N_("level of the customer, such as vip"), related.customers, "lower(c.tier)",
                   _offered("tiers", NONE), filled="c.tier <> ''", room="people")  # fmt: skip
    yield whole("bought", N_("orders the customer has made: bought:3.."), among(related.customers, "c.order_count"),
                "people")  # fmt: skip


def _shop() -> Iterable[Field]:
    yield Field("order", "text", N_("order number, with or without dashes"), _order, room="order")
    yield amounts("amount", N_("total of the order: amount:..20USD"), _amount)
    yield moments("placed", N_("when an order was placed: placed:-30d"), among(_orders, "o.placed_at"), "order")
    yield named_by("order_status", N_("state of an order, in the shop's word"), _orders, "lower(o.status)",
                   _offered("order_statuses", NONE))  # fmt: skip
    yield _COUNTRY._replace(compile=_country)
    yield named_by("sku", N_("article number of an item; sku:LMP-* finds beginnings"), related.items, "lower(i.sku)",
                   _offered("skus"))  # fmt: skip
    yield Field("item", "text", N_("part of the title of an item"), _item, room="order")
    yield Field("tracking", "text", N_("parcel number of the order, with or without dashes"), _tracking, room="parcel")
    yield named_by("courier", N_("who carries the parcel"), _parcels, "lower(s.courier)", _offered("couriers", NONE),
                   room="parcel")  # fmt: skip
    yield named_by("parcel", N_("state of a parcel, such as in_transit"), _parcels, "lower(s.status)",
                   _offered("parcel_statuses", NONE), room="parcel")  # fmt: skip
    yield moments("shipped", N_("when a parcel left"), among(_parcels, "s.shipped_at"), "parcel")
    yield moments("delivered", N_("when a parcel arrived: delivered:-14d"), among(_parcels, "s.delivered_at"), "parcel")


def _messages() -> Iterable[Field]:
    yield Field(
        "from", "text", N_("words of the name or address of who wrote"), _within("from", "people"), room="message"
    )
    yield Field("author", "word", N_("agent who wrote an answer or a note"), _author,
                lambda context: ("me", NONE, *context.agents), "message")  # fmt: skip
    yield moments(
        "sent", N_("when a message was sent, ours or theirs"), among(related.messages, "m.sent_at"), "message"
    )
    yield Field("subject", "text", N_("a word or phrase in a subject"), _within("subject", "subject"), room="message")
    yield Field("body", "text", N_("a word or phrase in a text"), _within("body", "body"), room="message")
    yield Field("note", "text", N_("a word or phrase in an internal note"), _within("note", "note"), room="message")
    yield Field("file", "text", N_("a word in the name or content of an attached file"), _within("file", "files"),
                room="message")  # fmt: skip


def _work() -> Iterable[Field]:
    yield Field("mention", "word", N_("an agent named in a note: mention:me"), _mention,
                lambda context: ("me", NONE, *context.agents), "work")  # fmt: skip
    yield state_of("task", N_("state of one of its tasks, or none"), related.tasks, "x.state", TASK_STATES)
    yield Field("task_for", "word", N_("who has a task in it that is still to do"), _task_for,
                lambda context: ("me", NONE, *context.agents), "work")  # fmt: skip
    yield whole("link", N_("number of a ticket it is linked to"), _linked_to, "work")


def _fill() -> None:
    for entries in (_people(), _shop(), _messages(), _work()):
        for entry in entries:
            NAMES.add(entry)
    state, thing = NAMES.add_state, NAMES.add_thing
    state("mentioned", N_("a note names you"), lambda context: related.mentioned(me(context)))
    state(
        "unseen", N_("a note names you and you have not looked since"), lambda context: related.unseen_by(me(context))
    )
    state("merged", N_("went into another ticket"), always(related.went_into("merged")))
    state("split", N_("came out of another ticket"), always(related.went_into("split")))
    thing("order", N_("a known order"), always(related.has_order()))
    thing("attachment", N_("an attached file"), always(related.has_files()))
    thing("note", N_("an internal note"), always(related.messages("m.direction = 'note'")))
    thing("tracking", N_("a shipment with a number"), always(related.parcels("s.tracking_key > ''")))
    thing("customer_note", N_("a note on the customer"), always(related.customers("c.note <> ''")))
    thing("mention", N_("a note that names somebody"), always(related.mentioned()))
    thing("task", N_("a task, done or not"), always(related.tasks()))
    thing("link", N_("a link to another ticket"), always(related.linked()))
    NAMES.add_alias("sender", "from")
    NAMES.add_alias("buyer", "customer")


_fill()
