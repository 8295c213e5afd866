"""What an import brought, in words; for a trial, how each table is understood first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from app.words import _, ngettext

if TYPE_CHECKING:
    from desk.sync.importing import Imported


def told_of(done: Imported, dry: bool) -> list[str]:
    """Lines for a person."""
    return [*(_preview(done) if dry else ()), *_counted(done, dry)]


def _preview(done: Imported) -> Iterator[str]:
    separators = {",": _("comma"), ";": _("semicolon"), "\t": _("tab"), "|": "|"}
    for t in done.tables:
        yield _("{file}: {profile} [{id}], {encoding}, {separator}").format(
            file=t.name, profile=t.title, id=t.profile, encoding=t.encoding, separator=separators[t.separator])  # fmt: skip
        yield "  " + _("understood: {columns}").format(columns=", ".join(f"{c} → {f}" for c, f in t.columns.items()))
        if t.unknown:
            yield "  " + _("left aside: {columns}").format(columns=", ".join(t.unknown))


def _counted(done: Imported, dry: bool) -> Iterator[str]:
    things = _things(done)
    rest = {"known": f"{done.known:,}", "bad": f"{done.bad_count:,}"}
    if done.fresh or not done.tables or any(t.kind == "messages" for t in done.tables):
        text = ngettext("{count} message", "{count} messages", done.fresh).format(count=f"{done.fresh:,}")
        made = ngettext("{count} ticket", "{count} tickets", done.tickets).format(count=f"{done.tickets:,}")
        form = _("{messages} would come in, {known} are here already, {bad} cannot be read.") if dry else _(
            "{messages} came in as {tickets}, {known} were here already, {bad} could not be read.")  # fmt: skip
        yield form.format(messages=text, tickets=made, **rest)
        if things or done.changed:
            form = _("{things} would be new, {changed} would change.") if dry else _(
                "{things} are new, {changed} were brought up to date.")  # fmt: skip
            yield form.format(things=", ".join(things) or _("Nothing else"), changed=f"{done.changed:,}")
        return
    form = _("New would be: {things}. {changed} would change, {known} are here already, {bad} cannot be read.") if dry else _(
        "New: {things}. {changed} were brought up to date, {known} were here already, {bad} could not be read.")  # fmt: skip
    yield form.format(things=", ".join(things) or _("nothing"), changed=f"{done.changed:,}", **rest)


def _things(done: Imported) -> list[str]:
    return [text.format(count=f"{count:,}") for count, text in (
        (done.orders, ngettext("{count} order", "{count} orders", done.orders)),
        (done.customers, ngettext("{count} customer", "{count} customers", done.customers)),
        (done.returns, ngettext("{count} return", "{count} returns", done.returns)),
        (done.reviews, ngettext("{count} review", "{count} reviews", done.reviews)),
        (done.products, ngettext("{count} product", "{count} products", done.products))) if count]  # fmt: skip
