"""Whether a shop's account works, one line per thing looked at, each with its cure."""

from __future__ import annotations

from collections.abc import Callable

from connectors.contract import AuthExpired, AuthRevoked, Fault, Health
from connectors.tiktok import guesses
from connectors.tiktok.shop import Shop
from connectors.tiktok.verdict import ClockWrong


def look(shop: Shop) -> Health:
    """Asks once for each kind of thing that is pulled."""
    now = shop.now() // 1000
    hour = {guesses.CHANGED_FROM: now - 3600, guesses.CHANGED_BEFORE: now}
    asked: tuple[tuple[str, Callable[[], object]], ...] = (
        ("Orders", lambda: shop.search(guesses.ORDER_SEARCH, hour, page_size=1)),
        ("Returns", lambda: shop.search(guesses.RETURN_SEARCH, hour, page_size=1)),
        ("Cancellations", lambda: shop.search(guesses.CANCEL_SEARCH, hour, page_size=1)),
        ("Chat", lambda: shop.get(guesses.CONVERSATIONS, page_size=1)),
    )
    ok, lines = True, []
    for name, ask in asked:
        try:
            ask()
            lines.append(f"{name} can be read.")
        except (AuthRevoked, AuthExpired) as fault:
            return Health(False, (f"Sign-in refused or revoked: {fault}",))
        except ClockWrong as fault:
            return Health(False, (f"Wrong clock: {fault}",))
        except Fault as fault:
            ok = False
            lines.append(f"{name} cannot be read: {fault}")
    return Health(ok, tuple(lines))
