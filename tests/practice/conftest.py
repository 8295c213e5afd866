"""A practice desk made once for all who only look at it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.sandbox.world import World, make_world
from desk import practice
from store.unit import Store
from store.values import Instant

NOON: Instant = int(datetime(2026, 11, 18, 11, 0, tzinfo=UTC).timestamp() * 1000)
"""A Wednesday, noon in Berlin."""


@dataclass(frozen=True, slots=True)
class FixedClock:
    at: Instant

    def now(self) -> Instant:
        return self.at


def new_store(folder: Path, now: Instant) -> Store:
    ids = itertools.count(1)
    return Store.create(folder, clock=FixedClock(now), ids=lambda: f"{next(ids):032x}", name=practice.SHOP)


@pytest.fixture(scope="session")
def world() -> World:
    return make_world(7, NOON)


@pytest.fixture(scope="session")
def furnished(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Look, do not touch."""
    store = new_store(tmp_path_factory.mktemp("practice") / "desk", NOON)
    practice.furnish(store, world, NOON)
    yield store
    store.close()
