"""`deskhand set`: fields of tickets, as `field=value`; lists take `+=` and `-=`."""

from __future__ import annotations

import argparse
import re
from typing import Any

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
}
_FLAGS = {"yes": 1, "true": 1, "1": 1, "no": 0, "false": 0, "0": 0}
_SETTING = re.compile(r"([a-z_]+)(\+=|-=|=)(.*)", re.DOTALL)


def arguments(parser: Parser) -> None:
    add_words(parser, "FIELD=VALUE", _("such as status=open priority=high type=damaged tags+=vip"))
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
    values, add, remove = read_settings(settings)

    def do(unit: UnitOfWork, ticket_id: int) -> int:
        from desk.changes import change, normal_tags, require
        from store.sql.tickets import tags

        require(unit, ticket_id)
        wanted = dict(values)
        if add or remove:
            have = set(normal_tags(wanted["tags"])) if "tags" in wanted else set(tags(unit.conn, ticket_id))
            wanted["tags"] = sorted((have | set(normal_tags(add))) - set(normal_tags(remove)))
        return change(unit, ticket_id, wanted, if_version=args.if_version)

    return act(run, ids, do)


def read_settings(settings: list[str]) -> tuple[dict[str, Any], list[str], list[str]]:
    """`(values, tags to add, tags to remove)` of `field=value` words. Raises Usage."""
    values: dict[str, Any] = {}
    add: list[str] = []
    remove: list[str] = []
    for word in settings:
        found = _SETTING.fullmatch(word)
        if not found:
            raise Usage(_("{word} is not FIELD=VALUE.").format(word=word))
        name, sign, text = found.groups()
        if name not in _FIELDS:
            raise Usage(unknown(name, _FIELDS, _("a field")))
        field = _FIELDS[name]
        if sign != "=" and field != "tags":
            raise Usage(_("Only tags take {sign}; say {name}=VALUE.").format(sign=sign, name=name))
        if sign != "=":
            (add if sign == "+=" else remove).extend(text.split(","))
        else:
            values[field] = _value(field, name, text)
    return values, add, remove


def _value(field: str, name: str, text: str) -> Any:
    if field == "tags":
        return [t for t in text.split(",") if t.strip()]
    if field in ("needs_review", "escalation"):
        if text.casefold() not in _FLAGS:
            raise Usage(_("{name} is yes or no.").format(name=name))
        return _FLAGS[text.casefold()]
    if field == "assignee_id" and text in ("", "none", "nobody"):
        return None
    return text
