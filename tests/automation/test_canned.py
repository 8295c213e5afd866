"""Canned replies of other helpdesks come in once, cleaned, with their placeholders in our words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk import template_book
from desk.automation import canned
from desk.automation.placeholders import ours
from desk.automation.templates import fill
from desk.automation.variants import Variant
from store.errors import Invalid
from tests.desk.small import Desk

ZENDESK = json.dumps({
    "macros": [
        {"id": 1, "title": "Refund::Sent", "actions": [
            {"field": "status", "value": "solved"},
            {"field": "comment_value_html", "value": "<p>Hi {{ticket.requester.first_name}},</p><p>done &amp; sent.</p>"},
        ]},
        {"id": 2, "title": "No text", "actions": [{"field": "status", "value": "open"}]},
        {"id": 3, "title": "Chat", "actions": [{"field": "comment_value", "value": ["channel:all", "Bye {{foo.bar}}"]}]},
    ]
})  # fmt: skip
GORGIAS = json.dumps({
    "data": [{"name": "Where", "language": "fr", "actions": [
        {"name": "setResponseText", "arguments": {
            "body_text": "Bonjour {{ticket.customer.firstname}}, colis {{ticket.customer.integrations.shopify"
                         ".orders[0].fulfillments[0].tracking_number}}",
            "body_html": "<div>x</div>"}}]}],
})  # fmt: skip
FRESHDESK = (
    "\ufefftitle;content;locale;category\n"
    '"Broken";"<div>Hallo {{ticket.requester.firstname | default: \'du\'}},<br>bitte Fotos.</div>";de;damaged\n'
    '"Broken";"Hello {{ticket.requester.firstname}}, photos please.";en_GB;"damaged, Vip"\n'
    ";no title;en;\n"
)


def came(desk: Desk, text: str) -> list[canned.Came]:
    with desk.acting() as unit:
        return canned.bring_in(unit, canned.read(text, "file"))


def texts(desk: Desk, ident: str) -> dict[str, str]:
    return {v.language: v.text for v in template_book.read(desk.store.conn, ident).variants}


def test_zendesk_macros(desk: Desk) -> None:
    first, second = came(desk, ZENDESK)
    assert (first.state, first.id, first.unknown) == ("new", "refund_sent", ())
    assert texts(desk, "refund_sent")["en"].replace("\n\n", "\n") == "Hi {{customer.first_name}},\ndone & sent."
    assert (second.id, second.unknown) == ("chat", ("foo.bar",))
    assert not fill(next(iter(texts(desk, "chat").values())), {}).sendable


def test_gorgias_macros(desk: Desk) -> None:
    (one,) = came(desk, GORGIAS)
    assert one.languages == ("fr",)
    assert texts(desk, one.id) == {"fr": "Bonjour {{customer.first_name}}, colis {{shipment.tracking}}"}


def test_a_freshdesk_csv_with_languages_and_categories(desk: Desk) -> None:
    (one,) = came(desk, FRESHDESK)
    assert (one.id, one.languages) == ("broken", ("de", "en-GB"))
    assert texts(desk, "broken") == {
        "de": 'Hallo {{customer.first_name|or:"du"}},\nbitte Fotos.',
        "en-GB": "Hello {{customer.first_name}}, photos please.",
    }
    assert template_book.read(desk.store.conn, "broken").suits == ("damaged",)


def test_again_is_no_double_a_new_text_comes_and_an_edit_here_stays(desk: Desk) -> None:
    came(desk, FRESHDESK)
    count = desk.count("template")
    assert [c.state for c in came(desk, FRESHDESK)] == ["same"]
    newer = FRESHDESK.replace("bitte Fotos", "bitte zwei Fotos")
    assert [c.state for c in came(desk, newer)] == ["changed"]
    assert "zwei" in texts(desk, "broken")["de"]
    with desk.acting() as unit:
        edited = template_book.with_text(template_book.read(unit.conn, "broken"), Variant("de", "Unser Text"))
        template_book.save(unit, edited)
    assert [c.state for c in came(desk, FRESHDESK)] == ["kept"]
    assert texts(desk, "broken")["de"] == "Unser Text"
    assert desk.count("template") == count


def test_one_called_like_a_shipped_template_does_not_replace_it(desk: Desk) -> None:
    (one,) = came(desk, '[{"name": "Ack", "text": "Hello there, we have it."}]')
    assert one.id == "ack_2"
    assert len(template_book.read(desk.store.conn, "ack").variants) == 8


def test_one_that_cannot_be_taken_is_told_and_the_others_come(desk: Desk) -> None:
    rows = [{"title": "Long", "body": "x" * 20_001}, {"title": "Good", "body": "Hello"}]
    assert [(c.state, c.name) for c in came(desk, json.dumps(rows))] == [("refused", "Long"), ("new", "Good")]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('[{"title": "x", ]', "line 1, column 17"),
        ("", "0 canned replies"),
        ("[" * 100_000, "nested too deeply"),
        ("a,b\n1,2\n", "0 canned replies"),
        ('title,body\n"x","' + "y" * 200_000 + '"\n', "cannot be read at line"),
    ],
)
def test_a_file_that_is_none_says_why(text: str, what: str) -> None:
    with pytest.raises(Invalid, match=what):
        canned.read(text, "file")


@pytest.mark.parametrize(
    ("theirs", "text", "unknown"),
    [
        ("{{ticket.requester.first_name}}", "{{customer.first_name}}", ()),
        ("{{ Customer.FirstName }}", "{{customer.first_name}}", ()),
        ("{{ticket.id}} {{current_user.name}}", "{{ticket.id}} {{agent.name}}", ()),
        ('{{customer.name | default: "there" | upcase}}', '{{customer.name|upper|or:"there"}}', ()),
        ("{%customer.firstName,fallback=friend%}", '{{customer.first_name|or:"friend"}}', ()),
        ("{{order.number|or:\"x\"}}", '{{order.number|or:"x"}}', ()),
        ("{{secret}}", "{{secret}}", ("secret",)),
        ("{% if x %}a{% endif %}", "{{% if x %}}a{{% endif %}}", ("{% if x %}", "{% endif %}")),
        ("{{customer.name | default: \"{{x\"}}", "{{customer.name | default: \"{{x\"}}", ("x\"",)),
        ("{{customer.name | truncate: 3}}", "{{customer.name}}", ("customer.name | truncate: 3",)),
    ],
)  # fmt: skip
def test_placeholders_of_other_helpdesks(theirs: str, text: str, unknown: tuple[str, ...]) -> None:
    assert ours(theirs) == (text, unknown)


@given(st.text(st.sampled_from('{}%|:". ab'), max_size=60))
def test_logic_that_is_not_understood_never_leaves(text: str) -> None:
    mapped = ours(text)
    if any(u.startswith("{%") for u in mapped.unknown):
        assert not fill(mapped.text, {}).sendable


@given(st.text(max_size=300))
def test_no_file_breaks_the_reader(text: str) -> None:
    try:
        found = canned.read(text, "file")
    except Invalid:
        return
    assert found
