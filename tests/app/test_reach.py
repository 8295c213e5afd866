"""Where an account takes no replies the workstation says why, before anything is written."""

from __future__ import annotations

import pytest

from store.values import SYSTEM
from tests.app.desks import TestDesk, desk_of, press, screen_text


@pytest.mark.parametrize(("column", "value", "why"), [
    ("platform", "shopify", "Shopify passes no messages on"), ("settings", "{}", "only holds what was imported"),
])  # fmt: skip
async def test_a_ticket_that_cannot_be_answered_says_why_and_opens_no_editor(
    desk: TestDesk, column: str, value: str, why: str
) -> None:
    desk.mail("Lamp broken", sender="buyer@mail.example")
    with desk.store.write(SYSTEM) as unit:
        unit.conn.execute(f"UPDATE channel SET {column} = ?", (value,))
    async with desk.workstation() as pilot:
        await press(pilot, "enter")
        assert "No replies from here" in screen_text(pilot)
        await press(pilot, "r")
        assert desk_of(pilot).composer is None
        assert why in " ".join(screen_text(pilot).split())
