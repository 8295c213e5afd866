"""`deskhand setting`: every setting, what it means, what it is, who says so; and setting one."""

from __future__ import annotations

import argparse
from typing import Any

from app.cli.options import Usage, unknown
from app.cli.output import Column, record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run
from app.settings.reading import Place, Present, every, options, present, put
from app.settings.registry import GROUPS
from app.words import _

SCHEMA = "deskhand/setting/1"


def arguments(parser: Parser) -> None:
    verbs(parser, [
        ("list", _("every setting with its value, its default and who says so"), _list_arguments, _list),
        ("get", _("one setting, and the values it may have"), _get_arguments, _get),
        ("set", _("set one; an empty value goes back to the default"), _set_arguments, _set),
    ])  # fmt: skip


def run(run: Run, args: argparse.Namespace) -> int:
    return perform_verb(run, args)


def _list_arguments(parser: Parser) -> None:
    parser.add_argument("--group", choices=tuple(GROUPS), help=_("only this group"))
    parser.add_argument("--changed", action="store_true", help=_("only what is not as it comes"))


def _get_arguments(parser: Parser) -> None:
    parser.add_argument("key", metavar="KEY")


def _set_arguments(parser: Parser) -> None:
    parser.add_argument("key", metavar="KEY")
    parser.add_argument("value", metavar="VALUE")


def _place(run: Run) -> Place:
    return Place(run.conn, run.me, run.folder)


def _list(run: Run, args: argparse.Namespace) -> int:
    found = [one for one in every(_place(run)) if not args.group or one.setting.group == args.group]
    rows = [_row(one) for one in found if not args.changed or one.source not in ("default", "file") or one.value]
    columns = [Column("key", _("Setting")), Column("said", _("Now")), Column("where", _("Who says so")),
               Column("about", _("What it does"))]  # fmt: skip
    records(run, SCHEMA, "settings", columns, rows)
    return 0


def _row(one: Present) -> dict[str, Any]:
    setting = one.setting
    return {"key": setting.key, "group": setting.group, "label": _(setting.label), "about": _(setting.about),
            "default": _(setting.default), "value": one.value, "said": one.said, "source": one.source,
            "where": one.where, "editable": one.editable}  # fmt: skip


def _get(run: Run, args: argparse.Namespace) -> int:
    place = _place(run)
    one = present(place, _known(place, args.key))
    known = [value for value, _name in options(place, one.setting) if value] if one.editable else []
    record(run, SCHEMA, {**_row(one), "known": known}, lambda: [
        f"{one.setting.key}  {one.said}",
        f"  {_(one.setting.about)}",
        "  " + _("unless chosen: {value}").format(value=_(one.setting.default)),
        "  " + one.where,
        *(["  " + _("may be: {known}").format(known=", ".join(known))] if known else []),
    ])  # fmt: skip
    return 0


def _set(run: Run, args: argparse.Namespace) -> int:
    place = Place(run.conn, run.agent.id, run.folder)
    key = _known(place, args.key)
    with run.write() as unit:
        put(unit, place, key, args.value)
    one = present(place, key)
    run.say(_("{item}: {value} ({where})").format(item=key, value=one.said, where=one.where))
    if one.source == "environment" and one.chosen:
        run.warn(_("{name} stands above it.").format(name=one.name))
    return 0


def _known(place: Place, key: str) -> str:
    """The key, if it is one. Raises Usage with the nearest one."""
    keys = [one.setting.key for one in every(place)]
    if key not in keys:
        raise Usage(unknown(key, keys, _("a setting")))
    return key
