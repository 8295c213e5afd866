"""What is suggested for a ticket, and why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.automation.suggest import RECENT, History, ranked, score, suggest
from store.sql import shop
from tests.desk.small import Desk


def ticket(desk: Desk, type: str, lang: str = "en", **values: object) -> int:
    """A ticket of an issue type."""
    ticket_id = desk.mail(sender=f"{type}{lang}{desk.ids()}@buyer.example").ticket_id
    for field, value in {"type": type, "lang": lang, **values}.items():
        desk.store.conn.execute(f"UPDATE ticket SET {field} = ? WHERE id = ?", (value, ticket_id))
    return ticket_id


def used(desk: Desk, template: str, ticket_id: int) -> None:
    """The team answered a ticket with a template."""
    row = desk.reply(ticket_id)
    desk.store.conn.execute("UPDATE outbox SET template_id = ? WHERE id = ?", (template, row))
    desk.store.conn.execute("UPDATE template SET used = used + 1 WHERE id = ?", (template,))
    desk.clock.at += 1000


def suggested(desk: Desk, ticket_id: int) -> dict[str, str]:
    return {s.id: s.why.english() for s in suggest(desk.store.conn, desk.ticket(ticket_id), 10)}


def test_templates_and_macros_for_the_type_come_and_say_so(desk: Desk) -> None:
    found = suggested(desk, ticket(desk, "cancel"))
    assert found["cancel_reply"] == "for Cancel"
    assert found["cancellation"] == "for Cancel"
    assert found["ack"] == "for the first answer"
    assert "customs_info" not in found
    assert "note_handover" not in found


def test_what_the_team_sent_to_such_tickets_comes_first(desk: Desk) -> None:
    for _ in range(3):
        used(desk, "photo_request", ticket(desk, "cancel"))
    used(desk, "photo_request", ticket(desk, "quality"))
    wanted = ticket(desk, "cancel")
    found = suggest(desk.store.conn, desk.ticket(wanted))
    assert found[0].id in ("photo_request", "cancel_reply")
    why = suggested(desk, wanted)["photo_request"]
    assert why == "3 of its last 4 uses were on such tickets"
    assert "photo_request" not in suggested(desk, ticket(desk, "customs_tax"))


def test_old_habits_fade(desk: Desk) -> None:
    used(desk, "apology", ticket(desk, "cancel"))
    other = ticket(desk, "quality")
    for _ in range(RECENT):
        used(desk, "apology", other)
    assert "apology" not in suggested(desk, ticket(desk, "cancel"))


def test_a_language_it_does_not_speak_is_told(desk: Desk) -> None:
    found = suggested(desk, ticket(desk, "cancel", "nl"))
    assert found["cancel_reply"] == "for Cancel; there is no text in nl"


def test_the_picker_has_all_for_buyers_the_best_first(desk: Desk) -> None:
    rows = shop.templates(desk.store.conn)
    order = [t.id for t in ranked(desk.store.conn, rows, desk.ticket(ticket(desk, "customs_tax", first_reply_at=1)))]
    assert order[0] == "customs_info"
    assert len(order) == len(rows) - 2


HISTORIES = st.integers(0, RECENT).flatmap(
    lambda recent: st.integers(0, recent).flatmap(
        lambda alike: st.builds(History, st.integers(recent, 500), st.just(recent), st.just(alike),
                                st.integers(0, alike), st.integers(0, alike))
    )
)  # fmt: skip


@given(st.booleans(), st.booleans(), HISTORIES)
def test_more_reasons_never_make_it_worse(suits: bool, opening: bool, past: History) -> None:
    speaks = frozenset({"en"})
    worth = score(suits, opening, past, speaks, "en-GB")
    assert worth >= score(suits, opening, past, speaks, "de")
    assert score(True, opening, past, speaks, "en") >= worth
    assert (worth == 0) == (not suits and not opening and not past.alike)


@pytest.mark.parametrize("uses", [0, 40])
def test_it_costs_a_bounded_number_of_rows(desk: Desk, uses: int) -> None:
    at = ticket(desk, "cancel")
    for _ in range(uses):
        used(desk, "apology", at)
    plan = desk.store.conn.execute(
        "EXPLAIN QUERY PLAN SELECT ticket_id FROM outbox WHERE template_id = 'apology' AND template_id <> '' "
        "ORDER BY created_at DESC LIMIT 12"
    ).fetchall()
    assert any("outbox_template" in str(row) for row in plan)
    assert not any("TEMP B-TREE" in str(row) for row in plan)
