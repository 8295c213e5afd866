"""The pretend world: repeatable, in ten languages, about everything people write to a shop about."""

from __future__ import annotations

from collections import Counter

import pytest

from connectors.sandbox.world import World, make_world
from connectors.sandbox.world.data import table, texts
from connectors.sandbox.world.records import LANGUAGES, TROUBLES
from connectors.sandbox.world.talks import fill
from desk.reading import numbers, tracking
from desk.vocabulary import TYPES
from tests.practice.conftest import NOON

_WELL_SPOKEN = ("en", "de", "zh-CN", "es", "fr", "ja")


def test_the_same_seed_makes_the_same_world(world: World) -> None:
    assert make_world(7, NOON) == world
    assert make_world(8, NOON).talks != world.talks


def test_it_is_as_big_as_promised(world: World) -> None:
    assert len(world.talks) == 300
    assert 110 <= len(world.buyers) <= 130
    assert len({b.address for b in world.buyers}) == len(world.buyers)
    assert len({o.number for o in world.orders}) == len(world.orders)


def test_everything_is_written_about_in_every_language(world: World) -> None:
    assert set(TROUBLES) == set(TYPES) - {"other"}
    assert {t.lang for t in world.talks if t.order} == set(LANGUAGES)
    often = Counter(t.trouble for t in world.talks)
    assert all(often[trouble] >= 2 for trouble in TROUBLES)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_language_has_words_for_every_trouble_and_its_gaps_fill(world: World, lang: str) -> None:
    words = texts(lang)
    order = next(o for o in world.orders if o.parcel and o.buyer.lang == lang)
    for trouble in TROUBLES:
        said = words[trouble]["says"]
        assert len(said) >= (3 if lang in _WELL_SPOKEN else 1)
        for subject, text in said:
            assert "{" not in fill(subject, order) + fill(text, order)
    assert all(item["title"][lang] for item in table("goods")["item"])


def test_parcels_and_order_numbers_are_found_by_the_reader(world: World) -> None:
    for order in world.orders:
        assert order.number in numbers.orders(f"order {order.number}", order.buyer.shop.platform)
        if order.parcel:
            assert order.parcel.tracking in {t.number for t in tracking.find(f"My parcel: {order.parcel.tracking}")}


def test_totals_are_in_the_buyers_money(world: World) -> None:
    for order in world.orders:
        assert order.total.currency == order.buyer.currency
        assert order.total.minor > 0


def test_the_reader_understands_most_of_what_buyers_say(world: World) -> None:
    from desk.reading.understand import understand

    said = [(t.trouble, t.lang, understand(t.turns[0].text, t.subject)) for t in world.talks if t.order]
    assert sum(u.type == trouble for trouble, _, u in said) >= 0.85 * len(said)
    assert sum(u.language == lang for _, lang, u in said) >= 0.95 * len(said)
