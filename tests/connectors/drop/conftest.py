"""A lab of the drop folder alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.drop.case import CASE
from tests.connectors.suite import Lab, opened


@pytest.fixture
def lab() -> Iterator[Lab]:
    with opened(CASE) as made:
        yield made
