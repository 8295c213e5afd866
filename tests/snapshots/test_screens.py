"""A few pictures of the workstation, so that a change of its look is seen and meant. Update with --snapshot-update."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from app import words
from app.bindings import defaults
from app.session import Session
from app.workstation import Workstation
from desk.automation.rules import keep as rules
from store.sql import shop
from store.unit import Store
from store.values import Actor
from tests.app.desks import TestDesk, press, screen_text, until
from themes.loading import load

Compare = Callable[..., bool]
RULE = {
    "id": "vip", "name": "VIP buyers first", "when": ["created", "buyer_message"], "if": "tag:vip is:open", "state": "on",
    "then": [{"do": "set", "priority": "high"}, {"do": "assign", "agent": "ana"}, {"do": "tag", "add": ["hot"]}],
}  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[TestDesk]:
    made = TestDesk(tmp_path)
    made.mail("Lamp arrived broken, please refund me", "Hola, la lámpara llegó rota.\n\nAna", name="Ana Ruiz",
              lang="es", hours_ago=12.7)  # fmt: skip
    made.mail("Sendung seit 9 Tagen ohne Bewegung", name="Jürgen Kößler", kind="not_received", lang="de", hours_ago=11.8)
    made.mail("申请退款,商品破损", "商品破损,请退款。", name="王小明", kind="refund", lang="zh-CN", hours_ago=10)
    made.mail("[/b] La taille ne correspond pas", name="Marie [red]Dubois", kind="size_fit", lang="fr", hours_ago=3)
    made.mail("返品したいのですが", name="田中翔", kind="return_exchange", lang="ja", hours_ago=0.2)
    yield made
    made.store.close()


def workstation(desk: TestDesk, theme: str = "dark") -> Workstation:
    agent = shop.agent(desk.store.conn, "ana")
    assert agent is not None
    own = Store.open(desk.store.folder, clock=desk.clock, ids=desk.store.ids)
    return Workstation(Session(own, agent, UTC, "picture"), defaults(), load(theme))


async def ready(pilot: Pilot[Any]) -> None:
    await until(pilot, lambda: "#1" in screen_text(pilot) or pilot.app.size.width < 100)
    await until(pilot, lambda: "5 open" in screen_text(pilot))


def test_the_inbox(desk: TestDesk, snap_compare: Compare) -> None:
    assert snap_compare(workstation(desk), terminal_size=(120, 30), run_before=ready)


def test_the_inbox_on_a_small_screen_in_chinese_with_sixteen_colours(desk: TestDesk, snap_compare: Compare) -> None:
    words.use("zh_CN")

    async def settled(pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: "5" in screen_text(pilot).split("\n")[0])

    assert snap_compare(workstation(desk, "ansi16"), terminal_size=(80, 24), run_before=settled)


def test_a_ticket_with_its_template(desk: TestDesk, snap_compare: Compare) -> None:
    async def choose(pilot: Pilot[Any]) -> None:
        await ready(pilot)
        await press(pilot, "t")
        await until(pilot, lambda: "Templates for #1" in screen_text(pilot))

    assert snap_compare(workstation(desk), terminal_size=(120, 30), run_before=choose)


def test_the_clocks_without_any_colour(desk: TestDesk, snap_compare: Compare) -> None:
    async def show(pilot: Pilot[Any]) -> None:
        await ready(pilot)
        await press(pilot, "C")
        await until(pilot, lambda: "Clocks · next" in screen_text(pilot))

    assert snap_compare(workstation(desk, "mono"), terminal_size=(120, 30), run_before=show)


def test_the_set_up_with_a_rule_in_three_columns(desk: TestDesk, snap_compare: Compare) -> None:
    with desk.store.write(Actor("agent", "ana")) as unit:
        rules.save(unit, RULE)
        rules.save(unit, {**RULE, "id": "second", "name": "Photos for damage", "state": "shadow"})

    async def show(pilot: Pilot[Any]) -> None:
        await ready(pilot)
        pilot.app.perform("go.setup:rules")
        await press(pilot, "enter", "j", "j", "j")
        await until(pilot, lambda: "tag:vip" in screen_text(pilot))

    assert snap_compare(workstation(desk), terminal_size=(120, 30), run_before=show)


def test_a_form_on_a_small_screen_with_a_mistake_beside_its_field(desk: TestDesk, snap_compare: Compare) -> None:
    async def show(pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: "5 open" in screen_text(pilot))
        pilot.app.perform("go.setup:calendars")
        await press(pilot, "enter", "j", "j", "j", "enter", *"x")
        await until(pilot, lambda: "▲" in screen_text(pilot))

    assert snap_compare(workstation(desk, "ansi16"), terminal_size=(80, 24), run_before=show)
