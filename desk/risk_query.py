"""What speaks of a buyer's record: their cases, their refunds. Importing this registers the query fields.

They count what the desk knows today of the whole buyer, and only say where to look: nothing is refused because of them.
"""

from __future__ import annotations

from collections.abc import Callable

from desk.query import units
from desk.query.names import NAMES, Context, Field
from desk.query.tree import Value
from store.errors import N_
from store.filter import Condition, Linked, Rows
from store.related import ranged
from store.values import DAY

YEAR = 365 * DAY
"""How far back cases count."""

_ORDERS = "FROM orders o WHERE o.customer_id = c.id"
_REFUNDED = f"(SELECT count(*) {_ORDERS} AND instr(lower(o.status), 'refund') > 0)"
_BOUGHT = f"(SELECT count(*) {_ORDERS})"
# Wilson's lower bound at 95 % lies above 30 % exactly where (p − 0.3)² · n > 1.96² · 0.3 · 0.7, with p above 0.3. In
# whole numbers, r of n refunded: (10 r − 3 n)² > 80.6736 n. So 3 of 4 and 5 of 8 count, 3 of 10 does not.
_OFTEN = (
    f"{_BOUGHT} >= 3 AND 10 * {_REFUNDED} > 3 * {_BOUGHT} AND 10000 * (10 * {_REFUNDED} - 3 * {_BOUGHT}) * "
    f"(10 * {_REFUNDED} - 3 * {_BOUGHT}) > 806736 * {_BOUGHT}"
)


def _buyers(where: str, params: tuple[object, ...] = ()) -> Condition:
    """Tickets of customers `c` with `where`. It is asked of each ticket of a list; none begins here."""
    return Linked("t.customer_id", (Rows("customer c", "c.id", where, params, seeks=False),))


def _cases(more: str) -> Callable[[Value, Context], Condition]:
    def compile(value: Value, context: Context) -> Condition:
        low, high = units.numbers(value)
        counted = f"(SELECT count(*) FROM case_file x WHERE x.customer_id = c.id AND x.opened_at >= ?{more})"
        test, params = ranged(counted, low, high)
        since = context.now - YEAR
        bound = [p for end in params for p in (since, end)] or [since]
        return _buyers(test, tuple(bound))

    return compile


def _refunded(value: Value, context: Context) -> Condition:
    return _buyers(*ranged(_REFUNDED, *units.numbers(value)))


NAMES.add(Field("cases", "number", N_("returns and cases of the buyer in twelve months: cases:3.."), _cases(""),
                room="people"))  # fmt: skip
NAMES.add(Field("missing_claims", "number", N_("cases of the buyer about parcels not received, in twelve months"),
                _cases(" AND x.type = 'not_received'"), room="people"))  # fmt: skip
NAMES.add(
    Field("refunds", "number", N_("orders of the buyer that were refunded: refunds:2.."), _refunded, room="people")
)
NAMES.add_state("often_refunded", N_("clearly more than 30 % of the buyer's orders were refunded"),
                lambda context: _buyers(_OFTEN))  # fmt: skip
