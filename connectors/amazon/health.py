"""Whether an account works, one line per thing looked at, each bad one with its cure."""

from __future__ import annotations

from collections.abc import Callable

from connectors.amazon import account as calls
from connectors.amazon import pulling
from connectors.amazon.account import Account, Refusal
from connectors.amazon.guesses import RETURNS_REPORT
from connectors.contract import AuthExpired, AuthRevoked, Fault, Health
from connectors.fields import Unreadable, data, many, part, text
from store.values import HOUR, clean_line


def look(account: Account) -> Health:
    """Asks which marketplaces there are, for orders and for reports; changes nothing."""
    s = account.settings
    try:
        found = account.get("/sellers/v1/marketplaceParticipations", calls.SELLERS)
        taken = {text(part(data(p), "marketplace"), "id") for p in many(found, "payload")}
    except Refusal as fault:
        cure = f" These marketplaces are of region {s.home.region}." if fault.status == 403 else ""
        return Health(False, (f"{fault}{cure}",))
    except Fault as fault:
        return Health(False, (_cure(fault),))
    except Unreadable:
        return Health(False, ("Amazon tells about the account in a shape nobody knows.",))
    if absent := [n for n in s.marketplaces if n not in taken]:
        return Health(False, (f"The account does not sell on marketplace {absent[0]}; correct the marketplaces.",))
    ok, lines = True, [f"Signed in; {len(s.marketplaces)} marketplaces."]
    asked: dict[str, tuple[str, Callable[[], object]]] = {
        "Orders": ("Direct-to-Consumer Shipping", lambda: account.get(
            "/orders/2026-01-01/orders", calls.SEARCH, lastUpdatedAfter=pulling.iso(account.now() - HOUR),
            marketplaceIds=",".join(s.marketplaces), maxResultsPerPage="1")),
        "Reports": ("Inventory and Order Tracking", lambda: account.get(
            "/reports/2021-06-30/reports", calls.REPORT, reportTypes=RETURNS_REPORT, pageSize="1")),
    }  # fmt: skip
    for name, (role, ask) in asked.items():
        try:
            ask()
            lines.append(f"{name} can be read.")
        except Refusal as fault:
            ok = False
            cure = f" Give the app the role {role} and authorise it again." if fault.status == 403 else ""
            lines.append(f"{name} cannot be read: {fault}{cure}")
        except Fault as fault:
            ok = False
            lines.append(f"{name} cannot be read: {_cure(fault)}")
    return Health(ok, tuple(clean_line(line) for line in lines))


def _cure(fault: Fault) -> str:
    return f"Sign-in refused or revoked: {fault}" if isinstance(fault, AuthRevoked | AuthExpired) else str(fault)
