"""How a shop is shown the key: Basic over https, OAuth 1.0a over plain http."""

from __future__ import annotations

from dataclasses import replace

from connectors.api import Call
from connectors.sandbox.web import Request
from connectors.sandbox.woocommerce import WooCommerceSite
from connectors.woocommerce.sign import signature, signed
from tests.connectors.suite import Lab

AT = 1_767_225_600
ORDERS = Call("GET", "http://shop.example/wp-json/wc/v3/orders",
              (("per_page", "100"), ("modified_after", "2026-01-01T00:00:00")))  # fmt: skip


def test_the_vector_of_the_contracts() -> None:
    params = dict(signed(ORDERS, "ck_demo", "cs_demo", AT, "nonce00000001").params)
    assert params["oauth_signature"] == "jo2gKNgnlRxH+LlUyIcTJC2L/rK3BKtxte7qcYKzZSY="
    assert "oauth_version" not in params


def test_the_secret_itself_never_travels_over_plain_http() -> None:
    call = signed(ORDERS, "ck_demo", "cs_demo", AT, "n")
    assert "cs_demo" not in repr(call)
    assert not call.headers


def test_https_takes_basic_and_no_signature() -> None:
    call = signed(replace(ORDERS, url=ORDERS.url.replace("http:", "https:")), "demo-id", "demo-secret", AT, "n")
    assert call.headers["authorization"] == "Basic ZGVtby1pZDpkZW1vLXNlY3JldA=="
    assert call.params == ORDERS.params


def test_parameters_are_sorted_as_they_are_encoded() -> None:
    one = signature("s", "GET", "http://shop.example/", (("b", "1"), ("a", "x y"), ("a~", "ü")))
    assert one == signature("s", "GET", "http://shop.example/", (("a~", "ü"), ("a", "x y"), ("b", "1")))
    assert one != signature("s", "POST", "http://shop.example/", (("a~", "ü"), ("a", "x y"), ("b", "1")))


def ask(site: WooCommerceSite, call: Call, host: str = "shop.example") -> tuple[int, str]:
    """What the stand-in says to a call as it is."""
    headers = {**call.headers, "host": host}
    answer = site.answer(Request(call.method, "/wp-json/wc/v3/orders", call.params, "", headers, b""))
    return answer.status, answer.body.decode()


def test_the_stand_in_refuses_what_woocommerce_refuses(lab: Lab) -> None:
    site: WooCommerceSite = lab.site
    now = lab.clock.time // 1000
    good = signed(ORDERS, site.key, site.secret, now, "n1")
    assert ask(site, good)[0] == 200
    assert "nonce has already been used" in ask(site, good)[1]
    assert "Invalid timestamp" in ask(site, signed(ORDERS, site.key, site.secret, now - 901, "n2"))[1]
    assert "Invalid timestamp" in ask(site, signed(ORDERS, site.key, site.secret, now + 901, "n3"))[1]
    assert "signature does not match" in ask(site, signed(ORDERS, site.key, "cs_wrong", now, "n4"))[1]
    assert "signature does not match" in ask(site, signed(ORDERS, site.key, site.secret, now, "n5"), "other.example")[1]
    more = replace(signed(ORDERS, site.key, site.secret, now, "n6"), params=(*good.params, ("status", "any")))
    assert ask(site, more)[0] == 401
    assert "Missing OAuth parameter" in ask(site, ORDERS)[1]


def test_behind_https_the_stand_in_takes_basic_alone(lab: Lab) -> None:
    site: WooCommerceSite = lab.site
    site.tls = True
    secure = replace(ORDERS, url=ORDERS.url.replace("http:", "https:"))
    assert ask(site, signed(secure, site.key, site.secret, AT, "n"))[0] == 200
    assert ask(site, signed(secure, site.key, "cs_wrong", AT, "n"))[0] == 401
    assert ask(site, signed(ORDERS, site.key, site.secret, lab.clock.time // 1000, "n"))[0] == 401
