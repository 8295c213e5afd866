"""What is the same about paying back wherever it is done."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from connectors.contract import Permanent, Refund
from store.values import Money


def mark_of(key: str) -> str:
    """The idempotency key of a refund as it is kept beside it at the platform, by which it is found again."""
    return str(uuid5(NAMESPACE_URL, f"refund:{key}"))


def check(command: Refund) -> None:
    """Raises Permanent for an amount that is none, or that is not what its lines say together."""
    if command.amount.minor <= 0:
        raise Permanent("A refund is more than nothing.")
    if not command.lines:
        return
    currency = command.amount.currency
    if any(m.currency != currency for _, m in command.lines) or (
        sum((m for _, m in command.lines), Money(currency, 0)) != command.amount
    ):
        raise Permanent("The lines' amounts do not add up to the refund.")
