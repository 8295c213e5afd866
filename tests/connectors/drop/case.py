"""The drop folder in the contract suite: the practice shop's own site writes files. It is not reached over a network, so
the tests of the fault dial are skipped; what can go wrong with a folder is in `test_drop_*.py`."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from connectors.contract import Command, Connector, File, Ports, SendReply
from connectors.drop.client import DropConnector
from connectors.sandbox.drop import DropSite
from connectors.sandbox.market import Market
from connectors.sandbox.world import World
from store.values import Instant
from tests.connectors.ports import FrozenClock
from tests.connectors.suite import Case, Lab


class DropCase(Case):
    platform = "drop"
    streams = {"messages": "in/"}
    acts = {"reply": "out/"}
    renews = False
    web = False
    also = frozenset({"orders", "products"})

    def __init__(self) -> None:
        self._site: DropSite | None = None

    def market(self, world: World, clock: FrozenClock) -> Market:
        return Market(world, clock, platform="shopee")

    def prepare(self, market: Market, clock: FrozenClock) -> None:
        """A site has no cases and no reviews to tell of. A few of everything is enough for files."""
        del market.orders[:-20], market.threads[:-8], market.products[3:]
        known = {id(o) for o in market.orders}
        for thread in market.threads:
            if id(thread.order) not in known:
                thread.order = None

    def site(self, market: Market, clock: FrozenClock) -> Any:
        home = TemporaryDirectory()
        self._site = DropSite(clock, market, Path(home.name).resolve() / "site")
        self._site.home = home  # type: ignore[attr-defined]  # goes when the site goes
        return self._site

    def connect(self, settings: Mapping[str, object], ports: Ports, sleep: Callable[[float], None]) -> Connector:
        made = super().connect({"keep_days": 0, **settings}, ports, sleep)  # its days are of the real clock
        assert isinstance(made, DropConnector)
        assert self._site is not None
        if Path(str(settings["folder"])).is_dir() and (self._site.folder / "in").is_dir():
            self._site.write()
        made.inbox.page_files = self._site.page_cap or 20
        return made

    def expected(self, lab: Lab, since: Instant) -> Mapping[str, set[str]]:
        """What somebody puts into a folder they want in, however old it is."""
        m = lab.market
        messages = {f"message:site/{one.id}" for t in m.threads for one in t.messages}
        facts = {f"order:{o.id}" for o in m.orders} | {f"product:{p.sku}" for p in m.products}
        return {"messages": messages | facts}

    def commands(self, lab: Lab) -> Mapping[str, Command]:
        thread = lab.market.threads[0]
        return {
            "reply": SendReply("k1", "<k1@shop.example>", (f"site/{thread.buyer.address}",), "", "It is on its way <3",
                               thread_id=f"site/{thread.id}", at=lab.clock.time,
                               files=(File("面单.pdf", "application/pdf", b"%PDF"),)),
        }  # fmt: skip

    def done(self, lab: Lab, deed: str, command: Command) -> int:
        assert isinstance(command, SendReply)
        return sum(one["text"] == command.text for one in lab.site.answers())

    def spoil(self, stream: str, page: Any) -> str:
        raise AssertionError("nothing is answered here")

    def ills(self, lab: Lab) -> Mapping[str, tuple[Callable[[], None], str]]:
        folder: Path = lab.site.folder

        def linked() -> None:
            moved = folder.rename(folder.with_name("elsewhere"))
            folder.symlink_to(moved)

        def a_file() -> None:
            shutil.rmtree(folder / "in")
            (folder / "in").write_text("")

        return {
            "revoked": (lambda: shutil.rmtree(folder), "make it with mkdir"),
            "open": (lambda: (folder / "in").chmod(0o777), "chmod o-w"),
            "link": (linked, "give the real path"),
            "file": (a_file, "is a file"),
        }

    def reached(self, lab: Lab) -> tuple[tuple[str, str], ...]:
        return ()


CASE = DropCase()
