"""The table in the documents is the one the suite makes, and says what the platforms' contracts say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connectors.registry import PLATFORMS, manifest
from tests.connectors.suite import platforms
from tests.connectors.table import table

_HEADS = {"messages in": "messages_in", "reply": "reply", "orders": "orders", "returns": "returns", "refunds": "refunds",
          "tracking": "tracking", "reviews": "reviews"}  # fmt: skip


def test_the_documents_hold_the_table(root: Path) -> None:
    written = (root / "docs" / "connectors-table.md").read_text("utf-8")
    assert written == table(), "write it anew: python -m tests.connectors.table > docs/connectors-table.md"


def test_every_api_platform_is_in_the_suite() -> None:
    assert set(platforms()) <= set(PLATFORMS)
    assert set(PLATFORMS) - {"email"} <= set(platforms())


@pytest.mark.parametrize("platform", [p for p in PLATFORMS if p != "email"])
def test_no_platform_claims_what_its_contract_has_not(platform: str, root: Path) -> None:
    path = root.parent / "shared" / "reference" / "marketplaces.md"
    if not path.is_file():
        pytest.skip("no contracts: ../shared/reference/marketplaces.md is not beside this checkout")
    rows = [[c.strip() for c in line.strip("| \n").split("|")] for line in path.read_text("utf-8").splitlines()
            if line.startswith("| ")]  # fmt: skip
    head = next(row for row in rows if row[0] == "Platform")
    able = manifest(platform)
    cells = next((row for row in rows if row[0].split(" ")[0].casefold() == able.name.split(" ")[0].casefold()), None)
    if cells is None or len(cells) != len(head):
        pytest.skip("the contracts' table does not list this platform")
    for name, cell in zip(head[1:], cells[1:], strict=True):
        capability = _HEADS[name.casefold()]
        if re.match(r"not (possible|found|native)|by email|plugin", cell) and not re.search(" by API|feedback report", cell):
            assert not getattr(able.capabilities, capability), f"{capability}: {cell}"
