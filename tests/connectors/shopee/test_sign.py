"""Shopee's signature, by vectors that were computed elsewhere."""

from __future__ import annotations

from connectors.api import Call
from connectors.shopee.sign import signature, signed

KEY, PARTNER, AT = "shpk_demo_partner_key_0001", "1000001", 1767225600
TOKEN, SHOP = "demoaccesstoken0000000000000000", "1600100"


def test_a_public_call_is_signed_over_partner_path_and_time() -> None:
    sign = signature(KEY, PARTNER, "/api/v2/auth/access_token/get", AT)
    assert sign == "bf32e273bd1f2471a74879e1b3d9093ce276e1461e4dc86ce60749c958ca0ea4"


def test_a_call_of_a_shop_is_signed_over_its_token_and_shop_too() -> None:
    path = "/api/v2/order/get_order_list"
    assert f"{PARTNER}{path}{AT}{TOKEN}{SHOP}".endswith("00000000000000001600100")
    sign = signature(KEY, PARTNER, path, AT, TOKEN, SHOP)
    assert sign == "44e1abd48f5dbf6058ea23fb7d0690ed9ef5772118d9dd45e26a810c8c9e484f"


def test_what_is_signed_goes_into_the_query_and_the_host_does_not_matter() -> None:
    calls = [
        Call("GET", f"https://{host}/api/v2/order/get_order_list", (("cursor", "20"),)) for host in ("a.example", "b")
    ]
    one, two = (signed(call, KEY, PARTNER, AT, TOKEN, SHOP) for call in calls)
    assert one.params == two.params
    assert dict(one.params) == {
        "partner_id": PARTNER, "timestamp": str(AT), "access_token": TOKEN, "shop_id": SHOP, "cursor": "20",
        "sign": "44e1abd48f5dbf6058ea23fb7d0690ed9ef5772118d9dd45e26a810c8c9e484f",
    }  # fmt: skip


def test_a_public_call_tells_neither_token_nor_shop() -> None:
    call = signed(Call("POST", "https://a.example/api/v2/auth/access_token/get"), KEY, PARTNER, AT, "", SHOP)
    assert dict(call.params).keys() == {"partner_id", "timestamp", "sign"}
