"""What the fuzzer found, and cases of the same kinds written by hand: read or refused, and nothing else."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bench.fuzz_reading import mail, small, trouble
from desk.reading import tracking
from desk.reading.parse import read_mail

FOUND = sorted((Path(__file__).parent / "found").glob("*.eml"))


@pytest.mark.parametrize("path", FOUND, ids=lambda p: p.stem)
def test_found_cases_stay_fixed(path: Path) -> None:
    assert trouble(path.read_bytes()) == ""


@pytest.mark.parametrize("seed", range(25))
def test_hostile_mail_is_read_or_refused(seed: int) -> None:
    assert trouble(mail(random.Random(f"test/{seed}"))[:50_000]) == ""


def test_a_found_case_is_cut_down_to_what_matters() -> None:
    assert small(b"x" * 500 + b"!" + b"y" * 500, lambda raw: "bad" if b"!" in raw else "") == b"!"


def test_boundaries_that_close_each_other_are_shown_as_they_came() -> None:
    raw = b'From: Ann\nContent-Type: multipart/mixed; boundary="a"\n\n--a--\nWhere is my parcel?\n--a--\n'
    assert "Where is my parcel?" in read_mail(raw).text


def test_a_sender_without_an_address_keeps_the_name() -> None:
    assert read_mail(b"From: Ann Buyer\n\nhello\n").sender == ("Ann Buyer", "")


@pytest.mark.parametrize(
    "number",
    ["+49 170 1234567", "DE89 3704 0044 0532 0130 00", "4111 1111 1111 1111", "123-1234567-1234567", "4006381333931"],
)
def test_phones_accounts_cards_and_orders_are_no_parcels(number: str) -> None:
    assert tracking.find(f"Where is my parcel? Mine is {number}, thanks.") == ()
