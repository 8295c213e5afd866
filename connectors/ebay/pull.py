"""What is pulled: orders, messages, cases, feedback. Nothing is changed there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from connectors.contract import CaseRecord, Page, Permanent, Record
from connectors.ebay import mapping, mapping_cases
from connectors.ebay.calls import DISPUTES, FEEDBACK, MESSAGES, ORDERS, POST_ORDER, Calls, safe
from connectors.ebay.guesses import (
    CANCELLATION_PAGE,
    FEEDBACK_NEWEST_FIRST,
    FEEDBACK_PAGE,
    FEEDBACK_REVISED,
    INQUIRY_PAGE,
    INQUIRY_WINDOW,
    ORDERS_LAG,
    RETURN_PAGE,
    SEARCH_REACH,
    SEARCH_SPAN,
)
from connectors.ebay.rounds import Listing, Part, Round, listing, pages
from connectors.ebay.settings import Settings
from connectors.ebay.wire import Json, instant, iso, needed, part, word
from store.values import DAY, MINUTE, Clock, Instant

OVERLAP = 5 * MINUTE
SWEEP = 15 * MINUTE
"""Searches for cases know when one was opened, not when it changed: this often all of `SWEPT` are looked at."""
SWEPT = 90 * DAY
TWO_YEARS = 730 * DAY - DAY
CONVERSATIONS = MESSAGES_A_PAGE = 50
_EVER = 40 * 365 * DAY


class Streams:
    """The streams of one account; `clock` is eBay's as far as it is known."""

    def __init__(self, calls: Calls, settings: Settings, clock: Clock) -> None:
        self._calls, self._settings, self._clock = calls, settings, clock

    def names(self) -> tuple[str, ...]:
        return ("orders", "messages", "cases", "reviews", *(("notices",) if self._settings.notices else ()))

    def pull(self, stream: str, cursor: str, since: Instant) -> Iterator[Page]:
        now, before = self._clock.now(), Round.read(cursor) if cursor else None
        if before is not None and before.part >= 0:
            yield from pages(before, self._parts(stream), self._clock.now)
            return
        upto = now - ORDERS_LAG if stream == "orders" else now
        first, swept = max(since, 0), now
        if before is not None:
            first, swept = max(first, before.upto - OVERLAP), before.swept
            if stream == "cases" and now - before.swept >= SWEEP:
                first, swept = max(since, now - SWEPT), now
            if stream == "reviews":
                first = max(since, before.upto - FEEDBACK_REVISED)
        yield from pages(Round(min(first, upto), upto, swept), self._parts(stream), self._clock.now)

    def thread(self, ident: str, kind: str = "FROM_MEMBERS") -> list[Record]:
        """All messages of a conversation."""
        found, title = self._messages(ident, kind)
        return mapping.each(found, "message", "messageId", self._reader(ident, title))

    # Parts --------------------------------------------------------------------------------------------

    def _parts(self, stream: str) -> tuple[Part, ...]:
        match stream:
            case "orders":
                return (Part(self._orders, _plain("order", "orderId", mapping.order), 200, _EVER, TWO_YEARS, True),)
            case "messages":
                return (Part(self._members, self._talks("FROM_MEMBERS"), CONVERSATIONS, _EVER, _EVER),)
            case "notices":
                return (Part(self._notices, self._talks("FROM_EBAY"), CONVERSATIONS, _EVER, _EVER),)
            case "cases":
                return (
                    Part(self._search("return", "members"), _plain("return", "returnId", mapping_cases.return_),
                         RETURN_PAGE, SEARCH_SPAN, SEARCH_REACH),
                    Part(self._search("cancellation", "cancellations", role="BUYER"),
                         _plain("cancellation", "cancelId", mapping_cases.cancellation),
                         CANCELLATION_PAGE, SEARCH_SPAN, SEARCH_REACH),
                    Part(self._search("inquiry", "members", window=INQUIRY_WINDOW),
                         _plain("inquiry", "inquiryId", mapping_cases.inquiry),
                         INQUIRY_PAGE, SEARCH_SPAN, SEARCH_REACH),
                    Part(self._disputes, _plain("dispute", "paymentDisputeId", mapping_cases.dispute),
                         200, SEARCH_SPAN, SEARCH_REACH),
                )  # fmt: skip
            case "reviews":
                return (Part(self._feedback, _reviews, FEEDBACK_PAGE, _EVER, _EVER),)
        raise Permanent(f"eBay has no {stream}.")

    def _orders(self, start: Instant, end: Instant, offset: int, limit: int) -> Listing:
        window = f"lastmodifieddate:[{iso(start)}..{iso(end)}]"
        return listing(self._calls.get(ORDERS, filter=window, limit=limit, offset=offset), "orders", limit, offset)

    def _members(self, start: Instant, end: Instant, offset: int, limit: int) -> Listing:
        answer = self._calls.get(f"{MESSAGES}/conversation", conversation_type="FROM_MEMBERS", start_time=iso(start),
                                 end_time=iso(end), limit=limit, offset=offset)  # fmt: skip
        return listing(answer, "conversations", limit, offset)

    def _notices(self, start: Instant, end: Instant, offset: int, limit: int) -> Listing:
        """eBay looks at no time here: reading ends with the first page of old ones."""
        answer = self._calls.get(f"{MESSAGES}/conversation", conversation_type="FROM_EBAY", limit=limit, offset=offset)
        found = listing(answer, "conversations", limit, offset)
        newest = _newest(part(item, "latestMessage").get("createdDate") for item in found.items)
        return found._replace(more=found.more and newest >= start)

    def _search(
        self, family: str, key: str, *, window: str = "creation_date_range", **fixed: str
    ) -> Callable[[Instant, Instant, int, int], Listing]:
        def ask(start: Instant, end: Instant, offset: int, limit: int) -> Listing:
            params = {**fixed, f"{window}_from": iso(start), f"{window}_to": iso(end), "limit": limit, "offset": offset}
            return listing(self._calls.get(f"{POST_ORDER}/{family}/search", **params), key, limit, offset)

        return ask

    def _disputes(self, start: Instant, end: Instant, offset: int, limit: int) -> Listing:
        answer = self._calls.get(f"{DISPUTES}_summary", open_date_from=iso(start), open_date_to=iso(end), limit=limit,
                                 offset=offset)  # fmt: skip
        return listing(answer, "paymentDisputeSummaries", limit, offset)

    def _feedback(self, start: Instant, end: Instant, offset: int, limit: int) -> Listing:
        found = feedback_page(self._calls, self._settings.username, offset, limit)
        newest = _newest(part(item).get("feedbackEnteredDate") for item in found.items)
        return found._replace(more=found.more and (newest >= start or not FEEDBACK_NEWEST_FIRST))

    # Conversations ------------------------------------------------------------------------------------

    def _talks(self, kind: str) -> Callable[[list[object], Instant], list[Record]]:
        def read(found: list[object], start: Instant) -> list[Record]:
            records: list[Record] = []
            for item in found:
                try:
                    ident = needed(part(item)["conversationId"])
                    if kind == "FROM_EBAY" and instant(part(item, "latestMessage")["createdDate"]) < start:
                        continue
                    records += self.thread(ident, kind)
                except (ValueError, KeyError, TypeError, Permanent) as exc:
                    records.append(mapping.bad(item, "conversation", "conversationId", exc))
            return records

        return read

    def _messages(self, ident: str, kind: str) -> tuple[list[object], str]:
        found: list[object] = []
        offset, limit = 0, MESSAGES_A_PAGE
        while True:
            answer = self._calls.get(f"{MESSAGES}/conversation/{safe(ident)}", conversation_type=kind, limit=limit,
                                     offset=offset)  # fmt: skip
            page = listing(answer, "messages", limit, offset)
            found += page.items
            if not page.more or not page.items:
                return found, word(answer.get("conversationTitle"))
            offset, limit = offset + page.limit, page.limit

    def _reader(self, thread: str, title: str) -> Callable[[Json], Record]:
        return lambda raw: mapping.message(raw, thread=thread, title=title, ours=self._settings.username)


def feedback_page(calls: Calls, username: str, offset: int, limit: int) -> Listing:
    """One page of what buyers said about the seller."""
    answer = calls.get(f"{FEEDBACK}/feedback", user_id=username, feedback_type="FEEDBACK_RECEIVED",
                       filter="role:SELLER", limit=limit, offset=offset)  # fmt: skip
    return listing(answer, "feedbackEntries", limit, offset)


def case_record(family: str, answer: Json) -> CaseRecord:
    """One case by the answer to its own address, which wraps what a search shows."""
    match family:
        case "return":
            return mapping_cases.return_(part(answer, "summary") or answer)
        case "cancellation":
            return mapping_cases.cancellation(part(answer, "cancelDetail") or answer)
        case "inquiry":
            return mapping_cases.inquiry(part(answer, "inquiryDetails") or answer)
    return mapping_cases.dispute(answer)


def _plain(kind: str, key: str, read: Callable[[Json], Record]) -> Callable[[list[object], Instant], list[Record]]:
    return lambda found, start: mapping.each(found, kind, key, read)


def _reviews(found: list[object], start: Instant) -> list[Record]:
    records = mapping.each(found, "feedback", "feedbackId", mapping.review)
    return [r for r in records if getattr(r, "at", start) >= start]


def _newest(times: Iterable[object]) -> Instant:
    """The latest of the times that can be read; 0 without any."""
    found = 0
    for time in times:
        with suppress(ValueError, KeyError, TypeError):
            found = max(found, instant(time))
    return found
