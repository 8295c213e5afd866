"""Macros: a reply and acts as one step, on one ticket or many, taken back with one key."""

from __future__ import annotations

import pytest

from desk import template_book, undo
from desk.automation import macros
from desk.automation.library import template_from
from store import events
from store.errors import Invalid, NotFound, Refused
from store.sql import outbox, tickets
from tests.desk.small import ANA, Desk

VIP = """
id = "vip"
names = { en = "VIP", zh_CN = "贵宾" }
template = "apology"
then = "pending"
types = ["damaged"]

[[acts]]
do = "tag"
add = ["vip"]

[[acts]]
do = "set"
priority = "urgent"
"""


def saved(desk: Desk, text: str = VIP) -> None:
    with desk.acting() as unit:
        macros.save(unit, macros.macro_from_text(text))


def test_one_ships_for_every_kind_of_case_and_says_what_is_left_by_hand(desk: Desk) -> None:
    shipped = macros.listed(desk.store.conn)
    assert sorted(kind for m in shipped for kind in m.kinds) == sorted(macros.CASE_KINDS)
    for macro in shipped:
        assert macros.macro_from(macro.body()).acts == macro.acts
        assert template_book.sendable(template_book.need(desk.store.conn, macro.template))
        assert macros.left_over(macro) == ("aftersales",)
        assert macro.name("zh_CN") != macro.name("en")
        assert all(act["do"] not in ("aftersales", "refund") for act in macro.acts)


def test_every_shipped_macro_runs_on_a_ticket_that_names_its_order(desk: Desk) -> None:
    for macro in macros.listed(desk.store.conn):
        ticket_id = desk.mail(sender=f"{macro.id}@buyer.example").ticket_id
        with desk.acting() as unit:
            unit.conn.execute("UPDATE ticket SET order_number = '701-1' WHERE id = ?", (ticket_id,))
        with desk.acting() as unit:
            ran = macros.run(unit, macro.id, [ticket_id])
        assert ran.outcome.done == (ticket_id,), (macro.id, ran.outcome.refused)


def test_reply_and_acts_are_one_step_and_one_undo_takes_all_of_it_back(desk: Desk) -> None:
    ids = [desk.mail(sender=f"b{n}@buyer.example").ticket_id for n in range(3)]
    desk.store.conn.execute("UPDATE ticket SET order_number = '701-1'")
    saved(desk)
    before = [desk.ticket(i)._replace(version=0, updated_at=0) for i in ids]
    with desk.acting() as unit:
        ran = macros.run(unit, "vip", ids)
    assert ran.outcome.done == tuple(ids)
    for ticket_id in ids:
        (row,) = outbox.of_ticket(desk.store.conn, ticket_id, "held")
        assert (row.template_id, row.agent_id) == ("apology", "ana")
        assert tickets.tags(desk.store.conn, ticket_id) == ["vip"]
        assert desk.ticket(ticket_id).priority == 3
        (told,) = desk.told(ticket_id, "macro_run")
        assert told.payload is not None and told.payload["macro"] == "vip"
        caused = [e.verb for e in events.of_ticket(desk.store.conn, ticket_id) if e.cause_seq == told.seq]
        assert caused == ["reply_queued", "tagged", "changed"]
    assert macros.need(desk.store.conn, "vip").used == 3
    with desk.acting() as unit:
        undo.undo(unit)
    assert [desk.ticket(i)._replace(version=0, updated_at=0) for i in ids] == before
    assert [outbox.of_ticket(desk.store.conn, i, "held") for i in ids] == [[], [], []]


def test_a_single_ticket_is_one_undo_too(desk: Desk) -> None:
    ticket_id = desk.mail().ticket_id
    desk.store.conn.execute("UPDATE ticket SET order_number = '701-1'")
    saved(desk)
    with desk.acting() as unit:
        macros.run(unit, "vip", [ticket_id])
    with desk.acting() as unit:
        undo.undo(unit)
    assert outbox.of_ticket(desk.store.conn, ticket_id, "held") == []
    assert (desk.ticket(ticket_id).priority, tickets.tags(desk.store.conn, ticket_id)) == (1, [])


def test_where_a_gap_stays_empty_nothing_of_it_happens_and_the_rest_goes_on(desk: Desk) -> None:
    with_order, without = desk.mail().ticket_id, desk.mail(sender="z@buyer.example").ticket_id
    desk.store.conn.execute("UPDATE ticket SET order_number = '701-1' WHERE id = ?", (with_order,))
    saved(desk)
    with desk.acting() as unit:
        ran = macros.run(unit, "vip", [without, with_order])
    assert ran.outcome.done == (with_order,)
    ((ticket_id, error),) = ran.outcome.refused
    assert ticket_id == without
    assert "order.number" in error.english()
    assert tickets.tags(desk.store.conn, without) == []
    assert desk.told(without, "macro_run") == []


def test_an_act_that_fails_keeps_the_reply_back(desk: Desk) -> None:
    ticket_id = desk.mail().ticket_id
    saved(desk, VIP.replace('"apology"', '"photo_request"') + '\n[[acts]]\ndo = "note"\ntemplate = "refund_done"\n')
    desk.store.conn.execute("DELETE FROM template WHERE id = 'refund_done'")
    with desk.acting() as unit:
        ran = macros.run(unit, "vip", [ticket_id])
    assert ran.outcome.done == ()
    assert outbox.of_ticket(desk.store.conn, ticket_id, "held") == []


def test_half_of_the_order_is_offered_by_a_macro_that_says_so(desk: Desk) -> None:
    from tests.automation.test_template_book import order

    ticket_id = desk.mail().ticket_id
    order(desk, ticket_id)
    saved(desk, 'id = "half"\nnames = { en = "Half" }\ntemplate = "partial_offer"\nshare = "50%"\n')
    reply = macros.prepared(desk.store.conn, macros.need(desk.store.conn, "half"), ticket_id, ANA)
    assert reply is not None
    assert "EUR 15.00" in reply.text


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('"apology"', '"nonsense"', "no template nonsense"),
        ('"apology"', '"note_handover"', "never sent"),
        ('"pending"', '"closed"', "then cannot be"),
        ('["damaged"]', '["broken"]', "types cannot be"),
        ('do = "tag"', 'do = "reply"', "acts"),
        ('do = "tag"', 'do = "dance"', "acts"),
        ("add =", "ad =", "acts"),
        ('id = "vip"', 'id = "../vip"', "id cannot be"),
        ("names =", "nmes =", "nmes"),
        ('id = "vip"', 'id = "vip"\nshare = "200%"', "no share"),
        ('id = "vip"', 'id = "vip', "line 2, column"),
    ],
)
def test_a_bad_macro_is_refused_and_the_old_one_stays(desk: Desk, old: str, new: str, what: str) -> None:
    saved(desk)
    with pytest.raises((Invalid, NotFound, Refused)) as caught:
        saved(desk, VIP.replace(old, new, 1))
    assert what in caught.value.english()
    assert macros.need(desk.store.conn, "vip").body() == macros.macro_from_text(VIP).body()


def test_toml_and_back_and_versions(desk: Desk) -> None:
    saved(desk)
    macro = macros.need(desk.store.conn, "vip")
    assert macros.macro_from_text(macros.macro_toml(macro)).body() == macro.body()
    with desk.acting() as unit:
        assert macros.save(unit, macro) == 0
        assert macros.save(unit, macros.macro_from_text(VIP.replace("urgent", "high"))) == 2
        macros.remove(unit, "vip")
    with pytest.raises(NotFound):
        macros.need(desk.store.conn, "vip")


def test_a_hostile_buyer_s_name_is_only_text_in_the_reply(desk: Desk) -> None:
    ticket_id = desk.mail().ticket_id
    with desk.acting() as unit:
        unit.conn.execute("UPDATE customer SET name = '{{secret}} {{shop.name}}'")
        template_book.save(unit, template_from({"id": "hi", "names": {"en": "Hi"}, "text": {"en": "Hi {{customer.name}}."}}))
        macros.save(unit, macros.macro_from({"id": "hi", "names": {"en": "Hi"}, "template": "hi"}))
        ran = macros.run(unit, "hi", [ticket_id])
    assert ran.outcome.done == () and "shop.name" in ran.outcome.refused[0][1].english(), "a person looks at it first"
    assert outbox.of_ticket(desk.store.conn, ticket_id, "held") == []
