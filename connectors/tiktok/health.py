"""Whether a shop's account works, one line per thing looked at, each with its cure."""

from __future__ import annotations

from collections.abc import Callable

from connectors.contract import AuthExpired, AuthRevoked, Fault, Health
from connectors.findings import Findings
from connectors.refusals import ClockWrong
from connectors.tiktok import guesses
from connectors.tiktok.shop import Shop


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
    found = Findings()
    for name, ask in asked:
        try:
            ask()
            found.good(f"{name} can be read.")
        except (AuthRevoked, AuthExpired) as fault:
            found.bad(f"Sign-in refused or revoked: {fault}")
            break
        except ClockWrong as fault:
            found.bad(f"Wrong clock: {fault}")
            break
        except Fault as fault:
            found.bad(f"{name} cannot be read: {fault}")
    return found.health()
