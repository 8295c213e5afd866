"""Which marketplaces there are stand-ins of, and a few of them served together over one world that moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from connectors.registry import manifests
from connectors.sandbox.market import Market
from connectors.sandbox.market_records import Told
from connectors.sandbox.web import Site, served
from connectors.sandbox.world import Account, World, make_world
from store.values import Clock

STAND_INS: Mapping[str, str] = {m.id: m.stand_in for m in manifests() if m.stand_in}
"""Platform → where its stand-in is, made of a clock and a market."""

NUMBERED = ("shopify", "walmart", "woocommerce")
"""Platforms that know an order by another id than the number its buyer sees."""


def stand_in(platform: str) -> type[Site]:
    """Its class. Raises KeyError for a platform without one."""
    module, _, name = STAND_INS[platform].partition(":")
    found: type[Site] = getattr(import_module(module), name)
    return found


def shown(platform: str) -> str:
    """Whose market a platform shows: its own, where its stand-in says nothing else."""
    own = stand_in(platform).shows if platform in STAND_INS else None
    return platform if own is None else own


@dataclass(frozen=True, slots=True)
class Standing:
    """One stand-in that is served, and what a seller would enter to use it."""

    platform: str
    url: str
    settings: Mapping[str, object]
    secrets: Mapping[str, str]
    market: Market
    site: Site


@contextmanager
def standing(platforms: Sequence[str], clock: Clock, *, seed: int = 7, port: int = 0) -> Iterator[list[Standing]]:
    """Serves them on loopback for the block: the first at `port`, each further one at the next (0: any that are free).
    Raises KeyError for a platform without one, OSError where a port is taken."""
    world = make_world(seed, clock.now())
    shops = {name: Market(world, clock, platform=name) for name in dict.fromkeys(map(shown, platforms))}
    markets = [(p, shops[shown(p)]) for p in platforms]
    with serving(markets, clock, port=port) as found:
        yield found


@contextmanager
def serving(markets: Sequence[tuple[str, Market]], clock: Clock, *, port: int = 0) -> Iterator[list[Standing]]:
    """As `standing`, for pairs of a platform and its market."""
    with ExitStack() as stack:
        found = []
        for place, (platform, market) in enumerate(markets):
            kind: Any = stand_in(platform)
            others = [m for _, m in markets if m is not market] if kind.follows_all else []
            site: Site = kind(clock, market, *others)
            url = stack.enter_context(served(site, port + place if port else 0))
            settings, secrets = site.link(url)  # type: ignore[attr-defined]  # every stand-in has it
            found.append(Standing(platform, url, settings, secrets, market, site))
        yield found


def market_of(account: Account, world: World, clock: Clock, told: Sequence[Told]) -> Market:
    """The market of one account of the practice shop, as far as its desk knows it."""
    platform = shown(account.platform)
    shop = account.id if any(s.id == account.id for s in world.shops) else ""
    return Market(world, clock, platform=platform, shop=shop, told=told)
