"""TikTok Shop's signature, by vectors that were computed elsewhere."""

from __future__ import annotations

from connectors.api import Call
from connectors.tiktok.sign import signature, signed

SECRET = "tts_demo_secret_01"
COMMON = (("app_key", "tts_demo_key"), ("timestamp", "1767225600"), ("shop_cipher", "GCP_demoCIPHER"))
GET = "fdb18c0a50e44be95f45ead4c4326eb5d8c2d9af691f94a4dd6f309e0a9d3214"
POST = "43f175dfbbb79e36bd76c01b6999e011e1b7c775effb8e45d0cbea2c9f84e051"
TALK = "/customer_service/202309/conversations/7390001/messages"
BODY = b'{"type":"TEXT","content":"{\\"content\\":\\"Hello\\"}"}'


def test_a_get_is_signed_over_path_and_sorted_query() -> None:
    params = (*COMMON, ("ids", "576461413038785752"))
    assert signature(SECRET, "GET", "/order/202309/orders", params) == GET
    assert signature(SECRET, "GET", "/order/202309/orders", params[::-1], b"ignored") == GET


def test_a_post_is_signed_over_its_raw_body_too() -> None:
    assert signature(SECRET, "POST", TALK, COMMON, BODY) == POST
    assert signature(SECRET, "POST", TALK, COMMON, BODY.replace(b",", b", ")) != POST


def test_sign_and_token_do_not_count() -> None:
    params = (*COMMON, ("sign", "x"), ("access_token", "y"))
    assert signature(SECRET, "POST", TALK, params, BODY) == POST


def test_the_token_goes_into_a_header_and_empty_values_nowhere() -> None:
    call = signed(
        Call("POST", f"https://a.example{TALK}", (("page_token", ""),), content=BODY), SECRET, COMMON, "TTP_x"
    )
    assert call.headers["x-tts-access-token"] == "TTP_x"
    assert dict(call.params) == {**dict(COMMON), "sign": POST}
    assert call.content == BODY
