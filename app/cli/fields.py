"""`deskhand set`: fields of tickets and fields of your own, as `field=value`; lists take `+=` and `-=`."""

from __future__ import annotations

import argparse
import re
from collections.abc import Collection
from typing import Any, NamedTuple

from app.cli.bulk import act, add_words, leading_tickets, words_of
from app.cli.options import Usage, unknown
from app.cli.parsing import Parser
from app.cli.run import Run
from app.words import _
from store.unit import UnitOfWork

_FIELDS = {
    "status": "status",
    "priority": "priority",
    "type": "type",
    "cause": "cause",
    "ask": "ask",
    "assignee": "assignee_id",
    "tags": "tags",
    "tag": "tags",
    "subject": "subject",
    "language": "lang",
    "lang": "lang",
    "order": "order_number",
    "needs_review": "needs_review",
    "escalation": "escalation",
    "flagged": "flagged",
    "effort": "effort",
    "group": "group_id",
}
_FLAGS = {"yes": 1, "true": 1, "1": 1, "no": 0, "false": 0, "0": 0}
_SETTING = re.compile(r"([a-z][a-z0-9_]*)(\+=|-=|=)(.*)", re.DOTALL)


def arguments(parser: Parser) -> None:
    add_words(parser, "FIELD=VALUE", _("such as status=open priority=high type=damaged tags+=vip urgency=high; the type it has "
                                       "says that it is right"))
    parser.add_argument(
        "--if-version", type=int, default=None, metavar="N", help=_("only if the ticket is still at version N")
    )


def prepare(argv: list[str]) -> list[str]:
    """`tags-=x` and a bare `-` are words here."""
    return argv


def run(run: Run, args: argparse.Namespace) -> int:
    ids, settings = leading_tickets(words_of(args))
    if not ids or not settings:
        raise Usage(_("Say: deskhand set TICKET… FIELD=VALUE…"))
    asked = read_settings(settings, _own_fields(run, settings))

    def do(unit: UnitOfWork, ticket_id: int) -> int:
        from desk.changes import change, normal_tags, require, together
        from desk.fields import set_value
        from desk.tickets import confirm_type
        from store.sql.tickets import tags

        ticket = require(unit, ticket_id)
        wanted = dict(asked.values)
        if asked.add or asked.remove:
            have = set(normal_tags(wanted["tags"])) if "tags" in wanted else set(tags(unit.conn, ticket_id))
            wanted["tags"] = sorted((have | set(normal_tags(asked.add))) - set(normal_tags(asked.remove)))
        with together(unit):
            told = [change(unit, ticket_id, wanted, if_version=args.if_version)]
            told += [set_value(unit, ticket_id, field, text, run.zone) for field, text in asked.own.items()]
            if wanted.get("type") == ticket.type:
                told.append(confirm_type(unit, ticket_id))
        return max(told)

    return act(run, ids, do)


class Asked(NamedTuple):
    """What a line of settings asks for: ticket fields, tags to add and to remove, fields of the team's own."""

    values: dict[str, Any]
    add: list[str]
    remove: list[str]
    own: dict[str, str]


def _own_fields(run: Run, settings: list[str]) -> Collection[str]:
    """The ids of the team's own fields, looked up where a word names none of a ticket's."""
    if all(_SETTING.fullmatch(word) and word.partition("=")[0].rstrip("+-") in _FIELDS for word in settings):
        return ()
    from store.sql.fields import all_fields

    return [f.id for f in all_fields(run.conn)]


def read_settings(settings: list[str], own: Collection[str]) -> Asked:
    """What `field=value` words ask for. Raises Usage."""
    asked = Asked({}, [], [], {})
    for word in settings:
        found = _SETTING.fullmatch(word)
        if not found:
            raise Usage(_("{word} is not FIELD=VALUE.").format(word=word))
        name, sign, text = found.groups()
        if name not in _FIELDS and name not in own:
            raise Usage(unknown(name, [*_FIELDS, *own], _("a field")))
        field = _FIELDS.get(name, name)
        if sign != "=" and field != "tags":
            raise Usage(_("Only tags take {sign}; say {name}=VALUE.").format(sign=sign, name=name))
        if sign != "=":
            (asked.add if sign == "+=" else asked.remove).extend(text.split(","))
        elif name in _FIELDS:
            asked.values[field] = _value(field, name, text)
        else:
            asked.own[name] = text
    return asked


def _value(field: str, name: str, text: str) -> Any:
    if field == "tags":
        return [t for t in text.split(",") if t.strip()]
    if field in ("needs_review", "escalation", "flagged"):
        if text.casefold() not in _FLAGS:
            raise Usage(_("{name} is yes or no.").format(name=name))
        return _FLAGS[text.casefold()]
    if field in ("assignee_id", "group_id") and text in ("", "none", "nobody"):
        return None
    return text
