"""A lab of Walmart alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.suite import Lab, opened
from tests.connectors.walmart.case import CASE


@pytest.fixture
def lab() -> Iterator[Lab]:
    with opened(CASE) as made:
        yield made
