"""Whether a seller's account works, one line per thing looked at, each bad one with its cure."""

from __future__ import annotations

from collections.abc import Callable

from connectors.contract import AuthExpired, AuthRevoked, Fault, Health
from connectors.fields import Unreadable, iso
from connectors.findings import Findings
from connectors.refusals import Refusal
from connectors.walmart import guesses
from connectors.walmart.shop import Shop
from store.values import DAY


def look(shop: Shop) -> Health:
    """Asks once for each kind of thing that is pulled; changes nothing."""
    start = iso(shop.now() - DAY)
    looks: tuple[tuple[str, Callable[[], object]], ...] = (
        ("Orders", lambda: shop.get("/v3/orders", lastModifiedStartDate=start, limit=1)),
        ("Returns", lambda: shop.get("/v3/returns", returnLastModifiedStartDate=start, limit=1)),
    )
    found = Findings()
    for name, ask in looks:
        try:
            ask()
        except (AuthRevoked, AuthExpired) as fault:
            found.bad(f"Sign-in refused or revoked: {fault}")
            break
        except Unreadable:
            found.bad(f"{name} cannot be read: Walmart answered in a shape nobody knows.")
            continue
        except Fault as fault:
            empty = isinstance(fault, Refusal) and fault.status == 404 and guesses.NOTHING_FOUND in fault.code
            if not empty:
                found.bad(f"{name} cannot be read: {fault}")
                continue
        found.good(f"{name} can be read.")
    found.clock(shop.ahead)
    return found.health()
