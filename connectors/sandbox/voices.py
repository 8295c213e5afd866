"""How a talkative marketplace names its buyers and conversations: what its stand-in shows, in the words of a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from connectors.sandbox import ebay_shapes, shopee_shapes, tiktok_shapes
from connectors.sandbox.world import Buyer


class Voice(NamedTuple):
    """`author` names a buyer; `before` stands before a conversation's id of the market."""

    author: Callable[[Buyer], str]
    before: str = ""


VOICES: Mapping[str, Voice] = {
    "ebay": Voice(ebay_shapes.username),
    "shopee": Voice(lambda buyer: str(shopee_shapes.user_id(buyer))),
    "tiktok": Voice(tiktok_shapes.user_id, tiktok_shapes.THREAD),
}
"""Platforms whose API passes on what buyers write."""
