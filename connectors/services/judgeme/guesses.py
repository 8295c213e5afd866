"""What of Judge.me is remembered and not read in its documentation. Right a wrong guess here; all marked [memory].

Known from a client's source are GET /api/v1/reviews with shop_domain, api_token, page and per_page, and that public and
private replies exist.
"""

from __future__ import annotations

CALLS_A_SECOND, CALLS_AT_ONCE = 2.0, 10.0
A_PAGE = 100
"""Most reviews a page holds. The list begins with the newest; were that wrong, the daily round would still bring all."""
PUBLIC, PRIVATE = "/replies", "/private_replies"
"""Where answers are posted: seen by everybody; sent to the author by mail."""
LONGEST = 5_000
"""Characters of an answer."""
VERIFIED = frozenset({"buyer", "verified-buyer", "verified-purchase", "confirmed-buyer"})
"""`verified` of a review by somebody who bought the product."""
NO_SHOP = "shop not found"
"""What the 404 says where no such shop uses Judge.me."""
SPAM = "spam"
"""`curated` of a review that was found to be spam; it is left out."""


def public(review: int, text: str) -> dict[str, object]:
    """The body of a public answer."""
    return {"review_id": review, "reply": {"content": text}}


def private(review: int, text: str) -> dict[str, object]:
    """The body of a private one."""
    return {"review_id": review, "private_reply": {"content": text}}


def product_path(handle: str) -> str:
    """Where a Shopify storefront shows a product."""
    return f"/products/{handle}"
