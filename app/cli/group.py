"""`deskhand group`: departments, who is in them, which tickets come to them and how the work is shared out.

Everything of a group is set as KEY=VALUE: `deskhand group set returns members=ana:2,wei types=refund fallback=senior`.
An empty value goes back to what is usual. `team` is everybody; what is set there holds where no group does.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from app.cli.options import Usage, unknown
from app.cli.output import Column, Record, record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run
from app.labels import STRATEGIES
from app.words import N_, _

if TYPE_CHECKING:
    from desk.groups import Group

LIST, ONE = "deskhand/groups/1", "deskhand/group/1"
_LISTS = ("types", "countries", "languages", "skills", "precedence", "country_from")


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("list", _("every group"), _no_arguments, _list),
        ("show", _("one group, and how busy its people are"), _one, _show),
        ("add", _("make a group"), _add_arguments, _add),
        ("set", _("change what is set of a group"), _set_arguments, _set),
        ("promote", _("give other shares of the work for some days"), _promote_arguments, _promote),
        ("remove", _("take a group away; its tickets stay with whom they are"), _one, _remove),
    ))  # fmt: skip


run = perform_verb


def _no_arguments(parser: Parser) -> None:
    """None of its own."""


def _one(parser: Parser) -> None:
    parser.add_argument("group", metavar="ID", help=_("its id"))


def _add_arguments(parser: Parser) -> None:
    parser.add_argument("group", metavar="ID", help=_("a short id that stays, such as returns"))
    _settings(parser, "*")


def _set_arguments(parser: Parser) -> None:
    _one(parser)
    _settings(parser, "+")


def _settings(parser: Parser, count: str) -> None:
    parser.add_argument(
        "settings",
        nargs=count,
        metavar="KEY=VALUE",
        help=_(
            "name, members=ana:2,wei:1, strategy=least_load|round_robin|weighted|skill|language|country|sticky|previous, "
            "pick=least_load|round_robin|weighted, fallback=GROUP|AGENT, types=refund,return_exchange, countries=DACH,FR, "
            "languages=de, skills=lamps, level=3, senior=yes, sticky=no; of team also precedence=types,countries,languages,"
            "regions and country_from=order,customer,ip,registration"
        ),
    )


def _promote_arguments(parser: Parser) -> None:
    _one(parser)
    parser.add_argument(
        "members", nargs="*", metavar="AGENT:SHARE", help=_("shares meanwhile; none ends all promotions")
    )
    parser.add_argument("--from", dest="first", default="", metavar="DATE", help=_("first day; today unless said"))
    parser.add_argument("--until", dest="last", default="", metavar="DATE", help=_("last day"))


def group_record(g: Group) -> Record:
    from desk.groups import table_of

    found = {
        "id": g.id, "name": g.name, "members": g.members, "strategy": g.strategy, "pick": g.pick,
        "fallback": g.fallback or None, "types": g.types, "countries": g.countries, "languages": g.languages,
        "skills": g.skills, "level": g.level, "senior": g.senior, "sticky": g.sticky,
        "promotions": table_of(g).get("promotions", []),
    }  # fmt: skip
    return found if g.id != "team" else {**found, "precedence": g.precedence, "country_from": g.country_from}


def _list(run: Run, args: argparse.Namespace) -> int:
    from desk.groups import every

    waiting = dict(run.conn.execute("SELECT group_id, count(*) FROM ticket WHERE is_open = 1 AND group_id IS NOT NULL "
                                    "GROUP BY group_id").fetchall())  # fmt: skip
    rows = [{**group_record(g), "tickets": waiting.get(g.id, 0), "attracts": [*g.types, *g.countries, *g.languages]}
            for g in every(run.conn)]  # fmt: skip
    columns = [
        Column("id", _("Id")),
        Column("name", _("Name"), _),
        Column("members", _("Members"), _members),
        Column("strategy", _("Shared out"), lambda s: _(STRATEGIES[s])),
        Column("fallback", _("Fallback")),
        Column("attracts", _("Looks after")),
        Column("tickets", _("Tickets"), right=True),
    ]
    records(run, LIST, "groups", columns, rows)
    return 0


def _members(members: dict[str, float]) -> str:
    return ", ".join(f"{a}:{share:g}" if share != 1 else a for a, share in members.items()) or _("everybody")


def _show(run: Run, args: argparse.Namespace) -> int:
    from desk.automation import crew
    from desk.automation.candidates import absent
    from desk.groups import need
    from store.sql import teams

    g = need(run.conn, args.group)
    people = crew.of_group(run.conn, crew.candidates(run.conn), g, crew.today(run.conn, run.now))
    load = teams.loads(run.conn)
    now = {
        a.id: {"load": load.get(a.id, 0), "on_duty": absent(a, run.now) is None, "share": a.weight / 100}
        for a in people
    }
    record(run, ONE, {**group_record(g), "people": now})
    return 0


def _add(run: Run, args: argparse.Namespace) -> int:
    from desk import groups
    from store.errors import Conflict

    with run.write() as unit:
        if groups.get(unit.conn, args.group) is not None:
            raise Conflict(N_("There is a group {item} already."), item=args.group, next=N_("See: deskhand group list"))
        made = groups.save(unit, args.group, _values(args.settings))
    record(run, ONE, group_record(made))
    return 0


def _set(run: Run, args: argparse.Namespace) -> int:
    from desk import groups

    with run.write() as unit:
        groups.need(unit.conn, args.group)
        saved = groups.save(unit, args.group, _values(args.settings))
    record(run, ONE, group_record(saved))
    return 0


def _promote(run: Run, args: argparse.Namespace) -> int:
    from desk import groups
    from desk.automation.crew import today

    with run.write() as unit:
        group = groups.need(unit.conn, args.group)
        kept: list[Any] = list(groups.table_of(group).get("promotions", ()))
        if args.members:
            if not args.last:
                raise Usage(_("Say until when: --until 2026-11-30"))
            first = args.first or today(unit.conn, unit.now).isoformat()
            kept.append({"from": first, "until": args.last, "members": _shares(",".join(args.members))})
        else:
            kept = []
        saved = groups.save(unit, args.group, {"promotions": kept})
    record(run, ONE, group_record(saved))
    return 0


def _remove(run: Run, args: argparse.Namespace) -> int:
    from desk import groups

    with run.write() as unit:
        gone = groups.remove(unit, args.group)
    record(run, ONE, group_record(gone))
    return 0


def _values(words: list[str]) -> dict[str, Any]:
    from desk.groups import KEYS

    found: dict[str, Any] = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals:
            raise Usage(_("{word} is not KEY=VALUE.").format(word=word))
        if key not in KEYS or key == "promotions":
            raise Usage(unknown(key, [k for k in KEYS if k != "promotions"], _("a field")))
        found[key] = _value(key, text.strip())
    return found


def _value(key: str, text: str) -> Any:
    if not text:
        return None
    if key in _LISTS:
        return [p.strip() for p in text.split(",") if p.strip()]
    if key == "members":
        return _shares(text)
    if key in ("senior", "sticky"):
        return {"yes": True, "1": True, "true": True, "no": False, "0": False, "false": False}.get(
            text.casefold(), text
        )
    return int(text) if key == "level" and text.isdigit() else text


def _shares(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in (p.strip() for p in text.split(",") if p.strip()):
        agent, _colon, share = part.partition(":")
        try:
            found[agent] = float(share) if share else 1.0
        except ValueError:
            found[agent] = share
    return found
