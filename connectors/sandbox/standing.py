"""Which marketplaces there are stand-ins of, and a few of them served together over one world that moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from connectors.sandbox.market import Market
from connectors.sandbox.web import Site, served
from connectors.sandbox.world import make_world
from store.values import Clock

STAND_INS: Mapping[str, str] = {
    "ebay": "connectors.sandbox.ebay:EbaySite",
    "amazon": "connectors.sandbox.amazon:AmazonSite",
    "shopify": "connectors.sandbox.shopify:ShopifySite",
    "shopee": "connectors.sandbox.shopee:ShopeeSite",
    "walmart": "connectors.sandbox.walmart:WalmartSite",
    "woocommerce": "connectors.sandbox.woocommerce:WooCommerceSite",
    "tiktok": "connectors.sandbox.tiktok:TikTokSite",
}
"""Platform → where its stand-in is, made of a clock and a market."""

_SHOPS = {"woocommerce": "email"}
"""The practice shop's own web shop is the one whose buyers write mail."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One stand-in that is served, and what a seller would enter to use it."""

    platform: str
    url: str
    settings: Mapping[str, object]
    secrets: Mapping[str, str]
    market: Market


@contextmanager
def standing(platforms: Sequence[str], clock: Clock, *, seed: int = 7, port: int = 0) -> Iterator[list[Standing]]:
    """Serves them on loopback for the block: the first at `port`, each further one at the next (0: any that are free).
    Raises KeyError for a platform without one, OSError where a port is taken."""
    world = make_world(seed, clock.now())
    with ExitStack() as stack:
        found = []
        for place, platform in enumerate(platforms):
            module, _, name = STAND_INS[platform].partition(":")
            market = Market(world, clock, platform=_SHOPS.get(platform, platform))
            site: Any = getattr(import_module(module), name)(clock, market)
            assert isinstance(site, Site)
            url = stack.enter_context(served(site, port + place if port else 0))
            settings, secrets = site.link(url)  # type: ignore[attr-defined]  # every stand-in has it
            found.append(Standing(platform, url, settings, secrets, market))
        yield found
