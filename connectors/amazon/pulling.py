"""What is new on Amazon, stream by stream. A cursor is JSON; what it holds is told at each stream."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import TypeVar

from connectors.amazon import account as calls
from connectors.amazon import mapping, reports
from connectors.amazon.account import Account
from connectors.amazon.guesses import FEEDBACK_REPORT, RETURNS_REPORT
from connectors.contract import Page, Record, SchemaSurprise, Temporary
from connectors.fields import Data, Unreadable, bad, data, each, ident, iso, many, part, text
from connectors.refusals import Refusal
from store.values import DAY, HOUR, MINUTE, Instant

INCLUDED = "BUYER,RECIPIENT,PROCEEDS,PACKAGES,CANCELLATION,FULFILLMENT"
A_PAGE = "100"
OVERLAP = 5 * MINUTE
TOKEN_LIVES = 23 * HOUR
"""A place in a list is good for 24 hours."""
LATE = 3 * MINUTE
"""The API takes no time younger than two minutes for the end of a window; nothing later is waited for."""
WINDOW = 40 * DAY
"""A report reaches 60 days at most; each window is a page. Longer than what is revisited, so that a pull that finds
nothing new asks for one report."""
REVISITED = 30 * DAY
"""Reports are read anew this far back, because rows change without telling when."""
LOOKS = 6
"""How often a report is looked for before the next pull goes on with it."""

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Place:
    """Orders changed from `since` on; inside of that the page `token`, got at `got`; `next` is where to begin after the
    last page."""

    since: Instant
    token: str = ""
    got: Instant = 0
    next: Instant = 0


def orders(account: Account, cursor: str, since: Instant) -> Iterator[Page]:
    """Orders, and cancellations their buyers ask for."""
    place = _saved(cursor, Place(since))
    if place.token and account.now() - place.got > TOKEN_LIVES:
        place = Place(place.since)
    while True:
        more = {"paginationToken": place.token} if place.token else {}
        try:
            found = account.get(
                "/orders/2026-01-01/orders", calls.SEARCH, lastUpdatedAfter=iso(place.since),
                marketplaceIds=",".join(account.settings.marketplaces), includedData=INCLUDED, maxResultsPerPage=A_PAGE,
                **more,
            )  # fmt: skip
        except Refusal as fault:
            if not place.token or fault.status != 400:
                raise
            place = Place(place.since)  # the place is no more: begin the list anew
            continue
        if "orders" not in found:
            raise Unreadable("there is no list of orders")
        told: list[Record] = []
        for raw in many(found, "orders"):
            try:
                told += mapping.records(data(raw), account.settings.home)
            except Unreadable as exc:
                told.append(bad(raw, lambda r: f"order:{ident(r, 'orderId')}", str(exc)))
        until = mapping.moment(found, "lastUpdatedBefore") if found.get("lastUpdatedBefore") else 0
        place = replace(place, next=place.next or until or account.there() - LATE)
        token = text(part(found, "pagination"), "nextToken")
        records = tuple(dict.fromkeys(told))
        if token:
            place = replace(place, token=token, got=account.now())
            yield Page(records, json.dumps(asdict(place)), more=True)
            continue
        yield Page(records, json.dumps(asdict(Place(max(place.since, place.next - OVERLAP)))))
        return


@dataclass(frozen=True, slots=True)
class Window:
    """A report from `start` to `end`; `report` names it once it was asked for. Nothing before `since` is wanted."""

    since: Instant
    start: Instant
    end: Instant = 0
    report: str = ""


def returns(account: Account, cursor: str, since: Instant) -> Iterator[Page]:
    return _reported(
        account, RETURNS_REPORT, cursor, since,
        lambda rows: reports.whole_returns(each(rows, reports.returned, _return_name)),
    )  # fmt: skip


def _return_name(row: Data) -> str:
    return f"return:{text(row, 'amazon rma id') or ident(row, 'order id')}"


def feedback(account: Account, cursor: str, since: Instant) -> Iterator[Page]:
    place = account.settings.home
    return _reported(
        account, FEEDBACK_REPORT, cursor, since,
        lambda rows: each(rows, lambda r: reports.feedback(r, place), lambda r: f"feedback:{ident(r, 'order id')}"),
    )  # fmt: skip


def _reported(
    account: Account, kind: str, cursor: str, since: Instant, read: Callable[[list[object]], list[Record]]
) -> Iterator[Page]:
    window = _saved(cursor, Window(since, since))
    while True:
        resumed = bool(window.report)
        if not window.report:
            window = replace(window, end=min(window.start + WINDOW, account.there()))
            window = replace(window, report=_ask(account, kind, window))
        status, document = _look(account, window.report)
        if status in ("IN_QUEUE", "IN_PROGRESS"):
            yield Page((), json.dumps(asdict(window)))
            return
        if status == "FATAL":
            if not resumed:
                raise Temporary("Amazon could not make the report; it is tried again later.")
            window = replace(window, report="")
            continue
        rows: list[object] = []
        if status == "DONE" and document:
            place = account.get(f"/reports/2021-06-30/documents/{document}", calls.DOCUMENT)
            rows = list(reports.rows(account.fetch(place)))
        elif status not in ("DONE", "CANCELLED"):  # cancelled: there was nothing to tell
            raise SchemaSurprise("Amazon tells a state of a report that nobody knows.")
        records = tuple(dict.fromkeys(read(rows)))
        more = window.end - window.start >= WINDOW
        start = window.end if more else max(window.since, window.end - REVISITED)
        window = Window(window.since, start)
        yield Page(records, json.dumps(asdict(window)), more)
        if not more:
            return


def _ask(account: Account, kind: str, window: Window) -> str:
    wanted = {"reportType": kind, "dataStartTime": iso(window.start), "dataEndTime": iso(max(window.end, window.start + 1000)),
              "marketplaceIds": list(account.settings.marketplaces)}  # fmt: skip
    return ident(account.prepare("/reports/2021-06-30/reports", wanted, calls.CREATE_REPORT), "reportId")


def _look(account: Account, report: str) -> tuple[str, str]:
    """How far a report is, waited for a little, and its document."""
    pause = 1.0
    for left in reversed(range(LOOKS)):
        found = account.get(f"/reports/2021-06-30/reports/{report}", calls.REPORT)
        status = text(found, "processingStatus")
        if status not in ("IN_QUEUE", "IN_PROGRESS") or not left:
            return status, text(found, "reportDocumentId")
        account.sleep(pause)
        pause *= 2
    raise AssertionError("unreachable")


def _saved(cursor: str, new: P) -> P:
    """The place a cursor holds; a new one where it makes no sense."""
    try:
        saved = json.loads(cursor)
        made = type(new)(**saved)
    except (ValueError, TypeError):
        return new
    same = all(type(saved.get(name)) is type(value) for name, value in asdict(new).items())  # type: ignore[call-overload]
    return made if same else new
