"""Packs as they ship: rules with gaps, what a team has to choose to fill them, and the set-up that goes with them.

```toml
id = "dispatch-type"
place = 50                                 # rules of packs with a smaller one run first
names = { en = "Dispatch by type", zh_CN = "…" }
about = { en = "…", zh_CN = "…" }

[choices.group]
kind = "group"                             # one of KINDS
names = { en = "who gets them", zh_CN = "…" }
usual = "after_sales"                      # taken where nothing is chosen and the desk has it
# else = "group": the value of another choice;  optional = true: rules and acts that name it are left out without it
# term = "amount:{}..": a list of values as a query, joined by OR

[texts]
reason = { en = "…", zh_CN = "…" }         # for notes, in the language of whoever enables it

[[rule]]                                   # as rules are written, with <gaps> in its texts
[[group]]                                  # set-up of a group: id, key, choice
[[policy]]                                 # a reply-time policy to switch on: id
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from desk.clocks.toml_text import parse, wrong
from store.errors import N_, NotFound

KINDS = {
    "group": N_("a group"),
    "agent": N_("an agent"),
    "who": N_("an agent or a group"),
    "money": N_("amounts with currency, such as 200USD,180EUR"),
    "share": N_("a share, such as 50%"),
    "day": N_("a day, such as 2026-11-27"),
    "words": N_("words with commas between"),
    "shares": N_("agents with shares, such as ana:2,wei:1"),
    "map": N_("pairs with commas between, such as DACH:berlin,US:austin"),
}
"""What the value of a choice is."""
_KEYS = {"id", "place", "names", "about", "choices", "texts", "rule", "group", "policy"}
_CHOICE_KEYS = {"kind", "names", "usual", "else", "optional", "known", "term"}
_GAP = re.compile(r"<([a-z_]+)>")


@dataclass(frozen=True, slots=True)
class Choice:
    """Something a team chooses. `usual` is the value where nothing is chosen, `other` the choice it follows then;
    `known` are the words it may have (empty: any), `term` a query with a place for each value."""

    id: str
    kind: str
    names: Mapping[str, str]
    usual: str = ""
    other: str = ""
    optional: bool = False
    known: tuple[str, ...] = ()
    term: str = ""


@dataclass(frozen=True, slots=True)
class GroupSetting:
    """A key of a group that gets the value of a choice; under `map` every group it names gets its part."""

    id: str
    key: str
    choice: str


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack as it ships. `rules` are tables with gaps, in the order they run."""

    id: str
    place: int
    names: Mapping[str, str]
    about: Mapping[str, str]
    choices: tuple[Choice, ...]
    texts: Mapping[str, Mapping[str, str]]
    rules: tuple[Mapping[str, Any], ...]
    groups: tuple[GroupSetting, ...] = ()
    policies: tuple[str, ...] = ()

    def name(self, language: str) -> str:
        return said(self.names, language)

    @property
    def rule_ids(self) -> tuple[str, ...]:
        return tuple(str(rule["id"]) for rule in self.rules)

    @property
    def templates(self) -> tuple[str, ...]:
        """Templates its rules use."""
        return tuple(dict.fromkeys(str(act["template"]) for act in self._acts() if "template" in act))

    @property
    def tags(self) -> tuple[str, ...]:
        """Tags its rules give."""
        return tuple(dict.fromkeys(tag for act in self._acts() if act["do"] == "tag" for tag in act.get("add", ())))

    def _acts(self) -> Iterator[Mapping[str, Any]]:
        return (act for rule in self.rules for act in rule["then"])


def said(names: Mapping[str, str], language: str) -> str:
    """The text in a language of the face, else in English."""
    return names.get(language) or names["en"]


def gaps(value: Any) -> set[str]:
    """Names of the gaps in a value of a table."""
    if isinstance(value, str):
        return set(_GAP.findall(value))
    if isinstance(value, Mapping):
        return {name for part in value.values() for name in gaps(part)}
    return {name for part in value for name in gaps(part)} if isinstance(value, list | tuple) else set()


def filled(value: Any, values: Mapping[str, str]) -> Any:
    """The same value with its gaps filled."""
    if isinstance(value, str):
        return _GAP.sub(lambda found: values[found[1]], value)
    if isinstance(value, Mapping):
        return {key: filled(part, values) for key, part in value.items()}
    return [filled(part, values) for part in value] if isinstance(value, list | tuple) else value


@cache
def shipped_packs() -> Mapping[str, Pack]:
    """Every pack that comes with the program, in the order in which their rules run."""
    folder = files("desk.automation").joinpath("data/packs")
    made = [pack_from(parse(entry.read_text("utf-8"), entry.name))
            for entry in folder.iterdir() if entry.name.endswith(".toml")]  # fmt: skip
    return {pack.id: pack for pack in sorted(made, key=lambda p: (p.place, p.id))}


def need(pack_id: str) -> Pack:
    """A pack by its id. Raises NotFound naming the nearest."""
    found = shipped_packs().get(pack_id)
    if found is None:
        from desk.query.faults import nearest

        near = nearest(pack_id, list(shipped_packs()))
        raise NotFound(N_("There is no pack {item}."), item=pack_id, near=near,
                       next=N_("Did you mean {near}?") if near else N_("See: deskhand pack list"))  # fmt: skip
    return found


def pack_from(table: Mapping[str, Any]) -> Pack:
    """A pack from its table. Raises Invalid for a key that does not fit, and for a gap nothing fills."""
    item = str(table.get("id", "pack"))
    _only(item, table, _KEYS)
    choices = tuple(_choice(item, ident, row) for ident, row in table.get("choices", {}).items())
    pack = Pack(
        id=item, place=int(table["place"]), names=table["names"], about=table["about"], choices=choices,
        texts=table.get("texts", {}), rules=tuple(table["rule"]),
        groups=tuple(GroupSetting(row["id"], row["key"], row["choice"]) for row in table.get("group", ())),
        policies=tuple(row["id"] for row in table.get("policy", ())),
    )  # fmt: skip
    known = {c.id for c in choices} | set(pack.texts)
    named = gaps(pack.rules) | {g.choice for g in pack.groups} | {c.other for c in choices if c.other}
    for name in sorted(named - known):
        raise wrong(item, "rule", f"<{name}>")
    return pack


def _choice(item: str, ident: str, row: Mapping[str, Any]) -> Choice:
    _only(f"{item}.{ident}", row, _CHOICE_KEYS)
    if row.get("kind") not in KINDS:
        raise wrong(f"{item}.{ident}", "kind", row.get("kind"))
    return Choice(ident, row["kind"], row["names"], str(row.get("usual", "")), str(row.get("else", "")),
                  bool(row.get("optional", False)), tuple(row.get("known", ())), str(row.get("term", "")))  # fmt: skip


def _only(item: str, table: Mapping[str, Any], keys: set[str]) -> None:
    for key in table:
        if key not in keys:
            raise wrong(item, key, table[key])
