"""What a person is told of, how, and when not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import notify
from app.notify import DEFAULT, KINDS, WAYS, Notify, changed, kind_of, loaded, stored, written
from desk import outbox, tickets
from desk.notices import tell
from desk.reason import Reason
from store.errors import Invalid
from store.events import Event
from store.values import HOUR, SYSTEM, Actor
from tests.app.desks import NOON, TestDesk, desk_of, press, screen_text, until
from tests.e2e.stage import workstation

WEI = Actor("agent", "wei")


def event(verb: str, actor: Actor = WEI, **payload: Any) -> Event:
    return Event(1, 1, NOON, actor, verb, 1, 7, "", None, payload)


MINE = [
    (event("assigned", changes={"assignee_id": [None, "ana"]}), "assigned"),
    (event("assigned", changes={"assignee_id": ["ana", "wei"]}), ""),
    (event("assigned", changes={"group_id": [None, "late"]}), ""),
    (event("assigned", Actor("agent", "ana"), changes={"assignee_id": [None, "ana"]}), ""),
    (event("noted", mentions=["ana"]), "mention"),
    (event("noted", mentions=["wei"]), ""),
    (event("noted"), ""),
    (event("unattended", SYSTEM, agents=["ana"]), "unattended"),
    (event("told", Actor("rule", "r"), agent="ana"), "told"),
    (event("clock_warned", SYSTEM, kind="first_response"), "due_soon"),
    (event("clock_breached", SYSTEM, kind="first_response"), "breached"),
    (event("clock_breached", SYSTEM, kind="first_response", by_change=True), ""),
    (event("reply_failed", SYSTEM, outbox_id=1), "reply_failed"),
    (event("reply_unknown", SYSTEM, outbox_id=2), ""),
    (event("reply_failed", SYSTEM, outbox_id=3), "reply_failed"),
    (event("channel_fault", SYSTEM, channel="mail", person=True), "channel_fault"),
    (event("channel_fault", SYSTEM, channel="mail", person=False), ""),
    (event("received", SYSTEM), ""),
    (event("told")._replace(payload=None), ""),
]


@pytest.mark.parametrize(("happened", "kind"), MINE, ids=[f"{e.verb}-{n}" for n, (e, _kind) in enumerate(MINE)])
def test_which_events_are_whose(happened: Event, kind: str) -> None:
    """Ticket 7 is ana's; row 1 she wrote, row 2 wei, row 3 a rule."""
    written_by = {1: "ana", 2: "wei", 3: ""}
    assert kind_of(happened, "ana", {7: "ana"}.get, written_by.__getitem__) == kind


def test_quiet_hours_leave_only_the_top_line() -> None:
    settings = changed(Notify(), "quiet=22:00-07:00")
    loud, still = ("toast", "bell", "desktop"), ("toast",)
    for hour, ways in ((21.9, loud), (22, still), (30.9, still), (31, loud)):
        assert settings.ways("breached", NOON + round((hour - 12) * HOUR), UTC) == ways
    assert changed(settings, "breached=bell").ways("breached", NOON + 11 * HOUR, UTC) == ()


def test_words_change_what_they_name_and_nothing_else() -> None:
    settings = changed(Notify(), "assigned=bell,toast mention=off")
    assert settings.kinds["assigned"] == ("toast", "bell") and settings.kinds["mention"] == ()
    assert settings.kinds["told"] == DEFAULT["told"]
    assert not any("bell" in ways for ways in changed(settings, "bell=off").kinds.values())
    assert changed(changed(settings, "off"), "bell=on").kinds["breached"] == ("bell",)
    assert not any(changed(settings, "off").kinds.values()) and changed(settings, "default") == Notify()


@pytest.mark.parametrize("words", ["nothing=bell", "assigned", "assigned=horn", "quiet=7-8", "quiet=00:00-24:00"])
def test_words_that_mean_nothing_are_refused(words: str) -> None:
    with pytest.raises(Invalid):
        changed(Notify(), words)


@given(st.dictionaries(st.sampled_from(list(KINDS)), st.sets(st.sampled_from(list(WAYS)))), st.sampled_from(["", "22:00-07:00"]))
def test_what_is_written_and_kept_reads_back_the_same(kinds: dict[str, set[str]], quiet: str) -> None:
    made = Notify({**DEFAULT, **{k: tuple(w for w in WAYS if w in ways) for k, ways in kinds.items()}}, quiet)
    assert changed(changed(Notify(), "off"), written(made)) == made
    assert loaded(stored(made)) == made


# At the workstation -----------------------------------------------------------------------------------------


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[TestDesk]:
    made = TestDesk(tmp_path)
    yield made
    made.store.close()


def rule_tells(desk: TestDesk, ticket: int, words: str) -> None:
    with desk.store.write(SYSTEM) as unit:
        tell(unit, "ana", Reason(words), ticket)


async def test_what_a_rule_tells_shows_in_the_top_line_until_one_looks(desk: TestDesk) -> None:
    desk.mail("other", hours_ago=5)
    ticket = desk.mail("one")
    async with desk.workstation() as pilot:
        rule_tells(desk, ticket, "Look here")
        await until(pilot, lambda: f"#{ticket}: Look here" in screen_text(pilot).split("\n")[0])


async def test_a_reply_that_did_not_leave_is_told_to_who_wrote_it(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    async with desk.workstation() as pilot:
        with desk.store.write(Actor("agent", "ana")) as unit:
            row = outbox.queue(unit, outbox.Reply(ticket, "Hello", ("a@b.example",), "Re: one", 10**9))
        with desk.store.write(SYSTEM) as unit:
            outbox.fail(unit, row, "held", "refused")
        await until(pilot, lambda: f"your reply to #{ticket} did not leave" in screen_text(pilot))


async def test_what_was_switched_off_is_not_told(desk: TestDesk) -> None:
    ticket = desk.mail("one")
    with desk.store.write(SYSTEM) as unit:
        notify.keep(unit, "ana", changed(Notify(), "told=off"))
        tickets.assign(unit, ticket, None)
    async with desk.workstation() as pilot:
        rule_tells(desk, ticket, "Look here")
        with desk.store.write(WEI) as unit:
            tickets.assign(unit, ticket, "ana")
        await until(pilot, lambda: f"#{ticket} is yours now" in screen_text(pilot))
        assert "Look here" not in screen_text(pilot)


async def test_many_at_once_ring_once(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [desk.mail(f"mail {n}") for n in range(5)]
    async with desk.workstation() as pilot:
        rings: list[int] = []
        monkeypatch.setattr(type(desk_of(pilot)), "bell", lambda _self: rings.append(1))
        for ticket in ids:
            rule_tells(desk, ticket, "Look")
            await press(pilot)
        await until(pilot, lambda: "Look" in screen_text(pilot))
        await until(pilot, lambda: desk_of(pilot)._telling is not None and bool(rings))
        assert len(rings) == 1


@pytest.mark.parametrize(
    ("environ", "sent"),
    [
        ({"TERM": "xterm-kitty"}, rb"\x1b\]99;i=deskhand:d=0:e=1;[A-Za-z0-9+/=]+\x1b\\"),
        ({"DESKHAND_NOTIFIER": "9"}, rb"\x1b\]9;Nordlicht: #1: Look here\x07"),
        ({"DESKHAND_NOTIFIER": "777"}, rb"\x1b\]777;notify;Nordlicht;#1: Look here\x07"),
        ({"DESKHAND_NOTIFIER": "777", "TERM": "tmux-256color"},
         rb"\x1bPtmux;\x1b\x1b\]777;notify;Nordlicht;#1: Look here\x07\x1b\\"),
        ({"DESKHAND_NOTIFIER": "none"}, rb"\x07(?!.*\]777)"),
    ],
    ids=["99", "9", "777", "tmux", "bell only"],
)
def test_the_terminal_gets_its_kind_of_notice(desk: TestDesk, environ: dict[str, str], sent: bytes) -> None:
    desk.mail("one")
    with workstation(desk.store.folder, more=environ) as terminal:
        terminal.wait("MAIL Damaged")
        at = len(terminal.raw)
        rule_tells(desk, 1, "Look here")
        terminal.until(lambda: re.search(sent, bytes(terminal.raw[at:])) is not None)
        terminal.until(lambda: re.search(rb"(?<!\])\x07", bytes(terminal.raw[at:])) is not None)
