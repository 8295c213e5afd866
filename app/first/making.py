"""From answers to a desk: all of it in one transaction, or no desk at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from desk.agents import NewAgent
    from store.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Plan:
    """A desk as it is to be. `hours` is the table of the shop's calendar, None for the one that ships; `policies` says
    which are in force where that differs from what ships; `packs` gives each a state and its choices; `habits` are kept
    for the first of `people`."""

    folder: Path
    name: str
    zone: str
    people: tuple[NewAgent, ...]
    encrypt: bool = False
    languages: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    hours: Mapping[str, Any] | None = None
    policies: Mapping[str, bool] = field(default_factory=dict)
    packs: Mapping[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)
    habits: Mapping[str, str] = field(default_factory=dict)


def make(plan: Plan) -> str:
    """Makes the desk and returns its UUID. What fails leaves no desk behind. Raises the desk's errors."""
    from app.wire import create_desk
    from desk.setup import furnish
    from store.values import SYSTEM

    wired = create_desk(plan.folder, name=plan.name, encrypt=plan.encrypt)
    try:
        with wired.store.write(SYSTEM) as unit:
            furnish(unit, zone=plan.zone, people=plan.people)
            _fit_out(unit, plan)
        return wired.store.meta("uuid")
    except BaseException:
        wired.store.close()
        for leftover in plan.folder.glob("desk.db*"):
            leftover.unlink()
        raise
    finally:
        wired.store.close()


def _fit_out(unit: UnitOfWork, plan: Plan) -> None:
    """What was chosen beyond the usual."""
    from desk.agents import change

    for agent_id, languages in plan.languages.items():
        if languages:
            change(unit, agent_id, {"languages": dict(languages)})
    if plan.hours is not None or plan.policies:
        from desk.clocks import keep_setup

        if plan.hours is not None:
            keep_setup.save_calendar(unit, keep_setup.SHOP, plan.hours)
        for ident, enabled in plan.policies.items():
            keep_setup.save_policy(unit, {**keep_setup.policy_table(unit.conn, ident), "enabled": enabled})
    if plan.packs:
        from app.words import language
        from desk.automation import packs

        for ident, (state, choices) in plan.packs.items():
            packs.enable(unit, ident, choices, state=state, language=language())
    if plan.habits:
        from app import habits

        for key, value in plan.habits.items():
            habits.keep(unit, key, plan.people[0].id, value)
