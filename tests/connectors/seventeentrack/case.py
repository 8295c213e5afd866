"""17TRACK in the contract suite: parcels of all the practice shop's accounts, most of them followed already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from connectors.contract import Command, Followed, Parcels
from connectors.sandbox.market import Market
from connectors.sandbox.market_records import MarketParcel
from connectors.sandbox.seventeentrack import SLOW, SeventeenTrackSite
from connectors.sandbox.web import Site
from store.values import DAY, HOUR, Instant
from tests.connectors.ports import FrozenClock, setting
from tests.connectors.suite import Case, Lab

ROOT = "/track/v2.2"
FEW = 24


class Underway:
    """What the desk would say: parcels of the market that left in the last weeks. No more at once than the lab's pages hold."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def underway(self, after: str, most: int, since: Instant) -> tuple[Followed, ...]:
        found = [p for p in parcels(self._lab.site) if p.shipped_at >= since and p.tracking > after]
        return tuple(Followed(p.tracking, p.tracking, p.courier) for p in found[: self._lab.site.paged(most)])


def parcels(site: SeventeenTrackSite) -> list[MarketParcel]:
    """A few of all there are, by number."""
    known = sorted(site.parcels(), key=lambda p: -p.shipped_at)[:FEW]
    return sorted(known, key=lambda p: p.tracking)


class SeventeenTrackCase(Case):
    platform = "17track"
    streams = {"parcels": rf"^POST {ROOT}/gettrackinfo$"}
    parcels = True
    renews = False

    def site(self, market: Market, clock: FrozenClock) -> Site:
        """All but two are followed since the day before."""
        made = SeventeenTrackSite(clock, market)
        made.registered = {p.tracking: clock.time - DAY for p in parcels(made)[2:]}
        return made

    def link(self, site: Any, url: str) -> tuple[dict[str, object], dict[str, str]]:
        settings, secrets = site.link(url)
        return {**settings, "again_minutes": 0}, dict(secrets)

    def underway(self, lab: Lab) -> Parcels:
        return Underway(lab)

    def expected(self, lab: Lab, since: Instant) -> Mapping[str, set[str]]:
        site = lab.site
        heard = {n for n, at in site.registered.items() if lab.clock.time >= at + SLOW}
        return {"parcels": {f"shipment::{p.tracking}" for p in parcels(site) if p.tracking in heard and p.shipped_at >= since}}

    def commands(self, lab: Lab) -> Mapping[str, Command]:
        return {}

    def done(self, lab: Lab, deed: str, command: Command) -> int:
        raise AssertionError(deed)

    def spoil(self, stream: str, page: Any) -> str:
        first = page["data"]["accepted"][0]
        first["track_info"]["latest_event"]["time_utc"] = "yesterday"
        return str(first["number"])

    def ills(self, lab: Lab) -> Mapping[str, tuple[Callable[[], None], str]]:
        site = lab.site
        assert isinstance(site, SeventeenTrackSite)

        set_ = partial(setting, site)

        return {
            "revoked": (set_(known=False), "account key"),
            "ip": (set_(declared=False), "internet address"),
            "quota": (set_(quota=0), "buy more"),
            "clock": (set_(skew=-HOUR), "Wrong clock"),
        }

    def reached(self, lab: Lab) -> tuple[tuple[str, str], ...]:
        return ()


CASE = SeventeenTrackCase()
