"""What a template may say, what of a buyer's text can never do harm, and its form as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.automation.library import (
    findings,
    shipped_templates,
    template_from,
    template_from_text,
    template_toml,
)
from desk.automation.lint import lint, unfilled
from desk.automation.templates import fill
from desk.automation.variables import VARIABLES, register
from store.errors import Invalid

FACTS = {"customer.first_name": "Ana", "order.number": "701-2245889-1234567", "shop.name": "Nordlicht"}
PATHS = st.sampled_from(sorted(VARIABLES))


def said(text: str, platform: str) -> list[str]:
    return [f.what.english() for f in lint(text, [platform])]


# Filling ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", ["{{secret}}", "{{ticket.__dict__}}", "{{config.password}}", "{{客户.密码}}"])
def test_a_name_nobody_gave_out_keeps_the_reply_back(secret: str) -> None:
    filled = fill(f"Hi {secret}", FACTS)
    assert filled.text == f"Hi {secret}"
    assert not filled.sendable


@given(st.dictionaries(PATHS, st.text(st.characters(categories=("L", "N")), min_size=1, max_size=40), max_size=6))
def test_a_value_is_inserted_and_never_filled_itself(facts: dict[str, str]) -> None:
    hostile = {path: value + "{{shop.email}}" for path, value in facts.items() if path != "shop.email"}
    text = "|".join("{{" + path + "}}" for path in hostile)
    filled = fill(text, {**hostile, "shop.email": "secret@shop.example"})
    assert "secret@shop.example" not in filled.text
    assert filled.text.count("{{shop.email}}") == len(hostile)
    assert filled.sendable


@given(st.lists(PATHS, max_size=8), st.sets(PATHS, max_size=8))
def test_missing_is_exactly_what_has_no_value(paths: list[str], known: set[str]) -> None:
    filled = fill(" ".join("{{" + p + "}}" for p in paths), dict.fromkeys(known, "x"))
    assert filled.missing == tuple(dict.fromkeys(p for p in paths if p not in known))
    assert filled.sendable == (not filled.missing)


# Judging ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Here is a coupon for you", "advertising"),
        ("Ihr Gutschein", "advertising"),
        ("送您一张优惠券", "advertising"),
        ("Buy on our website next time", "elsewhere"),
        ("加微信聊", "elsewhere"),
        ("message us on WhatsApp", "elsewhere"),
        ("Außerhalb von eBay geht es schneller", "elsewhere"),
    ],
)
def test_advertising_and_dealing_elsewhere(text: str, what: str) -> None:
    for platform in ("amazon", "ebay"):
        assert [what in finding for finding in said(text, platform)] == [True]
    assert said(text, "shopify") == []


def test_amazon_takes_no_bare_thanks_and_nobody_a_note_of_absence() -> None:
    assert said("Thank you for your order!", "amazon") == ["amazon forbids messages that only say thanks"]
    assert said("Thank you for your order!", "ebay") == []
    (finding,) = lint("We are on holiday until Monday; we will look at {{order.number}} then.", ["ebay"])
    assert (finding.severity, "absence" in finding.what.english()) == ("warning", True)


def test_a_misspelt_variable_is_refused_where_it_stands_in_the_file() -> None:
    text = "id = 'x'\nnames = { en = 'X' }\n[text]\nen = '''\nHello\nyou, {{order.nmber}}\n'''\n"
    with pytest.raises(Invalid, match=r"x, en, line 6, column 6: order.nmber is not known; did you mean order.number"):
        template_from_text(text)


def test_what_amazon_forbids_is_refused_in_a_text_for_amazon_and_told_of_a_general_one() -> None:
    table = {"id": "x", "names": {"en": "X"}, "text": {"en": "Write to a@b.example"}}
    (general,) = [f for _v, f in findings(template_from(table)) if "amazon" in f.what.english()]
    assert general.severity == "warning"
    row = {"language": "en", "platform": "Amazon", "text": "Write to a@b.example"}
    (special,) = [f for _v, f in findings(template_from({**table, "text": {}, "variant": [row]}))]
    assert special.severity == "error"


@pytest.mark.parametrize("name", sorted(shipped_templates()))
def test_no_shipped_text_is_found_fault_with(name: str) -> None:
    assert findings(shipped_templates()[name]) == []


def test_the_acknowledgement_leaves_no_marketplace_in_any_language() -> None:
    facts = {**FACTS, "promise.reply_by": "2026-11-18 14:00 UTC", "customer.name": "Ana"}
    for variant in shipped_templates()["ack"].variants:
        filled = fill(variant.text, facts)
        assert filled.sendable
        assert "2026-11-18 14:00 UTC" in filled.text
        for platform in ("amazon", "ebay"):
            assert said(filled.text, platform) == []


def test_names_of_rooms_that_are_not_there_yet_are_known_and_told() -> None:
    assert unfilled('{{case.amount}} {{order.number}} {{promise.policy|or:"x"}}') == ("case.amount",)
    assert lint("{{case.amount}}") == []
    with pytest.raises(Invalid, match="no name for a variable"):
        register("Case Amount", "x", lambda thread: "")


# Text form --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(shipped_templates()))
def test_toml_and_back_is_the_same_template(name: str) -> None:
    template = shipped_templates()[name]
    assert template_from_text(template_toml(template)) == template
    assert template_from(template.body()) == template


WORDS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp")), min_size=1, max_size=60).filter(
    lambda text: bool(text.strip()) and "{{" not in text and "}}" not in text
)


@given(st.dictionaries(st.sampled_from(["en", "de", "zh-CN", "pt-BR"]), WORDS, min_size=1), WORDS, WORDS)
def test_any_text_survives_toml(texts: dict[str, str], name: str, special: str) -> None:
    row = {"language": "fr", "country": "ca", "text": f"{special}\n'''\n{special}"}
    made = template_from({"id": "x", "names": {"en": name}, "text": texts, "variant": [row]})
    assert template_from(_read(template_toml(made))) == made


def _read(text: str) -> dict[str, object]:
    import tomllib

    return tomllib.loads(text)
