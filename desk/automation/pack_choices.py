"""What a team chooses for a pack, checked against its desk."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from desk import groups
from desk.automation.pack_form import Choice, Pack
from desk.automation.route import leads
from desk.groups import TEAM
from desk.thread import hundredths
from store.connection import Connection
from store.errors import N_, DeskError, Invalid, Refused
from store.sql import shop
from store.values import Money, clean_line

_MONEY = re.compile(r"(\d{1,12}(?:\.\d{1,3})?)([A-Za-z]{3})")
_WORD = re.compile(r"[\w.-]{1,60}")


class Missing(NamedTuple):
    """A choice that has to be made, and what the desk has for it."""

    choice: Choice
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Values by choice, as they are typed; what is left open is absent. `missing` has to be chosen first."""

    values: Mapping[str, str]
    missing: tuple[Missing, ...]


def choose(conn: Connection, pack: Pack, given: Mapping[str, str]) -> Chosen:
    """What is given, and what is usual on this desk for the rest. Raises Invalid for a choice the pack does not have,
    and for a value that does not fit."""
    names = {c.id for c in pack.choices}
    for key in given:
        if key not in names:
            raise Invalid(N_("The pack {item} has no choice {key}."), item=pack.id, key=clean_line(key)[:40],
                          known=", ".join(sorted(names)), next=N_("Choices: {known}"))  # fmt: skip
    values: dict[str, str] = {}
    missing = []
    for choice in pack.choices:  # a choice follows only one that stands before it
        value = clean_line(given.get(choice.id, "")).strip()
        if value:
            _check(conn, pack, choice, value)
        else:
            value = _usual(conn, choice) or values.get(choice.other, "")
        if value:
            values[choice.id] = value
        elif not choice.optional and not choice.other:
            missing.append(Missing(choice, known(conn, choice)))
    return Chosen(values, tuple(missing))


def refuse_missing(pack: Pack, chosen: Chosen) -> None:
    """Raises Refused, saying what to choose, where something is missing."""
    if chosen.missing:
        first = chosen.missing[0]
        text = N_("Choose: deskhand pack enable {item} {settings} (there are: {known})")
        raise Refused(N_("The pack {item} needs to know: {names}."), item=pack.id,
                      names=", ".join(m.choice.id for m in chosen.missing), known=", ".join(first.known),
                      settings=" ".join(f"{m.choice.id}=…" for m in chosen.missing),
                      next=text if first.known else N_("Choose: deskhand pack enable {item} {settings}"))  # fmt: skip


def pairs(value: str) -> dict[str, str]:
    """`de:berlin, zh:hangzhou` → word to word."""
    return {key.strip(): target.strip() for part in value.split(",") for key, _, target in (part.partition(":"),)}


def words(value: str) -> list[str]:
    return [word for part in value.split(",") if (word := part.strip())]


def as_query(choice: Choice, value: str) -> str:
    """The value as it stands in a condition."""
    if not choice.term:
        return ",".join(words(value)) if choice.kind == "words" else value
    terms = [choice.term.replace("{}", word) for word in words(value)]
    return terms[0] if len(terms) == 1 else f"({' OR '.join(terms)})"


def known(conn: Connection, choice: Choice) -> tuple[str, ...]:
    """What the desk has for a choice; empty where anything may be written."""
    agents = tuple(a.id for a in shop.agents(conn) if a.active)
    teams = tuple(g.id for g in groups.every(conn))
    return {"group": teams, "agent": agents, "who": (*teams, *agents)}.get(choice.kind, choice.known)


def _usual(conn: Connection, choice: Choice) -> str:
    """The value nobody has to choose: as it ships, where the desk has it; for agents one who leads."""
    if choice.kind not in ("group", "agent", "who"):
        return choice.usual
    there = known(conn, choice)
    if choice.usual in there:
        return choice.usual
    return leads(conn)[0] if choice.usual == "lead" and choice.kind != "group" and leads(conn) else ""


def _check(conn: Connection, pack: Pack, choice: Choice, value: str) -> None:
    try:
        fits = _FITS[choice.kind](conn, choice, value)
    except (DeskError, ValueError):
        fits = False
    if not fits:
        there = ", ".join(known(conn, choice))
        raise Invalid(N_("The pack {item} does not take {value} for {key}."), item=pack.id, key=choice.id,
                      value=value[:60], known=there,
                      next=N_("There are: {known}") if there else N_("See: deskhand pack show {item}"))  # fmt: skip


def _money(conn: Connection, choice: Choice, value: str) -> bool:
    for word in words(value):
        found = _MONEY.fullmatch(word)
        if not found:
            return False
        Money.parse(found[1], found[2])
    return True


def _shares(conn: Connection, choice: Choice, value: str) -> bool:
    people = {a.id for a in shop.agents(conn) if a.active}
    return all(agent in people and 0.01 <= float(share or "1") <= 100 for agent, share in pairs(value).items())


def _map(conn: Connection, choice: Choice, value: str) -> bool:
    teams = {g.id for g in groups.every(conn)} - {TEAM}
    return all(_WORD.fullmatch(key) and target in teams for key, target in pairs(value).items())


_FITS: dict[str, Callable[[Connection, Choice, str], bool]] = {
    "group": lambda conn, choice, value: value in known(conn, choice),
    "agent": lambda conn, choice, value: value in known(conn, choice),
    "who": lambda conn, choice, value: value in known(conn, choice),
    "money": _money,
    "share": lambda conn, choice, value: hundredths(value) > 0,
    "day": lambda conn, choice, value: bool(date.fromisoformat(value)),
    "words": lambda conn, choice, value: all(
        _WORD.fullmatch(w) and (not choice.known or w in choice.known) for w in words(value)
    ),
    "shares": _shares,
    "map": _map,
}
