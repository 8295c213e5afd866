"""The fields of tickets, time and agents that every desk knows; `fields_more` has what hangs on a ticket. Importing this
fills `names.NAMES`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from desk.query import units
from desk.query.compiling import lonely_in
from desk.query.faults import bad
from desk.query.making import (
    NONE,
    agent,
    ages,
    always,
    choice,
    is_none,
    look_up,
    me,
    moments,
    named_states,
    on,
    one,
    whole,
)
from desk.query.names import NAMES, Context, Field, State
from desk.query.scopes import SCOPES
from desk.query.tree import IN, One, Value
from desk.vocabulary import CLASSES, CLOCK_KINDS
from store import filter as f
from store import related
from store.errors import N_
from store.filter import TICKET_COLUMNS as COLUMNS
from store.filter import Condition
from store.values import fold

__all__ = ["NONE", "one"]

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
    "mercadolibre aliexpress wish lazada drop"
).split()
LANGUAGES = ("en", "zh-CN", "zh-TW", "de", "fr", "es", "it", "pt", "nl", "pl", "ja", "ko")
"""Offered whether the desk has them yet or not."""


def _assignee(value: Value, context: Context) -> Condition:
    column = COLUMNS["assignee"]
    return f.Not(f.Has(column)) if is_none(value) else f.Is(column, (agent("assignee", value, context),))


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
        return f.Not(f.Has(COLUMNS["language"]))
    first, *rest = fold(text).replace("_", "-").split("-")
    spelled = [first, *(p.title() if len(p) == 4 else p.upper() if len(p) == 2 else p for p in rest)]
    primary = f.Is(COLUMNS["language"], (first,))
    return f.All((primary, f.Is(COLUMNS["region"], ("-".join(spelled),)))) if rest else primary


def _country(value: Value, context: Context) -> Condition:
    text = one("country", value).text
    if fold(text) == NONE:
        return f.Not(f.Has(COLUMNS["country"]))
    if not re.fullmatch("[A-Za-z]{2}", text):
        raise bad(N_("Column {column}: {item} is no country code."), value.span[0], text,
                  N_("Write two letters, as in country:mx."))  # fmt: skip
    return f.Is(COLUMNS["country"], (text.upper(),))


def _tag(value: Value, context: Context) -> Condition:
    tag = one("tag", value)
    if fold(tag.text) == NONE and not tag.prefix:
        return f.Not(related.has_tags())
    return related.tagged(fold(tag.text), tag.prefix)


def _has(column: str) -> State:
    return lambda context: f.Has(COLUMNS[column])


def _lacks(column: str) -> State:
    return lambda context: f.Not(f.Has(COLUMNS[column]))


def _is(column: str, *values: object) -> State:
    return lambda context: f.Is(COLUMNS[column], values)


def _pressing(context: Context) -> f.Condition:
    """What urgent means on a desk: a deadline is near or past, or a person said urgent and nobody else must act first."""
    ours = f.Is(COLUMNS["status"], ("new", "open"))
    said = f.All((f.Is(COLUMNS["priority"], (len(PRIORITIES) - 1,)), ours))
    return f.Any_((f.Between(COLUMNS["warn"], None, context.now), said))


def _known(what: str, *first: str) -> Callable[[Context], Iterable[str]]:
    """What completion offers: some words, then those the desk has."""
    return lambda context: dict.fromkeys((*first, *context.known(what)))


def _langs(context: Context) -> Iterable[str]:
    return dict.fromkeys((*context.known("langs"), *LANGUAGES, NONE))


def _fields() -> Iterable[Field]:
    yield named_states("is", N_("state of the ticket"), lambda context: context.names.all_states(),
                       lambda context: context.names.states)  # fmt: skip
    yield named_states("has", N_("what the ticket has"), lambda context: context.names.things,
                       lambda context: context.names.things)  # fmt: skip
    yield Field(
        IN, "word", N_("where the words beside it are looked for"), lonely_in, lambda context: SCOPES, "message"
    )
    yield Field("assignee", "word", N_("who has it: me, none, or an agent"), _assignee,
                lambda context: ("me", NONE, *context.agents), "people")  # fmt: skip
    yield choice("platform", N_("the marketplace or mail"), COLUMNS["platform"], PLATFORMS)
    yield Field("channel", "word", N_("the connected account"), _channel, lambda context: context.channels)
    yield choice("status", N_("exact status"), COLUMNS["status"], STATUSES)
    yield Field("priority", "word", N_("priority; priority:high.. is high and urgent"), _priority,
                lambda context: PRIORITIES)  # fmt: skip
    yield choice("type", N_("the main issue"), COLUMNS["type"], TYPES)
    yield Field("class", "word", N_("coarse class of the issue"), _class, lambda context: CLASSES)
    yield choice("cause", N_("what went wrong"), COLUMNS["cause"], TYPES, optional=True)
    yield choice("ask", N_("what the buyer wants"), COLUMNS["ask"], TYPES, optional=True)
    yield Field("lang", "word", N_("language of the buyer: lang:zh is also zh-CN"), _lang, _langs, "people")
    yield Field(
        "country", "word", N_("country of the buyer, two letters"), _country, _known("countries", NONE), "people"
    )
    yield moments("due", N_("next deadline: due:..2h, due:today"), on(COLUMNS["due"]))
    yield ages("overdue_by", N_("how long past its deadline: overdue_by:2h.."), on(COLUMNS["due"]))
    yield choice(
        "clock", N_("what the next deadline is for"), COLUMNS["due_kind"], CLOCK_KINDS, optional=True, room="time"
    )
    yield moments("created", N_("when it came: created:-7d, created:2026-11-01"), on(COLUMNS["created"]))
    yield moments("updated", N_("latest change"), on(COLUMNS["updated"]))
    yield ages("idle", N_("how long nothing has changed: idle:3d.."), on(COLUMNS["updated"]))
    yield ages("in_status", N_("how long it has had its status: in_status:2d.."), on(COLUMNS["status_since"]))
    yield ages("waiting", N_("how long the buyer has waited: waiting:4h.."), on(COLUMNS["waiting"]))
    yield moments("first_reply", N_("when we answered first"), on(COLUMNS["first_reply"]))
    yield moments("replied", N_("when we answered last"), on(COLUMNS["last_reply"]))
    yield Field("tag", "word", N_("a tag, or none"), _tag, _known("tags", NONE))
    yield whole("id", N_("ticket number"), on(COLUMNS["id"]))
    yield whole("messages", N_("number of messages"), on(COLUMNS["messages"]))
    yield whole("effort", N_("how much of an agent's capacity it takes"), on(COLUMNS["effort"]), "work")


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
    state("unanswered", N_("the buyer waits for an answer"), _has("waiting"))
    state("answered", N_("answered, and nothing new since"),
          lambda context: f.All((f.Has(COLUMNS["first_reply"]), f.Not(f.Has(COLUMNS["waiting"])))))  # fmt: skip
    state("overdue", N_("past its deadline"), lambda context: f.Between(COLUMNS["due"], None, context.now))
    state("warned", N_("near its deadline, or past it"), lambda context: f.Between(COLUMNS["warn"], None, context.now))
    state("pressing", N_("near its deadline or past it, or priority urgent and not waiting for others"), _pressing)
    state("breached", N_("a deadline was missed"), always(related.clocks("x.breached_at IS NOT NULL")))
    state("paused", N_("a clock stands still"), always(related.paused()))
    state("snoozed", N_("asleep until later"), lambda context: f.Between(COLUMNS["snoozed"], context.now + 1, None))
    state("assigned", N_("somebody has it"), _has("assignee"))
    state("unassigned", N_("nobody has it"), _lacks("assignee"))
    state("mine", N_("assigned to you"), lambda context: f.Is(COLUMNS["assignee"], (me(context),)))
    state("urgent", N_("priority urgent"), _is("priority", len(PRIORITIES) - 1))
    state("flagged", N_("flagged"), _has("flagged"))
    state("unread", N_("something in it you have not seen"), lambda context: related.unread(me(context)))
    state("escalated", N_("escalated"), _has("escalation"))
    state("review", N_("its type needs a look"), _has("needs_review"))
    state("automatic", N_("written by a machine"), _has("automatic"))
    state("spam", N_("marked as spam, or from a blocked sender"), _is("automatic", "spam"))
    thing("due", N_("a running deadline"), _has("due"))
    thing("assignee", N_("an assignee"), _has("assignee"))
    thing("customer", N_("a known customer"), _has("customer"))
    thing("lang", N_("a known language"), _has("language"))
    thing("country", N_("a known country"), _has("country"))
    thing("cause", N_("a cause"), _has("cause"))
    thing("ask", N_("a wish"), _has("ask"))
    thing("reply", N_("an answer of ours"), _has("first_reply"))
    thing("tag", N_("a tag"), always(related.has_tags()))
    NAMES.add_alias("is:waiting", "unanswered")
    for other, name in {"agent": "assignee", "language": "lang", "tags": "tag", "label": "tag"}.items():
        NAMES.add_alias(other, name)


_fill()
