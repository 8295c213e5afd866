"""One cause behind many tickets: linked, answered once each in the buyer's language, closed together, and undone."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

import desk.incident_query  # noqa: F401 - registers incident:
from connectors.contract import Receipt
from desk import inbox, incident_work, incidents, outbox, undo
from store.errors import Conflict, Invalid, NotFound
from store.events import of_ticket
from tests.desk.small import ANA, WEI, Desk


def buyers(desk: Desk, *languages: str) -> list[int]:
    return [desk.mail(sender=f"b{n}@buyer.example", lang=code, subject=f"Parcel {n}").ticket_id
            for n, code in enumerate(languages)]  # fmt: skip


def strike(desk: Desk, ids: Sequence[int]) -> int:
    """An incident with these tickets."""
    with desk.acting() as unit:
        number = incidents.open_incident(unit, "port  strike", note="Hamburg")
        incidents.add(unit, number, ids)
    return number


def write_template(desk: Desk, ident: str = "strike", internal: int = 0, **texts: str) -> None:
    desk.store.conn.execute("INSERT INTO template (id, name, texts, internal) VALUES (?, ?, ?, ?)",
                            (ident, ident, json.dumps(texts), internal))  # fmt: skip


def answer(desk: Desk, number: int, template: str = "strike") -> incident_work.Done:
    return incident_work.answer_all(desk.store, ANA, number, template)


def found(desk: Desk, query: str) -> list[int]:
    wanted = inbox.resolve(query, inbox.context(desk.store.conn, "ana", desk.clock.at))
    return sorted(line.id for line in inbox.page(desk.store.conn, wanted, "ana"))


def queued(desk: Desk, ticket_id: int) -> list[str]:
    sql = "SELECT payload FROM outbox WHERE ticket_id = ? AND state <> 'cancelled'"
    return [json.loads(r[0])["text"] for r in desk.store.conn.execute(sql, (ticket_id,))]


def test_linking_is_told_on_the_ticket_and_found_by_query(desk: Desk) -> None:
    one, two, three = buyers(desk, "en", "de", "en")
    number = strike(desk, [one, two, two])
    assert incidents.get(desk.store.conn, number).title == "port strike"
    assert found(desk, f"incident:{number}") == [one, two] == found(desk, "has:incident")
    assert found(desk, "incident:none") == [three]
    assert [e.verb for e in of_ticket(desk.store.conn, one)].count("incident_linked") == 1
    (count,) = incidents.listed(desk.store.conn)
    assert (count.tickets, count.open, count.answered) == (2, 2, 0)
    with pytest.raises(Invalid, match="number"):
        found(desk, "incident:strike")


def test_a_ticket_that_is_not_there_stops_nothing(desk: Desk) -> None:
    (one,) = buyers(desk, "en")
    number = strike(desk, [])
    with desk.acting() as unit:
        outcome = incidents.add(unit, number, [one, 99])
        again = incidents.add(unit, number, [one])
    assert outcome.done == (one,) and isinstance(outcome.refused[0][1], NotFound) and again.done == ()


def test_linking_and_taking_out_are_undone(desk: Desk) -> None:
    one, two = buyers(desk, "en", "en")
    number = strike(desk, [one, two])
    with desk.acting() as unit:
        incidents.remove(unit, number, [one])
    assert found(desk, f"incident:{number}") == [two]
    with desk.acting() as unit:
        undo.undo(unit)
    assert found(desk, f"incident:{number}") == [one, two]
    with desk.acting() as unit:
        undo.undo(unit)
    assert found(desk, f"incident:{number}") == []
    with desk.acting() as unit:
        undo.redo(unit)
    assert found(desk, f"incident:{number}") == [one, two]


def test_undo_leaves_what_somebody_else_changed(desk: Desk) -> None:
    (one,) = buyers(desk, "en")
    number = strike(desk, [one])
    with desk.acting(WEI) as unit:
        incidents.remove(unit, number, [one])
    with desk.acting() as unit, pytest.raises(Conflict):
        undo.undo(unit)


def test_everybody_is_answered_once_in_their_language(desk: Desk) -> None:
    ids = buyers(desk, "en", "de-AT", "en", "")
    number = strike(desk, ids)
    write_template(desk, en="The port is on strike, {{customer.name}}.", de="Der Hafen streikt.")
    plan = incident_work.plan(desk.store.conn, number, "strike", "ana")
    assert plan.languages() == {"en": 3, "de": 1} and desk.count("outbox") == 0
    assert [a.language for a in incident_work.shown(plan)] == ["en", "de"]
    done = answer(desk, number)
    assert done.answered == tuple(ids) and not done.left_out
    assert queued(desk, ids[0]) == ["The port is on strike, b0."] and queued(desk, ids[1]) == ["Der Hafen streikt."]
    again = answer(desk, number)
    assert again.answered == () and again.already == tuple(ids) and desk.count("outbox") == 4


def test_who_is_left_out_is_named_with_the_reason(desk: Desk) -> None:
    french, nobody, machine, fine = buyers(desk, "fr", "en", "en", "en")
    desk.store.conn.execute("UPDATE message SET sender_address = '' WHERE ticket_id = ?", (nobody,))
    desk.store.conn.execute("UPDATE customer SET email = '' WHERE id = (SELECT customer_id FROM ticket WHERE id = ?)", (nobody,))
    desk.store.conn.execute("UPDATE ticket SET automatic = 'bulk' WHERE id = ?", (machine,))
    far = desk.mail(channel="second", sender="far@buyer.example").ticket_id
    desk.store.conn.execute("UPDATE channel SET state = 'removed' WHERE id = 'second'")
    number = strike(desk, [french, nobody, machine, fine, far])
    write_template(desk, en="Hello, order {{order.number|or:\"–\"}}.")
    done = answer(desk, number)
    why = {ticket: error.english() for ticket, error in done.left_out}
    assert done.answered == (fine,) and set(why) == {french, nobody, machine, far}
    assert "no text in fr" in why[french] and "no address" in why[nobody]
    assert "machine" in why[machine] and "no longer connected" in why[far]


def test_a_gap_nothing_fills_keeps_the_reply_back(desk: Desk) -> None:
    ids = buyers(desk, "en")
    number = strike(desk, ids)
    write_template(desk, en="Your parcel {{shipment.tracking}}.")
    done = answer(desk, number)
    assert not done.answered and "shipment.tracking" in done.left_out[0][1].english() and queued(desk, ids[0]) == []


def test_who_was_left_out_is_answered_later_and_the_others_are_not_again(desk: Desk) -> None:
    english, french = buyers(desk, "en", "fr")
    number = strike(desk, [english, french])
    write_template(desk, en="Strike.")
    assert answer(desk, number).answered == (english,)
    desk.store.conn.execute("UPDATE template SET texts = ?", (json.dumps({"en": "Strike.", "fr": "Grève."}),))
    assert answer(desk, number).answered == (french,) and len(queued(desk, english)) == 1


def test_undo_takes_every_reply_back_and_then_they_can_be_answered(desk: Desk) -> None:
    ids = buyers(desk, "en", "en")
    number = strike(desk, ids)
    write_template(desk, en="Strike.")
    answer(desk, number)
    with desk.acting() as unit:
        undo.undo(unit)
    assert [queued(desk, i) for i in ids] == [[], []]
    assert answer(desk, number).answered == tuple(ids)


def test_a_ticket_linked_again_is_not_answered_twice(desk: Desk) -> None:
    (one,) = buyers(desk, "en")
    number = strike(desk, [one])
    write_template(desk, en="Strike.")
    answer(desk, number)
    with desk.acting() as unit:
        incidents.remove(unit, number, [one])
        incidents.add(unit, number, [one])
    assert answer(desk, number).already == (one,)


def test_many_are_answered_in_slices_as_one_step(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incident_work, "SLICE", 2)
    ids = buyers(desk, *["en"] * 5)
    number = strike(desk, ids)
    write_template(desk, en="Strike.")
    seen: list[int] = []
    done = incident_work.answer_all(desk.store, ANA, number, "strike", progress=lambda n, of: not seen.append(n))
    assert seen == [2, 4, 5] and len(done.answered) == 5
    with desk.acting() as unit:
        assert len(undo.undo(unit).tickets) == 5
    stopped = incident_work.answer_all(desk.store, ANA, number, "strike", progress=lambda n, of: n < 2)
    assert stopped.stopped and len(stopped.answered) == 2


def test_a_template_for_the_team_or_unknown_is_refused(desk: Desk) -> None:
    number = strike(desk, buyers(desk, "en"))
    write_template(desk, "inside", internal=1, en="Only us.")
    with pytest.raises(Invalid):
        answer(desk, number, "inside")
    with pytest.raises(NotFound):
        answer(desk, number, "nothing")


def test_closing_solves_what_was_answered_and_names_who_still_waits(desk: Desk) -> None:
    one, two, three = buyers(desk, "en", "en", "fr")
    number = strike(desk, [one, two, three])
    write_template(desk, en="Strike.")
    answer(desk, number)
    desk.clock.at += 60_000
    desk.mail(sender="b1@buyer.example", answers="", text="And now?", key="late", subject="x")  # another ticket
    outcome = incident_work.close_all(desk.store, ANA, number)
    assert outcome.done == (one, two) and [t for t, _ in outcome.refused] == [three]
    assert desk.ticket(one).status == "solved" and desk.ticket(three).status == "new"
    assert incidents.get(desk.store.conn, number).state == "closed"
    with pytest.raises(Conflict):
        incident_work.close_all(desk.store, ANA, number)
    with pytest.raises(Conflict):
        answer(desk, number)
    with desk.acting() as unit:
        undo.undo(unit)
    assert incidents.get(desk.store.conn, number).state == "open" and desk.ticket(one).status == "new"


def test_a_buyer_who_wrote_after_the_answer_keeps_the_ticket_open(desk: Desk) -> None:
    (one,) = buyers(desk, "en")
    number = strike(desk, [one])
    write_template(desk, en="Strike.")
    answer(desk, number)
    desk.clock.at += 60_000
    row = desk.store.conn.execute("SELECT id FROM outbox").fetchone()[0]
    with desk.acting() as unit:
        unit.conn.execute("UPDATE outbox SET state = 'claimed' WHERE id = ?", (row,))
        outbox.sent(unit, row, Receipt("<x@y>", desk.clock.at, ""))
    desk.clock.at += 60_000
    first = desk.store.conn.execute("SELECT remote_key FROM message WHERE ticket_id = ?", (one,)).fetchone()[0]
    desk.mail(sender="b0@buyer.example", answers=first.removeprefix("mail:"), text="Still nothing!")
    outcome = incident_work.close_all(desk.store, ANA, number)
    assert [t for t, _ in outcome.refused] == [one] and desk.ticket(one).is_open


def test_a_title_is_needed_and_a_closed_one_takes_no_tickets(desk: Desk) -> None:
    with desk.acting() as unit, pytest.raises(Invalid):
        incidents.open_incident(unit, "  ")
    number = strike(desk, [])
    incident_work.close_all(desk.store, ANA, number)
    ids = buyers(desk, "en")
    with desk.acting() as unit, pytest.raises(Conflict):
        incidents.add(unit, number, ids)
    with desk.acting() as unit:
        incidents.reopen(unit, number)
    assert incidents.get(desk.store.conn, number).state == "open"
