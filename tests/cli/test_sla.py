"""`deskhand sla`: policies, presets and calendars changed from the line, and clocks that say why they run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from desk.clocks import presets
from tests.cli.conftest import Cli


def rows(found: list[dict[str, object]]) -> dict[object, dict[str, object]]:
    return {row["id"]: row for row in found}


def test_a_preset_is_put_in_force_and_says_what_is_doubtful(desk: Cli) -> None:
    made = desk("sla", "enable", "amz.msg", "--json")
    assert (made.code, made.json["target"], made.json["enabled"]) == (0, "24h", True)
    assert rows(desk("sla", "presets", "--platform", "amazon", "--json").json["presets"])["amz.msg"]["enabled"]
    assert "from memory" in desk("sla", "enable", "jd.chat").err
    assert "never starts" in desk("sla", "enable", "amz.safet").err
    assert "amz.msg" in rows(desk("sla", "list", "--json").json["policies"])
    assert desk("sla", "disable", "amz.msg").out == "amz.msg is not in force.\n"
    assert "amz.msg" not in rows(desk("sla", "list", "--json").json["policies"])
    assert "amz.msg" in rows(desk("sla", "list", "--all", "--json").json["policies"])


def test_a_site_has_the_rule_of_its_site(desk: Cli) -> None:
    refused = desk("sla", "enable", "shp.return")
    assert refused.code == 1 and "name a country" in refused.err
    assert desk("sla", "enable", "shp.return", "--country", "BR", "--json").json["target"] == "3cd"
    assert desk("sla", "enable", "shp.return", "--country", "SG", "--json").json["target"] == "2cd"
    both = rows(desk("sla", "list", "--json").json["policies"])
    assert {"shp.return.br", "shp.return.sg"} <= set(both)
    assert both["shp.return.br"]["calendar"] == "sao-paulo-days"


def test_the_other_target_a_platform_allows(desk: Cli) -> None:
    assert desk("sla", "enable", "tts.chat_us", "--alternative", "--json").json["target"] == "24h mon 12:00"
    assert desk("sla", "enable", "amz.msg", "--alternative").code == 2


def test_a_preset_past_its_check_date_says_so(desk: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presets, "RECHECK_DAYS", -10_000)
    assert "was last checked on 2026-11-22" in desk("sla", "enable", "amz.msg").err
    found = rows(desk("sla", "presets", "--json").json["presets"])
    assert "may have changed" in str(found["ebay.return"]["doubt"])
    assert len(found) == 34 and all(row["source"] for row in found.values())
    assert "No deadline of temu" in desk("sla", "presets", "--platform", "temu").err


def test_a_policy_is_changed_and_made_and_a_wrong_one_stays_out(desk: Cli) -> None:
    assert desk("sla", "set", "shop.email", "target=3h", "warn=50%,80%").code == 0
    found = rows(desk("sla", "list", "--json").json["policies"])["shop.email"]
    assert (found["target"], found["warn"]) == ("3h", ["50%", "80%"])
    made = desk("sla", "set", "night", "kind=resolution", "target=9h", "pauses=pending,on_hold", "scope=tag:night")
    assert made.code == 0, made.err
    assert rows(desk("sla", "list", "--json").json["policies"])["night"]["pauses"] == ["on_hold", "pending"]
    for words, said in (
        (["shop.email", "target=soon"], "target cannot be 'soon'"), (["shop.email", "scope=tag:("], "olumn"),
        (["nothing", "target=1h"], "There is no policy nothing"), (["shop.email", "tarjet=1h"], "Did you mean target?"),
        (["shop.email", "calendar=mars"], "There is no calendar mars"), (["shop.email", "pauses=pending"], "cannot be paused"),
    ):  # fmt: skip
        refused = desk("sla", "set", *words)
        assert refused.code and said in refused.err, refused.err
    assert rows(desk("sla", "list", "--json").json["policies"])["shop.email"]["target"] == "3h"


def test_open_tickets_follow_and_say_why(shop: Cli) -> None:
    assert [c["policy"] for c in shop("sla", "show", "1", "--json").json["clocks"]] != ["strict"]
    assert shop("sla", "set", "strict", "kind=first_response", "target=1m", "name=Strict").code == 0
    (clock,) = shop("sla", "show", "1", "--json").json["clocks"]
    assert clock["policy"] == "strict" and "“Strict” applies: 1 min" in clock["why"]
    assert "Strict" in shop("sla", "show", "#1").out
    assert shop("sla", "show", "99").code == 1


def test_calendars_take_holidays_and_files(desk: Cli, tmp_path: Path) -> None:
    assert desk("sla", "holidays", "shop", "--country", "CN", "--years", "2026").code == 0
    due = desk("sla", "due", "--calendar", "shop", "--start", "2026-10-09T17:00", "--target", "3h", "--json").json
    assert due["due"] == "2026-10-10T11:00:00Z"
    text = desk("sla", "calendars", "shop").out
    file = tmp_path / "night.toml"
    file.write_text(text.replace('name = "shop"', 'name = "night"').replace("09:00-18:00", "22:00-06:00"), "utf-8")
    assert desk("sla", "calendar", "night", file).code == 0
    found = {c["name"]: c for c in desk("sla", "calendars", "--json").json["calendars"]}
    assert (found["night"]["hours_a_week"], found["night"]["own"]) == (40, True)
    assert found["shop"]["last"] == date(2026, 10, 10).isoformat() and found["shop"]["version"] == 2
    assert "are known up to" in desk("sla", "holidays", "shop", "--country", "CN", "--years", "2030").err
    assert desk("sla", "holidays", "shop").code == desk("sla", "holidays", "shop", "--country", "DE", "--years", "x").code == 2
    assert desk("sla", "holidays", "shop", "--country", "QQ").code == 1


def test_the_government_s_own_list_is_taken(desk: Cli, shared: Path) -> None:
    assert desk("sla", "holidays", "shop", "--file", shared / "data/calendars/cn-2026.json").code == 0
    due = desk("sla", "due", "--calendar", "shop", "--start", "2026-09-30T16:00", "--target", "8h", "--json").json
    assert due["due"] == "2026-10-08T15:00:00Z"


def test_a_broken_calendar_names_its_line_and_the_old_one_stays(desk: Cli, tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text('zone = "UTC"\n[week]\nmon = 09:00\n', "utf-8")
    refused = desk("sla", "calendar", "shop", file)
    assert refused.code == 1 and "line 3, column" in refused.err
    file.write_text('zone = "UTC"\n[week]\nmon = "25:00-26:00"\n', "utf-8")
    assert "week.mon" in desk("sla", "calendar", "shop", file).err
    assert "09:00-18:00" in desk("sla", "calendars", "shop").out


@pytest.mark.parametrize(
    ("calendar", "start", "target", "pauses", "due"),
    [
        ("24x7", "2026-06-08T00:00Z", "10h", ["2026-06-08T02:00..2026-06-08T05:00", "2026-06-08T04:00..2026-06-08T06:00"],
         "2026-06-08T14:00:00Z"),
        ("shanghai-08-23", "2026-06-08T22:58", "3m", [], "2026-06-09T00:01:00Z"),
        ("FILE", "2026-06-08T16:00+08:00", "3h", ["2026-06-08T17:00..2026-06-08T20:00"], "2026-06-09T03:00:00Z"),
        ("us-business", "2026-06-05T02:00Z", "3bd", [], "2026-06-10T06:59:59Z"),
        ("24x7", "2026-06-08T00:00Z", "10h", ["2026-06-08T02:00.."], None),
    ],
)  # fmt: skip
def test_due_as_it_is_asked(
    cli: Cli, tmp_path: Path, calendar: str, start: str, target: str, pauses: list[str], due: str | None
) -> None:
    """Without any desk, by name and by file, in the calendar's own zone unless an offset is said."""
    file = tmp_path / "b.toml"
    file.write_text('name = "B"\nzone = "Asia/Shanghai"\n[week]\nmon-fri = "09:00-18:00"\n', "utf-8")
    words = [w for p in pauses for w in ("--pause", p)]
    found = cli("--desk", tmp_path / "none", "sla", "due", "--calendar", str(file) if calendar == "FILE" else calendar,
                "--start", start, "--target", target, *words, "--json")  # fmt: skip
    assert found.code == 0, found.err
    assert found.json["due"] == due
