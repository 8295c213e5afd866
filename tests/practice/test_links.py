"""The practice shop's accounts at seven marketplaces: linked to stand-ins that know what the desk knows, and alive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.practice import linked
from app.wire import Wired, reacting
from connectors.sandbox.shoppers import Shoppers
from connectors.sandbox.standing import Standing
from connectors.sandbox.world import World, make_world
from connectors.sandbox.world.living import Pace
from desk import outbox, practice, quarantine, thread
from desk.sync.loop import Sync
from desk.sync.reader import InProcess
from store.errors import Refused
from store.sql import messages, shop, tickets
from store.sql.rows import Ticket
from store.values import DAY, MINUTE, SECOND, SYSTEM, Actor, Instant
from tests.practice.conftest import NOON, new_store

TABLES = ("ticket", "message", "orders", "order_item", "customer", "shipment")
ANA = Actor("agent", "ana")
SURE = Pace(first=0.0, between=(60.0, 60.0), answer=(5.0, 5.0), answers=1.0)


@dataclass(slots=True)
class Clock:
    at: Instant

    def now(self) -> Instant:
        return self.at


@dataclass(slots=True)
class Desk:
    wired: Wired
    world: World
    clock: Clock

    @contextmanager
    def open(self) -> Iterator[Mapping[str, Standing]]:
        with linked(self.wired, self.world) as shops:
            yield shops

    def sync(self) -> None:
        Sync(self.wired.store, self.wired.connector, InProcess(), "practice").once()
        assert not [c.fault for c in shop.channels(self.wired.store.conn) if c.fault]

    def counts(self) -> dict[str, int]:
        """Of messages those of conversations: a low review is one, too, and only a marketplace tells it."""
        said = {"message": "WHERE remote_key NOT GLOB '*:review:*'"}
        return {t: self.wired.store.conn.execute(f"SELECT count(*) FROM {t} {said.get(t, '')}").fetchone()[0] for t in TABLES}

    def ticket_of(self, remote_key: str) -> Ticket:
        found = messages.by_remote_key(self.wired.store.conn, remote_key)
        assert found is not None
        ticket = tickets.get(self.wired.store.conn, found.ticket_id)
        assert ticket is not None
        return ticket


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Its mailboxes are paused: nobody serves them here."""
    world, clock = make_world(7, NOON, conversations=160), Clock(NOON)
    store = new_store(tmp_path / "desk", NOON)
    store.clock = clock
    practice.furnish(store, world, NOON)
    with store.write(SYSTEM) as unit:
        unit.conn.execute("UPDATE channel SET state = 'paused' WHERE platform = 'email'")
    yield Desk(reacting(store), world, clock)
    store.close()


def test_what_the_desk_has_is_what_the_marketplaces_have(desk: Desk) -> None:
    before = desk.counts()
    for _opening in range(2):  # a stand-in's memory is new each time
        with desk.open() as shops:
            assert {one.platform for one in shops.values()} == {
                "amazon", "ebay", "shopify", "shopee", "walmart", "woocommerce", "tiktok"}  # fmt: skip
            desk.sync()
            assert desk.counts() == before
    sql = "SELECT ticket_id FROM case_file WHERE is_open = 1 AND opened_at >= ?"
    cases = desk.wired.store.conn.execute(sql, (NOON - DAY,)).fetchall()
    assert cases and all(ticket_id for (ticket_id,) in cases)


def test_a_chat_goes_on_after_the_desk_was_closed(desk: Desk) -> None:
    with desk.open() as shops:
        market = shops["shopee"].market
        trouble, bought = next((t, o) for t, o in desk.world.coming if o.buyer.shop.id == "shopee")
        said = market.writes(bought, trouble)
        desk.sync()
        ticket = desk.ticket_of(f"shopee:{said.messages[0].id}")
        assert ticket.lang == bought.buyer.lang
        with desk.wired.store.write(ANA) as unit:
            outbox.queue(unit, outbox.Reply(ticket_id=ticket.id, text="马上看。", to=(), subject="", base_seq=ticket.thread_seq))
        desk.clock.at += 11 * SECOND
        desk.sync()
        assert [m.text for m in said.messages if m.ours] == ["马上看。"]
    desk.clock.at += MINUTE
    with desk.open() as shops:
        again = shops["shopee"].market.thread(said.id)
        assert again is not None and [m.text for m in again.messages] == [m.text for m in said.messages]
        heard = shops["shopee"].market.answers(again)
        desk.sync()
        assert desk.ticket_of(f"shopee:{heard.id}").id == ticket.id
        here = thread.read(desk.wired.store.conn, ticket.id).messages
        assert [m.direction for m in here] == ["in", "out", "in"]


def test_shoppers_write_and_answer_the_shop(desk: Desk) -> None:
    told: list[str] = []
    with desk.open() as shops:
        markets = {name: shops[name].market for name in ("ebay-uk", "tiktok")}
        at = [0.0]
        life = Shoppers(markets, "7", pace=SURE, news=told.append, clock=lambda: at[0])
        before = sum(len(m.threads) for m in markets.values())
        life.begin()
        for _minute in range(12):
            life.tick(at[0])
            at[0] += 60
        assert sum(len(m.threads) for m in markets.values()) > before and set(told) == set(markets)
        chat = markets["tiktok"].threads[-1]
        markets["tiktok"].answer(chat, "We are looking into it.")
        life.tick(at[0] + 4.9)
        assert chat.messages[-1].ours
        at[0] += 5
        life.tick(at[0])
        assert not chat.messages[-1].ours and chat.unread


def test_one_order_comes_in_that_nobody_can_read_and_it_stops_no_other(desk: Desk) -> None:
    with desk.open() as shops:
        name = next(name for name, one in shops.items() if one.platform == "woocommerce")
        life = Shoppers({name: shops[name].market}, "7", pace=SURE, clock=lambda: 0.0, spoilt=name)
        desk.sync()
        assert not quarantine.listed(desk.wired.store.conn)
        life.begin()
        life.tick(0.0)
        desk.clock.at += MINUTE
        desk.sync()
        (held,) = quarantine.listed(desk.wired.store.conn)
        assert held.channel_id == name and "incl. VAT" in quarantine.content(desk.wired.store.conn, held).decode()
        desk.sync()
        assert len(quarantine.listed(desk.wired.store.conn)) == 1
        with pytest.raises(Refused, match="read when the platform tells it again"):
            quarantine.again(desk.wired.store, ANA, [held.id], InProcess())
        with desk.wired.store.write(ANA) as unit:
            quarantine.drop(unit, held.id)
        assert not quarantine.listed(desk.wired.store.conn)
