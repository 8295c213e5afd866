"""Macros: a template and the acts that go with it, done to one ticket or many as one step that undoes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from desk import outbox, template_book, versions
from desk import thread as threads
from desk.automation import toml_out
from desk.automation.templates import fill
from desk.clocks.toml_text import parse, wrong
from desk.outgoing import reply_subject
from desk.tickets import Outcome, each
from desk.vocabulary import TYPES
from store.connection import Connection
from store.errors import N_, Invalid, NotFound, Refused
from store.sql import shop
from store.unit import UnitOfWork
from store.values import Actor, clean_line

if TYPE_CHECKING:
    from desk.automation.rules.model import Act

KIND = "macro"
CASE_KINDS = ("return", "refund-only", "exchange", "repair", "resend", "cancellation", "dispute")
_KEYS = {"id", "names", "template", "then", "share", "types", "kinds", "needs", "acts"}


@dataclass(frozen=True, slots=True)
class Macro:
    """`template` is the reply ("" for none), `then` the status once it has left, `share` what it offers of the order
    total ("50%"); `types` and `kinds` are the issues and cases it is for; `acts` are tables as rules have them in
    `then`; `needs` names acts of rooms that are not there yet, which a person still has to do by hand."""

    id: str
    names: tuple[tuple[str, str], ...]
    template: str
    then: str
    share: str
    types: tuple[str, ...]
    kinds: tuple[str, ...]
    needs: tuple[str, ...]
    acts: tuple[Mapping[str, Any], ...]
    position: int = 0
    used: int = 0

    def name(self, language: str) -> str:
        """Its title in a language of the face, else in English, else the first it has."""
        names = dict(self.names)
        return names.get(language) or names.get("en") or next(iter(names.values()), self.id)

    def body(self) -> dict[str, Any]:
        """It as a table that `macro_from` reads."""
        table = {"id": self.id, "names": dict(self.names), "template": self.template, "then": self.then,
                 "share": self.share, "types": list(self.types), "kinds": list(self.kinds), "needs": list(self.needs),
                 "acts": [dict(act) for act in self.acts]}  # fmt: skip
        return {key: value for key, value in table.items() if value}


def macro_from_text(text: str, item: str = "macro") -> Macro:
    """A macro from TOML. Raises Invalid, naming line and column or key; the caller keeps the old one then."""
    return macro_from(parse(text, item))


def macro_from(table: Mapping[str, Any]) -> Macro:
    """A macro from the table of its text or form, every act read as rules read it. Raises Invalid for a key that does
    not fit."""
    macro = _macro(table)
    if not macro.template and not macro.acts:
        raise wrong(macro.id, "acts", [])
    acts_of(macro)
    return macro


def acts_of(macro: Macro) -> tuple[Act, ...]:
    """Its acts, ready to be done. Raises Invalid for one that rules do not know, or a second reply."""
    from desk.automation.rules.model import act_from

    made = []
    for n, row in enumerate(macro.acts, 1):
        if row.get("do") == "reply":
            raise Invalid(N_("{item}: {key} cannot be {value}."), item=macro.id, key=f"acts[{n}].do", value="reply",
                          next=N_("A macro answers with its template; there is one answer."))  # fmt: skip
        made.append(act_from(row, macro.id, f"acts[{n}]."))
    return tuple(made)


def macro_toml(macro: Macro) -> str:
    """Its text form."""
    body = macro.body()
    acts = body.pop("acts", [])
    lines = [f"{key} = {toml_out.value(value)}" for key, value in body.items()]
    for act in acts:
        lines += ["", "[[acts]]", *(f"{toml_out.key(key)} = {toml_out.value(value)}" for key, value in act.items())]
    return "\n".join(lines) + "\n"


@cache
def shipped_macros() -> tuple[Macro, ...]:
    """Those that come with the program, one per kind of case, their acts not yet read."""
    folder = files("desk.automation").joinpath("data/macros")
    entries = sorted((e for e in folder.iterdir() if e.name.endswith(".toml")), key=lambda e: e.name)
    return tuple(_macro(parse(entry.read_text("utf-8"), entry.name)) for entry in entries)


def _macro(table: Mapping[str, Any]) -> Macro:
    item = str(table.get("id", "")) or "macro"
    for key in table:
        if key not in _KEYS:
            raise wrong(item, key, table[key])
    if not (item[0].isalnum() and item.replace("-", "").replace("_", "").replace(".", "").isalnum() and len(item) <= 60):
        raise wrong(item, "id", item)
    names = table.get("names", {})
    if not isinstance(names, Mapping) or not names or not all(isinstance(n, str) and n.strip() for n in names.values()):
        raise wrong(item, "names", names)
    then = str(table.get("then", "open"))
    if then not in outbox.AFTER_SENDING:
        raise wrong(item, "then", then)
    share = str(table.get("share", ""))
    if share:
        threads.hundredths(share)
    return Macro(
        id=item,
        names=tuple((str(k), clean_line(v)) for k, v in names.items()),
        template=clean_line(str(table.get("template", ""))),
        then=then,
        share=share,
        types=_words(item, table, "types", TYPES),
        kinds=_words(item, table, "kinds", CASE_KINDS),
        needs=_words(item, table, "needs", ()),
        acts=tuple(_rows(item, table)),
    )


def _words(item: str, table: Mapping[str, Any], key: str, known: Iterable[str]) -> tuple[str, ...]:
    found, allowed = table.get(key, []), tuple(known)
    if not isinstance(found, list | tuple):
        raise wrong(item, key, found)
    for word in found:
        if not isinstance(word, str) or (allowed and word not in allowed):
            raise wrong(item, key, word)
    return tuple(found)


def _rows(item: str, table: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    found = table.get("acts", [])
    if not isinstance(found, list | tuple):
        raise wrong(item, "acts", found)
    for row in found:
        if not isinstance(row, Mapping):
            raise wrong(item, "acts", row)
        yield dict(row)


# The team's macros ------------------------------------------------------------------------------------


def listed(conn: Connection) -> list[Macro]:
    """Every macro, in order; their acts are read when one is run."""
    sql = "SELECT id, body, position, used FROM macro ORDER BY position, id"
    return [_stored(*row) for row in conn.execute(sql)]


def need(conn: Connection, ident: str) -> Macro:
    """One macro. Raises NotFound."""
    row = conn.execute("SELECT id, body, position, used FROM macro WHERE id = ?", (ident,)).fetchone()
    if row is None:
        raise NotFound(N_("There is no macro {item}."), item=ident, next=N_("See: deskhand macro list"))
    return _stored(*row)


def _stored(ident: str, body: str, position: int, used: int) -> Macro:
    return replace(_macro({**json.loads(body), "id": ident}), position=position, used=used)


def save(unit: UnitOfWork, macro: Macro, *, note: str = "") -> int:
    """Puts a macro into force; returns its version, 0 when nothing differed. Raises NotFound for a template there is
    not, Refused for one that is never sent; the old one stays then."""
    if macro.template and not template_book.sendable(template_book.need(unit.conn, macro.template)):
        raise Refused(N_("Template {item} is for notes of the team and is never sent."), item=macro.template,
                      next=N_("Choose another one, or write a note."))  # fmt: skip
    acts_of(macro)
    row = unit.conn.execute("SELECT body FROM macro WHERE id = ?", (macro.id,)).fetchone()
    if row is not None and json.loads(row[0]) == macro.body():
        return 0
    put(unit, macro)
    return versions.tell(unit, KIND, macro.id, macro.body(), note=note)


def put(unit: UnitOfWork, macro: Macro) -> None:
    """Stores a macro, unjudged and untold: for those that come with the program."""
    unit.conn.execute(
        "INSERT INTO macro (id, name, body, position) VALUES (?, ?, ?, (SELECT coalesce(max(position), -1) + 1 FROM macro))"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name, body = excluded.body",
        (macro.id, macro.name("en"), json.dumps(macro.body(), ensure_ascii=False)),
    )


def remove(unit: UnitOfWork, ident: str) -> Macro:
    """Takes a macro away. Raises NotFound."""
    macro = need(unit.conn, ident)
    unit.conn.execute("DELETE FROM macro WHERE id = ?", (ident,))
    versions.tell_removed(unit, KIND, ident)
    return macro


# Running ----------------------------------------------------------------------------------------------


class Ran(NamedTuple):
    """What running a macro did: which tickets changed, which refused and why, and what is left to do by hand."""

    outcome: Outcome
    needs: tuple[str, ...]


def run(unit: UnitOfWork, macro_id: str, ticket_ids: Iterable[int]) -> Ran:
    """Does a macro to every ticket as one step: a ticket on which any part refuses stays as it was, and the rest goes
    on. Raises NotFound, Invalid for an act that is no longer known."""
    macro = need(unit.conn, macro_id)
    acts = acts_of(macro)
    unit.batch_id = unit.ids()
    outcome = each(unit, ticket_ids, lambda ticket_id: _run_on(unit, macro, acts, ticket_id))
    unit.conn.execute("UPDATE macro SET used = used + ? WHERE id = ?", (len(outcome.done), macro.id))
    return Ran(outcome, left_over(macro))


def left_over(macro: Macro) -> tuple[str, ...]:
    """Its acts that no room can do yet."""
    from desk.automation.rules.registry import ACTS

    return tuple(name for name in macro.needs if name not in ACTS)


def prepared(conn: Connection, macro: Macro, ticket_id: int, actor: Actor) -> outbox.Reply | None:
    """The reply a macro would send on a ticket, None for a macro without one. Raises NotFound; Refused for a gap that
    stays empty, and for what the platform forbids."""
    if not macro.template:
        return None
    thread = threads.read(conn, ticket_id)
    template = template_book.need(conn, macro.template)
    chosen, _how = threads.variant(template, thread.ticket)
    filled = fill(chosen.text, threads.template_context(thread, *_signed(conn, actor, macro.share)))
    if not filled.sendable:
        raise Refused(N_("Template {item} has gaps that nothing fills: {gaps}."), item=template.id,
                      gaps=", ".join(filled.missing), next=N_("Fill them in, or choose another one."))  # fmt: skip
    template_book.require_sendable(conn, thread.ticket, template.id, filled.text)
    return outbox.Reply(
        ticket_id, filled.text, threads.answer_to(thread), reply_subject(chosen.subject or thread.ticket.subject),
        thread.ticket.thread_seq, then=macro.then, template_id=template.id,
    )  # fmt: skip


def _run_on(unit: UnitOfWork, macro: Macro, acts: Sequence[Act], ticket_id: int) -> int:
    from desk.automation.rules.model import Rule
    from desk.automation.rules.registry import ACTS, Doing

    reply = prepared(unit.conn, macro, ticket_id, unit.actor)
    told = {"macro": macro.id, "template": macro.template, "acts": [act.do for act in acts]}
    before, unit.cause_seq = unit.cause_seq, unit.append("macro_run", told, ticket_id=ticket_id)
    seq = unit.cause_seq
    try:
        if reply is not None:
            outbox.queue(unit, reply)
        rule = Rule(id=f"macro:{macro.id}", name=macro.name("en"), when=("manual",), then=tuple(acts))
        for at, act in enumerate(acts):
            ACTS[act.do].apply(Doing(unit, rule, ticket_id, at, "manual", 0), act.args)
    finally:
        unit.cause_seq = before
    return seq


def _signed(conn: Connection, actor: Actor, share: str) -> tuple[str, str, str, str]:
    """Names of the agent and of the shop, the share, and the agent's signature."""
    agent = shop.agent(conn, actor.id)
    return agent.name if agent else "", shop.name(conn), share, agent.signature if agent else ""
