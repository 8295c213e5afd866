"""What Judge.me tells of a review → the contract's record. Pure."""

from __future__ import annotations

from urllib.parse import quote

from connectors.contract import ReviewRecord
from connectors.fields import Data, Unreadable, ident, moment, part, text, whole
from connectors.services.judgeme import guesses


def review(raw: Data, storefront: str = "") -> ReviewRecord | None:
    """None for what Judge.me holds for spam. The product is named as its page is: Judge.me knows no SKU. Raises
    Unreadable."""
    rating = whole(raw, "rating", 0)
    if not 0 <= rating <= 5:
        raise Unreadable("rating is none from 0 to 5")
    at = moment(raw, "created_at")
    if text(raw, "curated") == guesses.SPAM:
        return None
    author, handle = part(raw, "reviewer"), text(raw, "product_handle").strip()
    return ReviewRecord(
        remote_id=ident(raw, "id"),
        rating=rating,
        at=at,
        text=text(raw, "body"),
        title=text(raw, "title"),
        sku=handle or text(raw, "product_external_id"),
        author=text(author, "name"),
        author_id=text(author, "id"),
        email=text(author, "email").strip(),
        verified=text(raw, "verified") in guesses.VERIFIED,
        product=text(raw, "product_title"),
        url=f"{storefront}{guesses.product_path(quote(handle, safe=''))}" if storefront and handle else "",
    )


def name(raw: Data) -> str:
    """What a review is called in the quarantine. Raises Unreadable."""
    return f"review:{ident(raw, 'id')}"
