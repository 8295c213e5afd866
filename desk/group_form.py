"""One group: what can be set of it, read from a table and written back. `desk.groups` shows the table whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from desk.automation import regions
from desk.automation.routing import PICKS, STRATEGIES, Pick, Strategy
from desk.vocabulary import TYPES
from store.errors import N_, Invalid
from store.values import clean_line

TEAM = "team"
EVERYBODY = N_("Everybody")
"""What `team` is called, until somebody gives it another name."""
PRECEDENCE = ("types", "countries", "languages", "regions")
COUNTRY_FROM = ("order", "customer", "ip", "registration")

_MOST_WEIGHT = 100.0
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Promotion:
    """Other shares from one day to another, both included, in the shop's zone."""

    first: date
    last: date
    members: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Group:
    """A group as routing reads it. Shares are plain numbers, 1 being ordinary; empty `members` are everybody."""

    id: str
    name: str
    members: Mapping[str, float] = field(default_factory=dict)
    strategy: Strategy = "least_load"
    pick: Pick = "least_load"
    fallback: str = ""
    types: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    level: int = 1
    senior: bool = False
    sticky: bool = True
    promotions: tuple[Promotion, ...] = ()
    precedence: tuple[str, ...] = PRECEDENCE
    country_from: tuple[str, ...] = COUNTRY_FROM
    position: int = 0

    def promotion(self, today: date) -> Promotion | None:
        """The promotion that holds on a day."""
        return next((p for p in self.promotions if p.first <= today <= p.last), None)

    def has(self, agent_id: str) -> bool:
        """Whether an agent is of this group."""
        return not self.members or agent_id in self.members

    @property
    def attracts(self) -> bool:
        """Whether tickets come here by themselves."""
        return bool(self.types or self.countries or self.languages)


def group_from(group_id: str, name: str, table: Mapping[str, Any]) -> Group:
    """A group from its table. Raises Invalid naming the key and, for words, the nearest that are known."""
    unknown = set(table) - _READERS.keys()
    if group_id != TEAM:
        unknown |= set(table) & {"precedence", "country_from"}
    if unknown:
        raise Invalid(N_("Group {item} has no field {field}."), item=group_id, field=sorted(unknown)[0],
                      next=N_("Fields: {fields}"), fields=", ".join(_READERS))  # fmt: skip
    return Group(group_id, name, **{key: _READERS[key](group_id, key, value) for key, value in table.items()})


def table_of(group: Group) -> dict[str, Any]:
    """What `group_from` reads to the same group, as JSON holds it; what is usual is left out."""
    usual = Group(group.id, group.name)
    found: dict[str, Any] = {}
    for key in _READERS:
        value = getattr(group, key)
        if value == getattr(usual, key):
            continue
        if key == "promotions":
            found[key] = [{"from": p.first.isoformat(), "until": p.last.isoformat(), "members": dict(p.members)}
                          for p in group.promotions]  # fmt: skip
        else:
            found[key] = list(value) if isinstance(value, tuple) else dict(value) if key == "members" else value
    return found


def _no(item: str, key: str, value: object, cure: str, **gaps: object) -> Invalid:
    return Invalid(N_("Group {item}: {value} is no {field}."), item=item, field=key,
                   value=clean_line(str(value))[:60], next=cure, **gaps)  # fmt: skip


def _word(known: Sequence[str]) -> Callable[[str, str, Any], Any]:
    def read(item: str, key: str, value: Any) -> Any:
        if value not in known:
            raise _no(item, key, value, N_("Known: {known}"), known=", ".join(known))
        return value

    return read


def _words(item: str, key: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise _no(item, key, value, N_("Give a list of words."))
    return tuple(dict.fromkeys(word for v in value if (word := clean_line(str(v)).strip())))


def _chosen(known: Sequence[str]) -> Callable[[str, str, Any], tuple[str, ...]]:
    def read(item: str, key: str, value: Any) -> tuple[str, ...]:
        for word in (found := _words(item, key, value)):
            if word not in known:
                raise _no(item, key, word, N_("Known: {known}"), known=", ".join(known))
        return found

    return read


def _countries(item: str, key: str, value: Any) -> tuple[str, ...]:
    found = tuple(word.upper() for word in _words(item, key, value))
    for word in found:
        if not regions.known(word):
            raise _no(item, key, word, N_("Write country codes such as DE, or regions: {known}"),
                      known=", ".join(regions.REGIONS))  # fmt: skip
    return found


def _languages(item: str, key: str, value: Any) -> tuple[str, ...]:
    found = _words(item, key, value)
    for word in found:
        if not _TAG.fullmatch(word):
            raise _no(item, key, word, N_("Write language tags such as de or zh-CN."))
    return found


def _shares(item: str, key: str, value: Any) -> dict[str, float]:
    if isinstance(value, Iterable) and not isinstance(value, str | Mapping):
        value = dict.fromkeys(value, 1)
    if not isinstance(value, Mapping):
        raise _no(item, key, value, N_("Give agents with their shares, such as ana:2,wei:1."))
    for share in value.values():
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0.01 <= share <= _MOST_WEIGHT:
            raise _no(item, key, share, N_("A share is a number from 0.01 to 100."))
    return {str(agent): round(float(share), 2) for agent, share in value.items()}


def _flag(item: str, key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _no(item, key, value, N_("Say yes or no."))
    return value


def _level(item: str, key: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 5:
        raise _no(item, key, value, N_("A level is 1 to 5."))
    return value


def _promotions(item: str, key: str, value: Any) -> tuple[Promotion, ...]:
    if isinstance(value, str | Mapping) or not isinstance(value, Iterable):
        raise _no(item, key, value, N_("Give each promotion from, until and members."))
    return tuple(_promotion(item, key, one) for one in value)


def _promotion(item: str, key: str, value: Any) -> Promotion:
    if not isinstance(value, Mapping) or set(value) != {"from", "until", "members"}:
        raise _no(item, key, value, N_("Give each promotion from, until and members."))
    try:
        first, last = date.fromisoformat(str(value["from"])), date.fromisoformat(str(value["until"]))
    except ValueError as exc:
        raise _no(item, key, f"{value['from']}..{value['until']}", N_("Write dates as 2026-11-27.")) from exc
    if last < first:
        raise _no(item, key, f"{first}..{last}", N_("It ends before it begins."))
    return Promotion(first, last, _shares(item, key, value["members"]))


def _fallback(item: str, key: str, value: Any) -> str:
    return clean_line(str(value)).strip()


_READERS: dict[str, Callable[[str, str, Any], Any]] = {
    "members": _shares,
    "strategy": _word(STRATEGIES),
    "pick": _word(PICKS),
    "fallback": _fallback,
    "types": _chosen(tuple(TYPES)),
    "countries": _countries,
    "languages": _languages,
    "skills": _words,
    "level": _level,
    "senior": _flag,
    "sticky": _flag,
    "promotions": _promotions,
    "precedence": _chosen(PRECEDENCE),
    "country_from": _chosen(COUNTRY_FROM),
}
KEYS = ("name", *_READERS)
