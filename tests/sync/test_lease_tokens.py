"""One process syncs and one renews a sign-in, whoever dies or sleeps; what was rotated is kept before it is used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.contract import AuthRevoked, Temporary, Token
from desk.sync import lease
from desk.sync.tokens import ChannelTokens
from store.errors import Conflict
from store.unit import Store
from store.values import HOUR, MINUTE, SYSTEM
from store.vault import ChannelSecrets, Vault
from tests.desk.small import NOON, Desk

JOB = "job"


def take(desk: Desk, who: str) -> lease.Holder | None:
    return lease.take(desk.store, JOB, who)


# Lease -----------------------------------------------------------------------------------------------


def test_one_holds_it_until_it_is_given_back_or_runs_out(desk: Desk) -> None:
    first = take(desk, "a")
    assert first is not None
    assert take(desk, "b") is None
    assert take(desk, "a") == first, "renewed"
    desk.clock.at += lease.LASTS - 1
    assert take(desk, "b") is None
    desk.clock.at += 1
    second = take(desk, "b")
    assert second is not None
    assert second.epoch == first.epoch + 1
    lease.give_back(desk.store, first)  # too late: it is not a's any more
    assert take(desk, "a") is None
    lease.give_back(desk.store, second)
    assert take(desk, "a") is not None


def test_who_slept_through_a_change_of_hands_writes_nothing_more(desk: Desk) -> None:
    old = take(desk, "a")
    assert old is not None
    desk.clock.at += lease.LASTS
    assert take(desk, "b") is not None
    with pytest.raises(Conflict, match="taken over job"), desk.store.write(SYSTEM) as unit:
        unit.append("said", {})
        old.check(unit)
    desk.clock.at += lease.LASTS
    assert take(desk, "a") is not None
    with pytest.raises(Conflict), desk.store.write(SYSTEM) as unit:
        old.check(unit)  # the same name again, and yet not the same reign


def test_many_at_once_and_one_gets_it(desk: Desk) -> None:
    got: list[lease.Holder | None] = []
    threads = [threading.Thread(target=lambda n=n: got.append(take(desk, f"p{n}"))) for n in range(6)]  # type: ignore[misc]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([g for g in got if g]) == 1


def _elsewhere(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    head = ("import sys; from pathlib import Path; from app.wire import open_desk; from desk.sync import lease\n"
            "store = open_desk(Path(sys.argv[1])).store\n")  # fmt: skip
    return subprocess.run(
        [sys.executable, "-c", head + code, str(folder)], capture_output=True, text=True, timeout=60, check=True
    )


def test_a_dead_process_is_not_waited_for_and_a_living_one_is(desk: Desk) -> None:
    said = _elsewhere(
        f"print(lease.this_process()); lease.take(store, {JOB!r}, lease.this_process())", desk.store.folder
    )
    desk.clock.at = 0  # its lease is from far in the future by this clock
    held = desk.store.conn.execute("SELECT holder, expires_at > 0 FROM lease WHERE name = ?", (JOB,)).fetchone()
    assert held == (said.stdout.strip(), 1)
    mine = take(desk, lease.this_process())
    assert mine is not None
    assert mine.epoch == 2
    tries = f"print(lease.take(store, {JOB!r}, lease.this_process()))"
    said = _elsewhere(f"store.clock = type('C', (), {{'now': lambda s: 1}})(); {tries}", desk.store.folder)
    assert said.stdout.strip() == "None"


@pytest.mark.parametrize("holder", ["", "a", "host/boot/1/2", "////", "a/b/c/d/e"])
def test_who_is_on_another_machine_or_has_an_odd_name_is_not_called_dead(holder: str) -> None:
    assert not lease.died(holder)


def test_a_process_id_used_again_is_another_process() -> None:
    host, boot, pid, started = lease.this_process().split("/")
    assert int(pid) == os.getpid()
    assert not lease.died(lease.this_process())
    assert lease.died(f"{host}/{boot}/{pid}/{int(started) - 1}")


# Tokens ----------------------------------------------------------------------------------------------


class Provider:
    """Gives a new pair for the newest refresh token, and takes each only once."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.valid, self.renewed = desk, "r0", 0
        self.vault = Vault(desk.store.folder, environ={})
        self.vault.put("channel/mail/refresh_token", "r0")
        self.busy = threading.Event()

    def tokens(self, *, holder: str = "p1", sleep: Callable[[float], None] = lambda _: None) -> ChannelTokens:
        vault = Vault(self.desk.store.folder, environ={})
        return ChannelTokens(self.desk.store, ChannelSecrets(vault, "mail"), "mail", holder, sleep)

    def renew(self, refresh_token: str) -> tuple[Token, str]:
        self.busy.wait(0.02)  # others come meanwhile
        if refresh_token != self.valid:
            raise AuthRevoked("used twice")
        self.renewed += 1
        self.valid = f"r{self.renewed}"
        return Token(f"t{self.renewed}", self.desk.clock.at + HOUR), self.valid


@pytest.fixture
def provider(desk: Desk) -> Provider:
    return Provider(desk)


def test_a_token_is_renewed_once_and_shared(provider: Provider) -> None:
    assert provider.tokens().fresh(provider.renew).value == "t1"
    assert provider.tokens(holder="p2").fresh(provider.renew).value == "t1"
    provider.desk.clock.at += HOUR - MINUTE
    assert provider.tokens().fresh(provider.renew).value == "t2", "so close to its end it is renewed already"
    assert provider.tokens().fresh(provider.renew, rejected="t2").value == "t3"
    assert provider.tokens().fresh(provider.renew, rejected="t2").value == "t3", "that one was replaced already"


def test_threads_of_one_process_renew_once(provider: Provider) -> None:
    """The incoming and the sending connection of a channel are two connectors in one process."""
    got: list[object] = []

    def one() -> None:
        try:
            got.append(provider.tokens().fresh(provider.renew).value)
        except BaseException as exc:
            got.append(exc)

    threads = [threading.Thread(target=one) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == ["t1"] * 5


def test_another_process_is_waited_for(provider: Provider) -> None:
    desk = provider.desk
    other = lease.take(desk.store, "token:mail", "p2")
    assert other is not None
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:  # now the other has it
            provider.vault.put("channel/mail/access_token", json.dumps({"value": "theirs", "expires_at": NOON + HOUR}))
            lease.give_back(desk.store, other)

    assert provider.tokens(sleep=sleep).fresh(provider.renew).value == "theirs"
    assert provider.renewed == 0


def test_one_that_never_ends_is_told_as_temporary(provider: Provider) -> None:
    assert lease.take(provider.desk.store, "token:mail", "p2") is not None
    with pytest.raises(Temporary, match="for too long"):
        provider.tokens().fresh(provider.renew)


def test_a_rotated_token_is_kept_before_the_new_one_is_used(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    puts: list[str] = []
    really = Vault.put

    def put(self: Vault, name: str, value: str) -> None:
        puts.append(name.rpartition("/")[2])
        if puts[-1] == "access_token":
            raise OSError(28, "No space left on device")
        really(self, name, value)

    with monkeypatch.context() as disk:
        disk.setattr(Vault, "put", put)
        with pytest.raises(OSError, match="No space"):
            provider.tokens().fresh(provider.renew)
    assert puts == ["refresh_token", "access_token"]
    assert provider.tokens().fresh(provider.renew).value == "t2", "the rotated one was kept, and the lease given back"


@pytest.mark.parametrize("kept", ["", "{", "[]", '"x"', '{"value": "t"}', '{"value": "t", "expires_at": 1, "more": 2}'])
def test_a_stored_token_nobody_can_read_is_renewed(provider: Provider, kept: str) -> None:
    provider.vault.put("channel/mail/access_token", kept)
    assert provider.tokens().fresh(provider.renew).value == "t1"


def test_two_stores_on_one_desk_share_the_lease(desk: Desk) -> None:
    other = Store.open(desk.store.folder, clock=desk.clock, ids=desk.ids)
    assert take(desk, "a") is not None
    assert lease.take(other, JOB, "b") is None
    other.close()
