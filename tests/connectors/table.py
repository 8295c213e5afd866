"""The table platform × capability × tested, from the manifests and from what the contract suite does.

Written by `python -m tests.connectors.table > docs/connectors-table.md`; a test holds the two equal.
"""

from __future__ import annotations

from connectors.registry import PLATFORMS, manifest
from tests.connectors.suite import Case, case_of, platforms

COLUMNS = {
    "messages_in": "Messages in", "reply": "Reply", "attachments": "Files", "live": "Live", "orders": "Orders",
    "returns": "Returns, cases", "refunds": "Refunds", "tracking": "Tracking", "reviews": "Reviews", "products": "Products",
}  # fmt: skip
BROUGHT = {"messages_in": "messages", "orders": "orders", "returns": "cases", "reviews": "reviews",
           "products": "products"}  # fmt: skip
"""Capability → the stream that brings its records."""
DONE = {"reply": "reply", "refunds": "refunds", "returns": "returns", "tracking": "tracking", "reviews": "reviews",
        "read": "read"}  # fmt: skip
"""Capability → what its deeds begin with."""


def exercised(case: Case, capability: str) -> list[str]:
    """How the suite exercises a capability: "in" (records are pulled), "out" (deeds are done)."""
    ways = []
    if BROUGHT.get(capability) in case.streams or capability in case.also or (
        capability == "tracking" and case.parcels
    ):
        ways.append("in")
    if any(deed.partition(":")[0] == DONE.get(capability) for deed in case.acts):
        ways.append("out")
    return ways


def table() -> str:
    """Markdown."""
    head = ["Platform", *COLUMNS.values(), "Tested against"]
    lines = [
        "# What each platform can do",
        "",
        "Written by `python -m tests.connectors.table`: what a manifest claims, and how the contract suite",
        "(`tests/connectors/test_contract_*.py`) exercises it: *in* is pulled, *out* is done there, each exactly once under",
        "every fault of the dial. *yes* is tested by the platform's own tests; a dash has its reason below.",
        "",
        "| " + " | ".join(head) + " |",
        "|" + " --- |" * len(head),
    ]
    tested = platforms()
    for platform in PLATFORMS:
        able = manifest(platform)
        cells = [able.name]
        for capability in COLUMNS:
            ways = exercised(case_of(platform), capability) if platform in tested else []
            claimed = getattr(able.capabilities, capability)
            cells.append((", ".join(ways) or "yes") if claimed else "–")
        cells.append("contract suite, own tests" if platform in tested else "own tests")
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", "## Why not", ""]
    for platform in PLATFORMS:
        able = manifest(platform)
        for capability, name in COLUMNS.items():
            if not getattr(able.capabilities, capability):
                lines.append(f"- {able.name}, {name.lower()}: {able.capabilities.notes.get(capability, 'not part of it.')}")
    lines += ["", "## Only so far", ""]
    for platform in PLATFORMS:
        able = manifest(platform)
        for capability, name in COLUMNS.items():
            if getattr(able.capabilities, capability) and (note := able.capabilities.notes.get(capability)):
                lines.append(f"- {able.name}, {name.lower()}: {note}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(), end="")
