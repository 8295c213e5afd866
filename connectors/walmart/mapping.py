"""Walmart's JSON as records. Pure: what a page holds is all that is known here. All raise Unreadable."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from connectors.contract import Buyer, CaseRecord, Line, OrderRecord, Parcel, Record
from connectors.fields import Data, Unreadable, data, ident, many, moment, money, part, text, unmasked, whole
from connectors.walmart import guesses
from store.values import Instant, Money


def order(raw: Data) -> OrderRecord:
    lines, address = order_lines(raw), part(part(raw, "shippingInfo"), "postalAddress")
    placed = millis(raw, "orderDate")
    sums = [line_paid(line) for line in lines]
    if not sums:
        raise Unreadable("there are no lines")
    states = dict.fromkeys(state for line in lines for state in line_states(line))
    country = text(address, "country")
    return OrderRecord(
        remote_id=ident(raw, "purchaseOrderId"),
        number=ident(raw, "customerOrderId"),
        placed_at=placed,
        updated_at=max([placed, *(millis(line, "statusDate") for line in lines if line.get("statusDate"))]),
        status=", ".join(states),
        buyer=Buyer(id=text(raw, "customerEmailId"), name=unmasked(text(address, "name")), email=text(raw, "customerEmailId")),
        total=sum(sums[1:], sums[0]),
        lines=tuple(_line(line) for line in lines),
        parcels=tuple(_parcels(lines)),
        country=guesses.COUNTRIES.get(country, country),
    )


def records(raw: Data) -> list[Record]:
    """An order, and the wish to cancel it where its buyer has one."""
    made = order(raw)
    asked = cancellation(raw, made)
    return [made, asked] if asked else [made]


def wished(line: Data) -> bool:
    """Whether the buyer wants a line cancelled."""
    return text(line, "intentToCancel").strip().casefold() not in guesses.NO_WISH


def cancellation(raw: Data, made: OrderRecord) -> CaseRecord | None:
    """What a buyer's wish to cancel lines says; None where there is none. It is over when none of them can be cancelled."""
    lines = [line for line in order_lines(raw) if wished(line)]
    if not lines:
        return None
    open_ = any(guesses.TO_SHIP & set(line_states(line)) for line in lines)
    return CaseRecord(
        remote_id=made.remote_id,
        kind="cancellation",
        order_id=made.remote_id,
        state=made.status,
        reason=text(lines[0], "intentToCancel"),
        opened_at=made.updated_at,
        updated_at=made.updated_at,
        open=open_,
        buyer=made.buyer,
        lines=tuple(ident(line, "lineNumber") for line in lines),
        allowed=("approve",) if open_ else (),
    )


def order_lines(raw: Data) -> list[Data]:
    return [data(line, "line") for line in many(part(raw, "orderLines"), "orderLine")]


def line_charges(line: Data) -> tuple[Money, Money]:
    """What the goods of a line cost, and the tax on them; shipping is left out."""
    sums: list[tuple[Money, Money]] = []
    for charge in map(data, many(part(line, "charges"), "charge")):
        if text(charge, "chargeType", "PRODUCT") == "PRODUCT":
            sums.append(charged(charge))
    if not sums:
        raise Unreadable("a line has no charge")
    goods, taxes = [g for g, _ in sums], [t for _, t in sums]
    return sum(goods[1:], goods[0]), sum(taxes[1:], taxes[0])


def charged(charge: Data) -> tuple[Money, Money]:
    """One charge and its tax."""
    inner = part(charge, "chargeAmount")
    currency = ident(inner, "currency")
    tax = part(part(charge, "tax"), "taxAmount")
    return money(inner, "amount", currency), money(tax, "amount", currency) if tax else Money(currency, 0)


def line_paid(line: Data) -> Money:
    goods, tax = line_charges(line)
    return goods + tax


def line_refunds(line: Data) -> list[Data]:
    """Refunds of a line: some answers tell one as `refund`, others a list in `refunds`."""
    alone = part(line, "refund")
    return [alone] if alone else [data(r) for r in many(part(line, "refunds"), "refund")]


def refunded(refund: Data) -> int:
    """What a refund paid back in minor units, tax included; Walmart writes it with a minus, in places without."""
    total = 0
    for one in map(data, many(part(refund, "refundCharges"), "refundCharge")):
        goods, tax = charged(part(one, "charge"))
        total += abs(goods.minor) + abs(tax.minor)
    return total


def line_statuses(line: Data) -> list[Data]:
    return [data(s, "status") for s in many(part(line, "orderLineStatuses"), "orderLineStatus")]


def line_states(line: Data) -> list[str]:
    return [ident(status, "status") for status in line_statuses(line)]


def quantity(line: Data) -> int:
    return whole(part(line, "orderLineQuantity"), "amount")


def case(raw: Data) -> CaseRecord:
    """A return. It is over when each of its lines is, and each piece of it paid back."""
    lines = return_lines(raw)
    if not lines:
        raise Unreadable("there are no lines")
    opened = moment(raw, "returnOrderDate")
    times = [moment(line, "statusTime") for line in lines if line.get("statusTime")]
    open_ = [line for line in lines if text(line, "status") not in guesses.RETURN_OVER or partly(line)]
    shown = (open_ or lines)[0]
    total, name = part(raw, "totalRefundAmount"), part(raw, "customerName")
    labels = [c for g in map(data, many(raw, "returnLineGroups")) for n in map(data, many(g, "labels"))
              for c in map(data, many(n, "carrierInfoList"))]  # fmt: skip
    state, paid = ident(shown, "status"), text(shown, "currentRefundStatus")
    return CaseRecord(
        remote_id=ident(raw, "returnOrderId"),
        kind="exchange" if text(raw, "returnType") == "REPLACEMENT" else "return",
        order_id=text(lines[0], "purchaseOrderId") or ident(raw, "customerOrderId"),
        state=f"{state}, {paid}" if paid else state,
        reason=text(shown, "returnReason"),
        opened_at=opened,
        updated_at=max([opened, *times]),
        open=bool(open_),
        buyer=Buyer(
            id=text(raw, "customerEmailId"),
            name=unmasked(f"{text(name, 'firstName')} {text(name, 'lastName')}"),
            email=text(raw, "customerEmailId"),
        ),
        amount=money(total, "currencyAmount", ident(total, "currencyUnit")) if total else None,
        lines=tuple(text(line, "purchaseOrderLineNumber") for line in lines if line.get("purchaseOrderLineNumber")),
        tracking=next((text(label, "trackingNo") for label in labels), ""),
        allowed=("refund",) if open_ else (),
    )


def return_lines(raw: Data) -> list[Data]:
    return [data(line, "line") for line in many(raw, "returnOrderLines")]


def pieces(line: Data) -> tuple[int, int]:
    """How many pieces of a return's line there are, and how many were paid back."""
    return whole(part(line, "quantity"), "measurementValue"), whole(line, "refundedQty", 0)


def partly(line: Data) -> bool:
    """Whether some pieces of a line were paid back and others not."""
    count, back = pieces(line)
    return 0 < back < count


def millis(raw: Data, key: str) -> Instant:
    value = whole(raw, key)
    if not 0 < value < 10**14:
        raise Unreadable(f"{key} is no time")
    return value


def _line(line: Data) -> Line:
    count, paid, item = quantity(line), line_paid(line), part(line, "item")
    price = Money(paid.currency, round(Decimal(paid.minor) / max(count, 1)))
    return Line(ident(line, "lineNumber"), text(item, "sku"), text(item, "productName"), count, price)


def tracking_of(line: Data) -> Iterator[tuple[Data, Data]]:
    """A line's parcels: the state, and what is known of the way."""
    for status in line_statuses(line):
        if info := part(status, "trackingInfo"):
            yield status, info


def _parcels(lines: list[Data]) -> Iterator[Parcel]:
    seen = set()
    for line in lines:
        for status, info in tracking_of(line):
            number = text(info, "trackingNumber")
            if not number or number in seen:
                continue
            seen.add(number)
            carrier = part(info, "carrierName")
            yield Parcel(
                courier=text(carrier, "carrier") or text(carrier, "otherCarrier"),
                tracking=number,
                status="delivered" if text(status, "status") == "Delivered" else "shipped",
                shipped_at=millis(info, "shipDateTime") if info.get("shipDateTime") else None,
            )
