"""Whether a shop's account works, one line per thing looked at, each bad one with its cure."""

from __future__ import annotations

from connectors.contract import AuthExpired, AuthRevoked, Fault, Health
from connectors.fields import Unreadable, data, iso, many, part, text
from connectors.findings import Findings
from connectors.shopify import guesses, queries
from connectors.shopify.shop import Shop
from store.values import DAY, clean_line


def look(shop: Shop) -> Health:
    """Asks who we are, what we may do, and for one order; changes nothing."""
    s, found = shop.settings, Findings()
    try:
        answer = shop.answer(queries.ACCOUNT)
        name = clean_line(text(part(answer.data, "shop"), "name"))
        granted = [text(data(h), "handle") for h in many(part(answer.data, "currentAppInstallation"), "accessScopes")]
    except Fault as fault:
        found.bad(_cure(fault))
        found.clock(shop.ahead)
        return found.health()
    except Unreadable:
        found.bad("Shopify tells about the shop in a shape nobody knows.")
        return found.health()
    found.good(f"Signed in to {name or s.shop}.")
    found.clock(shop.ahead)
    version = clean_line(answer.headers.get(guesses.VERSION_HEADER, s.version))
    if version != s.version:
        found.bad(f"Version {s.version} of the API has ended and {version} answered; set the API version to {version}.")
    for scope in (*guesses.READS, *guesses.WRITES, *((guesses.PEOPLE,) if s.people else ())):
        if scope not in granted and scope.replace("read_", "write_") not in granted:  # to write is to read
            found.bad(f"Missing scope {scope}: add it to the app in the Dev Dashboard, release it, and accept it in the shop.")
    if guesses.ALL_ORDERS not in granted:
        found.good(f"Orders of the last 60 days can be read; older ones need the scope {guesses.ALL_ORDERS}.")
    try:
        wanted = f"updated_at:>='{iso(shop.now() - DAY)}'"
        shop.ask(queries.ORDERS, first=1, after=None, query=wanted, counted=False, people=s.people)
        found.good("Orders can be read.")
    except Fault as fault:
        cure = " Or say in the settings that customer data was not granted." if s.people else ""
        found.bad(f"Orders cannot be read: {_cure(fault)}{cure}")
    return found.health()


def _cure(fault: Fault) -> str:
    return f"Sign-in refused or revoked: {fault}" if isinstance(fault, AuthRevoked | AuthExpired) else str(fault)
