"""What Shopee refuses: the stand-in does too, and the connector says what to do."""

from __future__ import annotations

import time
from typing import Any

import pytest

from connectors.answer import Answer
from connectors.contract import AuthExpired, AuthRevoked, Fault, Permanent, SchemaSurprise, Temporary, Throttled
from connectors.fields import as_bytes
from connectors.shopee.shop import Shop, read_settings
from connectors.shopee.verdict import ClockWrong, NotAllowed, Refusal, judge
from store.values import DAY, HOUR, MINUTE
from tests.connectors.ports import NOW
from tests.connectors.suite import SINCE, Lab


def shop(lab: Lab, **settings: Any) -> Shop:
    return Shop(read_settings({**lab.settings, **settings}), lab.ports, lab.sleeps.append)


def verdict(error: str, message: str = "", status: int = 200, **more: object) -> object:
    return judge(Answer(status, {}, as_bytes({"error": error, "message": message, **more})), NOW)


def test_a_timestamp_five_minutes_off_is_a_wrong_clock(lab: Lab) -> None:
    mine = shop(lab)
    mine.get("/api/v2/shop/get_shop_info")
    lab.site.skew = 5 * MINUTE + 1000
    with pytest.raises(ClockWrong, match="clock of this machine"):
        mine.get("/api/v2/shop/get_shop_info")


@pytest.mark.parametrize("days", [0, -1, 15.1])
def test_a_window_has_one_to_fifteen_days(lab: Lab, days: float) -> None:
    start = NOW // 1000 - 20 * 86_400
    with pytest.raises(Refusal, match="15days"):
        shop(lab).get(
            "/api/v2/order/get_order_list", time_range_field="update_time", time_from=start,
            time_to=start + int(days * 86_400), page_size=10, cursor="",
        )  # fmt: skip


def test_first_sync_of_half_a_year_keeps_to_windows_and_page_sizes(lab: Lab) -> None:
    for stream in ("orders", "cases"):
        lab.pull(stream, since=NOW - 180 * DAY)
    asked = [r for r in lab.site.log if r.path.endswith("_list") and "order" in r.path]
    spans = [int(r.arg("time_to")) - int(r.arg("time_from")) for r in asked]
    assert len(spans) >= 12
    assert all(0 < span <= 15 * 86_400 for span in spans)


def test_details_are_asked_for_fifty_at_a_time(lab: Lab) -> None:
    lab.pull("orders")
    asked = [len(r.arg("order_sn_list").split(",")) for r in lab.site.log if r.path.endswith("get_order_detail")]
    assert asked
    assert max(asked) <= 50
    with pytest.raises(Refusal, match=r"1,50"):
        shop(lab).get("/api/v2/order/get_order_detail", order_sn_list=",".join(str(n) for n in range(51)))


def test_the_address_must_be_declared(lab: Lab) -> None:
    lab.site.declared = False
    with pytest.raises(NotAllowed, match=r"IP Address Whitelist.*127\.0\.0\.1"):
        lab.pull("orders")


def test_a_refresh_token_is_good_once(lab: Lab) -> None:
    first = lab.vault["refresh_token"]
    lab.pull("orders")
    assert lab.vault["refresh_token"] != first
    lab.vault["refresh_token"], lab.tokens.token = first, None
    with pytest.raises(AuthRevoked, match="good once"):
        lab.pull("orders")


def test_the_code_of_a_first_authorisation_is_taken_in_its_place(lab: Lab) -> None:
    lab.vault["refresh_token"] = f"code: {lab.site.code()}"
    lab.pull("orders")
    assert not lab.vault["refresh_token"].startswith("code")
    lab.vault["refresh_token"], lab.tokens.token = f"code:{lab.site.code()}", None
    lab.clock.time += 11 * MINUTE
    with pytest.raises(AuthRevoked, match="10 minutes"):
        lab.pull("orders")


def test_a_token_of_four_hours_is_renewed_in_time(lab: Lab) -> None:
    lab.pull("orders")
    lab.clock.time += 5 * HOUR
    lab.pull("orders")
    assert lab.tokens.renewals == 2
    assert all(r.arg("sign") for r in lab.site.log)


def test_a_customer_service_app_is_not_asked_for_comments(lab: Lab) -> None:
    lab.site.app_type = "Customer Service"
    with pytest.raises(NotAllowed, match="app's type"):
        lab.pull("reviews")
    made = lab.connect(app_type="customer_service")
    assert made.streams() == ("orders", "cases", "messages", "products")
    assert not made.capabilities.reviews
    assert "customer service" in made.capabilities.notes["reviews"]
    assert made.test().ok


def test_without_chat_there_is_none_and_it_says_why(lab: Lab) -> None:
    lab.site.chat = False
    with pytest.raises(NotAllowed):
        lab.pull("messages")
    made = lab.connect(chat=False)
    assert made.streams() == ("orders", "cases", "reviews", "products")
    assert not made.capabilities.reply
    assert made.test().ok


def test_the_calls_of_a_day_end_at_midnight_in_singapore(lab: Lab) -> None:
    lab.site.per_day = 3
    with pytest.raises(Throttled) as caught:
        lab.pull("orders")
    assert caught.value.until > NOW
    assert time.gmtime(caught.value.until / 1000)[3:6] == (16, 0, 0)
    assert caught.value.until - NOW <= DAY


def test_pages_of_returns_begin_at_nought(lab: Lab) -> None:
    lab.pull("cases")
    numbers = [r.arg("page_no") for r in lab.site.log if r.path.endswith("get_return_list")]
    assert numbers
    assert set(numbers) == {"0"}


def test_a_second_with_more_than_a_page_is_paged(lab: Lab) -> None:
    for case in lab.market.cases:
        case.updated_at = NOW - HOUR
    for order in lab.market.orders:
        order.updated_at = NOW - HOUR
    lab.site.page_cap = 3
    for stream in ("cases", "orders"):
        records, _ = lab.pull(stream)
        assert {getattr(r, "remote_id", "") for r in records} >= {
            name.partition(":")[2] for name in lab.case.expected(lab, SINCE)[stream]
        }
    assert {r.arg("page_no") for r in lab.site.log if r.path.endswith("get_return_list")} >= {"0", "1", "2"}
    assert {r.arg("cursor") for r in lab.site.log if r.path.endswith("get_order_list")} >= {"", "3", "6"}


@pytest.mark.parametrize(
    ("error", "message", "kind"),
    [
        ("error_auth", "Invalid access_token.", AuthExpired),
        ("common.error_auth", "Invalid access_token.", AuthExpired),
        ("invalid_acceess_token", "Invalid access_token, please have a check.", AuthExpired),
        ("error_auth", "partner_id is invalid", AuthRevoked),
        ("error_auth", "The App is deleted, and you'll be unable to make any API call.", AuthRevoked),
        ("error_auth", "No permission to current api.", NotAllowed),
        ("error_auth", "System error, please try again later.", Temporary),
        ("error_sign", "Wrong sign.", AuthRevoked),
        ("error_partner_key_expired", "Your API partner key has expired", AuthRevoked),
        ("shop_no_linked", "Partner and shop has no linked.", AuthRevoked),
        ("shop_banned", "The shop account has been banned.", AuthRevoked),
        ("error_param", "Invalid partner_id.", AuthRevoked),
        ("error_param", "Invalid timestamp", ClockWrong),
        ("error_api_permission", "This app type has no permission to this API.", NotAllowed),
        ("error_rate_limit", "Too many requests.", Throttled),
        ("error_limit", "The total API call number made by your APP has reached the daily API call limit", Throttled),
        ("error_limit", "Core server error.", Refusal),
        ("error_server", "System error. Please try again later.", Temporary),
        ("error_data", "Something wrong. Please try later. [20]", Temporary),
        ("error_network", "Inner http call failed", Temporary),
        ("error_data", "The return you queried doesn't exist.", Refusal),
        ("never_seen", "whatever", Refusal),
    ],
)
def test_what_each_error_inside_a_good_answer_means(error: str, message: str, kind: type[Fault]) -> None:
    for status in (200, 403):
        with pytest.raises(kind):
            verdict(error, message, status)


def test_a_space_in_place_of_an_error_is_success() -> None:
    verdict(" ", " ", response={})


def test_an_answer_without_an_error_but_a_bad_status_is_none() -> None:
    with pytest.raises(Permanent):
        verdict("", status=404)
    with pytest.raises(Permanent):
        judge(Answer(403, {}, b"<html>"), NOW)
    with pytest.raises(SchemaSurprise):
        judge(Answer(200, {}, b"<html>"), NOW)


@pytest.mark.parametrize(
    ("key", "value"),
    [("partner_id", "abc"), ("partner_id", ""), ("shop_id", "-1"), ("app_type", "other"), ("chat", "perhaps"),
     ("api_url", "http://shopee.example"), ("timeout_seconds", 0)],
)  # fmt: skip
def test_a_wrong_setting_is_named(lab: Lab, key: str, value: object) -> None:
    with pytest.raises(ValueError, match=key):
        read_settings({**lab.settings, key: value})
