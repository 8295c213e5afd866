"""Makes a world from a seed: people, orders, conversations."""

from __future__ import annotations

from random import Random

from connectors.sandbox.world import talks
from connectors.sandbox.world.people import accounts, buyers, shops
from connectors.sandbox.world.records import TROUBLES, World
from connectors.sandbox.world.trade import order
from store.values import Instant

BUYERS, TALKS = 120, 300


def make_world(seed: int, now: Instant, *, people: int = BUYERS, conversations: int = TALKS) -> World:
    """About `people` buyers and exactly `conversations` conversations, the same for the same seed and instant.
    Conversations come oldest first, over about sixty days before `now`."""
    places = shops()
    found = buyers(Random(f"{seed}/people"), people, places)
    orders, conversation = talks.talks(Random(f"{seed}/talks"), found, places, conversations, now)
    taken = {o.number for o in orders}
    rng = Random(f"{seed}/coming")
    troubles = [(rng.choice(TROUBLES), b) for b in found]
    coming = tuple((trouble, order(rng, buyer, trouble, now, taken)) for trouble, buyer in troubles)
    return World(seed, now, places, accounts(), found, (*orders, *(o for _, o in coming)), tuple(conversation), coming)
