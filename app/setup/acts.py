"""The acts of rules and macros as small forms: which act, and the fields that one needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.labels import titled
from app.setup import common
from app.setup.fields import Field, Line, Paragraph, Words
from app.setup.groups import only_groups, owners, strategies
from app.setup.picks import Choice, Option, Parts
from app.setup.rooms import Reading
from app.words import _, language
from desk import checklists
from desk import fields as own_fields
from desk.automation.rules.registry import ACTS
from desk.outbox import AFTER_SENDING
from desk.vocabulary import STATUSES
from store.connection import Connection
from store.sql import fields as field_rows
from store.sql import notices, shop, tasks

KEYS: Mapping[str, Sequence[str]] = {
    "set": ("type", "priority", "status"), "tag": ("add", "remove"), "assign": ("agent", "group", "strategy", "fallback"),
    "reply": ("template", "then", "share"), "note": ("text", "template"), "field": ("id", "value"), "checklist": ("id",),
    "task": ("title", "group", "agent", "due"), "notify": ("agent", "target", "text"), "snooze": ("until",),
}  # fmt: skip
"""By act, the keys of its table that its form asks for; others are kept as they are."""


def templates(conn: Connection, *, internal: bool) -> tuple[Option, ...]:
    """Templates for buyers, or all of them where notes may use one."""
    from app.widgets.template_picker import title

    return tuple(Option(t.id, title(t), t.id) for t in shop.templates(conn) if internal or not t.internal)


def parts(desk: Reading, key: str, label: str, *, without: Sequence[str] = (), needed: bool = False) -> Parts:
    """The ordered list of acts of a rule or macro."""
    conn = desk.conn
    dos = tuple(Option(do, _(kind.help), do) for do, kind in ACTS.items() if do not in without)
    lists: dict[str, tuple[Option, ...]] = {
        "agent": common.agents(conn), "group": only_groups(conn), "owner": owners(conn), "strategy": strategies(),
        "type": common.types(), "priority": common.priorities(), "status": common.statuses(),
        "template": templates(conn, internal=False), "note": templates(conn, internal=True),
        "then": tuple(Option(s, _(STATUSES[s])) for s in AFTER_SENDING),
        "field": tuple(Option(f.id, own_fields.title(f, language()), f.kind) for f in field_rows.all_fields(conn)),
        "target": tuple(Option(t.id, t.name, t.kind) for t in notices.every(conn)),
        "checklist": tuple(Option(c.id, checklists.title(c, language())) for c in tasks.checklists(conn)),
    }  # fmt: skip
    keep, any_one = _("leave as it is"), _("nobody in particular")

    def only(*names: str) -> Any:
        return lambda values: values.get("do") in names

    def fields(_values: Mapping[str, Any]) -> Sequence[Field]:
        return (
            Choice(key="do", label=_("Do"), needed=True, options=dos),
            Choice(key="set.type", label=_("Type"), options=common.any_of(lists["type"], keep), when=only("set")),
            Choice(key="set.priority", label=_("Priority"), options=common.any_of(lists["priority"], keep), when=only("set")),
            Choice(key="set.status", label=_("Status"), options=common.any_of(lists["status"], keep), when=only("set")),
            Words(key="tag.add", label=_("Add tags"), when=only("tag"), help=_("Words with commas: vip, promo.")),
            Words(key="tag.remove", label=_("Remove tags"), when=only("tag")),
            Choice(key="assign.agent", label=_("Agent"), options=common.any_of(lists["agent"], any_one), when=only("assign"),
                   help=_("One person; or leave it and choose a group below.")),
            Choice(key="assign.group", label=_("Group"), options=common.any_of(lists["group"], _("none")), when=_no_agent),
            Choice(key="assign.strategy", label=_("Shared out"), when=_no_agent,
                   options=common.any_of(lists["strategy"], _("as the group does"))),
            Choice(key="assign.fallback", label=_("If nobody is on"), options=common.any_of(lists["owner"], _("wait")),
                   when=only("assign")),
            Choice(key="reply.template", label=_("Template"), needed=True, options=lists["template"], when=only("reply")),
            Choice(key="reply.then", label=_("Then"), options=common.any_of(lists["then"], keep), when=only("reply")),
            Line(key="reply.share", label=_("Offers"), when=only("reply"), help=_("A part of the order total: 50%.")),
            Choice(key="note.template", label=_("Template"), options=common.any_of(lists["note"], _("the text below")),
                   when=only("note")),
            Paragraph(key="note.text", label=_("Text"), needed=True,
                      when=lambda v: v.get("do") == "note" and not v.get("note.template")),
            Choice(key="field.id", label=_("Field"), needed=True, options=lists["field"], when=only("field")),
            Line(key="field.value", label=_("Value"), when=only("field"), help=_("Empty takes it away.")),
            Choice(key="checklist.id", label=_("Checklist"), needed=True, options=lists["checklist"], when=only("checklist")),
            Line(key="task.title", label=_("Task"), needed=True, when=only("task")),
            Choice(key="task.group", label=_("Group"), options=common.any_of(lists["group"], _("none")), when=only("task")),
            Choice(key="task.agent", label=_("Agent"), options=common.any_of(lists["agent"], any_one), when=only("task")),
            Line(key="task.due", label=_("Due in"), when=only("task"), help=_("Such as 2h or 1d.")),
            Choice(key="notify.agent", label=_("Agent"), options=common.any_of(lists["agent"], _("a target outside")),
                   when=only("notify")),
            Choice(key="notify.target", label=_("Target"), needed=True, options=lists["target"],
                   help=_("A place outside the program, set up under Notices."),
                   when=lambda v: v.get("do") == "notify" and not v.get("notify.agent")),
            Line(key="notify.text", label=_("Text"), when=only("notify"), help=_("Empty says the name of the rule.")),
            Line(key="snooze.until", label=_("Until"), needed=True, when=only("snooze"),
                 help=_("2h, 3d, tomorrow, or reply: until the buyer writes.")),
        )  # fmt: skip

    labels = {name: {o.id: o.label for o in options} for name, options in lists.items()}

    def title(part: Mapping[str, Any]) -> str:
        return _said(part, labels)

    return Parts(key=key, label=label, needed=needed, fields=fields, title=title, start={"do": "set"}, add=_("add a step"))


def _no_agent(values: Mapping[str, Any]) -> bool:
    return values.get("do") == "assign" and not values.get("assign.agent")


def spread(row: Mapping[str, Any]) -> dict[str, Any]:
    """An act's table as its form takes it."""
    do = str(row.get("do", ""))
    known = KEYS.get(do, ())
    return {f"{do}.{key}" if key in known else key: value for key, value in row.items()}


def gathered(part: Mapping[str, Any]) -> dict[str, Any]:
    """The table of an act's form: of other acts' fields nothing is taken over."""
    do = str(part.get("do", ""))
    row: dict[str, Any] = {"do": do}
    for key, value in part.items():
        act, dot, name = key.partition(".")
        if dot and act == do and value not in ("", [], None):
            row[name] = value
        elif not dot and key != "do" and do not in KEYS:
            row[key] = value
    if do == "field":
        row.setdefault("value", "")
    if do == "assign" and "agent" in row:
        row = {key: value for key, value in row.items() if key in ("do", "agent", "fallback")}
    return row


def _said(part: Mapping[str, Any], labels: Mapping[str, Mapping[str, str]]) -> str:
    """An act in a line: what it does, and with what."""
    row = gathered(part)
    do = row.pop("do")
    kind = ACTS.get(do)
    if kind is None:
        return do or "?"
    found = []
    for key, value in row.items():
        names = labels.get({"id": do, "fallback": "owner"}.get(key, key), {})
        text = ", ".join(value) if isinstance(value, list) else names.get(str(value), str(value))
        sign = {"add": "+", "remove": "-"}.get(key, "")
        found.append(sign + text)
    return titled(_(kind.help), ", ".join(found)) if found else _(kind.help)
