"""The names a template may use. What is not here is unknown, and stays visible instead of guessing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from store.errors import N_, Invalid

if TYPE_CHECKING:
    from desk.thread import Thread

VARIABLES: dict[str, str] = {
    "ticket.id": N_("number of the ticket"),
    "ticket.subject": N_("subject of the ticket"),
    "order.number": N_("order number"),
    "order.total": N_("order total with currency"),
    "order.items": N_("items of the order"),
    "order.date": N_("date of the order"),
    "order.status": N_("state of the order"),
    "customer.name": N_("buyer's full name"),
    "customer.first_name": N_("buyer's first name"),
    "customer.country": N_("buyer's country"),
    "product.name": N_("name of the product"),
    "product.sku": N_("article number"),
    "product.batch": N_("batch of the product"),
    "product.part": N_("the part concerned"),
    "product.steps": N_("steps to try"),
    "product.sizes": N_("size table in words"),
    "product.stock": N_("what is in stock"),
    "shipment.carrier": N_("carrier"),
    "shipment.tracking": N_("tracking number"),
    "shipment.eta": N_("expected delivery date"),
    "shipment.last_scan": N_("last scan of the parcel"),
    "shipment.delivered_on": N_("date the carrier reports delivery"),
    "case.amount": N_("amount of the refund or offer with currency"),
    "case.reason": N_("reason of the decision"),
    "case.condition": N_("condition of the returned item"),
    "case.deduction": N_("deduction with currency"),
    "case.address": N_("address to return to"),
    "case.masked_address": N_("delivery address, mostly hidden"),
    "case.label": N_("how the return label is provided"),
    "case.return_by": N_("date to return by"),
    "case.timeline": N_("what happened when"),
    "case.proofs": N_("list of the evidence"),
    "case.opened_at": N_("when the declaration arrived"),
    "case.declaration": N_("the buyer's declaration in their words"),
    "case.status": N_("state of the case"),
    "promise.reply_by": N_("when the buyer hears from us again"),
    "promise.next_date": N_("date of the next update"),
    "promise.new_date": N_("new shipping date"),
    "promise.resend_eta": N_("when a replacement arrives"),
    "promise.refund_days": N_("days until a refund shows"),
    "promise.term": N_("length of the warranty"),
    "promise.policy": N_("the policy that applies"),
    "promise.appeal": N_("how to object"),
    "promise.path": N_("what happens instead"),
    "promise.duty_terms": N_("who pays duties"),
    "promise.papers": N_("papers for customs"),
    "promise.photo_list": N_("photos that are needed"),
    "promise.checks": N_("places to check first"),
    "promise.stop_use": N_("what to do with the item now"),
    "offer.amount": N_("amount offered, a share of the order total"),
    "invoice.number": N_("invoice number"),
    "invoice.tax_id": N_("tax number on the invoice"),
    "agent.name": N_("name of the agent"),
    "agent.signature": N_("signature of the agent, else the name"),
    "shop.name": N_("name of the shop"),
    "shop.email": N_("e-mail address of the shop"),
    "shop.phone": N_("telephone number of the shop"),
    "shop.url": N_("address of the shop's site"),
}
"""Path to what it is. Rooms that come later name the facts of their nouns with `register`."""

FILLED = {
    "ticket.id", "ticket.subject", "order.number", "order.total", "order.items", "order.date", "order.status",
    "customer.name", "customer.first_name", "customer.country", "product.name", "product.sku", "shipment.carrier",
    "shipment.tracking", "shipment.eta", "shipment.delivered_on", "promise.reply_by", "offer.amount", "agent.name",
    "agent.signature", "shop.name",
}  # fmt: skip
"""Those that some room fills today. The others are known, and reported missing until their room comes."""


VALUES: dict[str, Callable[[Thread], str]] = {}
"""How rooms that came later fill theirs, from a ticket as it is read; "" where there is none."""


def register(path: str, text: str, value: Callable[[Thread], str]) -> None:
    """Gives templates a variable of a room that has come. `text` is a message id that says what it is. Raises Invalid
    for a path that is no `noun.fact` in small letters."""
    noun, _, fact = path.partition(".")
    if not (noun.isidentifier() and fact.isidentifier() and path == path.lower()):
        raise Invalid(N_("{item} is no name for a variable."), item=path, next=N_("Name it as noun.fact."))
    VARIABLES[path], VALUES[path] = text, value
    FILLED.add(path)


CONTACT = frozenset({"shop.email", "shop.phone", "shop.url"})
"""Variables whose value leads off a marketplace."""

ALIASES: dict[str, str] = {
    "工单.编号": "ticket.id",
    "工单.主题": "ticket.subject",
    "订单.编号": "order.number",
    "订单.金额": "order.total",
    "订单.商品": "order.items",
    "订单.日期": "order.date",
    "客户.姓名": "customer.name",
    "客户.名字": "customer.first_name",
    "客户.国家": "customer.country",
    "商品.名称": "product.name",
    "商品.编码": "product.sku",
    "物流.承运商": "shipment.carrier",
    "物流.单号": "shipment.tracking",
    "物流.预计送达": "shipment.eta",
    "物流.最新轨迹": "shipment.last_scan",
    "售后.金额": "case.amount",
    "售后.原因": "case.reason",
    "售后.退货地址": "case.address",
    "售后.退货期限": "case.return_by",
    "报价.金额": "offer.amount",
    "承诺.回复时间": "promise.reply_by",
    "承诺.到账天数": "promise.refund_days",
    "客服.姓名": "agent.name",
    "店铺.名称": "shop.name",
}
"""Names a Chinese author may write for the same facts."""
