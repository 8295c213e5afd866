"""The team at one look, over the screen: who is on duty, until when, how busy, their week and their leave. To read; the
keys lead to the forms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from textual.geometry import Size

from app.labels import ROLES
from app.lines import Line, heading
from app.safe import cells, width_of
from app.setup.calendars import hours_text
from app.times import stamp
from app.widgets.drawing import Piece, length
from app.widgets.sheet import Sheet
from app.words import _
from desk.roster import Day, Member
from store.values import NEVER, Instant

_NAME = 14
_BAR = 8
"""Cells of a full load."""
_METER = ("accent", "warning", "danger", "rule")
"""Roles of the load bar and what is beside it. They stand on the sheet under the cursor, too: there a block in the colour
of the text would be a hole."""
_ROOMS = {"l": "leave", "g": "groups", "c": "calendars"}


class Team(Sheet):
    """Closes with the act that leads to what is to be changed, or None."""

    def __init__(self, members: Sequence[Member], now: Instant, zone: tzinfo) -> None:
        super().__init__()
        self._members, self._now, self._zone = tuple(members), now, zone
        self._at = self._from = self._height = 0
        self._rows: dict[int, int] = {}
        """Which line of the page is whose."""

    def lines_wanted(self, size: Size) -> int:
        self._height = size.height
        return size.height

    def pieces(self, y: int) -> list[Piece]:
        if y == self._height - 1:
            plain, key = self.look.on("text", "panel"), self.look.on("key", "panel")
            said = (("Enter", _("this person")), ("l", _("leave")), ("g", _("groups")), ("c", _("calendars")), ("Esc", _("back")))
            return [piece for name, text in said for piece in ((f" {name}", key), (f" {text}  ", plain))]
        lines = self._page()
        index = self._from + y
        line = lines[index] if index < len(lines) else ()
        ground = "selection" if self._rows.get(index) == self._at else "panel"
        row = [(text, self.look.on(role, "panel" if role in _METER else ground)) for text, role in line]
        return [*row, (" " * (self.width - length(row)), self.look.on("text", ground))]

    def press(self, key: str) -> bool:
        by = {"j": 1, "down": 1, "k": -1, "up": -1, "home": -999, "G": 999, "end": 999}.get(key)
        if by is not None:
            self._at = max(0, min(len(self._members) - 1, self._at + by))
            row = next((y for y, at in self._rows.items() if at == self._at), 0)
            self._from = max(row - self._height + 3, min(self._from, row - 2 if row > 2 else 0))
        elif key in ("enter", "e", "o") and self._members:
            self.close(f"go.setup:agents/{self._members[self._at].id}")
        elif key in _ROOMS:
            self.close(f"go.setup:{_ROOMS[key]}")
        elif key == "q":
            self.close(None)
        else:
            return False
        self.refresh()
        return True

    def click(self, x: int, y: int) -> None:
        at = self._rows.get(self._from + y)
        if at is not None and at == self._at:
            self.press("enter")
        elif at is not None:
            self._at = at
            self.refresh()

    # The page -------------------------------------------------------------------------------------

    def _page(self) -> list[Line]:
        width, there = self.width, sum(m.on_duty for m in self._members)
        said = _("{n} of {all} on duty").format(n=there, all=len(self._members))
        here = datetime.fromtimestamp(self._now / 1000, self._zone)
        lines: list[Line] = [heading(f"{_('Team')} · {said} · {here:%H:%M}", width), ()]
        name = min(_NAME if width < 100 else 20, max((width_of(m.name) for m in self._members), default=_NAME))
        self._rows = {}
        for at, member in enumerate(self._members):
            self._rows[len(lines)] = at
            lines.append(self._now_line(member, name, width))
        lines += [(), self._days_head(name), *(self._days_line(m, name) for m in self._members)]
        if self._members:
            lines += [(), *self._about(self._members[self._at], width)]
        return lines

    def _now_line(self, member: Member, name: int, width: int) -> Line:
        def when(at: Instant) -> str:
            return stamp(at, self._now, self._zone)

        if member.why is not None:
            said = member.why.render(_, when)
            if member.changes_at < NEVER and when(member.changes_at) not in said:
                said = _("{why}, until {when}").format(why=said, when=when(member.changes_at))
        elif member.changes_at < NEVER:
            said = _("on duty until {when}").format(when=when(member.changes_at))
        else:
            said = _("on duty")
        wide = max(24, width - name - 30)
        glyph = "●" if member.on_duty else "○"
        share = member.load / (member.capacity or 20)
        bar = "█" * min(_BAR, round(share * _BAR)) or ("▏" if member.load else "")
        rest = " " * (_BAR + 1 - len(bar))
        load = f"{member.load:g}/{member.capacity:g}" if member.capacity else f"{member.load:g}"
        return (
            (f" {glyph} ", "done" if member.on_duty else "muted"), (f"{cells(member.name, name)}  ", "strong"),
            (cells(said, wide), "text" if member.on_duty else "muted"), (f" {load:>7} ", "text"),
            (" ", "rule"), (bar, "danger" if share >= 1 else "warning" if share >= 0.8 else "accent"), (rest, "rule"),
        )  # fmt: skip

    def _cell(self, name: int) -> int:
        return max(7, min(15, (self.width - name - 5) // 7))

    def _days_head(self, name: int) -> Line:
        days = self._members[0].days if self._members else ()
        week = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
        wide = self._cell(name)
        return ((" " * (name + 5), "muted"), *((cells(f"{week[d.date.weekday()]} {d.date.day}", wide), "muted") for d in days))

    def _days_line(self, member: Member, name: int) -> Line:
        wide = self._cell(name)
        return ((f"   {cells(member.name, name)}  ", "text"),
                *((cells(day_text(day, wide - 1), wide), "warning" if day.away else "text") for day in member.days))  # fmt: skip

    def _about(self, member: Member, width: int) -> list[Line]:
        rows = [(_("Role"), _(ROLES[member.role])),
                (_("Languages"), ", ".join(f"{tag} {level}" for tag, level in member.languages) or _("none said")),
                (_("Skills"), ", ".join(member.skills) or "–"), (_("Groups"), ", ".join(member.groups) or "–"),
                (_("Leave"), self._leave(member)), (_("Time zone"), member.zone)]  # fmt: skip
        wide = max(width_of(label) for label, _text in rows)
        return [((f"   {cells(label, wide)}  ", "muted"), (cells(text, max(8, width - wide - 6)).rstrip(), "text"))
                for label, text in rows]  # fmt: skip

    def _leave(self, member: Member) -> str:
        if member.leave is None:
            return "–"
        first, last = (datetime.fromtimestamp(at / 1000, self._zone) for at in (member.leave.start, member.leave.end))
        return f"{first:%Y-%m-%d} … {last:%Y-%m-%d}"


def day_text(day: Day, width: int) -> str:
    """A day in a few cells: its hours, shortened to whole hours where that is all there is room for."""
    if day.away:
        return _("leave")
    if day.hours is None:
        return _("always")
    if not day.hours:
        return "–"
    whole = hours_text(day.hours).replace(", ", " ")
    if width_of(whole) <= width:
        return whole
    short = " ".join(f"{_short(a)}-{_short(b)}" for a, b in day.hours)
    return short if width_of(short) <= width else f"{_short(day.hours[0][0])}-{_short(day.hours[-1][1])}+"


def _short(minute: int) -> str:
    """`9`, `9:30`; past midnight as on the next day."""
    minute = minute - 1440 if minute > 1440 else minute
    return f"{minute // 60}:{minute % 60:02}" if minute % 60 else f"{minute // 60}"
