"""A small desk with groups, on which everything that is saved is reacted to, as on a real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desk import agents, groups
from desk.agents import NewAgent
from desk.automation.react import react
from store.values import SYSTEM
from tests.desk.small import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "desk")
    made.store.react = react
    with made.acting(SYSTEM) as unit:
        for ident, name, role in (("sia", "Sia", "lead"), ("kim", "Kim", "agent")):
            agents.add(unit, NewAgent(ident, name, "", role))
            agents.set_presence(unit, ident, "on")
        groups.save(unit, "after_sales", {"members": {"ana": 1, "wei": 1}})
        groups.save(unit, "senior", {"members": {"sia": 1}})
        groups.save(unit, "experts", {"members": {"wei": 1}})
        groups.save(unit, "logistics", {"members": {"kim": 1}})
    yield made
    made.close()
