"""The team's templates: one store, every version told, a bad one refused while the old one stays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from desk import versions
from desk.automation import library
from desk.automation.library import Template, template_from
from desk.automation.lint import banned
from desk.automation.templates import tags
from desk.automation.variants import Variant
from desk.reason import Reason
from desk.thread import variants_of
from desk.vocabulary import TYPES
from store.connection import Connection
from store.errors import N_, Invalid, NotFound, Refused
from store.sql import shop
from store.sql import tickets as ticket_rows
from store.sql.rows import Template as Row
from store.sql.rows import Ticket
from store.unit import UnitOfWork
from store.values import DAY, Instant

KIND = "template"
QUARTER = 91
"""Days from one reading of a template to the next (domain notes: review quarterly)."""


class Saved(NamedTuple):
    """A template that was saved. `version` is 0 when nothing differed; `warnings` are for its author to judge."""

    template: Template
    version: int
    warnings: tuple[Reason, ...]


def need(conn: Connection, ident: str) -> Row:
    """Its row. Raises NotFound."""
    row = shop.template(conn, ident)
    if row is None:
        raise NotFound(N_("There is no template {item}."), item=ident, next=N_("See: deskhand template list"))
    return row


def read(conn: Connection, ident: str) -> Template:
    """A template whole. Raises NotFound."""
    return template_of(need(conn, ident))


def template_of(row: Row) -> Template:
    """A template from its row."""
    about = json.loads(row.about)
    variants = tuple(variants_of(row))
    return Template(
        id=row.id,
        names=tuple(json.loads(row.names).items()) or (("en", row.name),),
        when=about.get("when", ""),
        suits=tuple(json.loads(row.types)),
        variables=tuple(dict.fromkeys(tag.path for v in variants for tag in tags(v.text))),
        limits=tuple(about.get("limits", ())),
        review=day_of(row.review_at) if row.review_at else None,
        variants=variants,
        internal=bool(row.internal),
    )


def save(unit: UnitOfWork, template: Template, *, note: str = "") -> Saved:
    """Puts a template into force, as a new version of it. Raises Invalid, naming line and column, for a text that
    could never leave, and for an issue type that is none; the old one stays then."""
    library.refuse_broken(template)
    return put(unit, template, note=note)


def put(unit: UnitOfWork, template: Template, *, about: Mapping[str, str] | None = None, note: str = "") -> Saved:
    """`save` without judging the texts, for those that come from elsewhere with names of their own; what is not known
    there keeps the reply from leaving. `about` is kept beside it."""
    odd = next((t for t in template.suits if t not in TYPES), None)
    if odd is not None:
        raise Invalid(N_("{item} is no {field}."), item=odd, field="type", next=N_("Known: {known}"),
                      known=", ".join(TYPES))  # fmt: skip
    old = shop.template(unit.conn, template.id)
    warnings = tuple(f.what for _v, f in library.findings(template))
    before = template_of(old) if old else None
    if template.review is None:
        asked = before.review if before else None
        template = replace(template, review=asked or day_of(unit.now) + timedelta(days=QUARTER))
    if before is not None and before.body() == template.body():
        return Saved(template, 0, warnings)
    if before is not None and not any(True for _ in versions.history(unit.conn, KIND, template.id)):
        versions.tell(unit, KIND, template.id, before.body(), note="before the first change")
    kept = json.loads(old.about) if old else {}
    row = {**columns_of(template), "updated_at": unit.now}
    row["about"] = _json({**kept, **json.loads(row["about"]), **(about or {})})
    row["shipped"] = int(old.shipped if old else 0)
    names = ", ".join(row)
    unit.conn.execute(
        f"INSERT INTO template (id, {names}) VALUES (?{', ?' * len(row)}) ON CONFLICT (id) DO UPDATE SET "
        + ", ".join(f"{name} = excluded.{name}" for name in row),
        (template.id, *row.values()),
    )
    return Saved(template, versions.tell(unit, KIND, template.id, template.body(), note=note), warnings)


def columns_of(template: Template) -> dict[str, Any]:
    """A template as columns of its table, without id and what the desk itself keeps."""
    general = {v.language: v.text for v in template.variants if not v.platform and not v.country}
    special = [
        {"language": v.language, "country": v.country, "platform": v.platform, "subject": v.subject, "text": v.text}
        for v in template.variants
        if v.platform or v.country
    ]
    return {
        "name": template.name("en"), "names": _json(dict(template.names)), "types": json.dumps(template.suits),
        "texts": _json(general), "variants": _json(special), "internal": int(template.internal),
        "review_at": instant_of(template.review) if template.review else 0,
        "about": _json({"when": template.when, "limits": list(template.limits)}),
    }  # fmt: skip


def remove(unit: UnitOfWork, ident: str) -> Template:
    """Takes a template away; its versions stay, so that `restore` brings it back. Raises NotFound, Refused while a
    rule, macro or open incident uses it."""
    template = read(unit.conn, ident)
    if users := used_by(unit.conn, ident):
        raise Refused(N_("Template {item} is used by {users}."), item=ident, users=", ".join(users),
                      next=N_("Give them another one first."))  # fmt: skip
    if not any(True for _ in versions.history(unit.conn, KIND, ident)):
        versions.tell(unit, KIND, ident, template.body())
    unit.conn.execute("DELETE FROM template WHERE id = ?", (ident,))
    versions.tell_removed(unit, KIND, ident)
    return template


def restore(unit: UnitOfWork, ident: str, number: int) -> Saved:
    """Puts an old version into force anew. Raises NotFound, Invalid where it names what is no longer known."""
    old = versions.version(unit.conn, KIND, ident, number)
    return save(unit, template_from(old.body), note=f"restored from {number}")


def used_by(conn: Connection, ident: str) -> list[str]:
    """What sends a template without a person choosing it: `rule x`, `macro y`, `incident 3`."""
    found = []
    for table in ("rule", "macro"):
        for name, body in conn.execute(f"SELECT id, body FROM {table} ORDER BY id"):
            if _names(json.loads(body), ident):
                found.append(f"{table} {name}")
    sql = "SELECT id FROM incident WHERE template_id = ? AND state = 'open' ORDER BY id"
    return found + [f"incident {row[0]}" for row in conn.execute(sql, (ident,))]


def _names(value: Any, ident: str) -> bool:
    if isinstance(value, Mapping):
        return value.get("template") == ident or any(_names(v, ident) for v in value.values())
    return isinstance(value, list) and any(_names(v, ident) for v in value)


def with_text(template: Template, text: Variant) -> Template:
    """The template with one text put in, in place of the one for the same language, country and platform. Raises
    Invalid."""
    same = (text.language, text.country, text.platform)
    kept = [v for v in template.variants if (v.language, v.country, v.platform) != same]
    return template_from(Template(
        template.id, template.names, template.when, template.suits, (), template.limits, template.review,
        (*kept, text), template.internal,
    ).body())  # fmt: skip


# Leaving ----------------------------------------------------------------------------------------------


def sendable(template: Row) -> bool:
    """Whether buyers may get it."""
    return not template.internal


def require_sendable(conn: Connection, ticket: Ticket, template_id: str, text: str) -> None:
    """For the outbox, before a text made from a template is taken. Raises NotFound; Refused for a note of the team,
    for a gap that is still empty, and for what the ticket's platform forbids."""
    template = need(conn, template_id)
    if not sendable(template):
        raise Refused(N_("Template {item} is for notes of the team and is never sent."), item=template_id,
                      next=N_("Choose another one, or write a note."))  # fmt: skip
    empty = list(dict.fromkeys(tag.path for tag in tags(text) if tag.known))
    if empty:
        raise Refused(N_("Template {item} has gaps that nothing fills: {gaps}."), item=template_id,
                      gaps=", ".join(empty), next=N_("Fill them in, or choose another one."))  # fmt: skip
    for finding in unfit(conn, ticket, text):
        raise Refused(N_("Template {item} cannot leave for {platform}: {problem}."), item=template_id,
                      platform=ticket.platform, problem=finding, next=N_("Change the text, or choose another one."))  # fmt: skip


def unfit(conn: Connection, ticket: Ticket, text: str) -> list[Reason]:
    """What the ticket's platform forbids in a text that is about to leave. The numbers of the buyer's own order and
    parcel are no telephone numbers."""
    orders = shop.orders_of_ticket(conn, ticket.id)
    parcels = shop.shipments(conn, [o.id for o in orders]) if orders else []
    for number in (ticket.order_number, *(o.number for o in orders), *(p.tracking for p in parcels)):
        if number:
            text = text.replace(number, "\0" * len(number))
    return [f.what for f in banned(text, [ticket.platform]) if f.severity == "error"]


def note_language(conn: Connection, ticket: Ticket) -> str:
    """The language of a note about a ticket: the one its owner speaks best; "" where nobody has said."""
    agent = shop.agent(conn, ticket.assignee_id) if ticket.assignee_id else None
    levels: dict[str, int] = json.loads(agent.languages or "{}") if agent else {}
    return max(levels, key=lambda tag: levels[tag], default="")


def note_text(conn: Connection, ticket_id: int, template_id: str, facts: Mapping[str, str]) -> str:
    """A template filled for a note, in the language of the ticket's owner. Raises NotFound, Refused for a gap that
    stays empty."""
    from desk.automation.templates import fill
    from desk.thread import variant

    ticket = ticket_rows.get(conn, ticket_id)
    if ticket is None:
        raise NotFound(N_("There is no ticket {item}."), item=f"#{ticket_id}", next=N_("Look for it: deskhand list"))
    template = need(conn, template_id)
    chosen, _how = variant(template, ticket, note_language(conn, ticket) if template.internal else "")
    filled = fill(chosen.text, facts)
    if not filled.sendable:
        raise Refused(N_("Template {item} has gaps that nothing fills: {gaps}."), item=template_id,
                      gaps=", ".join(filled.missing), next=N_("Fill them in, or choose another one."))  # fmt: skip
    return filled.text


def day_of(at: Instant) -> date:
    return datetime.fromtimestamp(at / 1000, UTC).date()


def instant_of(day: date) -> Instant:
    """The beginning of a day, UTC."""
    return (day - date(1970, 1, 1)).days * DAY


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
