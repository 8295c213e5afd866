"""What is new in a shop, stream by stream. A cursor is JSON; what it holds is told at each stream."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from connectors.contract import MessageRecord, Page, Record, SchemaSurprise
from connectors.fields import Data, Unreadable, bad, data, each, ident, many, text, whole
from connectors.refusals import Refusal
from connectors.tiktok import guesses, mapping
from connectors.tiktok.shop import Shop
from connectors.windows import Found, paged, saved
from store.values import Instant

OVERLAP = 5 * 60
LOOK_THROUGH = 5
"""Pages of conversations looked through for one."""


def _searched(
    path: str, key: str, size: int, read: Callable[[Data], Record], name: Callable[[Data], str],
    shop: Shop, cursor: str, since: Instant,
) -> Iterator[Page]:  # fmt: skip
    """Records by the time of their change. Cursor: a `windows.Place`."""

    def ask(start: int, end: int, page: str) -> Found[object]:
        limits = {guesses.CHANGED_FROM: start, guesses.CHANGED_BEFORE: end + 1}
        got = shop.search(path, limits, page_size=size, page_token=page, **guesses.SORTED)
        found = many(got, key)
        if any(not start <= at <= end for at in map(_changed, found) if at is not None):
            raise SchemaSurprise(f"TikTok no longer keeps to {guesses.CHANGED_FROM}: its lists hold other times.")
        return Found(found, text(got, "next_page_token"))

    def records(found: list[object]) -> list[Record]:
        return each(found, read, name)

    return paged(cursor, since, shop.there, ask, records, longest=guesses.LONGEST, overlap=OVERLAP)


def _changed(raw: object) -> int | None:
    try:
        return whole(data(raw), "update_time")
    except Unreadable:
        return None


def _name(kind: str, key: str) -> Callable[[Data], str]:
    return lambda raw: f"{kind}:{ident(raw, key)}"


orders = partial(_searched, guesses.ORDER_SEARCH, "orders", guesses.ORDERS_A_PAGE, mapping.order, _name("order", "id"))
cases = partial(
    _searched,
    guesses.RETURN_SEARCH,
    "return_orders",
    guesses.CASES_A_PAGE,
    mapping.returned,
    _name("case", "return_id"),
)
cancellations = partial(
    _searched, guesses.CANCEL_SEARCH, "cancellations", guesses.CASES_A_PAGE, mapping.cancellation,
    _name("case", "cancel_id"),
)  # fmt: skip


def messages(shop: Shop, cursor: str, since: Instant) -> Iterator[Page]:
    """Messages, from the conversation that moved last to those silent since `low`.

    One that moves while pages are turned comes to the top, where we have been: so rounds are made from the top, each
    down to where the one before began, until one finds nothing newer. Cursor (ms): `low`, before which all is known;
    `stop`, where this round ends; `top`, the newest conversation of it; `page`, where in it one is; `heads`,
    the last messages of the conversations at `stop` that were read already."""
    place = saved(cursor)
    low = _time(place, "low", since) // 1000 * 1000
    stop, top = _time(place, "stop", low), _time(place, "top", 0)
    page = text(place, "page") if isinstance(place.get("page"), str) else ""
    heads = [h for h in place.get("heads", []) if isinstance(h, str)] if isinstance(place.get("heads"), list) else []
    newest = heads if page else []
    first = not page
    while True:
        try:
            got = shop.get(guesses.CONVERSATIONS, page_size=guesses.CONVERSATIONS_A_PAGE, page_token=page)
        except Refusal:
            if not page:
                raise
            page, top = "", 0  # a place that is no more: from the top
            continue
        records: list[Record] = []
        times: list[Instant] = []
        for raw in many(got, "conversations"):
            try:
                talk = data(raw, "conversation")
                at, head = mapping.latest(talk), mapping.head(talk)
                times.append(at)
                newest = [head] if at > top else [*newest, head] if at == top else newest
                top = max(top, at)
                if at > stop or (at == stop and (head not in heads or page)):
                    records += _talk(shop, talk, low)
            except (Unreadable, NotThere) as exc:
                records.append(bad(raw, _name("thread", "id"), str(exc)))
        onwards = text(got, "next_page_token")
        deeper = bool(onwards) and onwards != page and (not times or min(times) >= stop)
        state: dict[str, object] = {"low": low, "stop": stop, "top": top, "page": onwards, "heads": newest}
        again = not deeper and not first and top > stop
        if again:
            state = {"low": low, "stop": top, "heads": newest}
        elif not deeper:
            state = {"low": max(low, top - OVERLAP * 1000)}
        yield Page(tuple(records), json.dumps(state), deeper or again)
        if not deeper and not again:
            return
        if again:
            stop, top, onwards, heads, newest = top, 0, "", newest, []
        page, first = onwards, again


class NotThere(Exception):
    """A single conversation that cannot be read, while others can."""


def _talk(shop: Shop, talk: Data, low: Instant) -> list[Record]:
    """The messages of one conversation since `low`, oldest first. Raises Unreadable, NotThere."""
    thread, known = ident(talk, "id"), mapping.people(talk)
    records: list[Record] = []
    for raws in pages_of(shop, thread):
        read = told(raws, thread, known)
        records += [r for r in read if not isinstance(r, MessageRecord) or r.sent_at >= low]
        if any(isinstance(r, MessageRecord) and r.sent_at < low for r in read):
            break
    return records[::-1]


def told(raws: list[Any], thread: str, known: Mapping[str, str]) -> list[Record]:
    """Messages as records; notices that nobody said are left out."""
    records: list[Record] = []
    for raw in raws:
        try:
            one = mapping.message(data(raw, "message"), thread=thread, known=known)
            records += [one] if one is not None else []
        except Unreadable as exc:
            records.append(bad(raw, _name("message", "id"), str(exc)))
    return records


def pages_of(shop: Shop, thread: str) -> Iterator[list[Any]]:
    """A conversation's messages as they come, the newest first, page by page. Raises NotThere."""
    page, seen = "", set[str]()
    while True:
        try:
            got = shop.get(
                f"{guesses.CONVERSATIONS}/{thread}/messages", page_size=guesses.MESSAGES_A_PAGE, page_token=page,
                sort_field="create_time", sort_order="DESC",
            )  # fmt: skip
        except Refusal as exc:
            raise NotThere(str(exc)) from exc
        yield many(got, "messages")
        page = text(got, "next_page_token")
        if not page or page in seen:
            return
        seen.add(page)


def conversation(shop: Shop, thread: str) -> Data | None:
    """A conversation among those that moved last; None when it is not there. TikTok has no call for one."""
    page = ""
    for _ in range(LOOK_THROUGH):
        got = shop.get(guesses.CONVERSATIONS, page_size=guesses.CONVERSATIONS_A_PAGE, page_token=page)
        for talk in many(got, "conversations"):
            if isinstance(talk, dict) and talk.get("id") == thread:
                return talk
        page = text(got, "next_page_token")
        if not page:
            break
    return None


def with_buyer(shop: Shop, buyer: str) -> str:
    """The name of the conversation with a buyer; "" where there is none. Raises NotThere where too many moved since."""
    page = ""
    for _ in range(LOOK_THROUGH):
        got = shop.get(guesses.CONVERSATIONS, page_size=guesses.CONVERSATIONS_A_PAGE, page_token=page)
        for talk in map(data, many(got, "conversations")):
            if buyer in mapping.people(talk).values():
                return ident(talk, "id")
        page = text(got, "next_page_token")
        if not page:
            return ""
    raise NotThere("the conversation is not among those that moved last")


def _time(place: Mapping[str, Any], key: str, default: Instant) -> Instant:
    value = place.get(key)
    return value if isinstance(value, int) else default
