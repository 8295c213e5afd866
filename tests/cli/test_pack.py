"""`deskhand pack`: rules for a whole matter, shown and tried before they act."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Cli

ALWAYS = "--days", "3000"  # the tickets of `shop` are of 2023


@pytest.fixture
def grouped(shop: Cli) -> Cli:
    """The desk with three tickets and two groups."""
    for ident in ("after_sales", "senior"):
        assert shop("group", "add", ident, "members=ana").code == 0
    return shop


def test_packs_are_listed_with_what_has_to_be_chosen(grouped: Cli) -> None:
    rows = {r["id"]: r for r in grouped("pack", "list", "--json").json["packs"]}
    assert rows["dispatch-type"]["needs"] == [] and rows["dispatch-type"]["state"] == ""
    assert rows["key-buyers"]["needs"] == ["person"]
    assert rows["promotion"]["needs"] == ["from", "until", "weights"]


def test_a_pack_is_shown_with_its_rules(grouped: Cli) -> None:
    found = grouped("pack", "show", "dispatch-type", "logistics=senior", "--json").json
    assert found["schema"] == "deskhand/pack/1"
    assert {c["id"]: c["value"] for c in found["choices"]} == {
        "group": "after_sales", "quality": "after_sales", "logistics": "senior", "size": "after_sales",
        "returns": "after_sales", "experts": None,
    }  # fmt: skip
    assert [r["id"] for r in found["rules"]][:2] == ["dispatch.quality", "dispatch.logistics"]
    page = grouped("pack", "show", "acknowledge").out
    assert "Tells a buyer once" in page and 'id = "acknowledge.first"' in page
    assert "按问题类型分派" in grouped("--lang", "zh_CN", "pack", "show", "dispatch-type").out


def test_it_is_tried_then_enabled_then_disabled(grouped: Cli) -> None:
    tried = grouped("pack", "test", "dispatch-type", *ALWAYS, "--json").json
    assert tried["tried"] == 3 and len(tried["rules"]) == 4
    dry = grouped("pack", "enable", "dispatch-type", *ALWAYS, "--dry-run", "--json").json
    assert dry["schema"] == "deskhand/rule-test/1"
    assert grouped("rule", "list", "--json").json["rules"] == []
    asked = grouped("pack", "enable", "dispatch-type", *ALWAYS)
    assert asked.code != 0 and "arrived since" in asked.err + asked.out
    done = grouped("pack", "enable", "dispatch-type", "--state", "shadow", "--yes", "--json").json
    assert done["rules"] == ["dispatch.quality", "dispatch.logistics", "dispatch.size", "dispatch.returns"]
    assert {r["state"] for r in grouped("rule", "list", "--json").json["rules"]} == {"shadow"}
    assert grouped("pack", "enable", "dispatch-type", "--yes").code == 0
    assert grouped("pack", "disable", "dispatch-type", "--json").json["rules"] == done["rules"]
    assert {r["state"] for r in grouped("rule", "list", "--json").json["rules"]} == {"off"}


def test_what_it_sets_beside_rules_is_said(grouped: Cli) -> None:
    found = grouped("pack", "enable", "key-buyer-clocks", "--yes")
    assert "clock shop.vip: switched on" in found.out + found.err
    found = grouped("pack", "enable", "promotion", "from=2026-11-27", "until=2026-11-30", "weights=ana:3", "--yes")
    assert "group after_sales, promotions" in found.out + found.err


@pytest.mark.parametrize(
    ("words", "said"),
    [(("key-buyers",), "person"), (("dispatch-tipe",), "dispatch-type"), (("acknowledge", "platforms=amazon"), "amazon"),
     (("acknowledge", "platforms"), "KEY=VALUE")],
)  # fmt: skip
def test_what_does_not_fit_is_refused_and_said(grouped: Cli, words: tuple[str, ...], said: str) -> None:
    found = grouped("pack", "enable", *words, "--yes")
    assert found.code != 0 and said in found.err
    assert grouped("rule", "list", "--json").json["rules"] == []
