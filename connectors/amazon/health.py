"""Whether an account works, one line per thing looked at, each bad one with its cure."""

from __future__ import annotations

from collections.abc import Callable

from connectors.amazon import account as calls
from connectors.amazon.account import Account
from connectors.amazon.guesses import RETURNS_REPORT
from connectors.contract import AuthExpired, AuthRevoked, Fault, Health
from connectors.fields import Unreadable, data, iso, many, part, text
from connectors.findings import Findings
from connectors.refusals import Refusal
from store.values import HOUR


def look(account: Account) -> Health:
    """Asks which marketplaces there are, for orders and for reports; changes nothing."""
    s, found = account.settings, Findings()
    try:
        told = account.get("/sellers/v1/marketplaceParticipations", calls.SELLERS)
        taken = {text(part(data(p), "marketplace"), "id") for p in many(told, "payload")}
    except Refusal as fault:
        cure = f" These marketplaces are of region {s.home.region}." if fault.status == 403 else ""
        found.bad(f"{fault}{cure}")
    except Fault as fault:
        found.bad(_cure(fault))
    except Unreadable:
        found.bad("Amazon tells about the account in a shape nobody knows.")
    else:
        if absent := [n for n in s.marketplaces if n not in taken]:
            found.bad(f"The account does not sell on marketplace {absent[0]}; correct the marketplaces.")
        else:
            found.good(f"Signed in; {len(s.marketplaces)} marketplaces.")
            _look_at_each(account, found)
    found.clock(account.ahead)
    return found.health()


def _look_at_each(account: Account, found: Findings) -> None:
    s = account.settings
    asked: dict[str, tuple[str, Callable[[], object]]] = {
        "Orders": ("Direct-to-Consumer Shipping", lambda: account.get(
            "/orders/2026-01-01/orders", calls.SEARCH, lastUpdatedAfter=iso(account.now() - HOUR),
            marketplaceIds=",".join(s.marketplaces), maxResultsPerPage="1")),
        "Reports": ("Inventory and Order Tracking", lambda: account.get(
            "/reports/2021-06-30/reports", calls.REPORT, reportTypes=RETURNS_REPORT, pageSize="1")),
    }  # fmt: skip
    for name, (role, ask) in asked.items():
        try:
            ask()
            found.good(f"{name} can be read.")
        except Refusal as fault:
            cure = f" Give the app the role {role} and authorise it again." if fault.status == 403 else ""
            found.bad(f"{name} cannot be read: {fault}{cure}")
        except Fault as fault:
            found.bad(f"{name} cannot be read: {_cure(fault)}")


def _cure(fault: Fault) -> str:
    return f"Sign-in refused or revoked: {fault}" if isinstance(fault, AuthRevoked | AuthExpired) else str(fault)
