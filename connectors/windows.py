"""Walking through time in windows that fit on one page.

A record that changes while a window is paged through leaves it, everything behind it moves up by one, and the next
page begins one too late. So a window that needs a second page is halved instead; only one of a single second is paged.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Generic, NamedTuple, TypeVar

from connectors.answer import parse_json
from connectors.contract import Page, Record, SchemaSurprise
from store.values import Instant

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk stands (seconds since 1970): the window begins `at` and is `width` long; `page` is a page inside of
    a window of one second, "" for the first."""

    at: int
    width: int
    page: str = ""

    def json(self) -> dict[str, Any]:
        return {"at": self.at, "width": self.width, "page": self.page}


class Found(NamedTuple, Generic[Item]):
    """One page of a window; `next` names the page after it, "" after the last."""

    items: list[Item]
    next: str


def saved(cursor: str) -> dict[str, Any]:
    """The JSON object a cursor holds; empty where it holds none."""
    try:
        found = parse_json(cursor.encode()) if cursor else None
    except SchemaSurprise:
        return {}
    return found if isinstance(found, dict) else {}


def place_of(saved: object, *, start: int, width: int) -> Place:
    """The place a cursor holds; the beginning where it holds none that makes sense."""
    if isinstance(saved, dict):
        at, wide, page = saved.get("at"), saved.get("width"), saved.get("page")
        if isinstance(at, int) and isinstance(wide, int) and isinstance(page, str) and wide > 0:
            return Place(at, wide, page)
    return Place(start, width)


def walk(
    place: Place, now: Callable[[], int], ask: Callable[[int, int, str], Found[Item]], *, longest: int, overlap: int
) -> Iterator[tuple[list[Item], Place, bool]]:
    """Pages from `place` to `now`, both included: the records, where to go on, and whether more wait right now. After
    the last, one goes on `overlap` seconds before. `now` is the platform's time as far as it is known: when the first
    answer shows that our clock is wrong, the walk ends by the platform's, or its cursor would pass what is to come."""
    until = now()
    if place.at > until:  # a clock was put back
        place = Place(until - overlap, place.width)
    room: int | None = None
    first = True
    while True:
        end = max(place.at + 1, min(place.at + min(place.width, longest), until))
        found = ask(place.at, end, place.page)
        if first and abs(now() - until) > overlap // 5:
            until = now()
        first = False
        if found.next:
            if not place.page and end - place.at > 1:
                room = len(found.items)
                place = replace(place, width=(end - place.at) // 2)
                continue
            place = replace(place, page=found.next)
            yield found.items, place, True
            continue
        quiet = room is None or len(found.items) * 2 <= room
        width = min(longest, place.width * 2) if quiet else place.width
        if end >= until:
            yield found.items, Place(min(end, until) - overlap, width), False
            return
        place = Place(end, width)
        yield found.items, place, True


def paged(
    cursor: str, since: Instant, now: Callable[[], Instant], ask: Callable[[int, int, str], Found[Item]],
    read: Callable[[list[Item]], list[Record]], *, longest: int, overlap: int,
) -> Iterator[Page]:  # fmt: skip
    """A stream that is a walk from beginning to end: its cursor is a `Place` as JSON, times are in milliseconds."""
    fresh, place = Fresh(), place_of(saved(cursor), start=since // 1000, width=longest)
    for items, after, more in walk(place, lambda: now() // 1000, ask, longest=longest, overlap=overlap):
        yield Page(fresh(read(items)), json.dumps(after.json()), more)


class Fresh:
    """Leaves out what the page before held already: windows share the second where they meet."""

    def __init__(self) -> None:
        self._before: frozenset[Record] = frozenset()

    def __call__(self, records: list[Record]) -> tuple[Record, ...]:
        told = tuple(dict.fromkeys(r for r in records if r not in self._before))
        self._before = frozenset(records)
        return told
