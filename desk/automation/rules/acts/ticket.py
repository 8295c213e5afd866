"""Acts on the ticket's own fields: set, tag, flag, unflag, snooze, stop."""

from __future__ import annotations

from datetime import UTC, tzinfo

from desk.automation.rules.registry import Args, Doing, Effect, register
from desk.automation.rules.tables import Table, missing
from desk.changes import change, normal_tags
from desk.clocks.keep import calendars
from desk.tickets import snooze, snooze_until, tag
from desk.vocabulary import PRIORITIES, PRIORITY_NUMBERS, STATUSES, TYPES
from store.errors import N_, Invalid

_SET = {"type": TYPES, "priority": PRIORITIES, "status": STATUSES}


def _read_set(t: Table) -> Args:
    found = {key: word for key, known in _SET.items() if (word := t.word(key, known))}
    if not found:
        raise missing(t.item, f"{t.at}type, priority, status")
    return found


def _fields(args: Args) -> dict[str, object]:
    fields = {**args, "priority": PRIORITY_NUMBERS[args["priority"]]} if "priority" in args else dict(args)
    return {**fields, "snoozed_until": 0} if "status" in fields else fields


def _set(doing: Doing, args: Args) -> None:
    change(doing.unit, doing.ticket_id, _fields(args))


def _read_tag(t: Table) -> Args:
    found = {key: normal_tags(words) for key in ("add", "remove") if (words := t.words(key))}
    if not found:
        raise missing(t.item, f"{t.at}add, remove")
    return found


def _tag(doing: Doing, args: Args) -> None:
    tag(doing.unit, doing.ticket_id, add=args.get("add", ()), remove=args.get("remove", ()))


def _tags(args: Args) -> Effect:
    return Effect(add=tuple(args.get("add", ())), remove=tuple(args.get("remove", ())))


def _read_nothing(t: Table) -> Args:
    return {}


def _flag(doing: Doing, args: Args) -> None:
    change(doing.unit, doing.ticket_id, {"flagged": 1})


def _unflag(doing: Doing, args: Args) -> None:
    change(doing.unit, doing.ticket_id, {"flagged": 0})


def _read_snooze(t: Table) -> Args:
    words = t.text("until", needed=True)
    try:
        snooze_until(words, 0)
    except Invalid as error:
        raise t.bad("until", words, ("2h", "3d", "tomorrow", "reply")) from error
    return {"until": words}


def _snooze(doing: Doing, args: Args) -> None:
    snooze(doing.unit, doing.ticket_id, snooze_until(args["until"], doing.unit.now, _zone(doing)))


def _zone(doing: Doing) -> tzinfo:
    """Where the shop's mornings begin."""
    shop = calendars(doing.unit.conn).get("shop")
    return shop.tz if shop else UTC


def _stop(doing: Doing, args: Args) -> None:
    """What ends is the run over the rules: `run` sees to it."""


register("set", N_("sets type, priority or status"), _read_set, _set, effect=lambda args: Effect(fields=_fields(args)))
register("tag", N_("adds and removes tags"), _read_tag, _tag, effect=_tags)
register("flag", N_("flags the ticket"), _read_nothing, _flag, effect=lambda args: Effect(fields={"flagged": 1}))
register("unflag", N_("takes the flag off"), _read_nothing, _unflag, effect=lambda args: Effect(fields={"flagged": 0}))
register("snooze", N_("hides the ticket for a while"), _read_snooze, _snooze)
register("stop", N_("no later act and no later rule"), _read_nothing, _stop)
