"""How a stream is gone through: lists one after another, each in windows of time, each window in pages.

Pages are counted by offset. What leaves a window while it is read moves the rest forward, so that a page would be
skipped: when the total has shrunk, as many places are gone back. What comes in only moves things into the next page.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import NamedTuple

from connectors.contract import Page, Record, SchemaSurprise
from connectors.ebay.wire import Json, items, part
from store.values import Instant


class Listing(NamedTuple):
    """One page of a list: `limit` is the page's size as eBay took it, `total` what the whole list holds."""

    items: list[object]
    limit: int
    total: int
    more: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One list. `ask(start, end, offset, limit)` brings a page, `read(items)` makes records of it, `size` is the largest
    page, `span` the longest window and `reach` how far back one may ask (milliseconds). `counted` says that a record is
    made of each item and that the list is all there is, so that its total is the pull's."""

    ask: Callable[[Instant, Instant, int, int], Listing]
    read: Callable[[list[object], Instant], list[Record]]
    size: int
    span: int
    reach: int
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Round:
    """Where a round stands; its text is the cursor. It takes all from `first` to `upto`; `swept` is when a round last
    went far back. A round that is over has `part` -1."""

    first: Instant
    upto: Instant
    swept: Instant = 0
    part: int = -1
    start: Instant = 0
    end: Instant = 0
    offset: int = 0
    limit: int = 0
    total: int = -1

    @classmethod
    def read(cls, cursor: str) -> Round | None:
        """None for one that cannot be read: the round begins anew, and what is known is known."""
        try:
            values = json.loads(cursor)
            return cls(**{name: int(value) for name, value in values.items()})
        except (ValueError, TypeError, AttributeError):
            return None

    def text(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))


def listing(answer: Json, key: str, limit: int, offset: int) -> Listing:
    """A page in the shape of either generation of APIs: `next` and `total`, or a `paginationOutput`. Raises
    SchemaSurprise where there is no list."""
    pages = part(answer, "paginationOutput") or part(answer, "pagination") or answer
    taken = _whole(pages.get("limit")) or limit
    total = _whole(pages.get("totalEntries", pages.get("total")))
    if key not in answer and pages.get("total", pages.get("totalEntries")) != 0:
        raise SchemaSurprise(f"eBay gave no list of {key}.")
    more = offset + taken < total if "paginationOutput" in answer else bool(pages.get("next"))
    try:
        return Listing(items(answer.get(key)), taken, total, more)
    except ValueError as exc:
        raise SchemaSurprise(f"eBay gave no list of {key}.") from exc


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def pages(begun: Round, parts: Sequence[Part], now: Callable[[], Instant]) -> Iterator[Page]:
    """From where a round stands to its end. Faults pass through; every page's cursor goes on right after it. `now` is the
    platform's time: a round that our clock let reach into the future ends where it is."""
    at: Round | None = begun if begun.part >= 0 else _window(replace(begun, part=0), parts, begun.first)
    while at is not None:
        part_ = parts[at.part]
        found = part_.ask(at.start, at.end, at.offset, at.limit or part_.size)
        records = tuple(part_.read(found.items, at.start))
        following = _after(at, found, parts)
        rest = following or Round(begun.first, min(begun.upto, now()), min(begun.swept, now()))
        yield Page(records, rest.text(), following is not None, found.total if part_.counted else 0)
        at = following


def _after(at: Round, found: Listing, parts: Sequence[Part]) -> Round | None:
    if found.total < at.total:
        back = (at.offset - (at.total - found.total)) // found.limit * found.limit
        return replace(at, offset=max(0, back), limit=found.limit, total=found.total)
    if found.more:
        return replace(at, offset=at.offset + found.limit, limit=found.limit, total=found.total)
    if at.end < at.upto:
        return _window(at, parts, at.end)
    if at.part + 1 < len(parts):
        return _window(replace(at, part=at.part + 1), parts, at.first)
    return None


def _window(at: Round, parts: Sequence[Part], start: Instant) -> Round:
    part_ = parts[at.part]
    begin = max(start, at.upto - part_.reach)
    return replace(at, start=begin, end=min(at.upto, begin + part_.span), offset=0, limit=0, total=-1)
