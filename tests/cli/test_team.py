"""The team at the command line: who is there, groups, leave, and giving tickets away."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Cli


def test_the_list_says_who_is_there_how_busy_and_who_comes_next(shop: Cli) -> None:
    assert shop("assign", "1", "2", "bo").code == 0
    assert shop("agent", "set", "bo", "capacity=5", "weight=1.5", "countries=dach,fr").code == 0
    assert shop("agent", "away", "bo", "--until", "2h").code == 0
    ana, bo = shop("agent", "list", "--json").json["agents"]
    assert (ana["on_duty"], ana["why_absent"]) == (True, None)
    assert (bo["on_duty"], bo["why_absent"], bo["capacity"]) == (False, "set to away", 5)
    assert bo["load"] >= 2 and bo["next_on_duty"] > ana["next_on_duty"]
    assert (bo["weight"], bo["countries"]) == (1.5, ["DACH", "FR"])
    assert "no limit" in shop("agent", "list").out
    assert shop("agent", "set", "bo", "countries=Germany").code == 1
    assert shop("agent", "set", "bo", "weight=heavy").code == 1


def test_leave_is_planned_listed_and_taken_back(desk: Cli) -> None:
    made = desk("agent", "leave", "add", "bo", "--from", "2990-12-21", "--until", "2991-01-04", "--note", "sea", "--json").json
    assert (made["agent"], made["from"], made["until"], made["note"]) == (
        "bo", "2990-12-21T00:00:00Z", "2991-01-04T00:00:00Z", "sea",
    )  # fmt: skip
    listed = desk("agent", "leave", "list", "--json").json["leaves"]
    assert [row["number"] for row in listed] == [made["number"]]
    assert desk("agent", "leave", "list", "ana", "--json").json["leaves"] == []
    assert "already" in desk("agent", "leave", "add", "bo", "--from", "2990-12-24", "--until", "2990-12-25").err
    assert desk("agent", "leave", "remove", str(made["number"])).code == 0
    assert desk("agent", "leave", "remove", str(made["number"])).code == 1
    assert desk("agent", "leave", "add", "bo").code == 2
    assert desk("agent", "leave", "remove", "bo").code == 2
    assert desk("agent", "leave", "add", "--until", "someday").code == 2


def test_back_ends_a_leave_that_runs(desk: Cli) -> None:
    assert desk("agent", "leave", "add", "--until", "3d").code == 0
    assert desk("agent", "list", "--json").json["agents"][0]["on_duty"] is False
    assert desk("agent", "back").code == 0
    assert desk("agent", "list", "--json").json["agents"][0]["on_duty"] is True
    assert desk("agent", "leave", "list", "--json").json["leaves"] == []


def test_groups_are_made_set_shown_and_removed(desk: Cli) -> None:
    (team,) = desk("group", "list", "--json").json["groups"]
    assert (team["id"], team["members"], team["strategy"]) == ("team", {}, "least_load")
    made = desk("group", "add", "returns", "name=Returns", "members=ana:2,bo", "types=refund,return_exchange",
                "fallback=bo", "sticky=no", "level=3", "--json").json  # fmt: skip
    assert (made["members"], made["types"], made["fallback"], made["sticky"], made["level"]) == (
        {"ana": 2, "bo": 1}, ["refund", "return_exchange"], "bo", False, 3,
    )  # fmt: skip
    assert "already" in desk("group", "add", "returns").err
    assert desk("group", "set", "returns", "strategy=weighted", "fallback=").code == 0
    shown = desk("group", "show", "returns", "--json").json
    assert (shown["strategy"], shown["fallback"], shown["people"]["ana"]["share"]) == ("weighted", None, 2)
    assert "ana:2, bo" in desk("group", "list").out
    assert desk("group", "set", "team", "precedence=countries,types", "country_from=ip,order").code == 0
    assert desk("group", "set", "returns", "precedence=countries").code == 1
    promoted = desk("group", "promote", "returns", "ana:1", "bo:3", "--from", "2026-11-27", "--until", "2026-11-30", "--json")
    assert promoted.json["promotions"] == [
        {"from": "2026-11-27", "until": "2026-11-30", "members": {"ana": 1, "bo": 3}}
    ]
    assert desk("group", "promote", "returns", "ana:1").code == 2
    assert desk("group", "promote", "returns", "--json").json["promotions"] == []
    assert desk("group", "remove", "returns").code == 0
    assert desk("group", "show", "returns").code == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["set", "returns", "strategy=weighted"], 1, "no group returns"),
        (["set", "team", "colour=red"], 2, "colour"),
        (["set", "team", "strategy"], 2, "KEY=VALUE"),
        (["set", "team", "strategy=fastest"], 1, "least_load"),
        (["add", "ana"], 1, "agent ana already"),
        (["add", "x", "members=zoe"], 1, "no agent zoe"),
        (["remove", "team"], 1, "everybody"),
    ],
)
def test_what_does_not_fit_is_said(desk: Cli, words: list[str], code: int, said: str) -> None:
    found = desk("group", *words)
    assert (found.code, said in found.err) == (code, True), found.err


def test_a_ticket_goes_into_a_group_which_shares_it_out(shop: Cli) -> None:
    assert shop("group", "add", "returns", "members=bo").code == 0
    assert shop("assign", "1", "3", "returns", "--reason", "wants money back").code == 0
    found = shop("show", "1", "--json").json
    assert (found["assignee"], found["group"]) == ("bo", "returns")
    last = shop("log", "1", "--json").json["events"][-1]
    assert last["verb"] == "assigned" and last["why"].startswith("wants money back. bo is the only one to choose")
    assert shop("undo").code == 0
    assert shop("show", "1", "--json").json["group"] is None
    assert shop("group", "list", "--json").json["groups"][0]["tickets"] == 0
    both = shop("assign", "1", "zoe")
    assert both.code == 1 and "no group of that name" in both.err


def test_explain_names_who_was_passed_over_and_why(shop: Cli) -> None:
    assert shop("agent", "away", "bo").code == 0
    assert shop("group", "add", "all-of-us").code == 0
    assert shop("assign", "1", "all-of-us").code == 0
    found = json.loads(shop("explain", "1", "--json").out)
    assert found["assignee"] == "ana"
    assert found["why"][1:3] == ["Considered: ana.", "bo: set to away"]


def test_the_only_admin_can_neither_leave_nor_lose_the_role(desk: Cli) -> None:
    admins = [a["id"] for a in desk("agent", "list", "--json").json["agents"] if a["role"] == "admin"]
    (only,) = admins
    assert "only admin" in desk("agent", "set", only, "active=no").err
    assert "only admin" in desk("agent", "set", only, "role=agent").err
    other = next(a["id"] for a in desk("agent", "list", "--json").json["agents"] if a["id"] != only)
    assert desk("agent", "set", other, "role=admin").code == 0
    assert desk("agent", "set", only, "active=no").code == 0
