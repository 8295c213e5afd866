"""The first page of a list under every field one can ask, beside the page without a filter; also when nothing matches."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

from app.wire import open_desk
from bench.asking import repeated
from bench.desks import ME
from bench.figures import Figure, Limit, median, p95
from desk import inbox
from desk.query import compile_query, parse
from store.connection import Connection
from store.filter import compile_condition

GROUP = "filters"
MOST = 10
"""How many times the page without a filter a page with one may cost."""

MANY = (
    "is:open", "is:closed", "is:unanswered", "is:overdue", "is:warned", "is:breached", "is:snoozed", "is:unassigned",
    "is:mine", "is:urgent", "is:unread", "has:due", "has:customer", "has:order", "has:tracking", "has:tag", "has:reply",
    "status:open,pending", "priority:high..", "platform:email", "type:damaged", "class:return", "lang:de", "lang:zh-CN",
    "country:mx", "cause:none", "ask:refund", "clock:first_response", "due:..2h", "due:today", "overdue_by:2h..",
    "created:-7d", "created:2020..", "updated:-7d", "idle:3d..", "in_status:1h..", "waiting:4h..", "first_reply:2020..",
    "replied:2020..", "messages:2..", "messages:1", "effort:2", "tag:half", "tag:tenth", "bought:1..", "amount:..20USD",
    "amount:50USD..", "placed:2020..", "order_status:shipped", "courier:dhl", "parcel:delivered", "shipped:-90d",
    "sent:2020..", "bench_urgency:low", "bench_rate:30%..", "item:l", "is:open (type:damaged OR tag:tenth)",
)  # fmt: skip
"""Fields with values many tickets have."""
SOME = (
    "is:flagged", "is:mentioned", "has:task", "task:open", "task_for:ana", "has:link", "link:5000..9000",
    "has:customer_note", "has:mention", "author:ana", "tag:thousandth", "tag:hundredth", "tag:rare", "tier:vip", "tier:plus",
    "parcel:lost", "bench_urgency:high", "bench_rate:99%..", "cause:damaged", "customer:ann", "id:5000..6000",
    "is:open tag:thousandth", "is:open tag:hundredth", "is:open (tag:rare OR tier:vip)", "order_status:cancelled",
)  # fmt: skip
"""Values between twenty tickets and a tenth of all have."""
NOTHING = (
    "is:paused", "is:merged", "is:review", "is:automatic", "has:attachment", "has:note", "status:on_hold",
    "platform:wish", "lang:xx", "country:zz", "ask:counterfeit_safety", "clock:step", "created:..2000", "updated:2h..",
    "in_status:9000d..", "waiting:9000d..", "messages:5000..", "effort:9..", "tag:nobody", "tier:nobody", "email:nobody@",
    "customer:nobody", "bought:5000..", "order:999-999", "amount:1000000USD..", "amount:..20ISK", "placed:..1999",
    "order_status:nobody", "order_country:zz", "sku:nobody*", "item:nobody", "courier:nobody", "parcel:nobody",
    "shipped:..1999", "delivered:..1999", "tracking:nobody", "sent:..1999", "author:ben", "mention:ben", "task:doing",
    "task_for:ben", "link:1", "bench_urgency:high bench_rate:..0%", "bench_rate:200%..", "has:note tag:half",
    "is:open lang:xx", "is:open tag:nobody", "is:open (tag:nobody OR lang:xx OR tier:nobody)", "note:refund", "file:pdf",
)  # fmt: skip
"""Values no ticket has."""

LONG = 'is:open assignee:me platform:ebay due:..2h type:damaged lang:de amount:..20USD tag:vip not:is:snoozed "cracked screen"'


def take(big: Path | None) -> Iterator[Figure]:
    """The slowest of each kind, on the desk of a million tickets; and how long a query takes to read."""
    if big is None:
        return
    store = open_desk(big).store
    try:
        conn, now = store.conn, store.clock.now()
        ctx = inbox.context(conn, ME, now, UTC)
        yield from _read(ctx)
        for kind, texts in (("many match", MANY), ("some match", SOME), ("nothing matches", NOTHING)):
            yield from _kind(conn, ctx, kind, texts)
    finally:
        store.close()


def _kind(conn: Connection, ctx: Any, kind: str, texts: Sequence[str]) -> Iterator[Figure]:
    plain = _page(conn, ctx, "")
    found = {text: _page(conn, ctx, text) for text in texts}
    plain += _page(conn, ctx, "")
    slowest = sorted(texts, key=lambda t: -median(found[t]))
    over = [t for t in texts if median(found[t]) > MOST * median(plain)]
    yield Figure(
        GROUP, f"first page, {kind}: the slowest of {len(texts)} filters", median(found[slowest[0]]), "ms", median(plain),
        "no filter", [Limit(MOST if texts is NOTHING else None, MOST)], p95(found[slowest[0]]),
        ", ".join(f"{t} {median(found[t]):.2f}" for t in slowest[:4])
        + (f"; {len(over)} of them past {MOST}×" if over else ""),
        {t: median(times) for t, times in found.items()},
    )  # fmt: skip
    yield Figure(GROUP, f"first page, {kind}: the median filter", median(median(t) for t in found.values()), "ms",
                 median(plain), "no filter", [Limit(None if texts is SOME else MOST, 2)])  # fmt: skip


def _page(conn: Connection, ctx: Any, text: str) -> list[float]:
    wanted = inbox.resolve(text, ctx)
    return repeated(lambda: inbox.page(conn, wanted, ME), at_most=40)


def _read(ctx: Any) -> Iterator[Figure]:
    times: list[float] = []
    for _ in range(400):
        begun = time.perf_counter()
        compile_condition(compile_query(parse(LONG), ctx).condition)
        times.append((time.perf_counter() - begun) * 1e3)
    yield Figure(GROUP, "reading and compiling a query of ten terms", median(times), "ms",
                 limits=[Limit(0.3, 0.15, of="value")], p95=p95(times))  # fmt: skip
