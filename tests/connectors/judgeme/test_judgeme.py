"""What only Judge.me does: the whole list again every day, answers that cannot be looked up, the token in the address."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.contract import AnswerReview, OutcomeUnknown, Permanent, ReviewRecord
from connectors.fields import Unreadable
from connectors.sandbox.judgeme import JudgeMeSite
from connectors.services.judgeme import guesses, mapping
from store.values import DAY, HOUR, MINUTE
from tests.connectors.suite import SINCE, Lab

RAW = {
    "id": 812, "title": "Too short", "body": "The cable is 1 m.", "rating": 3, "product_external_id": 77,
    "product_handle": "usb-kabel 2m", "product_title": "USB cable 2 m", "verified": "buyer", "curated": "ok",
    "reviewer": {"id": 9, "email": " ana@example.org ", "name": "Ana"}, "created_at": "2026-11-17T01:00:00+01:00",
}  # fmt: skip


def asked(lab: Lab) -> list[int]:
    """The pages that were asked for."""
    return [int(r.arg("page")) for r in lab.site.log if r.path.endswith("/reviews")]


def test_a_review_is_read_whole() -> None:
    assert mapping.review(RAW, "https://shop.example") == ReviewRecord(
        "812", 3, 1_794_873_600_000, "The cable is 1 m.", "Too short", sku="usb-kabel 2m", author="Ana", author_id="9",
        email="ana@example.org", verified=True, product="USB cable 2 m",
        url="https://shop.example/products/usb-kabel%202m",
    )  # fmt: skip


def test_what_is_not_there_is_left_empty() -> None:
    bare = {"id": 1, "created_at": "2026-11-17T00:00:00Z", "rating": None, "verified": "nothing", "reviewer": None}
    found = mapping.review(bare, "")
    assert found is not None
    assert (found.rating, found.verified, found.url, found.sku, found.email) == (0, False, "", "", "")


@pytest.mark.parametrize("change", [{"rating": 6}, {"rating": -1}, {"rating": "five"}, {"id": None}, {"created_at": None},
                                    {"created_at": "2026-11-17T00:00:00"}, {"reviewer": "Ana"}, {"body": []}])  # fmt: skip
def test_what_cannot_be_read_is_said(change: dict[str, object]) -> None:
    with pytest.raises(Unreadable):
        mapping.review({**RAW, **change})


def test_spam_is_left_out(lab: Lab) -> None:
    site = lab.site
    assert isinstance(site, JudgeMeSite)
    spam = lab.market.reviews[0].id
    site.spam = {spam}
    assert f"review:{spam}" not in {f"review:{r.remote_id}" for r in lab.pull("reviews")[0] if isinstance(r, ReviewRecord)}


def test_what_changed_long_after_comes_within_a_day(lab: Lab) -> None:
    """Judge.me tells no changes, so the whole list is read again once a day."""
    _, cursor = lab.pull("reviews")
    old = min(lab.market.reviews, key=lambda r: r.at)
    old.rating = 5
    lab.clock.time += HOUR
    soon, cursor = lab.pull("reviews", cursor)
    assert old.id not in {getattr(r, "remote_id", "") for r in soon}
    lab.clock.time += DAY
    later, _ = lab.pull("reviews", cursor)
    assert [r.rating for r in later if isinstance(r, ReviewRecord) and r.remote_id == old.id] == [5]


def test_a_quick_round_ends_where_nothing_is_new(lab: Lab) -> None:
    now = lab.clock.time
    for n, review in enumerate(lab.market.reviews):
        review.at = now - n * 5 * DAY
    lab.site.page_cap = 1
    _, cursor = lab.pull("reviews")
    before = len(asked(lab))
    lab.clock.time += MINUTE
    lab.pull("reviews", cursor)
    assert asked(lab)[before:] == [1, 2]


def test_a_list_the_other_way_round_loses_nothing(lab: Lab) -> None:
    """That it begins with the newest is a guess."""
    whole = {getattr(r, "remote_id", "") for r in lab.pull("reviews")[0]}
    for n, review in enumerate(sorted(lab.market.reviews, key=lambda r: -r.at)):
        review.at = lab.clock.time - 80 * DAY + n * HOUR
    lab.site.page_cap = 2
    lab.clock.time += 2 * DAY
    again = {getattr(r, "remote_id", "") for r in lab.pull("reviews", since=SINCE - DAY)[0]}
    assert again == whole


def test_an_answer_is_refused_before_it_leaves_where_it_cannot_be(lab: Lab) -> None:
    good = lab.case.commands(lab)["reviews"]
    assert isinstance(good, AnswerReview)
    passed: list[int] = []
    for wrong in (replace(good, text=" "), replace(good, text="x" * (guesses.LONGEST + 1)), replace(good, review_id="../1")):
        with pytest.raises(Permanent):
            lab.connect().send(wrong, lambda: passed.append(1))
    assert not passed
    assert not [r for r in lab.site.log if r.method == "POST"]


def test_what_became_of_an_answer_nobody_guesses(lab: Lab) -> None:
    for command in lab.case.commands(lab).values():
        with pytest.raises(OutcomeUnknown, match="look at the review there"):
            lab.connect().find(command)


def test_private_words_are_not_shown_to_everybody(lab: Lab) -> None:
    command = lab.case.commands(lab)["reply"]
    lab.connect().send(command, lambda: None)
    assert not any(r.reply for r in lab.market.reviews)


@pytest.mark.parametrize(("said", "meant"), [("HTTPS://Nordlicht.myshopify.com/", True), ("nordlicht", False),
                                             ("nordlicht.myshopify.com/admin", False), ("", False)])  # fmt: skip
def test_the_shop_is_a_name(lab: Lab, said: str, meant: bool) -> None:
    if meant:
        assert lab.connect(shop_domain=said).test().ok
    else:
        with pytest.raises(ValueError, match="shop_domain"):
            lab.connect(shop_domain=said)


@pytest.mark.parametrize("cursor", ["nonsense", "[]", "null", '{"other": 1}'])
def test_a_cursor_nobody_knows_begins_anew(lab: Lab, cursor: str) -> None:
    assert lab.pull("reviews", cursor)[0]
