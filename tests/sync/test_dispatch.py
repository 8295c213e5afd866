"""What leaves, leaves once: whoever sends at the same time, whatever the platform answers, wherever it breaks off."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from connectors.contract import (
    AuthExpired,
    AuthRevoked,
    Fault,
    OutcomeUnknown,
    Permanent,
    Receipt,
    SchemaSurprise,
    SendReply,
    Temporary,
    Throttled,
)
from desk import channels, outbox
from desk.sync import dispatch
from desk.sync.dispatch import Sent
from desk.sync.lease import Holder
from store.errors import Conflict, Invalid, Refused, Unavailable
from store.sql import outbox as rows
from store.sql import people
from store.values import DAY, MINUTE, SECOND
from tests.desk.small import ANA, NOON, WEI, Desk

HOLD = 10 * SECOND


class Platform:
    """Sends by noting it; `says` decides what happens, `after` whether it is before or after the point of no return."""

    def __init__(self, *says: BaseException | None, after: bool = True) -> None:
        self.says, self.after = list(says), after
        self.went: list[SendReply] = []
        self.remote: Receipt | BaseException | None = None
        self.looked = 0

    def send(self, command: SendReply, point_of_no_return: Callable[[], None]) -> Receipt:
        trouble = self.says.pop(0) if self.says else None
        if trouble is not None and not self.after:
            raise trouble
        point_of_no_return()
        if trouble is not None:
            raise trouble
        self.went.append(command)
        return Receipt(command.message_id, NOON)

    def find(self, command: SendReply) -> Receipt | None:
        self.looked += 1
        if isinstance(self.remote, BaseException):
            raise self.remote
        return self.remote

    def __call__(self, channel_id: str) -> Platform:
        return self


@pytest.fixture
def row(desk: Desk) -> int:
    """A reply whose take-back time is over."""
    row = desk.reply(desk.mail(key="a@x").ticket_id, then="pending")
    desk.clock.at += HOLD
    return row


def state(desk: Desk, row: int) -> str:
    found = rows.get(desk.store.conn, row)
    assert found is not None
    return found.state


def send(desk: Desk, platform: Platform) -> Sent:
    return dispatch.dispatch(desk.store, desk.holder, platform)  # type: ignore[arg-type]


def recover(desk: Desk, platform: Platform, holder: Holder | None = None) -> Sent:
    return dispatch.recover(desk.store, holder or desk.holder, platform)  # type: ignore[arg-type]


def test_a_reply_waits_to_be_taken_back_and_leaves_once(desk: Desk) -> None:
    ticket, platform = desk.mail(key="a@x").ticket_id, Platform()
    row = desk.reply(ticket, then="pending")
    desk.clock.at += HOLD - 1
    assert send(desk, platform) == Sent()
    desk.clock.at += 1
    assert send(desk, platform) == Sent(sent=1)
    assert send(desk, platform) == Sent()
    (went,) = platform.went
    assert (went.in_reply_to, went.references) == ("<a@x>", ("<a@x>",))
    found = desk.ticket(ticket)
    assert (found.status, found.waiting_since, state(desk, row)) == ("pending", None, "sent")
    assert desk.said(ticket) == ["Where is my parcel?", "It is on its way."]


def test_two_dispatchers_never_send_one_reply_twice(desk: Desk) -> None:
    replies = [desk.reply(desk.mail(sender=f"b{n}@x.example").ticket_id) for n in range(6)]
    desk.clock.at += HOLD
    platform, go, errors = Platform(), threading.Barrier(3), list[BaseException]()

    def one() -> None:
        go.wait()
        try:
            send(desk, platform)
        except BaseException as exc:
            errors.append(exc)

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(c.key for c in platform.went) == sorted({c.key for c in platform.went})
    assert len(platform.went) == 6
    assert {state(desk, r) for r in replies} == {"sent"}


def test_a_paused_channel_sends_nothing_until_it_is_resumed(desk: Desk, row: int) -> None:
    platform = Platform()
    with desk.acting() as unit:
        channels.set_state(unit, "mail", "paused")
    assert send(desk, platform) == Sent()
    assert rows.next_due_at(desk.store.conn) is None
    with desk.acting() as unit:
        channels.set_state(unit, "mail", "active")
    assert send(desk, platform) == Sent(sent=1)


# What the platform says ------------------------------------------------------------------------------


def test_temporary_trouble_is_tried_again_more_and_more_rarely_and_then_told(desk: Desk, row: int) -> None:
    platform = Platform(*[Temporary("busy\x1b[2J")] * 40, after=False)
    waits = []
    while state(desk, row) == "held":
        before = desk.clock.at
        send(desk, platform)
        due = rows.next_due_at(desk.store.conn)
        if due is not None:
            waits.append(due - before)
            desk.clock.at = due
    assert waits[:4] == [5 * SECOND, 10 * SECOND, 20 * SECOND, 40 * SECOND]
    assert max(waits) == 30 * MINUTE
    assert len(waits) == dispatch.TRIES - 1
    found = rows.get(desk.store.conn, row)
    assert found is not None
    assert (found.state, "\x1b" in found.error) == ("failed", False)
    with desk.acting() as unit:
        outbox.resolve(unit, row, "again")
    assert send(desk, Platform(Temporary("busy"), after=False)) == Sent(waiting=1), "it starts to count anew"


@pytest.mark.parametrize(
    ("fault", "after"),
    [(Permanent("no such user"), "failed"), (AuthRevoked("sign in again"), "failed"), (SchemaSurprise("?"), "failed"),
     (AuthExpired("old token"), "held"), (Temporary("busy"), "held"), (OutcomeUnknown("no answer"), "unknown"),
     (Invalid("bad settings"), "held"), (Refused("vault is open"), "held")],
)  # fmt: skip
def test_each_answer_has_its_end(desk: Desk, row: int, fault: Fault, after: str) -> None:
    platform = Platform(fault, after=isinstance(fault, OutcomeUnknown))
    send(desk, platform)
    found = rows.get(desk.store.conn, row)
    assert found is not None
    assert found.state == after
    assert found.error == str(fault)
    assert platform.went == []
    told = {e.verb for e in desk.told(found.ticket_id, "reply_failed") + desk.told(found.ticket_id, "reply_unknown")}
    assert told == ({f"reply_{after}"} if after != "held" else set())


@pytest.mark.parametrize(("until", "obeyed"), [(MINUTE, MINUTE), (-DAY, 5 * SECOND), (400 * DAY, DAY)])
def test_a_throttled_reply_waits_as_long_as_it_was_told_within_reason(
    desk: Desk, row: int, until: int, obeyed: int
) -> None:
    now = desk.clock.at
    send(desk, Platform(Throttled("slow down", now + until), after=False))
    assert rows.next_due_at(desk.store.conn) == now + obeyed


@pytest.mark.parametrize(("handed", "after"), [(False, "failed"), (True, "unknown")])
def test_a_fault_of_the_program_keeps_no_other_reply(desk: Desk, row: int, handed: bool, after: str) -> None:
    second = desk.reply(desk.mail(sender="ben@x.example").ticket_id)
    desk.clock.at += HOLD
    platform = Platform(ZeroDivisionError("oops"), after=handed)
    send(desk, platform)
    assert (state(desk, row), state(desk, second)) == (after, "sent")


# Unknown ---------------------------------------------------------------------------------------------


@pytest.fixture
def unknown(desk: Desk, row: int) -> int:
    send(desk, Platform(OutcomeUnknown("no answer")))
    assert state(desk, row) == "unknown"
    return row


def test_an_unknown_outcome_is_never_tried_again_by_itself(desk: Desk, unknown: int) -> None:
    platform = Platform()
    for _ in range(3):
        desk.clock.at += DAY
        send(desk, platform)
        recover(desk, platform)
    assert (platform.went, platform.looked, state(desk, unknown)) == ([], 0, "unknown")


def test_a_person_settles_it_as_sent(desk: Desk, unknown: int) -> None:
    with desk.acting() as unit:
        found = outbox.resolve(unit, unknown, "sent")
    assert state(desk, unknown) == "sent"
    assert desk.said(found.ticket_id)[-1] == "It is on its way."
    assert desk.ticket(found.ticket_id).waiting_since is None
    with pytest.raises(Refused, match="nothing to settle"), desk.acting(WEI) as unit:
        outbox.resolve(unit, unknown, "again")


def test_a_person_sends_it_again_under_the_same_id(desk: Desk, unknown: int) -> None:
    before = rows.get(desk.store.conn, unknown)
    with desk.acting() as unit:
        outbox.resolve(unit, unknown, "again")
    platform = Platform()
    send(desk, platform)
    assert [c.key for c in platform.went] == [before and before.key]


def test_a_person_cancels_it(desk: Desk, unknown: int) -> None:
    with desk.acting() as unit:
        outbox.resolve(unit, unknown, "cancel")
    platform = Platform()
    send(desk, platform)
    assert (state(desk, unknown), platform.went) == ("cancelled", [])
    with pytest.raises(Invalid, match="sent, again, cancel"), desk.acting() as unit:
        outbox.resolve(unit, unknown, "perhaps")


# After a crash ---------------------------------------------------------------------------------------


def crash(desk: Desk, row: int, *, handed: bool) -> None:
    """A process that died in the middle of sending."""

    class Dead(BaseException):
        pass

    with pytest.raises(Dead):
        send(desk, Platform(Dead(), after=handed))
    assert state(desk, row) == "claimed"


@pytest.mark.parametrize("same_process", [False, True])
@pytest.mark.parametrize(
    ("handed", "remote", "after", "asked"),
    [(False, None, "held", 0), (True, Receipt("r", NOON), "sent", 1), (True, None, "held", 1),
     (True, OutcomeUnknown("cannot tell"), "unknown", 1), (True, Permanent("no find"), "unknown", 1),
     (True, Temporary("down"), "claimed", 1)],
)  # fmt: skip
def test_what_a_dead_send_left_is_settled(
    desk: Desk,
    row: int,
    handed: bool,
    remote: Receipt | BaseException | None,
    after: str,
    asked: int,
    same_process: bool,
) -> None:
    crash(desk, row, handed=handed)
    holder = desk.holder if same_process else desk.held("another")
    platform = Platform()
    platform.remote = remote
    recover(desk, platform, holder)
    assert (state(desk, row), platform.looked) == (after, asked)


def test_a_sent_reply_that_could_not_be_noted_is_settled_when_the_disk_has_room(
    desk: Desk, row: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = Platform()

    def full(*_: object, **__: object) -> None:
        raise Unavailable("The disk is full.")

    with monkeypatch.context() as disk:
        disk.setattr(dispatch, "_settle", full)
        with pytest.raises(Unavailable):
            send(desk, platform)
    platform.remote = Receipt("r", NOON)
    recover(desk, platform)
    assert (state(desk, row), len(platform.went)) == ("sent", 1)


def test_a_process_that_lost_its_lease_sends_nothing(desk: Desk, row: int) -> None:
    class Slow(Platform):
        def send(self, command: SendReply, point_of_no_return: Callable[[], None]) -> Receipt:
            desk.held("another")  # takes over while this one was asleep
            return super().send(command, point_of_no_return)

    slow, other = Slow(), Platform()
    with pytest.raises(Conflict, match="taken over"):
        send(desk, slow)
    assert slow.went == []
    desk.holder = desk.held("another")
    recover(desk, other)
    send(desk, other)
    assert (len(other.went), state(desk, row)) == (1, "sent")


def test_a_row_that_was_settled_meanwhile_is_not_handed_over(desk: Desk, row: int) -> None:
    class Slow(Platform):
        def send(self, command: SendReply, point_of_no_return: Callable[[], None]) -> Receipt:
            with desk.acting() as unit:
                outbox.sent(unit, row, Receipt("its copy came back", NOON))
            return super().send(command, point_of_no_return)

    slow = Slow()
    with pytest.raises(Conflict):
        send(desk, slow)
    assert slow.went == []


# The thread moved on ---------------------------------------------------------------------------------


def test_a_reply_stops_when_the_buyer_wrote_after_its_writer_looked(desk: Desk, row: int) -> None:
    desk.mail(answers="a@x", text="Never mind, it came")
    platform = Platform()
    assert send(desk, platform) == Sent(failed=1)
    found = rows.get(desk.store.conn, row)
    assert found is not None
    assert (found.state, platform.went) == ("failed", [])
    assert "Something new arrived" in found.error


def test_of_two_agents_one_answers_and_the_other_is_told_who(desk: Desk) -> None:
    ticket = desk.mail().ticket_id
    seen = desk.ticket(ticket).thread_seq
    mine, theirs = desk.reply(ticket, by=ANA), desk.reply(ticket, by=WEI)
    desk.clock.at += HOLD
    platform = Platform()
    assert send(desk, platform) == Sent(sent=1, failed=1)
    found = rows.get(desk.store.conn, theirs)
    assert found is not None
    assert found.error.startswith("ana answered")
    assert state(desk, mine) == "sent"
    with pytest.raises(Conflict, match="ana has answered #1"):
        desk.reply(ticket, by=WEI, base_seq=seen)


def test_an_agents_own_second_reply_is_not_stopped_by_the_first(desk: Desk) -> None:
    ticket, platform = desk.mail().ticket_id, Platform()
    seen = desk.ticket(ticket).thread_seq
    desk.reply(ticket, "One thing.")
    desk.reply(ticket, "And another.")
    desk.clock.at += HOLD
    assert send(desk, platform) == Sent(sent=2)
    desk.reply(ticket, "A third, begun before they left.", base_seq=seen)
    assert desk.said(ticket)[1:] == ["One thing.", "And another."]


def test_a_reply_to_a_thread_that_moved_is_refused_and_its_draft_kept(desk: Desk) -> None:
    ticket = desk.mail(key="a@x").ticket_id
    seen = desk.ticket(ticket).thread_seq
    with desk.acting() as unit:
        people.put_draft(unit.conn, people.Draft(ticket, "ana", "reply", "my text", "", seen, NOON))
    desk.mail(answers="a@x")
    with pytest.raises(Conflict, match="your text is kept"):
        desk.reply(ticket, "my text", base_seq=seen)
    draft = people.draft(desk.store.conn, ticket, "ana")
    assert draft is not None
    assert draft.body == "my text"
    assert desk.count("outbox") == 0
