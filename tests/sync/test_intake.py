"""What a message does to its ticket: opens, wakes, reopens it, starts or stops its clock, or leaves it in peace."""

from __future__ import annotations

import pytest

from connectors.contract import BadRecord, Page, RawMail
from desk import channels, tickets
from desk.sync import pull
from desk.sync.reader import InProcess
from store import events
from store.errors import NotFound, Unavailable
from store.sql import clocks, messages, outbox, shop, sync
from store.values import DAY, HOUR, MINUTE, NEVER, SYSTEM
from tests.desk.small import ANA, CARE, HELP, NOON, Desk


def own_copy(desk: Desk, row_id: int, channel: str = "mail", **more: object) -> object:
    row = outbox.get(desk.store.conn, row_id)
    assert row is not None
    key = f"{row.key}@shop.example"
    return desk.mail(
        channel=channel, key=key, sender=CARE, to=("anna@buyer.example",), text="It is on its way.", **more
    )


def settled(desk: Desk, ticket: int) -> None:
    """The ticket's reply has left, by this desk."""
    from connectors.contract import Receipt
    from desk.outbox import sent

    row = desk.reply(ticket, then="pending")
    with desk.store.write(SYSTEM) as unit:
        sent(unit, row, Receipt("x", desk.clock.at))


# Our own words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["sent folder", "bcc to the same mailbox", "bcc to another mailbox"])
@pytest.mark.parametrize("state", ["held", "claimed", "unknown", "failed", "sent"])
def test_our_reply_coming_back_settles_it_and_is_no_second_message(desk: Desk, where: str, state: str) -> None:
    ticket = desk.mail().ticket_id
    row = desk.reply(ticket)
    if state == "sent":
        own_copy(desk, row)
    else:
        desk.store.conn.execute("UPDATE outbox SET state = ? WHERE id = ?", (state, row))
    desk.clock.at += MINUTE
    own_copy(desk, row, channel="second" if "another" in where else "mail", outbound=where == "sent folder")
    own_copy(desk, row)
    assert desk.said(ticket) == ["Where is my parcel?", "It is on its way."]
    assert outbox.listed(desk.store.conn)[0].state == "sent"
    assert desk.ticket(ticket).message_count == 2
    assert desk.ticket(ticket).waiting_since is None
    assert desk.count("ticket") == 1
    assert len(desk.told(ticket, "reply_sent")) == 1


def test_an_answer_given_elsewhere_is_our_reply_and_stops_the_clock(desk: Desk) -> None:
    ticket = desk.mail(key="a@x", hours_ago=1).ticket_id
    assert desk.clocks(ticket)["first_response"].state == "running"
    desk.mail(key="phone@shop", sender=CARE, answers="a@x", outbound=True, to=("anna@buyer.example",))
    found = desk.ticket(ticket)
    assert (found.status, found.waiting_since, found.first_reply_at, found.due_at) == ("pending", None, NOON, NEVER)
    assert desk.clocks(ticket)["first_response"].state == "met"
    assert desk.told(ticket, "answered_elsewhere")


def test_a_mail_we_began_waits_for_nobody_and_its_answer_gets_a_clock(desk: Desk) -> None:
    ours = desk.mail(key="hello@shop", sender=CARE, to=("anna@buyer.example",), hours_ago=5)
    ticket = desk.ticket(ours.ticket_id)
    assert (ticket.status, ticket.due_at, ticket.assignee_id) == ("pending", NEVER, None)
    assert desk.mail(answers="hello@shop").ticket_id == ours.ticket_id
    found = desk.ticket(ours.ticket_id)
    assert found.status == "open"
    assert found.due_kind == "first_response"
    assert found.due_at == NOON + 2 * HOUR


def test_a_buyer_who_writes_while_our_reply_leaves_still_waits(desk: Desk) -> None:
    from connectors.contract import Receipt
    from desk.outbox import sent

    ticket = desk.mail(hours_ago=1).ticket_id
    row = desk.reply(ticket, then="solved")
    desk.mail(answers="m1@buyer.example", text="And another thing")
    with desk.store.write(SYSTEM) as unit:
        sent(unit, row, Receipt("x", NOON))
    found = desk.ticket(ticket)
    assert (found.waiting_since, found.status) == (NOON, "open")
    assert found.first_reply_at == NOON
    assert found.due_kind == "next_response"


# Waking and reopening --------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["pending", "on_hold", "solved", "closed"])
def test_a_resting_ticket_opens_when_its_buyer_writes(desk: Desk, status: str) -> None:
    ticket = desk.mail(key="a@x", hours_ago=5).ticket_id
    settled(desk, ticket)
    with desk.acting() as unit:
        tickets.set_status(unit, ticket, status)
    desk.clock.at += DAY
    desk.mail(answers="a@x")
    found = desk.ticket(ticket)
    assert (found.status, found.waiting_since, found.due_kind) == ("open", desk.clock.at, "next_response")


@pytest.mark.parametrize("until", [NEVER, NOON + DAY])
def test_a_snooze_ends_when_the_buyer_writes(desk: Desk, until: int) -> None:
    ticket = desk.mail(key="a@x").ticket_id
    with desk.acting() as unit:
        tickets.snooze(unit, ticket, until)
    desk.mail(answers="a@x")
    assert desk.ticket(ticket).snoozed_until == 0


# Automatic mail --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["vacation", "list", "no-reply", "notice", "other", "bounce"])
def test_automatic_mail_starts_no_clock_and_has_no_owner(desk: Desk, kind: str) -> None:
    ticket = desk.ticket(desk.mail(automatic=kind, urgency=2 if kind == "notice" else 0).ticket_id)
    assert (ticket.due_at, ticket.assignee_id, ticket.waiting_since, ticket.automatic) == (NEVER, None, None, kind)
    assert clocks.of_ticket(desk.store.conn, ticket.id) == []
    assert ticket.priority < 3


@pytest.mark.parametrize("kind", ["vacation", "bounce"])
def test_automatic_mail_stops_no_clock_and_satisfies_none(desk: Desk, kind: str) -> None:
    ticket = desk.mail(key="a@x", hours_ago=1).ticket_id
    before = desk.clocks(ticket)
    desk.mail(automatic=kind, answers="a@x")
    assert desk.clocks(ticket) == before
    assert desk.ticket(ticket).waiting_since == NOON - HOUR


@pytest.mark.parametrize(("kind", "status"), [("vacation", "pending"), ("bounce", "open")])
def test_a_bounce_reopens_what_it_answers_and_a_vacation_note_does_not(desk: Desk, kind: str, status: str) -> None:
    ticket = desk.mail(key="a@x").ticket_id
    settled(desk, ticket)
    ours = messages.of_ticket(desk.store.conn, ticket)[-1].remote_key.removeprefix("mail:")
    sender = "mailer-daemon@else.example" if kind == "bounce" else "anna@buyer.example"
    more = {"bounced": ours} if kind == "bounce" else {"answers": ours}
    taken = desk.mail(automatic=kind, sender=sender, **more)
    assert taken.ticket_id == ticket
    found = desk.ticket(ticket)
    assert (found.status, found.due_at) == (status, NEVER)


def test_a_person_who_writes_into_a_notice_gets_a_clock(desk: Desk) -> None:
    ticket = desk.mail(automatic="vacation", key="v@x").ticket_id
    desk.mail(answers="v@x")
    found = desk.ticket(ticket)
    assert (found.automatic, found.due_kind) == ("", "first_response")


# History and odd channels ----------------------------------------------------------------------------


def test_history_comes_in_closed_and_wakes_nobody(desk: Desk) -> None:
    old = desk.mail(key="a@x", hours_ago=24 * 40, history=True, urgency=2)
    desk.mail(key="b@shop", sender=CARE, outbound=True, answers="a@x", hours_ago=24 * 39, history=True)
    desk.mail(sender="eve@x.example", answers="a@x", hours_ago=24 * 39, history=True)
    found = desk.ticket(old.ticket_id)
    assert (found.status, found.assignee_id, found.due_at, found.needs_review) == ("closed", None, NEVER, 0)
    assert found.updated_at == NOON - 24 * 39 * HOUR
    assert desk.count("clock") == 0
    assert {r[0] for r in desk.store.conn.execute("SELECT status FROM ticket")} == {"closed"}
    verbs = {e.verb for e in events.of_ticket(desk.store.conn, found.id)}
    assert verbs == {"created", "received", "answered_elsewhere"}


@pytest.mark.parametrize("answered", [False, True])
def test_a_buyer_who_writes_into_history_is_not_a_month_late(desk: Desk, answered: bool) -> None:
    ticket = desk.mail(key="a@x", hours_ago=24 * 40, history=True).ticket_id
    if answered:
        desk.mail(key="b@shop", sender=CARE, outbound=True, answers="a@x", hours_ago=24 * 39, history=True)
    desk.mail(answers="a@x")
    found = desk.ticket(ticket)
    assert (found.status, found.waiting_since) == ("open", NOON)
    assert found.due_at > NOON
    assert not desk.told(ticket, "clock_breached")


def test_a_message_for_a_removed_channel_is_kept_and_for_an_unknown_one_refused(desk: Desk) -> None:
    with desk.acting() as unit:
        channels.set_state(unit, "mail", "removed")
    taken = desk.mail()
    assert desk.said(taken.ticket_id) == ["Where is my parcel?"]
    with pytest.raises(NotFound, match="no channel nowhere"):
        desk.mail(channel="nowhere")


# A page of them --------------------------------------------------------------------------------------


def raw(n: int, body: str = "Hello") -> RawMail:
    text = f"From: b{n}@x.example\r\nTo: {CARE}\r\nSubject: S\r\nMessage-ID: <p{n}@x>\r\n\r\n{body}"
    return RawMail(f"INBOX;1;{n}", text.encode(), NOON)


def page_in(desk: Desk, *records: RawMail | BadRecord, cursor: str = "c1") -> pull.Pulled:
    channel, total = shop.channel(desk.store.conn, "mail"), pull.Pulled()
    assert channel is not None
    pull.store_page(desk.store, desk.holder, channel, "INBOX", Page(records, cursor), InProcess(), total)
    return total


def test_a_page_twice_adds_nothing(desk: Desk) -> None:
    assert page_in(desk, raw(1), raw(2)) == pull.Pulled(fresh=2, tickets=2)
    assert page_in(desk, raw(1), raw(2)) == pull.Pulled(known=2)
    assert sync.cursor(desk.store.conn, "mail", "INBOX") == "c1"


@pytest.mark.parametrize("trips_on", [KeyError("x"), ValueError("\x1b[2J"), NotFound("no such thing"), RecursionError])
def test_a_mail_that_trips_the_program_is_kept_aside_and_the_next_arrives(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, trips_on: BaseException | type[BaseException]
) -> None:
    really = pull.take

    def trips(unit, channel, item, *, history):  # type: ignore[no-untyped-def]
        taken = really(unit, channel, item, history=history)
        if "p2" in item.remote_key:
            raise trips_on
        return taken

    monkeypatch.setattr(pull, "take", trips)
    assert page_in(desk, raw(1), raw(2), raw(3)) == pull.Pulled(fresh=2, tickets=2, bad=1)
    (held,) = sync.quarantined(desk.store.conn)
    assert messages.blob(desk.store.conn, held.raw) == raw(2).raw
    assert "\x1b" not in held.reason
    assert desk.count("message") == desk.count("ticket") == 2
    assert events.verify(desk.store.conn).problem == ""


def test_a_full_disk_during_a_page_is_told_as_that_and_repeats_it(desk: Desk) -> None:
    conn = desk.store.conn
    conn.execute(f"PRAGMA max_page_count = {conn.execute('PRAGMA page_count').fetchone()[0] + 20}")
    import random

    big = "".join(random.Random(1).choices("abcdefghij klmnop", k=400_000))
    with pytest.raises(Unavailable, match="disk is full"):
        page_in(desk, raw(1), raw(2, big))
    assert desk.count("message") <= 1  # the first may have had a transaction of its own
    assert sync.cursor(conn, "mail", "INBOX") == ""
    conn.execute("PRAGMA max_page_count = 1000000")
    page_in(desk, raw(1), raw(2, big))
    assert desk.count("message") == 2


def test_mail_before_the_cut_off_of_a_channel_is_history(desk: Desk) -> None:
    desk.store.conn.execute("UPDATE channel SET since = ? WHERE id = 'mail'", (NOON + 1,))
    page_in(desk, raw(1))
    assert {r[0] for r in desk.store.conn.execute("SELECT status FROM ticket")} == {"closed"}


def test_help_and_care_are_one_shop(desk: Desk) -> None:
    """A mail from one of our mailboxes to the other is never a buyer's."""
    ticket = desk.ticket(desk.mail(sender=HELP, to=(CARE,)).ticket_id)
    assert (ticket.status, ticket.waiting_since) == ("pending", None)


def test_a_note_and_the_reader_stay_what_they_are(desk: Desk) -> None:
    ticket = desk.mail().ticket_id
    with desk.acting(ANA) as unit:
        tickets.note(unit, ticket, "check stock")
    assert desk.ticket(ticket).waiting_since == NOON
