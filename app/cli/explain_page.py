"""What `deskhand explain` prints: JSON lines for programs, a page for a person."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from itertools import islice
from typing import Any

from app.cli.cells import wrap
from app.cli.options import Usage
from app.cli.output import line, terminal_width
from app.cli.run import Run
from app.labels import titled
from app.told import told
from app.words import _
from store.values import clean


def teller(run: Run) -> Callable[[dict[str, Any]], None]:
    """JSON lines for programs, a page for a person."""
    form = run.options.format
    if form in ("json", "jsonl") or (not form and not sys.stdout.isatty()):
        return line
    if form not in ("", "table", "plain"):
        raise Usage(_("--format {format} is not possible here.").format(format=form))
    return lambda row: _print_page(row, run.zone)


def _print_page(row: dict[str, Any], zone: tzinfo) -> None:
    for text in page(row, zone):
        sys.stdout.write(clean(text) + "\n")


def page(row: dict[str, Any], zone: tzinfo) -> Iterator[str]:
    """Why this type, this owner, this due time; times where the reader is."""
    from desk.vocabulary import TYPES

    yield str(row["file"])
    if row["error"]:
        yield _("It cannot be read: {reason}").format(reason=told(row["error"]))
        return
    sender = row["from"] or {"name": "", "address": ""}
    ranked = [f"{_(TYPES.get(t, t))} {score:g}" for t, score in islice(row["scores"].items(), 4)]
    facts = [
        (_("Sender"), f"{sender['name']} <{sender['address']}>" if sender["address"] else ""),
        (_("Subject"), row["subject"]),
        (_("Automatic"), row["automatic"]),
        (_("Language"), row["language"]),
        (_("Type"), _(TYPES.get(row["type"] or "", row["type"] or ""))),
        (_("Why this type"), ", ".join(ranked)),
        (_("Cause"), _(TYPES.get(row["cause"] or "", ""))),
        (_("Ask"), _(TYPES.get(row["ask"] or "", ""))),
        (_("Needs review"), _("yes") if row["needs_review"] else ""),
        (_("Escalation"), _("yes") if row["escalation"] else ""),
        (_("Urgency"), str(row["urgency"] or "")),
        (_("Orders"), ", ".join(row["orders"])),
        (_("Parcels"), ", ".join(f"{t['number']} ({t['courier']})" for t in row["tracking"])),
        (_("Files"), ", ".join(a["name"] for a in row["attachments"])),
        (_("Rules"), row["rule"]),
        (_("Owner"), row["assignee"]),
        (_("Due"), _here(row["due"], zone)),
    ]
    for title, value in facts:
        if value:
            yield "  " + titled(title, value)
    for reason in row["why"] or []:
        yield f"  {reason}"
    size = min(100, terminal_width()) - 4
    yield from (f"  | {text}" for text in wrap(row["text"][:2000], size))
    yield ""


def _here(due: str | None, zone: tzinfo) -> str:
    """A time of a JSON line as a person there reads it."""
    return datetime.fromisoformat(due).astimezone(zone).strftime("%Y-%m-%d %H:%M") if due else ""
