"""A lab of Judge.me alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.judgeme.case import CASE
from tests.connectors.suite import Lab, opened


@pytest.fixture
def lab() -> Iterator[Lab]:
    with opened(CASE) as made:
        yield made
