"""Filling, choosing and judging templates, and the ones that ship."""

from __future__ import annotations

import re
import time
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.automation.library import shipped_templates, template_from, template_from_text
from desk.automation.lint import lint
from desk.automation.templates import MAX_TEXT, fill, tags
from desk.automation.variables import ALIASES, VARIABLES
from desk.automation.variants import Variant, fallback_chain, pick_variant
from store.errors import Invalid, NotFound

FACTS = {"customer.first_name": "Ana", "order.number": "701-2245889-1234567", "shop.name": "Nordlicht"}


def said(text: str, *platforms: str) -> list[str]:
    return [f.what.english() for f in lint(text, platforms)]


# Filling ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hello {{customer.first_name}}!", "Hello Ana!"),
        ("{{ customer.first_name }}", "Ana"),
        ('{{customer.name|or:"there"}}', "there"),
        ('{{customer.first_name|or:"there"}}', "Ana"),
        ('{{customer.name|upper|or:"a|b: c"}}', "a|b: c"),
        ("{{customer.first_name|upper}}", "ANA"),
        ('{{shop.name|limit:"5"}}', "Nord…"),
        ("{{shop.name|mask}}", "N******t"),
        ("{{订单.编号}}", "701-2245889-1234567"),
        ("{{客户.姓名｜or：“您”}}", "您"),
        ("a { b } {c}", "a { b } {c}"),
    ],
)
def test_variables_filters_and_fallbacks(text: str, filled: str) -> None:
    assert fill(text, FACTS).text == filled
    assert fill(text, FACTS).sendable


def test_a_missing_value_stays_visible_is_named_once_and_blocks_sending() -> None:
    filled = fill("{{shipment.tracking}} {{ shipment.tracking|upper }} {{shop.name}} {{nonsense!}}", FACTS)
    assert filled.text == "{{shipment.tracking}} {{ shipment.tracking|upper }} Nordlicht {{nonsense!}}"
    assert filled.missing == ("shipment.tracking", "nonsense!")
    assert not filled.sendable
    assert fill("{{order.number}}", {"order.number": "  "}).missing == ("order.number",)


def test_what_a_buyer_wrote_is_never_read_as_a_template() -> None:
    filled = fill("{{ticket.subject}}", {"ticket.subject": "{{order.number}} {{x", "order.number": "1"})
    assert (filled.text, filled.missing) == ("{{order.number}} {{x", ())


@pytest.mark.parametrize(
    "text",
    [
        "{{shop.__class__}}",
        "{{shop.name.upper}}",
        "{{shop[name]}}",
        "{{1+1}}",
        '{{shop.name|eval:"1"}}',
        "{{shop.name|or:there}}",
        "{{% for x %}}",
    ],
)
def test_nothing_but_names_and_known_filters_is_understood(text: str) -> None:
    filled = fill(text, FACTS)
    assert filled.text == text
    assert filled.missing


def test_control_characters_of_a_value_reach_no_terminal() -> None:
    assert "\x1b" not in fill("{{order.number}}", {"order.number": "\x1b]52;c;x\x07"}).text


def test_size_is_capped_and_said() -> None:
    filled = fill("{{order.items}}" * 40, {"order.items": "x" * 100_000})
    assert (len(filled.text), filled.truncated, filled.sendable) == (MAX_TEXT, True, False)


def test_hostile_braces_take_no_time() -> None:
    began = time.process_time()
    for text in ("{" * 50_000, "{{a" * 15_000, '{{a|or:"' * 8_000, "{{" + "a|" * 25_000 + "}}"):
        fill(text, {})
        lint(text, ["amazon"])
    assert time.process_time() - began < 5


@given(st.text(max_size=200), st.dictionaries(st.sampled_from(sorted(VARIABLES)), st.text(max_size=50), max_size=5))
def test_any_text_fills_without_failing(text: str, facts: dict[str, str]) -> None:
    filled = fill(text, facts)
    assert bool(filled.missing) <= ("{{" in filled.text)


# Choosing ---------------------------------------------------------------------------------------------

TEXTS = [
    Variant("en", "English"),
    Variant("de", "German"),
    Variant("zh-CN", "Simplified"),
    Variant("pt", "Portuguese"),
    Variant("de", "German for Amazon", platform="amazon"),
    Variant("de", "German for Austria", country="AT"),
]


@pytest.mark.parametrize(
    ("language", "country", "platform", "text", "how"),
    [
        ("de", "DE", "ebay", "German", "in de"),
        ("de", "AT", "ebay", "German for Austria", "in de, made for AT"),
        ("de", "AT", "amazon", "German for Amazon", "in de, made for amazon"),
        ("pt-BR", "BR", "", "Portuguese", "in pt, the nearest to pt-BR"),
        ("zh-TW", "TW", "", "Simplified", "in zh-CN, the nearest to zh-TW"),
        ("nl", "NL", "", "English", "in en; there is no text in nl"),
        ("", "", "", "English", "in en; the buyer's language is not known"),
    ],
)
def test_the_nearest_text_is_used_and_says_so(language: str, country: str, platform: str, text: str, how: str) -> None:
    variant, reason = pick_variant(TEXTS, language, country, platform)
    assert (variant.text, reason.english()) == (text, how)


def test_a_text_for_another_platform_is_never_used() -> None:
    with pytest.raises(NotFound, match="no text for de"):
        pick_variant([Variant("de", "x", platform="amazon")], "de", "DE", "ebay")


def test_the_chain_of_languages_is_visible() -> None:
    assert fallback_chain(TEXTS, "pt-BR") == ("pt", "en", "de", "zh-CN")


# Judging ----------------------------------------------------------------------------------------------


def test_a_variable_in_single_braces_is_told_before_a_buyer_reads_it() -> None:
    (found,) = lint('Hello {customer.first_name|there}, {{order.number}} {your.own} {a} {')
    assert (found.severity, found.start) == ("error", 6) and "two braces" in found.what.english()


def test_unknown_and_broken_variables_are_found_where_they_stand() -> None:
    text = "Hi {{customer.fist_name}} {{order.number|shout}} {{open"
    found = lint(text)
    assert [f.what.english() for f in found] == [
        "customer.fist_name is not known; did you mean customer.first_name?",
        "{{order.number|shout}} is not a variable with filters",
        "a brace is missing its partner",
    ]
    assert [text[f.start : f.end] for f in found] == ["{{customer.fist_name}}", "{{order.number|shout}}", "{{"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("See https://example.com/x", "links"),
        ("see shop-name.com for more", "links"),
        ("write to help@example.org", "e-mail addresses"),
        ("Call +49 30 1234567", "telephone numbers"),
        ("电话 13812345678", "telephone numbers"),
        ("Please leave a positive review", "praise"),
        ("麻烦给个好评", "praise"),
        ("{{shop.email}}", "contact data"),
    ],
)
def test_what_amazon_and_ebay_forbid(text: str, what: str) -> None:
    for platform in ("amazon", "ebay"):
        findings = said(text, platform)
        assert len(findings) == 1
        assert what in findings[0]
        assert findings[0].startswith(platform)
    assert said(text, "shopify") == []


@pytest.mark.parametrize(
    "text", ["Order 701-2245889-1234567 of 2026-11-22", "eBay 12-34567-12345", "3 of 10 for 29,90 EUR", "Ende. Es geht"]
)
def test_order_numbers_dates_and_amounts_are_no_contact_data(text: str) -> None:
    assert said(text, "amazon", "ebay") == []


def test_a_text_too_long_for_the_platform_is_told() -> None:
    assert said("x" * 2001, "amazon") == ["2001 characters; amazon takes 2000"]


# What ships -------------------------------------------------------------------------------------------

LANGUAGES = {"en", "zh-CN", "de", "fr", "es", "ja", "it", "pt"}
IDS = (
    "ack in_transit stalled delay_notice delivered_missing remedy_offer photo_request defect_triage warranty mismatch "
    "missing_part size_exchange return_approved withdrawal_ack return_inspected refund_done partial_offer "
    "refund_declined cancel_reply address_confirm customs_info invoice_send safety_stop dispute_evidence "
    "review_neutral return_howto apology note_handover note_first_look"
).split()
TYPES = set(
    "shipping_status not_received damaged defective quality not_as_described wrong_item missing_parts size_fit "
    "incompatible changed_mind cancel address return_exchange refund customs_tax invoice_payment counterfeit_safety "
    "usage_warranty dispute_review other".split()
)


def test_27_templates_and_two_notes_ship_in_eight_languages() -> None:
    assert set(shipped_templates()) == set(IDS)
    assert {t.id for t in shipped_templates().values() if t.internal} == {"note_handover", "note_first_look"}
    for template in shipped_templates().values():
        general = [v for v in template.variants if not v.platform and not v.country]
        assert {v.language for v in general} == LANGUAGES, template.id
        assert len(general) == len(LANGUAGES)
        assert set(template.suits) <= TYPES
        assert template.when
        assert template.name("zh_CN") != template.name("en")
        assert template.name("fr") == template.name("en")


@pytest.mark.parametrize("name", IDS)
def test_shipped_texts_pass_every_platform_s_rules(name: str) -> None:
    for variant in shipped_templates()[name].variants:
        assert said(variant.text, "amazon", "ebay") == [], variant.language


@pytest.mark.parametrize("name", IDS)
def test_every_language_says_the_same_facts(name: str) -> None:
    """Only the form of address differs: which of the buyer's names a language uses."""
    facts = [
        {t.path for t in tags(v.text) if not t.path.startswith("customer.")} for v in shipped_templates()[name].variants
    ]
    assert all(f == facts[0] for f in facts)


@pytest.mark.parametrize("name", IDS)
def test_shipped_texts_are_in_the_language_they_claim(name: str) -> None:
    for variant in shipped_templates()[name].variants:
        bare = re.sub(r"\{\{[^}]*\}\}", "", variant.text)
        kana = bool(re.search(r"[\u3040-\u30ff]", bare))
        han = bool(re.search(r"[\u4e00-\u9fff]", bare))
        assert (kana, han) == {"ja": (True, True), "zh-CN": (False, True)}.get(variant.language, (False, False))


def test_a_shipped_template_fills_and_sends() -> None:
    template = shipped_templates()["refund_done"]
    variant, _ = pick_variant(template.variants, "de-AT", "AT", "amazon")
    facts = {**FACTS, "case.amount": "EUR 12.90", "promise.refund_days": "5"}
    filled = fill(variant.text, facts)
    assert filled.sendable
    assert "EUR 12.90" in filled.text
    assert fill(variant.text, FACTS).missing == ("case.amount", "promise.refund_days")


def test_chinese_aliases_lead_to_known_names() -> None:
    assert set(ALIASES.values()) <= set(VARIABLES)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"variables": ["shop.name", "order.total"]}, "order.total"),
        ({"variables": []}, "shop.name"),
        ({"review": "soon"}, "review"),
        ({"text": {}}, "text"),
        ({"text": {"en": 3}}, "text"),
        ({"names": {}}, "names"),
        ({"loop": 1}, "loop"),
        ({"variant": [{"language": "en"}]}, "variant"),
        ({"variant": [{"language": "en", "text": "{{shop.name}} twice"}]}, "variant"),
        ({"variant": [{"language": "en", "text": "x", "country": "USA"}]}, "country"),
        ({"variant": [{"language": "English", "text": "x"}]}, "language"),
        ({"suits": "damaged"}, "suits"),
    ],
)
def test_a_wrong_template_names_the_key(change: dict[str, object], what: str) -> None:
    good = (
        'id = "mine"\nnames = { en = "Mine" }\nvariables = ["shop.name"]\nreview = 2027-01-01\n'
        'text = { en = "{{shop.name}}" }'
    )
    table = {**_table(good), **change}
    with pytest.raises(Invalid) as caught:
        template_from(table)
    assert what in caught.value.english()
    assert "mine" in caught.value.english()
    assert template_from_text(good).variants == (Variant("en", "{{shop.name}}"),)


def test_a_template_that_is_no_toml_names_line_and_column() -> None:
    with pytest.raises(Invalid, match="line 2, column"):
        template_from_text('id = "x"\ntext = {')


def _table(text: str) -> dict[str, object]:
    return tomllib.loads(text)
