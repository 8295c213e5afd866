"""Whether a shop's account works, one line per thing looked at, each with its cure."""

from __future__ import annotations

from collections.abc import Callable

from connectors.contract import AuthExpired, AuthRevoked, Fault, Health
from connectors.fields import Data, Unreadable, maybe_seconds, text
from connectors.findings import Findings
from connectors.refusals import ClockWrong, NotAllowed
from connectors.shopee import guesses
from connectors.shopee.shop import Shop
from store.values import DAY, clean_line


def look(shop: Shop) -> Health:
    """Asks once for each kind of thing that is pulled."""
    s, found = shop.settings, Findings()
    try:
        info = shop.get("/api/v2/shop/get_shop_info").data
    except Fault as fault:
        found.bad(_cure(fault))
        return found.health()
    _shop(shop, info, found)
    asked: list[tuple[str, Callable[[], object], str]] = [
        ("Orders", lambda: _orders(shop), ""),
        ("Returns", lambda: shop.get("/api/v2/returns/get_return_list", page_no=0, page_size=1), ""),
    ]
    if s.chat:
        asked.append(("Chat", lambda: shop.get(
            guesses.CONVERSATIONS, direction=guesses.ONWARDS, type="unread", page_size=1, next_timestamp_nano=0,
        ), " Chat is opened on request only: ask Shopee, or switch chat off in the settings."))  # fmt: skip
    if s.comments:
        asked.append(("Comments", lambda: shop.get("/api/v2/product/get_comment", cursor="", page_size=1),
                      " If it is a customer service app, say so in the settings."))  # fmt: skip
    for name, ask, cure in asked:
        try:
            ask()
            found.good(f"{name} can be read.")
        except NotAllowed as fault:
            found.bad(f"{name} cannot be read: {fault}{cure}")
        except Fault as fault:
            found.bad(f"{name} cannot be read: {_cure(fault)}")
    return found.health()


def _orders(shop: Shop) -> None:
    now = shop.now() // 1000
    shop.get(
        "/api/v2/order/get_order_list", time_range_field="update_time", time_from=now - 3600, time_to=now, page_size=1,
        cursor="",
    )  # fmt: skip


def _shop(shop: Shop, info: Data, found: Findings) -> None:
    try:
        name, region = clean_line(text(info, "shop_name")), clean_line(text(info, "region"))
        status, ends = text(info, "status", "NORMAL"), maybe_seconds(info, "expire_time")
    except Unreadable:
        found.bad("Shopee tells about the shop in a shape nobody knows.")
        return
    if status != "NORMAL":
        found.bad(f"The shop {name} is {status}; Seller Centre says why.")
        return
    found.good(f"Signed in to {name} ({region}).")
    if ends is not None and ends - shop.now() < 14 * DAY:
        days = max(0, (ends - shop.now()) // DAY)
        found.good(f"The shop's authorisation ends in {days} days; authorise the app again before.")


def _cure(fault: Fault) -> str:
    """A fault as a line: a revoked sign-in and a wrong clock say so by name."""
    match fault:
        case AuthRevoked() | AuthExpired():
            return f"Sign-in refused or revoked: {fault}"
        case ClockWrong():
            return f"Wrong clock: {fault}"
    return str(fault)
