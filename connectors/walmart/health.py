"""Whether a seller's account works, one line per thing looked at, each bad one with its cure."""

from __future__ import annotations

from collections.abc import Callable

from connectors.contract import AuthExpired, AuthRevoked, Fault, Health
from connectors.fields import Unreadable
from connectors.walmart import guesses, pulling
from connectors.walmart.shop import Refusal, Shop
from store.values import DAY


def look(shop: Shop) -> Health:
    """Asks once for each kind of thing that is pulled; changes nothing."""
    start = pulling.stamp((shop.now() - DAY) // 1000)
    looks: tuple[tuple[str, Callable[[], object]], ...] = (
        ("Orders", lambda: shop.get("/v3/orders", lastModifiedStartDate=start, limit=1)),
        ("Returns", lambda: shop.get("/v3/returns", returnLastModifiedStartDate=start, limit=1)),
    )
    ok, lines = True, []
    for name, ask in looks:
        try:
            ask()
        except (AuthRevoked, AuthExpired) as fault:
            return Health(False, (f"Sign-in refused or revoked: {fault}",))
        except Unreadable:
            ok = False
            lines.append(f"{name} cannot be read: Walmart answered in a shape nobody knows.")
            continue
        except Fault as fault:
            empty = isinstance(fault, Refusal) and fault.status == 404 and guesses.NOTHING_FOUND in fault.code
            if not empty:
                ok = False
                lines.append(f"{name} cannot be read: {fault}")
                continue
        lines.append(f"{name} can be read.")
    return Health(ok, tuple(lines))
