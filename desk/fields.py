"""The team's own fields: what there is, and what a ticket has in them. Values are read as queries read them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Any

from desk import changes, versions
from desk.query import units
from desk.query.tree import One
from desk.reason import Reason
from store.errors import N_, Conflict, Invalid, NotFound, Refused
from store.events import Event
from store.sql import fields, tickets
from store.sql.fields import CustomField, Value
from store.unit import UnitOfWork
from store.values import Instant, Money, clean_line, fold

KIND = "field"
"""What versions call a definition."""
KINDS = {
    "word": N_("one of its words"),
    "text": N_("any line of text"),
    "number": N_("a whole number"),
    "decimal": N_("a number such as 2.5"),
    "money": N_("an amount such as 12.50EUR"),
    "percent": N_("a share such as 30%"),
    "duration": N_("a length of time such as 1d12h"),
    "instant": N_("a day or time such as 2026-11-01"),
    "bool": N_("yes or no"),
}
LONGEST = 1000
_ID = re.compile(r"[a-z][a-z0-9_]{0,31}")
_YES, _NO = ("yes", "true", "1", "y", "是"), ("no", "false", "0", "n", "否")
_SETTABLE = ("name", "names", "options", "position")


# Definitions ----------------------------------------------------------------------------------------


def add(
    unit: UnitOfWork, field_id: str, kind: str, *, name: str = "", names: Mapping[str, str] | None = None,
    options: Sequence[str] = (), shipped: bool = False,
) -> CustomField:  # fmt: skip
    """A new field. `name` is its title where `names` has none for the reader's language. Raises Invalid for an id that
    cannot be typed or a kind there is none of, Conflict where the id means something already."""
    if not _ID.fullmatch(field_id):
        raise Invalid(N_("{item} cannot be a field's id."), item=clean_line(field_id),
                      next=N_("Use small letters, digits and _ only, such as batch_number."))  # fmt: skip
    if kind not in KINDS:
        raise Invalid(N_("{item} is no {field}."), item=clean_line(kind), field="kind", next=N_("Known: {known}"),
                      known=", ".join(KINDS))  # fmt: skip
    if fields.field(unit.conn, field_id) is not None or field_id in taken():
        raise Conflict(N_("There is a field {item} already."), item=field_id, next=N_("Choose another id."))
    titles = {lang: clean_line(text) for lang, text in (names or {}).items() if clean_line(text)}
    made = CustomField(
        field_id, clean_line(name) or titles.get("en") or field_id, _json(titles), kind, _json(_options(kind, options)),
        len(fields.all_fields(unit.conn)), int(shipped),
    )  # fmt: skip
    _save(unit, made)
    return made


def taken() -> set[str]:
    """Words that mean something else where fields are named."""
    from desk.query import NAMES  # with what its rooms have added

    return {*NAMES.fields, *changes.FIELDS}


def change(unit: UnitOfWork, field_id: str, values: Mapping[str, Any]) -> CustomField:
    """Sets name, names, options or position of a definition; its kind stays. Raises NotFound, Invalid, and Refused for
    an option that tickets still have."""
    old = need(unit, field_id)
    wanted: dict[str, Any] = {}
    for key, given in values.items():
        if key not in _SETTABLE:
            raise Invalid(N_("A field has no {item}."), item=key, next=N_("Known: {known}"), known=", ".join(_SETTABLE))
        if key == "options":
            kept = _options(old.kind, given)
            _stop_if_used(unit, old, kept)
            wanted[key] = _json(kept)
        elif key == "names":
            wanted[key] = _json({lang: clean_line(text) for lang, text in given.items()})
        else:
            wanted[key] = clean_line(given) if key == "name" else int(given)
    new = old._replace(**wanted)
    if new != old:
        _save(unit, new)
    return new


def remove(unit: UnitOfWork, field_id: str, *, values_too: bool = False) -> CustomField:
    """Forgets a field. Raises NotFound, and Refused while a rule uses it, or tickets have values in it, unless those go
    too."""
    from desk.automation.rules.used import keep_asked, keep_used

    old, count = need(unit, field_id), fields.used(unit.conn, field_id)
    if count and not values_too:
        raise Refused(N_("{count} tickets have something in {item}."), item=field_id, count=count,
                      next=N_("Forget that too with --values, or keep the field."))  # fmt: skip
    keep_used(unit.conn, "field", ("id",), field_id)
    keep_asked(unit.conn, field_id)
    fields.remove(unit.conn, field_id)
    versions.tell_removed(unit, KIND, field_id)
    return old


def need(unit: UnitOfWork, field_id: str) -> CustomField:
    """The definition, or NotFound."""
    found = fields.field(unit.conn, field_id)
    if found is None:
        raise NotFound(N_("There is no field {item}."), item=clean_line(field_id), next=N_("See: deskhand field list"))
    return found


def title(f: CustomField, language: str) -> str:
    """What a field is called in a language (BCP 47), else by its general name."""
    names: Mapping[str, str] = json.loads(f.names)
    wanted = language.replace("_", "-")
    return names.get(wanted) or names.get(wanted.partition("-")[0]) or f.name


def words(f: CustomField) -> list[str]:
    """The words it takes; [] for any."""
    found: list[str] = json.loads(f.options)
    return found


def body(f: CustomField) -> dict[str, Any]:
    """A definition as versions keep it."""
    return {"id": f.id, "name": f.name, "names": json.loads(f.names), "kind": f.kind, "options": words(f),
            "position": f.position}  # fmt: skip


def restore(unit: UnitOfWork, field_id: str, number: int) -> CustomField:
    """Puts a definition back to an old version. Raises NotFound, and Refused as `change` does."""
    old = versions.version(unit.conn, KIND, field_id, number).body
    return change(unit, field_id, {key: old[key] for key in _SETTABLE})


def furnish(unit: UnitOfWork) -> None:
    """The fields that come with the program."""
    from desk.clocks.toml_text import shipped

    for row in shipped("desk.automation", "data/fields.toml")["field"]:
        add(unit, row["id"], row["kind"], names=row["names"], options=row.get("options", ()), shipped=True)


def _save(unit: UnitOfWork, f: CustomField) -> None:
    fields.save(unit.conn, f)
    versions.tell(unit, KIND, f.id, body(f))


def _options(kind: str, given: Iterable[str]) -> list[str]:
    options = list(dict.fromkeys(clean_line(o) for o in given if clean_line(o)))
    if options and kind != "word":
        raise Invalid(N_("A field of kind {item} takes no list of words."), item=kind, next=N_("Make it of kind word."))
    return options


def _stop_if_used(unit: UnitOfWork, f: CustomField, kept: Sequence[str]) -> None:
    if not kept:
        return
    known = {fold(word) for word in kept}
    sql = "SELECT word, count(*) FROM field_value WHERE field_id = ? GROUP BY word ORDER BY word"
    for word, count in unit.conn.execute(sql, (f.id,)):
        if word not in known:
            raise Refused(N_("{count} tickets have {item} in {field}."), item=word, count=count, field=f.id,
                          next=N_("Change those first, or keep the word."))  # fmt: skip


# Values ---------------------------------------------------------------------------------------------


def set_value(unit: UnitOfWork, ticket_id: int, field_id: str, text: str, zone: tzinfo = UTC) -> int:
    """Sets what a ticket has in a field, "" takes it away; days are those of `zone`. Returns the event's seq, 0 where
    nothing differed. Raises NotFound, and Invalid for what the field does not take."""
    changes.require(unit, ticket_id)
    f = need(unit, field_id)
    after = read(f, text, unit.now, zone)
    before = fields.value(unit.conn, ticket_id, field_id)
    if before == after or (before and after and before._replace(shown="") == after._replace(shown="")):
        return 0
    seq = unit.append(
        "field_set",
        {"field": field_id, "value": [_plain(before), _plain(after)],
         "changes": {field_id: [before.shown if before else "", after.shown if after else ""]}},
        ticket_id=ticket_id,
    )  # fmt: skip
    _put(unit, ticket_id, field_id, after)
    return seq


def read(f: CustomField, text: str, now: Instant, zone: tzinfo = UTC) -> Value | None:
    """A text as a value of a field, None for an empty one. Raises Invalid, naming the field and what it takes."""
    line = clean_line(text)[:LONGEST]
    if not line:
        return None
    try:
        return _read(f, line, now, zone)
    except Invalid as exc:
        known = words(f)
        raise Invalid(N_("{field} does not take {item}."), item=line, field=f.id,
                      next=N_("Known: {known}") if known else N_("It takes {takes}."), known=", ".join(known),
                      takes=Reason(KINDS[f.kind])) from exc  # fmt: skip


def _read(f: CustomField, line: str, now: Instant, zone: tzinfo) -> Value:
    spaced = f.kind in ("money", "percent", "duration", "number", "decimal")
    one = One(line.replace(" ", "") if spaced else line, span=(0, len(line)))
    if f.kind == "word":
        known = {fold(word): word for word in words(f)}
        if known and fold(line) not in known:
            raise Invalid("")
        return Value(fold(line), None, "", known.get(fold(line), line))
    if f.kind == "number":
        return _number(units.numbers(one)[0], line)
    if f.kind == "decimal":
        return _number(units.decimals(one)[0], line)
    if f.kind == "percent":
        return _number(units.percentages(one)[0], line)
    if f.kind == "duration":
        return _number(units.duration(one.text, 0), line)
    if f.kind == "instant":
        return _number(units.moment(line, 0, now, zone)[0], line)
    if f.kind == "money":
        currency, (minor, _) = units.money(one)
        assert minor is not None
        return Value("", minor, currency, str(Money(currency, minor)))
    if f.kind == "bool":
        if fold(line) not in (*_YES, *_NO):
            raise Invalid("")
        yes = fold(line) in _YES
        return Value("", int(yes), "", "yes" if yes else "no")
    return Value(fold(line), None, "", line)


def _number(number: int | None, shown: str) -> Value:
    return Value("", number, "", shown)


def reverse(unit: UnitOfWork, event: Event) -> None:
    """Raises Conflict where somebody set it since, NotFound where there is no such field any more."""
    _swap(unit, event, 1, 0)


def repeat(unit: UnitOfWork, event: Event) -> None:
    """Raises as `reverse` does."""
    _swap(unit, event, 0, 1)


def _swap(unit: UnitOfWork, event: Event, was: int, now: int) -> None:
    assert event.ticket_id is not None and event.payload is not None
    field_id, pair = event.payload["field"], event.payload["value"]
    need(unit, field_id)
    if _plain(fields.value(unit.conn, event.ticket_id, field_id)) != pair[was]:
        raise Conflict(N_("{item}: {field} was changed by {who} since."), item=f"#{event.ticket_id}", field=field_id,
                       who=changes.who_changed(unit.conn, event.ticket_id, field_id, event.seq),
                       next=N_("Nothing was undone there."))  # fmt: skip
    _put(unit, event.ticket_id, field_id, Value(*pair[now]) if pair[now] is not None else None)


def _put(unit: UnitOfWork, ticket_id: int, field_id: str, v: Value | None) -> None:
    from desk.automation import effort

    fields.put(unit.conn, ticket_id, field_id, v)
    tickets.update(unit.conn, ticket_id, {"updated_at": unit.now})
    if field_id == effort.EXPECTED:
        effort.keep(unit, ticket_id)


def _plain(v: Value | None) -> list[Any] | None:
    return list(v) if v is not None else None


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
