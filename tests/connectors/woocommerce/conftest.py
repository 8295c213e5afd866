"""A lab of WooCommerce alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.suite import Lab, opened
from tests.connectors.woocommerce.case import CASE


@pytest.fixture
def lab() -> Iterator[Lab]:
    with opened(CASE) as made:
        yield made
