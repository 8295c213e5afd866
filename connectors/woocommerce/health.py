"""Whether a shop's account works, one line per thing looked at, each bad one with its cure."""

from __future__ import annotations

from collections.abc import Callable

from connectors.contract import AuthRevoked, Fault, Health
from connectors.findings import Findings
from connectors.refusals import ClockWrong, Refusal
from connectors.woocommerce.shop import Shop
from connectors.woocommerce.verdict import KeyRefused


def look(shop: Shop) -> Health:
    """Asks once for each kind of thing that is pulled, and writes to an order there is not; changes nothing."""
    found = Findings()
    try:
        shop.page("/orders", per_page=1)
    except Fault as fault:
        found.bad(f"Orders cannot be read: {_cure(fault)}")
        return found.health()
    found.good("Orders can be read.")
    looks: tuple[tuple[str, str, Callable[[], object]], ...] = (
        ("Reviews can be read.", "Reviews cannot be read", lambda: shop.page("/products/reviews", per_page=1)),
        ("Notes and refunds can be written.", "Nothing can be written", lambda: _write(shop)),
    )
    for good, wrong, ask in looks:
        try:
            ask()
            found.good(good)
        except KeyRefused:
            found.bad(f"{wrong}: the key has only one of its permissions; edit it in WooCommerce and choose Read/Write.")
        except Fault as fault:
            found.bad(f"{wrong}: {_cure(fault)}")
    return found.health()


def _write(shop: Shop) -> None:
    """A note on order 0: a key that may write is told that there is none."""
    try:
        shop.act("/orders/0/notes", {"note": "-"}, lambda: None)
    except Refusal as fault:
        if fault.status == 403 or fault.code in ("", "rest_no_route"):
            raise


def _cure(fault: Fault) -> str:
    match fault:
        case ClockWrong():
            return f"Wrong clock: {fault}"
        case AuthRevoked():
            return f"Key refused or revoked: {fault} Make a new key in WooCommerce, Settings, Advanced, REST API, and enter it."
    return str(fault)
