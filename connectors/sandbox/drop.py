"""An own site at the other end of a drop folder: writes what its buyers do as files, takes its answers out.

It writes as docs/drop.md tells sites to: beside first, then under the name.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from connectors.sandbox.market import Market
from connectors.sandbox.market_records import MarketMessage, MarketOrder, MarketProduct, MarketThread
from store.values import Clock, Instant, exponent


class DropSite:
    """A site over a folder. `write` puts every message, order and product there that is not there yet."""

    def __init__(self, clock: Clock, market: Market, folder: Path) -> None:
        self.clock, self.market, self.folder = clock, market, folder
        self.page_cap = 0
        self.faults: list[object] = []
        self._written: set[tuple[str, Instant]] = set()
        for name in ("in", "out"):
            (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)

    def link(self, url: str) -> tuple[dict[str, object], dict[str, str]]:
        """What a seller would enter; nothing is served at `url`."""
        return {"folder": str(self.folder), "source": "site"}, {}

    def write(self) -> None:
        for order in self.market.orders:
            self._once(f"order-{order.id}-{order.updated_at}", order.updated_at, _order(order))
        for product in self.market.products:
            self._once(f"product-{product.sku}", product.updated_at, _product(product))
        for thread in self.market.threads:
            for message in thread.messages:
                self._once(f"message-{message.id}", message.at, _message(thread, message))

    def answers(self) -> list[dict[str, Any]]:
        """What lies in `out/`."""
        return [json.loads(path.read_text("utf-8")) for path in sorted((self.folder / "out").glob("[!.]*.json"))]

    def _once(self, name: str, at: Instant, body: dict[str, Any]) -> None:
        if (name, at) in self._written:
            return
        self._written.add((name, at))
        inn = self.folder / "in"
        beside = inn / f".{name}.tmp"
        beside.write_text(json.dumps(body, ensure_ascii=False), "utf-8")
        os.utime(beside, ns=(at * 1_000_000, at * 1_000_000))
        beside.rename(inn / f"{name}.json")


def _buyer(buyer: Any) -> dict[str, str]:
    return {"id": buyer.address, "name": buyer.name, "email": buyer.address, "country": buyer.country}


def _order(o: MarketOrder) -> dict[str, Any]:
    places = exponent(o.total.currency)

    def amount(minor: int) -> str:
        return f"{Decimal(minor).scaleb(-places):.{places}f}"

    return {
        "kind": "order", "id": o.id, "number": o.number, "placed": _iso(o.placed_at), "updated": _iso(o.updated_at),
        "status": o.status, "currency": o.total.currency, "total": amount(o.total.minor), "buyer": _buyer(o.buyer),
        "country": o.buyer.country, "lines": [
            {"id": f"{o.id}-{n}", "sku": i.sku, "title": i.title, "quantity": i.quantity, "price": amount(i.price.minor)}
            for n, i in enumerate(o.lines, 1)
        ],
    }  # fmt: skip


def _product(p: MarketProduct) -> dict[str, Any]:
    return {
        "kind": "product", "sku": p.sku, "title": p.title, "specs": dict(p.specs), "image": p.image,
        "sizes": dict(size.split(": ") for size in p.sizes), "updated": _iso(p.updated_at),
    }  # fmt: skip


def _message(thread: MarketThread, m: MarketMessage) -> dict[str, Any]:
    return {
        "id": m.id, "thread": thread.id, "from": "shop" if m.ours else "buyer", "buyer": _buyer(thread.buyer),
        "text": m.text, "sent": _iso(m.at), "order": thread.order.number if thread.order else "",
    }  # fmt: skip


def _iso(at: Instant) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat()
