"""Walking through time while what is walked through moves."""

from __future__ import annotations

from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.windows import Found, Place, place_of, walk

END = 10_000


class Shifting:
    """A platform that pages by offset, and whose records move to the end while they are paged through."""

    def __init__(self, times: dict[int, int], size: int, moves: list[int]) -> None:
        self.times, self.size, self.moves = dict(times), size, list(moves)
        self.now = END
        self.calls = 0

    def ask(self, start: int, end: int, page: str) -> Found[tuple[int, int]]:
        self.calls += 1
        if self.moves and (moved := self.moves.pop()) in self.times:
            self.now += 1
            self.times[moved] = self.now
        found = sorted((at, name) for name, at in self.times.items() if start <= at <= end)
        first = int(page or 0)
        more = first + self.size < len(found)
        return Found(
            [(name, at) for at, name in found[first : first + self.size]], str(first + self.size) if more else ""
        )


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.integers(0, 60), st.integers(0, END), max_size=40),
    st.integers(1, 5),
    st.lists(st.integers(0, 60), max_size=30),
)
def test_nothing_that_moves_is_lost(times: dict[int, int], size: int, moves: list[int]) -> None:
    site = Shifting({n: at * 50 % END for n, at in times.items()}, size, moves)
    seen: dict[int, int] = {}
    place, until = Place(0, 4_000), site.now
    while True:
        for items, after, _ in walk(place, partial(int, until), site.ask, longest=4_000, overlap=30):
            seen |= dict(items)
            place = after
        if until >= site.now:
            break
        until = site.now
    crowded = {at for at in site.times.values() if sum(abs(at - other) <= 1 for other in site.times.values()) > size}
    assert not {n for n, at in site.times.items() if seen.get(n) != at and at not in crowded}


def test_a_walk_can_be_taken_up_at_every_page() -> None:
    site = Shifting({n: n * 7 for n in range(500)}, 10, [])
    whole = list(walk(Place(0, 4_000), lambda: END, site.ask, longest=4_000, overlap=30))
    seen: set[int] = set()
    place, more = Place(0, 4_000), True
    while more:
        items, place, more = next(
            walk(place_of(place.json(), start=5, width=5), lambda: END, site.ask, longest=4_000, overlap=30)
        )
        seen |= {name for name, _ in items}
    assert seen == set(range(500)) == {name for items, _, _ in whole for name, _ in items}
    assert place.at == END - 30
    assert all(after.width <= 4_000 for _, after, _ in whole)


def test_windows_find_their_width() -> None:
    site = Shifting({n: n for n in range(9_000)}, 100, [])
    pages = list(walk(Place(0, 4_000), lambda: END, site.ask, longest=4_000, overlap=30))
    assert site.calls < 2.2 * 9_000 / 100
    assert len(pages) < 2.2 * 9_000 / 100


def test_a_clock_put_back_goes_on_from_now() -> None:
    site = Shifting({1: 100}, 10, [])
    ((_, after, more),) = walk(Place(9_000, 60), lambda: 5_000, site.ask, longest=4_000, overlap=30)
    assert (after.at, more) == (4_970, False)


def test_a_cursor_of_nonsense_begins_anew() -> None:
    saved: object
    for saved in (None, [], {"at": "x"}, {"at": 1, "width": 0, "page": ""}):
        assert place_of(saved, start=7, width=8) == Place(7, 8)


@given(st.integers(-5_000, 5_000))
def test_a_wrong_clock_passes_nothing_that_is_to_come(ahead: int) -> None:
    """Ours is `ahead`; the platform's is known after its first answer."""
    site = Shifting({n: n * 7 for n in range(1, 500)}, 10, [])
    told = END if abs(ahead) < 6 else None

    def now() -> int:
        return END if told is not None or site.calls else max(1, END + ahead)

    seen: set[int] = set()
    for items, after, _ in walk(Place(0, 4_000), now, site.ask, longest=4_000, overlap=30):  # noqa: B007
        seen |= {name for name, _ in items}
    assert seen == set(site.times)
    assert after.at <= END - 30 + 6
