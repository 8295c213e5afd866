"""Rules as TOML text for git, and back. Reading what was written gives the same rules; comments are not kept, since what
is stored is the rule and not the text it came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from desk.automation import toml_out
from desk.automation.rules import keep
from desk.automation.rules.model import Rule, placed, rule_from, rule_to_table, rules_from_text
from store.connection import Connection
from store.errors import Invalid
from store.unit import UnitOfWork
from store.values import Instant, clean


def rules_to_text(rules: Iterable[Rule]) -> str:
    """`[[rule]]` tables in the order the rules run, each with its state."""
    return "\n".join("\n".join(_lines({**rule_to_table(rule), "state": rule.state})) + "\n" for rule in rules)


def body_to_text(ident: str, body: Mapping[str, Any]) -> str:
    """A version of one rule, for reading and comparing."""
    return "\n".join(_lines({"id": ident, **body})) + "\n"


def _lines(table: Mapping[str, Any]) -> Iterator[str]:
    acts: Sequence[Mapping[str, Any]] = table.get("then", ())
    yield "[[rule]]"
    yield from _pairs({key: value for key, value in table.items() if key != "then"})
    for act in acts:
        yield ""
        yield "[[rule.then]]"
        yield from _pairs(act)


def _pairs(table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        yield f"{toml_out.key(key)} = {_text(value) if isinstance(value, str) else toml_out.value(value)}"


def _text(text: str) -> str:
    """A query with its quotes as it is typed; anything else as TOML usually has it."""
    literal = '"' in text and "'" not in text and "\n" not in text and "\t" not in text and clean(text) == text
    return f"'{text}'" if literal else toml_out.value(text)


class Change(NamedTuple):
    """What an import does with one rule: `kind` is new, changed, state or same."""

    rule: Rule
    kind: str
    state: tuple[str, str]
    """State before ("" for a new one) and after."""

    @property
    def turns_on(self) -> bool:
        """Whether the rule would act afterwards and did not, or does something else now."""
        return self.state[1] == "on" and (self.state[0] != "on" or self.kind == "changed")


class Import(NamedTuple):
    """An import as it would be; `left` are rules of the desk that the text does not have, and which stay."""

    changes: tuple[Change, ...]
    left: tuple[str, ...]

    @property
    def orders(self) -> bool:
        """Whether the text has every rule of the desk, so that its order becomes theirs."""
        return not self.left


def compare(conn: Connection, text: str, item: str, now: Instant) -> Import:
    """What importing a text would do. Raises Invalid with line and column; nothing is changed."""
    found = rules_from_text(text, item)
    known = {rule.id: rule for rule in keep.every(conn)}
    stated = _stated(text, item)
    for n, rule in enumerate(found):
        try:
            keep.check(conn, rule, now)
            if _state(rule, known.get(rule.id), stated) == "on":
                keep.check_names(conn, rule)
        except Invalid as error:
            raise placed(error, text, item, n) from error
    changes = []
    for rule in found:
        old = known.pop(rule.id, None)
        state = _state(rule, old, stated)
        same = old is not None and rule_to_table(old) == rule_to_table(rule)
        kind = "new" if old is None else "changed" if not same else "state" if old.state != state else "same"
        changes.append(Change(rule, kind, (old.state if old else "", state)))
    return Import(tuple(changes), tuple(known))


def save_all(unit: UnitOfWork, text: str, item: str, *, note: str = "") -> list[Rule]:
    """Saves every rule of a text in one transaction; where the text has all of the desk's rules, in its order. Raises
    Invalid, and then no rule is changed."""
    found = compare(unit.conn, text, item, unit.now)
    stated = _stated(text, item)
    made = []
    for change in found.changes:
        table = rule_to_table(change.rule)
        made.append(
            keep.save(unit, {**table, "state": change.rule.state} if change.rule.id in stated else table, note=note)
        )
    if found.orders and made:
        keep.arrange(unit, [rule.id for rule in made])
    return made


def _state(rule: Rule, old: Rule | None, stated: set[str]) -> str:
    """The state a rule of a text comes to have: the one its table says, else the one it has."""
    return rule.state if rule.id in stated else old.state if old else "off"


def _stated(text: str, item: str) -> set[str]:
    """Ids of the rules whose table says a state."""
    from desk.clocks.toml_text import parse

    table = parse(text, item)
    rows = table.get("rule", [table])
    return {rule_from(row).id for row in rows if "state" in row}
