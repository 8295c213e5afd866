"""What people type into prompts, taken apart: times to come, snoozes, tasks, ticket numbers; and how it may go on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from desk.mornings import WORK_STARTS, next_workday
from desk.waking import WORDS
from store.errors import N_, Invalid
from store.values import DAY, HOUR, MINUTE, NEVER, Instant, clean_line, fold

_DAYS = (("mon", "一"), ("tue", "二"), ("wed", "三"), ("thu", "四"), ("fri", "五"), ("sat", "六"), ("sun", "日"))
_TOMORROW = ("tomorrow", "明天")
_UNITS = {"m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_SPAN = re.compile(r"(\d{1,4})\s?([mhdw])")
_TIME = re.compile(r"(\d{1,2})[:.](\d\d)")


def when(words: str, now: Instant, zone: tzinfo) -> Instant:
    """A time to come: `2h`, `3d`, `18:30`, `tomorrow`, `mon`, `mon 9:00`, `2026-12-01`, `12-01 14:00`. A day alone means
    when work starts, a time alone its next coming. Raises Invalid for anything else, and for what has passed."""
    text = fold(clean_line(words)).strip()
    if found := _SPAN.fullmatch(text):
        return now + int(found[1]) * _UNITS[found[2]]
    here = datetime.fromtimestamp(now / 1000, zone)
    *days, last = text.split() or [""]
    at = _time(last)
    day = " ".join(days) if at else text
    try:
        wanted = _day(day, here.date()) if day else None
    except ValueError as error:
        raise _odd(words) from error
    if wanted is None and (day or at is None):
        raise _odd(words)
    if wanted and at is None and day in _TOMORROW:
        wanted = next_workday(here.date())
    found_day = wanted or here.date()
    made = _instant(found_day, at or WORK_STARTS, zone)
    if made <= now and wanted is None:
        made = _instant(found_day + timedelta(days=1), at or WORK_STARTS, zone)
    elif made <= now and day in ("today", "今天"):
        raise Invalid(N_("{item} has passed already."), item=clean_line(words), next=N_("Say a later time."))
    elif made <= now and _weekday(day) is not None:
        made = _instant(found_day + timedelta(days=7), at or WORK_STARTS, zone)
    if made <= now:
        raise Invalid(N_("{item} has passed already."), item=clean_line(words), next=N_("Say a later time."))
    return made


def _time(word: str) -> time | None:
    found = _TIME.fullmatch(word)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return time(int(found[1]), int(found[2]))


def _day(words: str, today: date) -> date | None:
    """Raises ValueError for a date there is not."""
    if words in ("today", "今天"):
        return today
    if words in _TOMORROW:
        return today + timedelta(days=1)
    if words in ("week", "next week", "下周"):
        return today + timedelta(days=7 - today.weekday())
    at = _weekday(words)
    if at is not None:
        return today + timedelta(days=(at - today.weekday()) % 7)
    if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", words):
        return date(*map(int, words.split("-")))
    if re.fullmatch(r"\d{1,2}-\d{1,2}", words):
        month, day = map(int, words.split("-"))
        found = date(today.year, month, day)
        return found if found >= today else date(today.year + 1, month, day)
    return None


def _weekday(words: str) -> int | None:
    for number, (english, chinese) in enumerate(_DAYS):
        if (words.isascii() and len(words) >= 3 and _ENGLISH[number].startswith(words)) or words in (
            f"周{chinese}", f"星期{chinese}", english):  # fmt: skip
            return number
    return None


_ENGLISH = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _instant(day: date, at: time, zone: tzinfo) -> Instant:
    return round(datetime.combine(day, at, zone).timestamp() * 1000)


def _odd(words: str) -> Invalid:
    return Invalid(N_("{item} is not a time."), item=clean_line(words), next=N_("Say it as 2h, mon 9:00 or 2026-12-01."))


def snooze(words: str, now: Instant, zone: tzinfo) -> tuple[Instant, str]:
    """`(until, event)`: a time as `when` reads it, `reply`, an event of `desk.waking`, or a time and an event, whichever
    comes first. Raises Invalid."""
    parts = clean_line(words).split()
    events = [fold(p) for p in parts if fold(p) in WORDS]
    rest = " ".join(p for p in parts if fold(p) not in WORDS)
    if len(events) > 1:
        raise _odd(words)
    if rest in ("reply", "until-reply"):
        return NEVER, events[0] if events else ""
    if rest in ("wake", "0") and not events:
        return 0, ""
    if not rest and not events:
        raise _odd(words)
    return (when(rest, now, zone) if rest else NEVER), events[0] if events else ""


class NewTask(NamedTuple):
    """`who` is an agent or a group, "" for nobody; `due` NEVER without a date."""

    title: str
    who: str
    due: Instant


def task(words: str, now: Instant, zone: tzinfo) -> NewTask:
    """`Ask the supplier @wei due:fri`: whose it is and until when may stand anywhere. A time of two words goes last:
    `due:fri 15:00`. Raises Invalid."""
    text = clean_line(words)
    due = NEVER
    found = re.search(r"(?:^|\s)due:(\S+(?:\s+\d{1,2}[:.]\d\d)?)", text, re.IGNORECASE)
    if found:
        due = when(found[1], now, zone)
        text = text[: found.start()] + text[found.end() :]
    who = re.search(r"(?:^|\s)@([A-Za-z0-9][\w.-]*)", text)
    if who:
        text = text[: who.start()] + text[who.end() :]
    title = " ".join(text.split())
    if not title:
        raise Invalid(N_("A task needs words."), next=N_("Such as: Ask the supplier @wei due:fri"))
    return NewTask(title, who[1].casefold() if who else "", due)


def numbers(words: str) -> list[int]:
    """`#12 15` → [12, 15]. Raises Invalid."""
    parts = [p.strip("#,;") for p in words.split()]
    if not parts or not all(p.isascii() and p.isdigit() and len(p) < 16 for p in parts):
        raise Invalid(N_("{item} is no ticket's number."), item=clean_line(words) or "–", next=N_("Such as: 1042"))
    return [int(p) for p in parts]


# How it may go on ----------------------------------------------------------------------------------------


class Word(NamedTuple):
    """A way to go on: `text` for what stands from `start` to `end`."""

    text: str
    start: int
    end: int


Complete = Callable[[str, int], Sequence[Word]]


def going_on(known: Iterable[str], *, mark: str = "", first: bool = False) -> Complete:
    """Proposes the known words that begin as the one at the cursor does. With a `mark` only words behind it are looked
    at (`@we`); with `first` only the first word of all."""
    words = tuple(known)

    def complete(text: str, cursor: int) -> Sequence[Word]:
        start = max(text.rfind(" ", 0, cursor), text.rfind("\n", 0, cursor)) + 1
        typed = text[start:cursor]
        if first and start:
            return []
        if mark:
            if not typed.startswith(mark):
                return []
            typed, start = typed[len(mark) :], start + len(mark)
        elif typed[:1] in ("-", "+"):
            typed, start = typed[1:], start + 1
        fitting = [w for w in words if fold(w).startswith(fold(typed)) and w != typed]
        return [Word(f"{w} ", start, cursor) for w in fitting[:12]]

    return complete
