"""What is new in a shop, stream by stream. A cursor is JSON; what it holds is told at each stream."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from connectors.contract import BadRecord, Page, Record, SchemaSurprise
from connectors.fields import Data, Unreadable, as_bytes, bad, data, each, ident, many, part, seconds, text, whole
from connectors.refusals import Refusal
from connectors.shopee import guesses, mapping
from connectors.shopee.shop import Shop
from connectors.shopee.verdict import Verdict
from connectors.windows import Found, paged, saved
from store.values import DAY, Instant

LONGEST = 15 * 24 * 3600
"""Seconds a window may be long, by the documentation of get_order_list and get_return_list."""
OVERLAP = 5 * 60
A_PAGE = 100
DETAILS = 50
"""Orders get_order_detail takes at once."""
TRAVELS_MS, ARRIVED_MS = 30 * DAY, 2 * DAY
"""Tracking numbers cost a call each, so they are asked for of parcels that left within the first time, and of parcels
that arrived within the second."""
EVER = 100 * 365 * 24 * 3600
"""Products change seldom: one window holds all times, as long as one page holds what is in it."""
COMMENTED_MS = 30 * DAY
"""Comments are told anew for this long, because their answers carry no time of change."""


def orders(shop: Shop, cursor: str, since: Instant) -> Iterator[Page]:
    """Orders, and cancellations their buyers ask for. Cursor: a `windows.Place`."""

    def ask(start: int, end: int, page: str) -> Found[str]:
        got = shop.get(
            "/api/v2/order/get_order_list", time_range_field="update_time", time_from=start, time_to=end,
            page_size=A_PAGE, cursor=page,
        ).response  # fmt: skip
        names = dict.fromkeys(ident(data(o, "order"), "order_sn") for o in many(got, "order_list"))
        return Found(list(names), _next(got, "next_cursor"))

    def read(names: list[str]) -> list[Record]:
        return [r for n in range(0, len(names), DETAILS) for r in order_records(shop, names[n : n + DETAILS])]

    return paged(cursor, since, shop.there, ask, read, longest=LONGEST, overlap=OVERLAP)


def order_records(shop: Shop, names: list[str], *, track_all: bool = False) -> list[Record]:
    """Orders by their numbers, at most 50. One the platform does not tell of is a BadRecord."""
    got = shop.get(
        "/api/v2/order/get_order_detail", order_sn_list=",".join(names), response_optional_fields=mapping.ORDER_FIELDS
    ).response  # fmt: skip
    records: list[Record] = []
    missing = dict.fromkeys(names)
    for raw in many(got, "order_list"):
        name = raw.get("order_sn") if isinstance(raw, dict) else None
        missing.pop(name if isinstance(name, str) else "", None)
        try:
            one = data(raw, "order")
            tracking = _tracking(shop, one, track_all)
            records.append(mapping.order(one, tracking))
            wish = mapping.cancellation(one)
            records += [wish] if wish else []
        except Unreadable as exc:
            records.append(bad(raw, lambda r: f"order:{ident(r, 'order_sn')}", str(exc)))
    records += [BadRecord(f"order:{name}", as_bytes({"order_sn": name}), "its details are missing") for name in missing]
    return records


def _tracking(shop: Shop, raw: Data, track_all: bool) -> dict[str, Data]:
    """What is known of an order's parcels that have left."""
    silent, sn = shop.now() - seconds(raw, "update_time"), ident(raw, "order_sn")
    packages = [
        p for p in mapping.travels(raw)
        if track_all or silent <= (ARRIVED_MS if mapping.arrived(raw, p) else TRAVELS_MS)
    ]  # fmt: skip
    split = {"package_number": ""} if len(many(raw, "package_list")) > 1 else {}
    known: dict[str, Data] = {}
    for package in packages:
        which = dict.fromkeys(split, package)
        try:
            number = text(shop.get("/api/v2/logistics/get_tracking_number", order_sn=sn, **which).response,
                          "tracking_number")  # fmt: skip
            there = None
            if number and mapping.arrived(raw, package):
                there = mapping.delivery(shop.get("/api/v2/logistics/get_tracking_info", order_sn=sn, **which).response)
        except Refusal:  # not allocated yet, or already forgotten
            continue
        known[package] = {"number": number, "delivered_at": there}
    return known


def cases(shop: Shop, cursor: str, since: Instant) -> Iterator[Page]:
    """Returns. Cursor: a `windows.Place`."""

    def ask(start: int, end: int, page: str) -> Found[object]:
        number = int(page or 0)
        got = shop.get(
            "/api/v2/returns/get_return_list", page_no=number, page_size=A_PAGE, update_time_from=start,
            update_time_to=end,
        ).response  # fmt: skip
        return Found(many(got, "return"), str(number + 1) if got.get("more") is True else "")

    def read(found: list[object]) -> list[Record]:
        return each(found, mapping.case, lambda r: f"case:{ident(r, 'return_sn')}")

    return paged(cursor, since, shop.there, ask, read, longest=LONGEST, overlap=OVERLAP)


def messages(shop: Shop, cursor: str, since: Instant) -> Iterator[Page]:
    """Messages, conversation by conversation, from the longest silent one to the newest. Cursor: `at`, the instant (ns)
    of the last conversation seen; `low`, before which messages (ms) are known."""
    place = saved(cursor)
    low = place.get("low") if isinstance(place.get("low"), int) else since
    at = place.get("at") if isinstance(place.get("at"), int) else since * 1_000_000
    assert isinstance(low, int)
    assert isinstance(at, int)
    begun = at
    while True:
        got = shop.get(
            guesses.CONVERSATIONS, direction=guesses.ONWARDS, type="all", page_size=guesses.CONVERSATIONS_A_PAGE,
            next_timestamp_nano=at,
        ).response  # fmt: skip
        raws = many(got, "conversations")
        records, times = _talks(shop, raws, low)
        reached = max([at, *times])
        result = part(got, "page_result")
        onwards = whole(part(result, "next_cursor"), "next_message_time_nano", 0)
        more = result.get("more") is True
        if more and max(onwards, reached) <= at:
            raise SchemaSurprise("Shopee's list of conversations does not move on.")
        at = max(onwards, reached) if more else max(begun, reached - OVERLAP * 1_000_000_000)
        if not more:
            low = max(low, at // 1_000_000)  # all before is known, but for what Shopee shows late
        yield Page(tuple(records), json.dumps({"at": at, "low": low}), more)
        if not more:
            return


class NotThere(Exception):
    """A single conversation that cannot be read, while others can."""


def _talks(shop: Shop, raws: list[object], low: Instant) -> tuple[list[Record], list[int]]:
    """The messages of conversations since `low`, and when (ns) each conversation was last spoken in. The first pages are
    asked for together."""
    records: list[Record] = []
    times: list[int] = []
    talks: list[tuple[Data, _Talk]] = []
    for raw in raws:
        try:
            one = data(raw, "conversation")
            times.append(whole(one, "last_message_timestamp"))
            talks.append((one, _Talk(ident(one, "conversation_id"), ident(one, "to_id"), text(one, "to_name"))))
        except Unreadable as exc:
            records.append(_no_talk(raw, exc))
    begun = shop.get_all(guesses.MESSAGES, (_page_of(talk.id) for _, talk in talks))
    for (raw, talk), first in zip(talks, begun, strict=True):
        try:
            records += _said(shop, talk, low, first)
        except (Unreadable, NotThere) as exc:
            records.append(_no_talk(raw, exc))
    return records, times


class _Talk(NamedTuple):
    id: str
    buyer_id: str
    buyer_name: str


def _no_talk(raw: object, exc: Exception) -> BadRecord:
    return bad(raw, lambda r: f"thread:{ident(r, 'conversation_id')}", str(exc))


def _said(shop: Shop, talk: _Talk, low: Instant, first: Callable[[], Verdict]) -> list[Record]:
    """The messages of one conversation since `low`, oldest first; `first` is its newest page. Raises Unreadable, NotThere."""
    floor = low // 1000 * 1000
    records: list[Record] = []
    for raws in pages_of(shop, talk.id, first):
        read = told(raws, *talk)
        records += [r for r in read if getattr(r, "sent_at", floor) >= floor]
        if any(getattr(r, "sent_at", floor) < floor for r in read):
            break
    return records[::-1]


def told(raws: list[Any], thread: str, buyer_id: str, buyer_name: str) -> list[Record]:
    """Messages as records."""
    return each(
        raws, lambda r: mapping.message(r, thread=thread, buyer_id=buyer_id, buyer_name=buyer_name),
        lambda r: f"message:{ident(r, 'message_id')}",
    )  # fmt: skip


def _page_of(thread: str, **where: str) -> dict[str, str | int]:
    return {"conversation_id": thread, "page_size": guesses.MESSAGES_A_PAGE, **where}


def pages_of(shop: Shop, thread: str, first: Callable[[], Verdict] | None = None) -> Iterator[list[Any]]:
    """A conversation's messages as they come, the newest first, page by page; `first` is the first, where it was asked for
    already. Raises NotThere."""
    seen: set[str] = set()
    ask = first or partial(shop.get, guesses.MESSAGES, **_page_of(thread))
    while True:
        try:
            got = ask().response
        except Refusal as exc:
            raise NotThere(str(exc)) from exc
        yield many(got, "messages")
        onwards = text(part(got, "page_result"), "next_offset")
        if not onwards or onwards in seen:
            return
        seen.add(onwards)
        ask = partial(shop.get, guesses.MESSAGES, **_page_of(thread, offset=onwards))


def products(shop: Shop, cursor: str, since: Instant) -> Iterator[Page]:
    """All that are for sale, however long, then those that change. Cursor: a `windows.Place`."""

    def ask(start: int, end: int, page: str) -> Found[int]:
        got = shop.get(
            "/api/v2/product/get_item_list", offset=int(page or 0), page_size=A_PAGE, item_status=guesses.FOR_SALE,
            update_time_from=start, update_time_to=end,
        ).response  # fmt: skip
        more = got.get("has_next_page") is True
        return Found([whole(data(i, "item"), "item_id") for i in many(got, "item")], text(got, "next_offset") if more else "")

    def read(items: list[int]) -> list[Record]:
        names = list(dict.fromkeys(items))
        return [r for n in range(0, len(names), DETAILS) for r in _described(shop, names[n : n + DETAILS])]

    since = guesses.OPENED_S * 1000
    return paged(cursor, since, shop.there, ask, read, longest=EVER, overlap=OVERLAP)


def _described(shop: Shop, names: list[int]) -> list[Record]:
    """Products by their numbers, at most 50; one that comes in several kinds has them in a call of its own."""
    got = shop.get("/api/v2/product/get_item_base_info", item_id_list=",".join(map(str, names))).response
    found: list[Record] = []
    for raw in many(got, "item_list"):
        try:
            item = data(raw, "item")
            kinds: Data = {}
            if item.get("has_model") is True:
                kinds = shop.get("/api/v2/product/get_model_list", item_id=whole(item, "item_id")).response
            found += mapping.products(item, kinds)
        except Unreadable as exc:
            found.append(bad(raw, lambda r: f"product:{ident(r, 'item_id')}", str(exc)))
    return found


def reviews(shop: Shop, cursor: str, since: Instant) -> Iterator[Page]:
    """Comments. Shopee gives the newest 500, without a filter, so each round looks at all of them. Cursor: `high`, the
    newest comment (ms) of rounds before; `top`, of this one; `page`, where in it one is."""
    place = saved(cursor)
    high, top, page = place.get("high"), place.get("top"), place.get("page")
    high = high if isinstance(high, int) else 0
    top = top if isinstance(top, int) else high
    page = page if isinstance(page, str) else ""
    low = max(since // 1000 * 1000, high - COMMENTED_MS)
    while True:
        try:
            got = shop.get("/api/v2/product/get_comment", cursor=page, page_size=A_PAGE).response
        except Refusal as exc:
            if not page or exc.code not in ("error_param", "error_data"):
                raise
            page = ""  # a place that is no more: from the top
            continue
        read = each(many(got, "item_comment_list"), mapping.review, lambda r: f"review:{ident(r, 'comment_id')}")
        times = [r.at for r in read if not isinstance(r, BadRecord) and hasattr(r, "at")]
        top = max([top, *times])
        kept = tuple(r for r in read if getattr(r, "at", low) >= low)
        onwards = _next(got, "next_cursor")
        more = bool(onwards) and onwards != page
        state = {"high": high, "top": top, "page": onwards} if more else {"high": top}
        page = onwards
        yield Page(kept, json.dumps(state), more)
        if not more:
            return


def _next(got: Data, key: str) -> str:
    """The name of the next page; "" after the last."""
    return text(got, key) if got.get("more") is True else ""
