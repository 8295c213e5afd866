"""The top line: the shop, what needs a person, the state of sync, who is here."""

from __future__ import annotations

from typing import NamedTuple

from app.lines import Line, Run
from app.safe import cells, width_of
from app.times import ago_text
from app.told import told
from app.widgets.lines import Lines
from app.words import _
from desk.inbox import Summary, many
from store.values import MINUTE, Instant


class Standing(NamedTuple):
    """What the top line says besides the counts."""

    shop: str
    agent: str
    on_duty: bool
    syncing: bool
    connected: bool
    """Whether any channel is connected at all."""
    toast: str = ""
    """What this person should be told just now, in place of the counts."""


class StatusLine(Lines):
    def __init__(self) -> None:
        super().__init__(id="status")
        self._line: Line = ()

    def fill(self, summary: Summary, standing: Standing, now: Instant, width: int) -> None:
        line = compose(summary, standing, now, width)
        if line != self._line:
            self._line = line
            self.refresh()

    def line(self, y: int) -> Line:
        return self._line


def compose(summary: Summary, standing: Standing, now: Instant, width: int) -> Line:
    """Left what the desk is, right who and how well; the counts in between give way last."""
    counts: list[Run] = []
    if summary.overdue:
        counts.append((_("{n} overdue").format(n=many(summary.overdue)), "danger"))
    if summary.today:
        counts.append((_("{n} due today").format(n=many(summary.today)), "text"))
    counts.append((_("{n} open").format(n=f"{summary.open:,}"), "text"))
    if summary.held:
        counts.append((_("{n} leaving").format(n=summary.held), "us"))
    if summary.unknown:
        counts.append((_("! {n} stuck in the outbox").format(n=summary.unknown), "danger"))
    if summary.unreadable:
        counts.append((_("! {n} unreadable").format(n=many(summary.unreadable)), "warning"))
    if standing.toast:
        counts = [(f"✉ {standing.toast}", "accent")]
    right: list[Run] = []
    if summary.faults:
        name, fault = summary.faults[0][0], told(summary.faults[0][1])
        more = f" +{len(summary.faults) - 1}" if len(summary.faults) > 1 else ""
        right.append(
            (f"{cells(name, min(12, width_of(name)))}: {cells(fault, min(38, width_of(fault)))}{more}", "danger")
        )
    elif not standing.connected:
        right.append((_("no channel connected"), "muted"))
    elif not standing.syncing:
        right.append((_("sync is not running: deskhand sync"), "warning"))
    elif not summary.last_good_at:
        right.append((_("first fetch"), "muted"))
    else:
        late = now - summary.last_good_at
        right.append((_("sync ok") if late < 2 * MINUTE else _("last sync {ago} ago").format(ago=ago_text(late)),
                      "muted" if late < 10 * MINUTE else "warning"))  # fmt: skip
    right.append(
        (f"{standing.agent} {'●' if standing.on_duty else '○'} " + (_("on") if standing.on_duty else _("away")), "text")
    )
    name = f" {standing.shop}"
    middle = _apart(counts)
    end = [*_apart(right), (" ", "text")]
    while len(right) > 1 and width_of(name) + _long(middle) + _long(end) + 4 > width:
        right.pop(0)
        end = [*_apart(right), (" ", "text")]
    if standing.toast:
        room = max(8, width - width_of(name) - _long(end) - 4)
        middle = [(cells(middle[0][0], min(room, _long(middle))), "accent")]
    room = width - width_of(name) - _long(middle) - _long(end)
    before = max(2, room // 2)
    return ((name, "strong"), (" " * before, "text"), *middle, (" " * max(1, room - before), "text"), *end)


def window_title(summary: Summary, shop: str, urgent: int) -> str:
    """What the terminal's window is called: what cannot wait first, as it may be all there is room for."""
    counts = [_("{n} urgent").format(n=many(urgent))] if urgent else []
    return " · ".join([*counts, _("{n} open").format(n=f"{summary.open:,}"), shop])


def _apart(runs: list[Run]) -> list[Run]:
    out: list[Run] = []
    for run in runs:
        out += [("   ", "text"), run] if out else [run]
    return out


def _long(runs: list[Run]) -> int:
    return sum(width_of(text) for text, _role in runs)
