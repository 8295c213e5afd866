"""A desk per test, on which everything that is saved is reacted to, as on a real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.automation.react import react
from tests.desk.small import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "desk")
    made.store.react = react
    yield made
    made.close()
