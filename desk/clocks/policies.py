"""Policies: which clock a ticket gets and how much time it has. Shipped as data, edited by the shop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, Literal, get_args

from desk.clocks.calendars import ALWAYS
from desk.clocks.targets import Target, target_from
from desk.clocks.toml_text import parse, shipped, wrong
from store.errors import N_, Invalid

Kind = Literal["first_response", "next_response", "periodic_update", "resolution", "step", "platform"]

KINDS: tuple[Kind, ...] = get_args(Kind)
PAUSABLE: frozenset[Kind] = frozenset({"periodic_update", "resolution", "step"})
"""Waiting for somebody else stops these; a buyer or a platform that waits for an answer never waits less."""

LABELS: dict[Kind, str] = {
    "first_response": N_("first reply"),
    "next_response": N_("next reply"),
    "periodic_update": N_("update"),
    "resolution": N_("resolution"),
    "step": N_("step"),
    "platform": N_("platform"),
}
"""What a clocks pane calls each kind."""

BUYER_MESSAGE = "buyer_message"
WARN = (Fraction(4, 5),)

_KEYS = {
    "id", "name", "names", "kind", "target", "calendar", "starts", "scope", "priority", "channel_kind", "platform",
    "pauses", "warn", "reopen_grace", "enabled", "version",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Policy:
    """One clock's rule. It applies where `priority`, `channel_kind` and `platform` (each empty: any) equal the
    ticket's and where the query text `scope` (empty: any) matches; the query room says whether it does.

    `starts` is `buyer_message`, or for steps and platform clocks the event that starts it. `pauses` are the statuses
    in which it stands. It warns after each share `warn` of the target. `reopen_grace` is the least time left after a
    reopening.
    """

    id: str
    name: str
    kind: Kind
    target: Target
    calendar: str = ALWAYS.name
    starts: str = BUYER_MESSAGE
    scope: str = ""
    priority: str = ""
    channel_kind: str = ""
    platform: str = ""
    pauses: frozenset[str] = frozenset()
    warn: tuple[Fraction, ...] = WARN
    reopen_grace: int = 0
    enabled: bool = True
    version: int = 1
    names: tuple[tuple[str, str], ...] = ()

    def title(self, language: str) -> str:
        """Its name in a language of the interface, else the plain one."""
        return dict(self.names).get(language, self.name)


def policy_from(table: Mapping[str, Any]) -> Policy:
    """A policy from its text or form. Raises Invalid naming the key that does not fit."""
    item = str(table.get("id", "")) or "policy"
    for key in table:
        if key not in _KEYS:
            raise wrong(item, key, table[key])
    kind = table.get("kind")
    if kind not in KINDS:
        raise wrong(item, "kind", kind)
    pauses = table.get("pauses", [])
    if not isinstance(pauses, list) or not all(isinstance(p, str) for p in pauses):
        raise wrong(item, "pauses", pauses)
    if pauses and kind not in PAUSABLE:
        raise Invalid(
            N_("{item}: a clock of kind {kind} cannot be paused."),
            item=item,
            next=N_("Remove pauses; only updates, resolutions and steps wait for others."),
            kind=kind,
        )
    texts = {key: table.get(key, "") for key in ("scope", "priority", "channel_kind", "platform")}
    for key, value in {**texts, "id": table.get("id"), "name": table.get("name")}.items():
        if not isinstance(value, str):
            raise wrong(item, key, value)
    enabled, version, names = table.get("enabled", True), table.get("version", 1), table.get("names", {})
    if not isinstance(enabled, bool):
        raise wrong(item, "enabled", enabled)
    if not isinstance(version, int) or isinstance(version, bool):
        raise wrong(item, "version", version)
    if not isinstance(names, Mapping):
        raise wrong(item, "names", names)
    starts = str(table.get("starts", BUYER_MESSAGE))
    if kind == "step" and starts == BUYER_MESSAGE:
        raise wrong(item, "starts", starts)
    grace = table.get("reopen_grace")
    return Policy(
        id=item,
        name=table["name"],
        kind=kind,
        target=target_from(table.get("target", ""), item),
        calendar=str(table.get("calendar", ALWAYS.name)),
        starts=starts,
        pauses=frozenset(pauses),
        warn=shares(item, table.get("warn", "4/5")),
        reopen_grace=target_from(grace, item, "reopen_grace").amount if grace is not None else 0,
        enabled=enabled,
        version=version,
        names=tuple((str(k), str(v)) for k, v in names.items()),
        **texts,
    )


def policies_from_text(text: str, item: str = "policies") -> tuple[Policy, ...]:
    """Every `[[policy]]` of a TOML text. Raises Invalid; two with one id are refused."""
    return _policies(parse(text, item), item)


@cache
def shop_policies() -> tuple[Policy, ...]:
    """The policies a new shop starts with, each with its source in the data file."""
    return _policies(shipped("desk.clocks", "data/shop.toml"), "shop.toml")


def _policies(table: Mapping[str, Any], item: str) -> tuple[Policy, ...]:
    rows = table.get("policy", [])
    if not isinstance(rows, list) or set(table) - {"policy"}:
        raise wrong(item, "policy", sorted(table))
    made = tuple(policy_from(row) for row in rows)
    ids = [p.id for p in made]
    if twice := next((i for i in ids if ids.count(i) > 1), ""):
        raise wrong(item, "id", twice)
    return made


def shares(item: str, value: object) -> tuple[Fraction, ...]:
    """`"4/5"`, `0.8`, `"50 %, 80 %"` or a list of such: parts of a target after which it warns, each once, in order.
    Raises Invalid."""
    parts = value if isinstance(value, list) else str(value).split(",")
    try:
        found = sorted({_share(str(part)) for part in parts})
    except (ValueError, ZeroDivisionError) as exc:
        raise wrong(item, "warn", value) from exc
    if not found or not 0 < found[0] <= found[-1] <= 1:
        raise wrong(item, "warn", value)
    return tuple(found)


def _share(text: str) -> Fraction:
    number = text.strip()
    if number.endswith("%"):
        return Fraction(number[:-1].strip()) / 100
    return Fraction(number)
