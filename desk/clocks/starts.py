"""What besides a buyer's message starts a clock: the events that platforms' deadlines and step policies name."""

from __future__ import annotations

TOLD = (
    "return_requested", "cancel_requested", "dispute_opened", "chargeback_notice", "not_received_opened",
    "claim_facts_asked", "return_delivered", "refund_requested", "thread_opened", "return_or_contact",
)  # fmt: skip
"""Those the desk notices by itself. A policy that starts with another one never starts. Add at the end only: their
places are in the keys of stored clocks."""

OF_KIND = {
    "return": "return_requested", "refund": "return_requested", "exchange": "return_requested",
    "repair": "return_requested", "resend": "return_requested", "cancellation": "cancel_requested",
    "dispute": "dispute_opened",
}  # fmt: skip
"""What a case of each kind is called, where its platform has no word of its own."""

OF_PLATFORM = {
    ("shopify", "dispute"): "chargeback_notice",
    ("ebay", "dispute"): "not_received_opened",
    ("amazon", "dispute"): "claim_facts_asked",
}

_MOST = 64


def key(name: str, seed: int) -> int:
    """Tells a clock of `name` from others of its kind, by the number of its case or the instant it starts at."""
    return -(seed * _MOST + TOLD.index(name) + 1)
