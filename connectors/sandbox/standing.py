"""Which marketplaces there are stand-ins of, and a few of them served together over one world that moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from connectors.sandbox.market import Market
from connectors.sandbox.market_records import Told
from connectors.sandbox.web import Site, served
from connectors.sandbox.world import Account, World, make_world
from store.values import Clock

STAND_INS: Mapping[str, str] = {
    "ebay": "connectors.sandbox.ebay:EbaySite",
    "amazon": "connectors.sandbox.amazon:AmazonSite",
    "shopify": "connectors.sandbox.shopify:ShopifySite",
    "shopee": "connectors.sandbox.shopee:ShopeeSite",
    "walmart": "connectors.sandbox.walmart:WalmartSite",
    "woocommerce": "connectors.sandbox.woocommerce:WooCommerceSite",
    "tiktok": "connectors.sandbox.tiktok:TikTokSite",
    "17track": "connectors.sandbox.seventeentrack:SeventeenTrackSite",
    "judgeme": "connectors.sandbox.judgeme:JudgeMeSite",
}
"""Platform → where its stand-in is, made of a clock and a market."""

SHOPS = {"woocommerce": "email", "judgeme": "shopify", "17track": ""}
"""Whose market a platform shows, where it is not its own: the practice shop's own web shop is the one whose buyers write
mail; "" is all of them."""
_FOLLOWS_ALL = ("17track",)
"""These see the markets of all that are served with them."""

NUMBERED = ("shopify", "walmart", "woocommerce")
"""Platforms that know an order by another id than the number its buyer sees."""


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
    shops = {name: Market(world, clock, platform=name) for name in dict.fromkeys(SHOPS.get(p, p) for p in platforms)}
    markets = [(p, shops[SHOPS.get(p, p)]) for p in platforms]
    with serving(markets, clock, port=port) as found:
        yield found


@contextmanager
def serving(markets: Sequence[tuple[str, Market]], clock: Clock, *, port: int = 0) -> Iterator[list[Standing]]:
    """As `standing`, for pairs of a platform and its market."""
    with ExitStack() as stack:
        found = []
        for place, (platform, market) in enumerate(markets):
            module, _, name = STAND_INS[platform].partition(":")
            others = [m for _, m in markets if m is not market] if platform in _FOLLOWS_ALL else []
            site: Any = getattr(import_module(module), name)(clock, market, *others)
            assert isinstance(site, Site)
            url = stack.enter_context(served(site, port + place if port else 0))
            settings, secrets = site.link(url)  # type: ignore[attr-defined]  # every stand-in has it
            found.append(Standing(platform, url, settings, secrets, market, site))
        yield found


def market_of(account: Account, world: World, clock: Clock, told: Sequence[Told]) -> Market:
    """The market of one account of the practice shop, as far as its desk knows it."""
    platform = SHOPS.get(account.platform, account.platform)
    shop = account.id if any(s.id == account.id for s in world.shops) else ""
    return Market(world, clock, platform=platform, shop=shop, told=told)
