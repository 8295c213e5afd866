"""What the practice desk does at its marketplaces, as steps of its story: linked accounts, a chat, a lost answer, a return."""

from __future__ import annotations

from collections.abc import Callable

from app.labels import named
from app.story_scene import Scene, must
from app.words import N_, _
from connectors.contract import Decide
from connectors.sandbox.market_records import MarketThread
from connectors.sandbox.web import Fault
from connectors.sandbox.world.data import texts
from desk import deeds, outbox, practice, thread
from desk.automation.templates import fill
from desk.reason import utc_text
from desk.vocabulary import TYPES
from store.sql import messages, shop, tickets
from store.sql import outbox as rows
from store.sql.rows import Ticket
from store.values import SECOND, Actor

_CHAT, _RETURNS = "shopee", "ebay-de"
_AGENT = Actor("agent", practice.PERSON)


def _linked(s: Scene) -> str:
    s.sync()
    wrong = [c.id for c in shop.channels(s.store.conn) if c.fault]
    must(not wrong, N_("these channels do not work: {channels}"), channels=", ".join(wrong))
    well = [name for name in s.shops if s.wired.sync().connector(name).test().ok]
    must(len(well) == len(s.shops), N_("only these say that they work: {channels}"), channels=", ".join(well))
    platforms = {one.platform for one in s.shops.values()}
    s.facts |= {"accounts": len(s.shops), "platforms": len(platforms)}
    return _("{accounts} accounts at {platforms} marketplaces are linked, each tested and fetched through its API").format(
        **s.facts
    )


def _begun(s: Scene) -> tuple[MarketThread, Ticket]:
    """Somebody writes in the chat, and the desk has it."""
    market = s.shops[_CHAT].market
    taken = {t.order.number for t in market.threads if t.order}
    trouble, bought = next((t, o) for t, o in s.world.coming if o.buyer.shop.id == _CHAT and o.number not in taken
                           and t in ("damaged", "shipping_status", "not_received", "defective"))  # fmt: skip
    said = market.writes(bought, trouble)
    s.sync()
    found = messages.by_remote_key(s.store.conn, f"{_CHAT}:{said.messages[0].id}")
    must(found, N_("no ticket holds the message"))
    assert found is not None
    ticket = tickets.get(s.store.conn, found.ticket_id)
    assert ticket is not None
    return said, ticket


def _chat(s: Scene) -> str:
    said, ticket = _begun(s)
    orders = [o.number for o in thread.read(s.store.conn, ticket.id).orders]
    must(said.order and orders == [said.order.number], N_("it is about the orders {orders}"), orders=", ".join(orders))
    due = thread.read(s.store.conn, ticket.id).clocks[0].due_at
    s.facts |= {"ticket": ticket.id, "type": ticket.type, "lang": ticket.lang, "due": due}
    return _("a chat at Shopee became ticket #{ticket}: {type}, {lang}, first reply due {due}").format(
        ticket=ticket.id, type=named(TYPES, ticket.type), lang=ticket.lang, due=utc_text(due))  # fmt: skip


def _reply(s: Scene, ticket: Ticket) -> tuple[int, str]:
    found = thread.read(s.store.conn, ticket.id)
    context = thread.template_context(found, practice.PERSON.capitalize(), practice.SHOP)
    filled = (fill(thread.variant(t, ticket)[0].text, context) for t in thread.suited(shop.templates(s.store.conn), ticket))
    text = next(f.text for f in filled if f.sendable)
    with s.store.write(_AGENT) as unit:
        reply = outbox.Reply(ticket_id=ticket.id, text=text, to=(), subject="", then="pending",
                             base_seq=found.ticket.thread_seq)  # fmt: skip
        return outbox.queue(unit, reply), text


def _lost(s: Scene) -> str:
    said, ticket = _begun(s)
    row_id, text = _reply(s, ticket)
    s.clock.ahead += 11 * SECOND
    s.shops[_CHAT].site.faults.append(Fault("lost", "send_message"))
    s.sync()
    s.clock.ahead += 90 * SECOND
    s.sync()
    row = rows.get(s.store.conn, row_id)
    here = [m for m in said.messages if m.ours]
    ours = [m for m in thread.read(s.store.conn, ticket.id).messages if m.direction == "out"]
    must(row and row.state == "sent", N_("the reply is {state}"), state=row.state if row else "")
    must(len(here) == len(ours) == 1, N_("the buyer has it {there} times, the desk {here} times"), there=len(here),
         here=len(ours))  # fmt: skip
    must(" ".join(here[0].text.split()) == " ".join(text.split()), N_("the buyer reads another text"))
    s.facts |= {"ticket": ticket.id, "message": here[0].id}
    return _("the line dropped while a reply left: it was looked up at Shopee and found; the buyer has it once")


def _return(s: Scene) -> str:
    market = s.shops[_RETURNS].market
    open_orders = {c.order.number for c in market.cases}
    order = next(o for o in reversed(market.orders) if o.status == "delivered" and o.number not in open_orders)
    said = texts(order.buyer.lang)["damaged"]["says"][0][1].format(
        product=order.lines[0].title, order=order.number, tracking="", address="")  # fmt: skip
    case = market.asks_return(order, "damaged", said)
    s.sync()
    sql = "SELECT remote_id, ticket_id, due_at FROM case_file WHERE channel_id = ? AND order_number = ?"
    row = s.store.conn.execute(sql, (_RETURNS, order.number)).fetchone()
    must(row and row[1], N_("the return is on no ticket"))
    remote_id, ticket_id, due = row
    with s.store.write(_AGENT) as unit:
        deeds.queue(unit, ticket_id, Decide(key="", case_id=remote_id, kind="return", decision="approve"), channel_id=_RETURNS)
    s.clock.ahead += 11 * SECOND
    s.sync()
    must(case.state == "approved", N_("eBay says that the return is {state}"), state=case.state)
    s.facts |= {"ticket": ticket_id, "case": remote_id, "due": due}
    return _("a return asked for at eBay is on #{ticket}, to be decided by {due}; approved there through the outbox").format(
        ticket=ticket_id, due=utc_text(due))  # fmt: skip


MARKETS: dict[str, Callable[[Scene], str]] = {
    "linked": _linked, "chat": _chat, "lost_answer": _lost, "return": _return,
}  # fmt: skip
