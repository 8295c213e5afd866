"""Makes a world from a seed: people, orders, conversations."""

from __future__ import annotations

from random import Random

from connectors.sandbox.world import talks
from connectors.sandbox.world.people import buyers, shops
from connectors.sandbox.world.records import TROUBLES, World
from connectors.sandbox.world.trade import order
from store.values import Instant

BUYERS, TALKS = 120, 300


def make_world(seed: int, now: Instant, *, people: int = BUYERS, conversations: int = TALKS) -> World:
    """About `people` buyers and exactly `conversations` conversations, the same for the same seed and instant.
    Conversations come oldest first, over about sixty days before `now`."""
    accounts = shops()
    found = buyers(Random(f"{seed}/people"), people, accounts)
    orders, conversation = talks.talks(Random(f"{seed}/talks"), found, accounts, conversations, now)
    taken = {o.number for o in orders}
    rng = Random(f"{seed}/coming")
    troubles = [(rng.choice(TROUBLES), b) for b in found if b.shop.by_mail]
    coming = tuple((trouble, order(rng, buyer, trouble, now, taken)) for trouble, buyer in troubles)
    return World(seed, now, accounts, found, (*orders, *(o for _, o in coming)), tuple(conversation), coming)
