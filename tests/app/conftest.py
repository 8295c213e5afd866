"""A desk per test; what was done to it left its log of events whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.events import verify
from tests.app.desks import TestDesk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[TestDesk]:
    made = TestDesk(tmp_path)
    yield made
    assert not verify(made.store.conn).problem
    made.store.close()
