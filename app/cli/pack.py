"""`deskhand pack`: rules for a whole matter, ready to enable. Each is shown, and tried on history, before it acts.

What a pack has to know is given as KEY=VALUE: `deskhand pack enable dispatch-type group=returns experts=tech`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from app.cli.options import Usage
from app.cli.output import Column, Record, record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.rule import asking
from app.cli.run import Run
from app.labels import column, named
from app.words import N_, _, language, ngettext
from store.errors import Refused

if TYPE_CHECKING:
    from desk.automation.packs import Plan

LIST, ONE, ENABLED, DISABLED = (
    "deskhand/packs/1", "deskhand/pack/1", "deskhand/pack-enabled/1", "deskhand/pack-disabled/1",
)  # fmt: skip
STATES = {"on": N_("in use"), "shadow": N_("shadow"), "off": N_("off"), "partly": N_("partly"), "": N_("not used")}


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("list", _("every pack, and whether it is in use"), _no_arguments, _list),
        ("show", _("what a pack does, what has to be chosen, and its rules"), _settled, _show),
        ("test", _("what its rules would have done to the tickets that arrived lately; nothing is changed"),
         _test_arguments, _test),
        ("enable", _("add its rules and let them act, after a look at what they would have done"), _enable_arguments,
         _enable),
        ("disable", _("switch its rules off, and take back what it set beside them"), _one, _disable),
    ))  # fmt: skip


run = perform_verb


def _no_arguments(parser: Parser) -> None:
    """None of its own."""


def _one(parser: Parser) -> None:
    parser.add_argument("pack", metavar="ID", help=_("its id"))


def _settled(parser: Parser) -> None:
    _one(parser)
    parser.add_argument(
        "choices", nargs="*", metavar="KEY=VALUE", help=_("what you choose; see: deskhand pack show ID")
    )


def _test_arguments(parser: Parser) -> None:
    _settled(parser)
    parser.add_argument("--days", type=int, default=90, metavar="N", help=_("days of history to try it on (90)"))
    parser.add_argument("--limit", type=int, default=20, metavar="N", help=_("tickets to show one by one (20)"))


def _enable_arguments(parser: Parser) -> None:
    _settled(parser)
    parser.add_argument("--state", choices=("on", "shadow", "off"), default="on",
                        help=_("shadow: only tell what they would do; off: only add them"))  # fmt: skip
    asking(parser)


def _choices(words: list[str]) -> dict[str, str]:
    found = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals:
            raise Usage(_("{word} is not KEY=VALUE.").format(word=word))
        found[key] = text
    return found


# Looking ---------------------------------------------------------------------------------------------


def _list(run: Run, args: argparse.Namespace) -> int:
    from desk.automation.packs import plan, shipped_packs, standing

    rows = []
    for pack in shipped_packs().values():
        missing = [m.choice.id for m in plan(run.conn, pack.id, {}).chosen.missing]
        rows.append({"id": pack.id, "name": pack.name(language()), "state": standing(run.conn, pack.id).state,
                     "rules": len(pack.rules), "needs": missing})  # fmt: skip
    columns = [
        Column("id", _("Id")),
        Column("name", _("Name")),
        Column("state", _("State"), column(STATES)),
        Column("rules", _("Rules"), right=True),
        Column("needs", _("To be chosen")),
    ]
    records(run, LIST, "packs", columns, rows)
    return 0


def _show(run: Run, args: argparse.Namespace) -> int:
    from desk.automation.packs import plan, standing
    from desk.automation.rules.files import rules_to_text

    found = plan(run.conn, args.pack, _choices(args.choices), language())
    facts = _facts(found, standing(run.conn, args.pack).state)

    def page() -> Iterator[str]:
        yield f"{found.pack.id}  {facts['name']}  ({named(STATES, facts['state'])})"
        yield facts["about"]
        if facts["choices"]:
            yield ""
        for choice in facts["choices"]:
            yield f"  {choice['id']:<14} {choice['value'] or _('to be chosen'):<24} {choice['name']} ({choice['kind']})"
        yield from (f"  {line}" for line in _beside(found))
        yield ""
        yield from rules_to_text(found.rules).splitlines()

    record(run, ONE, facts, page)
    return 0


def _facts(found: Plan, state: str) -> dict[str, Any]:
    from desk.automation.pack_form import KINDS, said
    from desk.automation.rules.model import rule_to_table

    missing = {m.choice.id: m.known for m in found.chosen.missing}
    choices = [{"id": c.id, "name": said(c.names, language()), "kind": _(KINDS[c.kind]),
                "value": found.chosen.values.get(c.id), "optional": c.optional, "known": missing.get(c.id, c.known)}
               for c in found.pack.choices]  # fmt: skip
    return {
        "id": found.pack.id, "name": found.pack.name(language()), "about": said(found.pack.about, language()),
        "state": state, "choices": choices, "missing": list(missing), "templates": found.pack.templates,
        "tags": found.pack.tags, "groups": _groups(found), "policies": found.policies,
        "rules": [rule_to_table(rule) for rule in found.rules],
    }  # fmt: skip


def _groups(found: Plan) -> Record:
    return {group: {key: list(pair) for key, pair in keys.items()} for group, keys in found.groups.items()}


def _beside(found: Plan) -> Iterator[str]:
    """What enabling sets beside rules."""
    for group, keys in found.groups.items():
        for key, (before, after) in keys.items():
            yield _("group {group}, {key}: {before} → {after}").format(
                group=group, key=key, before=_shown(before), after=_shown(after))  # fmt: skip
    for policy in found.policies:
        yield _("clock {policy}: switched on").format(policy=policy)


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {part}" for key, part in value.items())
    if isinstance(value, list | tuple):
        return (
            "; ".join(map(_shown, value)) if any(isinstance(v, Mapping) for v in value) else ", ".join(map(str, value))
        )
    return "–" if value is None else str(value)


def _test(run: Run, args: argparse.Namespace) -> int:
    from app.cli.rule_trial import told, tried
    from desk.automation.pack_choices import refuse_missing
    from desk.automation.packs import as_tried, plan
    from desk.automation.rules import keep

    found = plan(run.conn, args.pack, _choices(args.choices), language())
    refuse_missing(found.pack, found.chosen)
    trial = tried(run, keep.every(run.conn), as_tried(found, run.conn), args.days, args.limit)
    told(run, trial, args.limit)
    return 1 if trial.stopped else 0


# Switching -------------------------------------------------------------------------------------------


def _enable(run: Run, args: argparse.Namespace) -> int:
    from app.cli.rule_trial import agreed
    from desk.automation import packs
    from desk.automation.pack_choices import refuse_missing

    chosen = _choices(args.choices)
    found = packs.plan(run.conn, args.pack, chosen, language())
    refuse_missing(found.pack, found.chosen)
    for line in _beside(found):
        run.say(line)
    if not agreed(run, packs.as_tried(found, run.conn), args, _("Enable it? (y/n)")):
        if args.dry_run:
            return 0
        raise Refused(N_("Nothing was changed."))
    with run.write() as unit:
        packs.enable(unit, args.pack, chosen, state=args.state, language=language())
    rules = [rule.id for rule in found.rules]
    record(run, ENABLED, {"pack": args.pack, "state": args.state, "rules": rules, "groups": _groups(found),
                          "policies": found.policies}, lambda: [_counted(args.pack, args.state, rules)])  # fmt: skip
    return 0


def _disable(run: Run, args: argparse.Namespace) -> int:
    from desk.automation import packs

    with run.write() as unit:
        rules = packs.disable(unit, args.pack)
    record(run, DISABLED, {"pack": args.pack, "state": "off", "rules": rules},
           lambda: [_counted(args.pack, "off", rules)])  # fmt: skip
    return 0


def _counted(pack: str, state: str, rules: Any) -> str:
    said = ngettext("{pack}: {count} rule is {state}.", "{pack}: {count} rules are {state}.", len(rules))
    return said.format(pack=pack, count=len(rules), state=named(STATES, state))
