"""Packs: rules for a whole matter, ready to be put in force once a few things are chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.lines import Line as DrawnLine
from app.setup import common
from app.setup.drawn import text_lines
from app.setup.fields import Field, Line
from app.setup.groups import only_groups, owners
from app.setup.picks import Choice, Option
from app.setup.rooms import Reading, Record, Room, Trial
from app.words import _, language, ngettext
from desk.automation import packs
from desk.automation.pack_form import KINDS, said
from desk.automation.pack_form import Choice as Asked
from store.errors import N_, DeskError

if TYPE_CHECKING:
    from store.unit import UnitOfWork

_NEXT = {"off": "shadow", "shadow": "on", "on": "off"}
_STATES = {"": "off", "partly": "shadow"}


class Packs(Room):
    about = N_("Rules that come ready: by type, by language, acknowledgements, promotions. Choose who, try, put in force.")
    can = frozenset({"toggle", "test"})
    tries_first = True
    live = False

    def records(self, desk: Reading) -> Sequence[Record]:
        found = []
        for pack in packs.shipped_packs().values():
            state = packs.standing(desk.conn, pack.id).state
            count = len(pack.rules)
            note = ngettext("{count} rule", "{count} rules", count).format(count=count)
            found.append(Record(pack.id, pack.name(language()), _STATES.get(state, state), note, said(pack.about, language())))
        return found

    def fields(self, desk: Reading, ident: str) -> Sequence[Field]:
        return tuple(_field(desk, asked) for asked in packs.need(ident).choices)

    def values(self, desk: Reading, ident: str) -> dict[str, Any]:
        pack = packs.need(ident)
        chosen = packs.plan(desk.conn, ident, {}, language()).chosen.values
        return {"id": ident, **{asked.id: chosen.get(asked.id, "") for asked in pack.choices}}

    def save(self, unit: UnitOfWork, ident: str, values: Mapping[str, Any]) -> str:
        """What was chosen is kept with the rules, in the state they are in; new ones are off."""
        state = packs.standing(unit.conn, ident).state
        self._enable(unit, ident, values, state if state in ("shadow", "on") else "off")
        return ident

    def turned(self, state: str) -> str:
        return _NEXT.get(state, "off")

    def put_state(self, unit: UnitOfWork, ident: str, state: str) -> None:
        if state == "off" and packs.standing(unit.conn, ident).rules:
            packs.disable(unit, ident)
        elif state != "off":
            self._enable(unit, ident, {}, state)

    def _enable(self, unit: UnitOfWork, ident: str, values: Mapping[str, Any], state: str) -> None:
        choices = {key: str(value) for key, value in values.items() if key != "id"}
        try:
            packs.enable(unit, ident, choices, state=state, language=language())
        except DeskError as error:
            raise common.about(error, str(error.gaps.get("key", "")).rpartition(".")[2]) from error

    def preview(self, desk: Reading, values: Mapping[str, Any], width: int) -> Sequence[DrawnLine]:
        """What it is for, and the rules it would add with these choices."""
        ident = str(values["id"])
        lines = text_lines([said(packs.need(ident).about, language())], width, "muted")
        try:
            found = packs.plan(desk.conn, ident, _choices(values), language())
        except DeskError as error:
            return [*lines, *text_lines([_error(error)], width, "danger")]
        return [*lines, (), *text_lines([f"· {rule.title(language())}" for rule in found.rules], width, "accent")]

    def test(self, desk: Reading, ident: str, values: Mapping[str, Any], width: int, trial: Trial) -> Sequence[DrawnLine]:
        from app.setup.rule_trial import many_lines
        from desk.automation.rules import keep
        from desk.automation.rules.trial import dry_run

        mine = packs.as_tried(packs.plan(desk.conn, ident, _choices(values), language()), desk.conn)
        asked = [rule.id for rule in mine]
        others = [rule for rule in keep.every(desk.conn) if rule.state == "on" and rule.id not in asked]
        rules = sorted([*others, *mine], key=lambda rule: rule.position)

        def go_on(done: int, of: int) -> bool:
            trial.tell(done, of)
            return not trial.stopped()

        return many_lines(dry_run(trial.store, rules, desk.context(), asked=asked, progress=go_on), mine, width)


def _choices(values: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in values.items() if key != "id" and value}


def _error(error: DeskError) -> str:
    from app.words import render_error

    return render_error(error)


def _field(desk: Reading, asked: Asked) -> Field:
    """What a pack has to be told, as a choice where the desk knows the answers."""
    label = said(asked.names, language())
    options: dict[str, tuple[Option, ...]] = {
        "group": only_groups(desk.conn), "agent": common.agents(desk.conn), "who": owners(desk.conn)}  # fmt: skip
    free = bool(asked.optional or asked.other)
    if asked.kind in options or (asked.known and asked.kind != "words"):
        known = options.get(asked.kind) or tuple(Option(word, word) for word in asked.known)
        options_shown = common.with_own(common.any_of(known, _("nobody")) if free else known, asked.usual)
        return Choice(key=asked.id, label=label, needed=not free, options=options_shown)
    return Line(key=asked.id, label=label, needed=not free, help=_(KINDS[asked.kind]))
