"""Templates: answers with gaps, in every language a buyer may read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from app.lines import Line as DrawnLine
from app.setup import common
from app.setup.drawn import text_lines
from app.setup.fields import Entries, Field, Line, Paragraph
from app.setup.figures import Day
from app.setup.picks import Choices, Parts, Toggle
from app.setup.rooms import Reading, Record, Room, Trial
from app.words import _, language
from desk import template_book
from desk.automation.library import findings, template_from
from desk.automation.lint import lint
from desk.automation.templates import fill
from desk.automation.variables import VARIABLES
from desk.automation.variants import Variant
from store.errors import N_, DeskError, Invalid
from store.sql import shop

if TYPE_CHECKING:
    from desk.versions import Version
    from store.unit import UnitOfWork


def text_check(value: Any) -> None:
    """Whether every gap of a text is one that something fills."""
    bad = next((f for f in lint(str(value)) if f.severity == "error"), None)
    if bad is not None:
        raise Invalid(N_("{problem}"), problem=bad.what.render(_))


class Gap(NamedTuple):
    """A gap that may stand here."""

    text: str
    start: int
    end: int


def gaps(text: str, cursor: int) -> Sequence[Gap]:
    """The gaps that begin as what is typed behind `{{`."""
    start = text.rfind("{{", 0, cursor)
    begun = text[start + 2 : cursor]
    if start < 0 or "}" in begun or "\n" in begun:
        return ()
    end = cursor + 2 if text.startswith("}}", cursor) else cursor
    return [Gap("{{" + name + "}}", start, end) for name in VARIABLES if name.startswith(begun.strip())]


class Templates(Room):
    about = N_("Answers for what buyers ask again and again, with gaps like {{order.number}} that fill themselves.")
    can = frozenset({"new", "remove", "test", "history"})
    kind = template_book.KIND

    def records(self, desk: Reading) -> Sequence[Record]:
        from app.widgets.template_picker import title

        found = []
        for row in shop.templates(desk.conn):
            count = len({v.language for v in template_book.template_of(row).variants})
            note = _("{count} lang.").format(count=count)
            found.append(Record(row.id, title(row), "off" if row.internal else "", note, f"{row.id} {row.types}"))
        return found

    def fields(self, desk: Reading, ident: str) -> Sequence[Field]:
        def texts(_values: Mapping[str, Any]) -> Sequence[Field]:
            return (
                Line(key="language", label=_("Language"), needed=True, help=_("Such as de, en, zh-CN.")),
                Paragraph(key="text", label=_("Text"), needed=True, check=text_check,
                          complete=gaps,
                          help=_('Type {{ and Tab for gaps: {{order.number}}, {{customer.first_name|or:"there"}} …')),
                Line(key="platform", label=_("Platform"), help=_("Only for this platform; empty serves all.")),
                Line(key="country", label=_("Country"), help=_("Only for this country, such as AT.")),
                Line(key="subject", label=_("Subject"), help=_("In place of the subject of the ticket.")),
            )  # fmt: skip

        def title(part: Mapping[str, Any]) -> str:
            where = " ".join(str(part.get(key)) for key in ("language", "platform", "country") if part.get(key))
            start = str(part.get("text", "")).replace("\n", " ")[:60]
            return f"{where or '?'} · {start}"

        return (
            Line(key="name", label=_("Name"), needed=True),
            Parts(key="texts", label=_("Texts"), needed=True, fields=texts, title=title, add=_("add a language"),
                  start={"language": "" if ident else "en"}),
            Choices(key="suits", label=_("For"), options=common.types(), help=_("Issue types for which it is proposed first.")),
            Line(key="when", label=_("Use it"), help=_("When it fits, for colleagues.")),
            Toggle(key="internal", label=_("Notes only"), help=_("For notes of the team; never sent to a buyer.")),
            Entries(key="limits", label=_("Mind"), help=_("What to check before it is sent, one a line.")),
            Day(key="review", label=_("Read again"), help=_("The day somebody should look whether it is still true.")),
        )  # fmt: skip

    def values(self, desk: Reading, ident: str) -> dict[str, Any]:
        if not ident:
            return {"name": "", "texts": []}
        return _form(template_book.read(desk.conn, ident).body())

    def save(self, unit: UnitOfWork, ident: str, values: Mapping[str, Any]) -> str:
        taken = [row.id for row in shop.templates(unit.conn)]
        wanted = str(values.get("id") or "")
        found = ident or (wanted if wanted and wanted not in taken else "") or common.slug(
            str(values["name"]), taken, "template")  # fmt: skip
        try:
            return template_book.save(unit, template_from(_table(values, found))).template.id
        except DeskError as error:
            key = {"text": "texts", "variant": "texts", "type": "suits"}.get(str(error.gaps.get("key", "")), "texts")
            raise common.about(error, key) from error

    def remove(self, unit: UnitOfWork, ident: str) -> None:
        template_book.remove(unit, ident)

    def versioned(self, version: Version, ident: str) -> dict[str, Any]:
        return _form({"id": ident, **version.body})

    def test(self, desk: Reading, ident: str, values: Mapping[str, Any], width: int, trial: Trial) -> Sequence[DrawnLine]:
        """Every text filled in for the newest ticket it could answer, and what is to mind about it."""
        template = template_from(_table(values, ident or "new"))
        problems: dict[Variant, list[str]] = {}
        for variant, finding in findings(template):
            problems.setdefault(variant, []).append(finding.what.render(_))
        lines: list[DrawnLine] = []
        for done, variant in enumerate(template.variants):
            trial.tell(done, len(template.variants))
            where = " ".join(filter(None, (variant.language, variant.platform, variant.country)))
            lines.append(((f" ── {where} ", "strong"),))
            lines += text_lines(problems.get(variant, ()), width, "warning")
            lines += [*_filled(desk, variant, trial.store.meta("name"), width), ()]
            if trial.stopped():
                break
        return lines


def _filled(desk: Reading, variant: Variant, shop_name: str, width: int) -> list[DrawnLine]:
    from desk import inbox, thread

    query = f"lang:{variant.language.partition('-')[0]} not:is:automatic sort:newest"
    try:
        found = inbox.page(desk.conn, inbox.resolve(query, desk.context()), desk.me, limit=1)
    except DeskError:
        found = []
    if not found:
        return text_lines([variant.text], width, "muted")
    read = thread.read(desk.conn, found[0].id, shown=1)
    agent = shop.agent(desk.conn, desk.me)
    name, signature = (agent.name, agent.signature) if agent else ("", "")
    filled = fill(variant.text, thread.template_context(read, name, shop_name, signature=signature))
    lines = text_lines([filled.text], width)
    note = _("filled in for #{id}").format(id=found[0].id)
    if filled.missing:
        note += " · " + _("missing: {names}").format(names=", ".join(filled.missing))
    return [*lines, *text_lines([note], width, "muted")]


def _form(body: Mapping[str, Any]) -> dict[str, Any]:
    """A template's table as its form takes it."""
    texts = [{"language": language, "text": text} for language, text in body.get("text", {}).items()]
    names = body.get("names", {})
    return {
        "id": body["id"], "names": dict(names), "name": names.get(language()) or names.get("en") or body["id"],
        "texts": texts + [dict(row) for row in body.get("variant", ())], "suits": list(body.get("suits", ())),
        "when": body.get("when", ""), "internal": bool(body.get("internal")), "limits": list(body.get("limits", ())),
        "review": str(body.get("review") or ""),
    }  # fmt: skip


def _table(values: Mapping[str, Any], ident: str) -> dict[str, Any]:
    """The table of a form. A name that was changed is that of the reader's language."""
    names = {**(values.get("names") or {}), language(): str(values["name"])}
    general: dict[str, str] = {}
    special = []
    for part in values.get("texts") or ():
        row = {key: value for key, value in part.items() if value}
        if row.keys() - {"language", "text"} or row["language"] in general:
            special.append(row)
        else:
            general[str(row["language"])] = str(row["text"])
    table = {"id": ident, "names": names, "when": values.get("when", ""), "suits": list(values.get("suits") or ()),
             "limits": list(values.get("limits") or ()), "internal": bool(values.get("internal")),
             "text": general, "variant": special}  # fmt: skip
    if values.get("review"):
        table["review"] = values["review"]
    return table


