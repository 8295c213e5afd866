"""What a site drops becomes tickets: one per thread, with its files, its buyer the same person as in the mail."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from connectors.drop.client import DropConnector, create
from desk import channels
from desk.reading.records import Understanding
from desk.sync.pull import Pulled, pull
from store.sql import people, shop, sync
from store.values import DAY, SYSTEM
from tests.connectors.ports import MemoryTokens, Unlimited, Vault, ports
from tests.desk.small import Desk


class Plain:
    """Reads without a model."""

    def mails(self, raws: Iterable[bytes]) -> Iterator[str]:
        return iter(())

    def texts(self, texts: Sequence[tuple[str, str]]) -> Iterator[Understanding]:
        return (Understanding("en", "other") for _ in texts)

    def teach(self, saved: str) -> None:
        """Nothing to learn."""

    def close(self) -> None:
        """Nothing to close."""


class Site:
    def __init__(self, path: Path) -> None:
        self.desk, self.folder = Desk(path / "desk"), path.resolve() / "site"
        (self.folder / "in").mkdir(parents=True, mode=0o700)
        self.desk.holder = self.desk.held()
        with self.desk.store.write(SYSTEM) as unit:
            channels.add(unit, "site", platform="drop", name="Site", label="SITE", settings={"folder": str(self.folder)},
                         since=self.desk.clock.at - DAY, kind="marketplace")  # fmt: skip

    def connector(self) -> DropConnector:
        vault = Vault()
        clock = self.desk.store.clock
        made = ports(vault, MemoryTokens(vault, clock), clock, Unlimited())  # type: ignore[arg-type]
        return create({"folder": str(self.folder)}, made)

    def put(self, name: str, *records: Mapping[str, object], age: int = 0) -> None:
        path = self.folder / "in" / f"{name}.json"
        path.write_text(json.dumps(records))
        at = (self.desk.clock.at - age) * 1_000_000
        os.utime(path, ns=(at, at))

    def pull(self) -> Pulled:
        channel = shop.channel(self.desk.store.conn, "site")
        assert channel is not None
        return pull(self.desk.store, self.desk.holder, channel, self.connector(), Plain())  # type: ignore[arg-type]

    def names(self, folder: str) -> list[str]:
        return sorted(p.name for p in (self.folder / folder).iterdir())


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.desk.close()


def message(ident: str, thread: str = "t1", **more: object) -> dict[str, object]:
    return {"id": ident, "thread": thread, "text": f"Hello {ident}", "buyer": {"id": "u1", "name": "Ann"}, **more}


def test_a_thread_is_one_ticket_whatever_order_its_files_come_in(site: Site) -> None:
    site.put("b", message("2", sent=site.desk.clock.at / 1000 - 60))
    site.put("a", message("1", sent=site.desk.clock.at / 1000 - 120), age=-5)
    site.put("c", message("3", thread="t2", buyer={"id": "u2"}))
    done = site.pull()
    assert (done.fresh, done.tickets, done.bad) == (3, 2, 0)
    assert site.pull().fresh == 0
    assert (site.names("in"), len(site.names("done"))) == ([], 3)
    site.put("again", message("1"))
    done = site.pull()
    assert (done.fresh, done.known) == (0, 1)


def test_a_desk_that_lost_its_cursor_doubles_nothing(site: Site) -> None:
    site.put("a", message("1"))
    site.pull()
    with site.desk.store.write(SYSTEM) as unit:
        sync.put_cursor(unit.conn, "site", "messages", "", 0)
    done = site.pull()
    assert (done.fresh, done.known, site.names("in")) == (0, 1, ["a.json"])
    site.pull()
    assert site.names("done") == ["a.json"]


def test_files_are_kept_and_a_buyer_with_an_address_is_the_one_of_the_mail(site: Site) -> None:
    conn = site.desk.store.conn
    with site.desk.store.write(SYSTEM) as unit:
        ann = people.add_customer(unit.conn, key="email:ann@x.example", name="Ann", email="ann@x.example", now=0)
    (site.folder / "in" / "photo.jpg").write_bytes(b"\xff\xd8")
    site.put("a", message("1", attachments=["photo.jpg"], buyer={"id": "u1", "email": "Ann@X.example"}))
    site.pull()
    assert people.customer_by_key(conn, "drop:site/u1") == ann
    name, size = conn.execute("SELECT name, size FROM attachment").fetchone()
    assert (name, size) == ("photo.jpg", 2)
    (key,) = conn.execute("SELECT customer_id FROM ticket").fetchone()
    assert key == ann


def test_a_customer_told_later_is_the_same_with_a_name(site: Site) -> None:
    conn = site.desk.store.conn
    site.put("a", message("1", buyer={"id": "u1"}))
    site.pull()
    told = {"kind": "customer", "id": "u1", "name": "Ann", "email": "ann@x.example", "tier": "vip", "note": "likes tea"}
    site.put("b", told)
    assert site.pull().fresh == 1
    number = people.customer_by_key(conn, "drop:site/u1")
    assert number is not None and number == people.customer_by_key(conn, "email:ann@x.example")
    found = people.customer(conn, number)
    assert found is not None and (found.name, found.tier, found.note) == ("Ann", "vip", "likes tea")
    site.put("c", told)
    assert site.pull().fresh == 0


def test_what_is_older_than_the_channel_comes_in_closed(site: Site) -> None:
    site.put("a", message("1", sent=site.desk.clock.at / 1000 - 90 * 86_400))
    site.pull()
    assert site.desk.store.conn.execute("SELECT status FROM ticket").fetchone() == ("closed",)


def test_what_cannot_be_read_is_in_the_quarantine_and_in_the_folder(site: Site) -> None:
    site.put("a", message("1"), {"id": "2"})
    done = site.pull()
    assert (done.fresh, done.bad) == (1, 1)
    site.pull()
    assert site.names("bad") == ["a.json", "a.json.why"]
    assert site.desk.count("quarantine") == 1


def test_two_channels_cannot_share_a_source(site: Site) -> None:
    from store.errors import Conflict

    with pytest.raises(Conflict), site.desk.store.write(SYSTEM) as unit:
        channels.add(unit, "two", platform="drop", name="Two", label="TWO", settings={"folder": "/srv/other/site"}, since=0)
