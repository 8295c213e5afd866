"""Buyers at the stand-in marketplaces who live: now and then something happens there, and they answer what the shop writes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from random import Random

from connectors.sandbox.market import Market
from connectors.sandbox.market_records import MarketThread
from connectors.sandbox.world.living import Living, Pace


class Shoppers(Living):
    """`with Shoppers(markets, seed):` they live in a thread. `markets` by any name, with which `news` is told where
    something happened; `clock` (seconds, any origin) paces them. The market called `spoilt` tells one order that nobody
    can read."""

    def __init__(
        self, markets: Mapping[str, Market], seed: str, *, pace: Pace | None = None,
        news: Callable[[str], None] = lambda name: None, clock: Callable[[], float] = time.monotonic, spoilt: str = "",
    ) -> None:  # fmt: skip
        super().__init__("shoppers", clock)
        self._markets, self._news, self._spoilt = markets, news, spoilt
        self._pace = pace or Pace()
        self._rng = Random(f"{seed}/shoppers")
        self._answered: dict[str, int] = {}
        for name, market in markets.items():
            market.on_answer = lambda thread, name=name: self._consider(name, thread)

    def begin(self) -> None:
        self.plan(self._pace.first, self._move)
        if self._spoilt:
            self.plan(self._pace.first, self._spoil)

    def _spoil(self) -> None:
        self._markets[self._spoilt].misprints()
        self._news(self._spoilt)

    def _move(self) -> None:
        self.plan(self._rng.uniform(*self._pace.between), self._move)
        name = self._rng.choice(sorted(self._markets))
        if self._markets[name].step():
            self._news(name)

    def _consider(self, name: str, thread: MarketThread) -> None:
        """Most people answer once or twice."""
        if self._answered.get(thread.id, 0) >= 2 or self._rng.random() > self._pace.answers:
            return
        self._answered[thread.id] = self._answered.get(thread.id, 0) + 1
        self.plan(self._rng.uniform(*self._pace.answer), lambda: self._answer(name, thread))

    def _answer(self, name: str, thread: MarketThread) -> None:
        self._markets[name].answers(thread)
        self._news(name)
