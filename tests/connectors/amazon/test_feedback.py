"""Seller feedback, read from its report. What is the same for reviews of all platforms is in the contract suite."""

from __future__ import annotations

import pytest

from connectors.amazon.guesses import MARKETPLACES
from connectors.amazon.reports import day, feedback, rows
from connectors.contract import Permanent, ReviewRecord
from store.values import DAY
from tests.connectors.suite import SINCE, Lab, names

GERMANY, AMERICA = MARKETPLACES["A1PA6795UKMFR9"], MARKETPLACES["ATVPDKIKX0DER"]


def wanted(lab: Lab, since: int = SINCE) -> set[str]:
    return set(lab.case.expected(lab, since)["reviews"])


def test_all_of_it_comes_once(lab: Lab) -> None:
    records, _ = lab.pull("reviews")
    assert names(records) == wanted(lab)
    assert len(records) == len(names(records)) >= 2
    known = {r.order.number: r for r in lab.site.papers.reviewed(SINCE, lab.clock.time)}
    for record in records:
        assert isinstance(record, ReviewRecord)
        review = known[record.order_id]
        assert (record.rating, record.author_id) == (review.rating, review.order.buyer.address.lower())
        assert record.text.split() == review.text.split()
        assert record.at == review.at // DAY * DAY


def test_headings_of_other_languages_are_known() -> None:
    head = "Datum\tBewertung\tKommentare\tIhre Antwort\tBestellnummer\tE-Mail des Bewerters"
    text = f"{head}\r\n03.11.25\t2\tKaputt\t\t306-1-1\tA@x\r\n"
    (row,) = rows(text)
    record = feedback(row, GERMANY)
    assert (record.rating, record.text, record.order_id, record.author_id, record.reply) == (2, "Kaputt", "306-1-1", "a@x", "")
    assert record.lang == "de"


@pytest.mark.parametrize(("written", "country"), [("11/03/25", "US"), ("03/11/25", "DE"), ("03/11/2025", "GB"),
                                                  ("03-Nov-2025", "DE"), ("2025-11-03", "FR"), ("25/11/03", "JP")])  # fmt: skip
def test_days_are_read_as_the_country_writes_them(written: str, country: str) -> None:
    assert day(written, country) == 1_762_128_000_000
    with pytest.raises(ValueError, match="date"):
        day("soon", country)


def test_a_report_of_no_rows_is_empty() -> None:
    assert rows("") == rows("a\tb\n") == []


def test_an_answer_to_feedback_is_refused(lab: Lab) -> None:
    from connectors.contract import AnswerReview

    with pytest.raises(Permanent, match="Seller Central"):
        lab.connect().send(AnswerReview("k", "306-1", "Thanks"), lambda: None)
