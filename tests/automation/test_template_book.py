"""The team's templates in their store: versions, refusals, what leaves, what a ticket fills in."""

from __future__ import annotations

import pytest

from desk import agents, template_book, versions
from desk import thread as threads
from desk.automation.library import template_from, template_from_text
from desk.automation.templates import fill
from desk.automation.variants import Variant
from store.errors import Invalid, NotFound, Refused
from store.sql import shop
from store.values import DAY
from tests.desk.small import ANA, NOON, Desk

MINE = {"id": "mine", "names": {"en": "Mine"}, "text": {"en": "Hello {{customer.name}}", "de": "Guten Tag"}}


def order(desk: Desk, ticket_id: int, *, total: int = 2999, currency: str = "EUR", tracking: str = "LX1CN") -> None:
    """Gives a ticket an order with one item and one parcel."""
    conn = desk.store.conn
    conn.execute(
        "INSERT INTO orders (id, channel_id, number, number_key, placed_at, status, total_minor, currency) "
        "VALUES (1, 'mail', '701-1', '7011', ?, 'shipped', ?, ?)",
        (NOON, total, currency),
    )
    conn.execute("INSERT INTO order_item (order_id, sku, title) VALUES (1, 'L-1', 'Lamp')")
    conn.execute(
        "INSERT INTO shipment (order_id, courier, tracking, tracking_key, status, eta) "
        "VALUES (1, 'DHL', ?, ?, 'in_transit', ?)",
        (tracking, tracking.lower(), NOON + 3 * DAY),
    )
    shop.link_order(conn, ticket_id, 1)


def facts(desk: Desk, ticket_id: int, share: str = "") -> dict[str, str]:
    return threads.template_context(threads.read(desk.store.conn, ticket_id), "Ana", "Nordlicht", share)


# Store ------------------------------------------------------------------------------------------------


def test_saving_tells_versions_and_old_ones_come_back(desk: Desk) -> None:
    with desk.acting() as unit:
        assert template_book.save(unit, template_from(MINE)).version == 1
        assert template_book.save(unit, template_from(MINE)).version == 0, "nothing differed"
        changed = template_book.with_text(template_book.read(unit.conn, "mine"), Variant("de", "Hallo"))
        assert template_book.save(unit, changed, note="shorter").version == 2
        assert template_book.restore(unit, "mine", 1).version == 3
    texts = {v.language: v.text for v in template_book.read(desk.store.conn, "mine").variants}
    assert texts == {"en": "Hello {{customer.name}}", "de": "Guten Tag"}
    told = [(v.number, v.by, v.note) for v in versions.history(desk.store.conn, "template", "mine")]
    assert told == [(3, ANA, "restored from 1"), (2, ANA, "shorter"), (1, ANA, "")]


def test_what_ships_can_be_changed_and_taken_back_to_what_it_was(desk: Desk) -> None:
    before = template_book.read(desk.store.conn, "ack")
    with desk.acting() as unit:
        assert template_book.save(unit, template_book.with_text(before, Variant("en", "Hi"))).version == 2
        template_book.restore(unit, "ack", 1)
    assert template_book.read(desk.store.conn, "ack") == before
    assert shop.template(desk.store.conn, "ack").shipped == 1  # type: ignore[union-attr]


def test_a_desk_is_furnished_with_every_text_also_those_for_one_country_or_platform(desk: Desk) -> None:
    book = template_book.read(desk.store.conn, "review_neutral")
    assert {v.platform for v in book.variants} == {"", "amazon"}
    assert {v.country for v in template_book.read(desk.store.conn, "delay_notice").variants} == {"", "US"}
    assert book.review is not None
    assert book.limits and book.when


def test_a_bad_template_is_refused_with_its_place_and_the_old_one_stays(desk: Desk) -> None:
    with desk.acting() as unit:
        template_book.save(unit, template_from(MINE))
    bad = 'id = "mine"\nnames = { en = "Mine" }\n[text]\nen = "Dear {{customer.nmae}}"\n'
    with pytest.raises(Invalid, match=r"line 4, column 12: customer\.nmae is not known"), desk.acting() as unit:
        template_book.save(unit, template_from_text(bad))
    with pytest.raises(Invalid, match="typo is no type"), desk.acting() as unit:
        template_book.save(unit, template_from({**MINE, "suits": ["typo"]}))
    assert template_book.read(desk.store.conn, "mine").variants[0].text == "Hello {{customer.name}}"


def test_one_in_use_is_not_removed_and_a_removed_one_comes_back(desk: Desk) -> None:
    with pytest.raises(Refused, match="used by macro dispute, macro resend"), desk.acting() as unit:
        template_book.remove(unit, "apology")
    body = '{"then": [{"do": "reply", "template": "mine"}]}'
    with desk.acting() as unit:
        template_book.save(unit, template_from(MINE))
        unit.conn.execute("INSERT INTO rule (id, name, body) VALUES ('r', 'R', ?)", (body,))
    with pytest.raises(Refused, match="used by rule r"), desk.acting() as unit:
        template_book.remove(unit, "mine")
    with desk.acting() as unit:
        unit.conn.execute("DELETE FROM rule")
        template_book.remove(unit, "mine")
        with pytest.raises(NotFound):
            template_book.read(unit.conn, "mine")
        template_book.restore(unit, "mine", 1)
    assert template_book.read(desk.store.conn, "mine").name("en") == "Mine"


# Choosing ---------------------------------------------------------------------------------------------


def test_the_text_made_for_the_platform_and_country_is_used(desk: Desk) -> None:
    ticket = desk.ticket(desk.mail().ticket_id)
    row = template_book.need(desk.store.conn, "delay_notice")
    chosen, how = threads.variant(row, ticket._replace(country="US", lang="en-US"))
    assert "prompt refund" in chosen.text
    assert how.english() == "in en, the nearest to en-US, made for US"
    chosen, how = threads.variant(row, ticket._replace(country="GB", lang="en"))
    assert "prompt refund" not in chosen.text
    review = template_book.need(desk.store.conn, "review_neutral")
    chosen, how = threads.variant(review, ticket._replace(platform="amazon", lang="de"))
    assert how.english() == "in de, made for amazon"


def test_notes_of_the_team_go_by_its_language_and_are_no_replies(desk: Desk) -> None:
    ticket = desk.ticket(desk.mail(lang="ja").ticket_id)
    row = template_book.need(desk.store.conn, "note_handover")
    assert threads.variant(row, ticket)[0].language == "en"
    with desk.acting() as unit:
        agents.change(unit, "wei", {"languages": {"en": 3, "zh-CN": 5}})
    owned = ticket._replace(assignee_id="wei")
    assert template_book.note_language(desk.store.conn, owned) == "zh-CN"
    assert "note_handover" not in {t.id for t in threads.suited(shop.templates(desk.store.conn), ticket)}


def test_a_note_is_filled_in_its_owner_s_language(desk: Desk) -> None:
    ticket_id = desk.mail().ticket_id
    with desk.acting() as unit:
        agents.change(unit, "ana", {"languages": {"de": 5}})
        unit.conn.execute("UPDATE ticket SET assignee_id = 'ana' WHERE id = ?", (ticket_id,))
    text = template_book.note_text(desk.store.conn, ticket_id, "note_first_look", facts(desk, ticket_id))
    assert text.startswith(f"Vor der Antwort auf #{ticket_id}")


# Facts ------------------------------------------------------------------------------------------------


def test_the_acknowledgement_promises_what_the_clocks_hold_us_to(desk: Desk) -> None:
    ticket_id = desk.mail().ticket_id
    due = desk.clocks(ticket_id)["first_response"].due_at
    assert facts(desk, ticket_id)["promise.reply_by"] == threads.utc_text(due)
    row = template_book.need(desk.store.conn, "ack")
    filled = fill(threads.variant(row, desk.ticket(ticket_id))[0].text, facts(desk, ticket_id))
    assert filled.sendable
    assert threads.utc_text(due) in filled.text


def test_no_time_is_promised_where_no_clock_runs_or_it_has_passed(desk: Desk) -> None:
    ticket_id = desk.mail().ticket_id
    desk.store.conn.execute("UPDATE clock SET breached_at = due_at")
    assert "promise.reply_by" not in facts(desk, ticket_id)
    desk.store.conn.execute("UPDATE clock SET breached_at = NULL, state = 'met'")
    assert "promise.reply_by" not in facts(desk, ticket_id)


@pytest.mark.parametrize(
    ("total", "currency", "share", "amount"),
    [
        (2999, "EUR", "50%", "EUR 15.00"),
        (2999, "EUR", "12.5%", "EUR 3.75"),
        (2999, "JPY", "50%", "JPY 1,500"),
        (1, "EUR", "50％", "EUR 0.01"),
        (2999, "EUR", "100%", "EUR 29.99"),
    ],
)
def test_an_offer_is_a_share_of_the_order_in_its_currency(
    desk: Desk, total: int, currency: str, share: str, amount: str
) -> None:
    ticket_id = desk.mail().ticket_id
    order(desk, ticket_id, total=total, currency=currency)
    assert facts(desk, ticket_id, share)["offer.amount"] == amount


def test_without_share_or_order_nothing_is_offered(desk: Desk) -> None:
    ticket_id = desk.mail().ticket_id
    assert "offer.amount" not in facts(desk, ticket_id, "50%")
    order(desk, ticket_id)
    assert "offer.amount" not in facts(desk, ticket_id)
    for share in ("0%", "101%", "half", "-5%"):
        with pytest.raises(Invalid, match="no share"):
            facts(desk, ticket_id, share)


def test_order_and_parcel_fill_where_is_my_order(desk: Desk) -> None:
    ticket_id = desk.mail().ticket_id
    order(desk, ticket_id)
    row = template_book.need(desk.store.conn, "in_transit")
    filled = fill(threads.variant(row, desk.ticket(ticket_id))[0].text, facts(desk, ticket_id))
    assert filled.missing == ()
    assert "2026-11-20" in filled.text


def test_a_buyer_called_like_a_variable_is_only_a_name(desk: Desk) -> None:
    ticket_id = desk.mail(sender="x@buyer.example").ticket_id
    desk.store.conn.execute("UPDATE customer SET name = '{{shop.email}} {{order.number}}'")
    filled = fill("Hello {{customer.name}}", facts(desk, ticket_id))
    assert filled.text == "Hello {{shop.email}} {{order.number}}"


# Leaving ----------------------------------------------------------------------------------------------


def test_notes_gaps_and_forbidden_texts_do_not_leave(desk: Desk) -> None:
    ticket_id = desk.mail().ticket_id
    order(desk, ticket_id, tracking="771234567890")
    conn, ticket = desk.store.conn, desk.ticket(ticket_id)
    amazon = ticket._replace(platform="amazon")
    template_book.require_sendable(conn, ticket, "ack", "Hello, see https://shop.example")
    template_book.require_sendable(conn, amazon, "ack", "Your parcel 771234567890 is on its way.")
    with pytest.raises(Refused, match="never sent"):
        template_book.require_sendable(conn, ticket, "note_handover", "Hello")
    with pytest.raises(Refused, match=r"gaps that nothing fills: case\.amount"):
        template_book.require_sendable(conn, ticket, "refund_done", "You get {{case.amount}}")
    with pytest.raises(Refused, match="amazon forbids links"):
        template_book.require_sendable(conn, amazon, "ack", "See https://shop.example")
    with pytest.raises(Refused, match="amazon forbids telephone numbers"):
        template_book.require_sendable(conn, amazon, "ack", "Call 771234567891")
    with pytest.raises(NotFound):
        template_book.require_sendable(conn, ticket, "nonsense", "Hello")


def test_toml_goes_in_and_comes_out(desk: Desk) -> None:
    from desk.automation.library import template_toml

    with desk.acting() as unit:
        template_book.save(unit, template_from({**MINE, "variant": [{"language": "en", "country": "US", "text": "Hi"}]}))
    kept = template_book.read(desk.store.conn, "mine")
    with desk.acting() as unit:
        assert template_book.save(unit, template_from_text(template_toml(kept))).version == 0
    assert template_from_text(template_toml(kept)) == kept
