"""Reviews, the newest first, so that new ones push others to later pages and hide none. Judge.me tells no changes, so once
a day all of them are read again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

from connectors.answer import parse_json
from connectors.contract import BadRecord, Page, Record, ReviewRecord, SchemaSurprise
from connectors.fields import Unreadable, bad, data
from connectors.services.judgeme import mapping
from connectors.services.judgeme.account import Account
from connectors.windows import Fresh
from store.values import DAY, Instant

AGAIN = DAY
"""Reviews are told anew for this long, and all of them as often."""


@dataclass(frozen=True, slots=True)
class Round:
    """`page` is the next to ask for; `low` how old its reviews may be; `top` the newest review there was, `high` that of
    the rounds before; `whole` when all were last read. Instants in ms."""

    page: int = 1
    low: Instant = 0
    top: Instant = 0
    high: Instant = 0
    whole: Instant = 0


def reviews(account: Account, cursor: str, since: Instant) -> Iterator[Page]:
    """Cursor: a `Round`."""
    at, now = _round(cursor), account.now()
    if at.page == 1:
        full = now >= at.whole + AGAIN
        low = since if full else max(since, at.high - AGAIN)
        at = replace(at, low=low, top=at.high, whole=now if full else at.whole)
    fresh = Fresh()
    while True:
        items = account.reviews(at.page)
        read = [r for r in (_read(item, account.settings.storefront) for item in items) if r is not None]
        ages = [r.at for r in read if isinstance(r, ReviewRecord)]
        kept: list[Record] = [r for r in read if isinstance(r, BadRecord) or r.at >= max(at.low, since)]
        at = replace(at, page=at.page + 1, top=max((at.top, *ages)))
        # Only a quick round trusts the order of the list: a whole one ends where the list does.
        over = not items or (at.low > since and bool(ages) and max(ages) < at.low)
        if over:
            at = replace(at, page=1, high=at.top)
        yield Page(fresh(kept), json.dumps(asdict(at)), more=not over)
        if over:
            return


def _read(raw: object, storefront: str) -> ReviewRecord | BadRecord | None:
    try:
        return mapping.review(data(raw), storefront)
    except Unreadable as exc:
        return bad(raw, mapping.name, str(exc))


def _round(cursor: str) -> Round:
    """The round a cursor holds; one that never began where it holds none that makes sense."""
    try:
        return Round(**parse_json(cursor.encode())) if cursor else Round()  # type: ignore[arg-type]
    except (SchemaSurprise, TypeError):
        return Round()
