"""Whether a shop's account works, one line per thing looked at, each bad one with its cure."""

from __future__ import annotations

from connectors.contract import AuthExpired, AuthRevoked, Fault, Health
from connectors.fields import Unreadable, data, many, part, text
from connectors.shopify import guesses, pulling, queries
from connectors.shopify.shop import Shop
from store.values import DAY, clean_line


def look(shop: Shop) -> Health:
    """Asks who we are, what we may do, and for one order; changes nothing."""
    s = shop.settings
    try:
        answer = shop.answer(queries.ACCOUNT)
        name = clean_line(text(part(answer.data, "shop"), "name"))
        granted = [text(data(h), "handle") for h in many(part(answer.data, "currentAppInstallation"), "accessScopes")]
    except Fault as fault:
        return Health(False, (_cure(fault),))
    except Unreadable:
        return Health(False, ("Shopify tells about the shop in a shape nobody knows.",))
    ok, lines = True, [f"Signed in to {name or s.shop}."]
    version = clean_line(answer.headers.get(guesses.VERSION_HEADER, s.version))
    if version != s.version:
        ok = False
        lines.append(f"Version {s.version} of the API has ended and {version} answered; set the API version to {version}.")
    for scope in (*guesses.READS, *guesses.WRITES, *((guesses.PEOPLE,) if s.people else ())):
        if scope not in granted and scope.replace("read_", "write_") not in granted:  # to write is to read
            ok = False
            lines.append(f"Missing scope {scope}: add it to the app in the Dev Dashboard, release it, and accept it in the shop.")
    if guesses.ALL_ORDERS not in granted:
        lines.append(f"Orders of the last 60 days can be read; older ones need the scope {guesses.ALL_ORDERS}.")
    try:
        wanted = f"updated_at:>='{pulling.iso(shop.now() - DAY)}'"
        shop.ask(queries.ORDERS, first=1, after=None, query=wanted, people=s.people)
        lines.append("Orders can be read.")
    except Fault as fault:
        ok = False
        cure = " Or say in the settings that customer data was not granted." if s.people else ""
        lines.append(f"Orders cannot be read: {_cure(fault)}{cure}")
    return Health(ok, tuple(lines))


def _cure(fault: Fault) -> str:
    return f"Sign-in refused or revoked: {fault}" if isinstance(fault, AuthRevoked | AuthExpired) else str(fault)
