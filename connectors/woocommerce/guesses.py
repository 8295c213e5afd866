"""What of WooCommerce is remembered and not read in its documentation. Right a wrong guess here; all marked [memory]."""

from __future__ import annotations

from store.values import MINUTE

CALLS_A_SECOND, CALLS_AT_ONCE = 4.0, 20.0
"""The core has no limit; hosts have theirs, and a shop serves its buyers from the same machine."""
A_PAGE = 100
CLOCK_OFF_MS = 14 * MINUTE
"""A refused call whose answer is dated so far from our clock was refused for its timestamp (the limit is 15 minutes)."""
LONGEST_NOTE = 10_000
"""The core has no limit of its own; this is what a mail program still shows in one piece."""

BY_CHANGE = "modified"
"""`orderby` of orders by time of change; `modified_after` and `modified_before` leave their own second out."""
IN_KINDS = "variable"
"""`type` of a product whose kinds (sizes, colours) have SKUs of their own."""
SIZE_CHARTS = frozenset({"size chart", "size guide", "size table"})
"""Names by which sellers mostly call the attribute that holds a size chart; the core has none of its own."""
ALL_REVIEWS = "all"
"""`status` of reviews that are approved or wait to be."""
LOCAL_MS = 15 * 60 * MINUTE
"""`after` of reviews counts in the shop's own time, which is never further from UTC than this."""

CAMPAIGN = "_wc_order_attribution_utm_campaign"
LANGUAGE = "wpml_language"
PARCELS = "_wc_shipment_tracking_items"
"""Keys of an order's meta data: order attribution, WPML, the Shipment Tracking plugin."""

REFUND_KEY = "_deskhand_key"
"""Key of a refund's meta data under which our idempotency key is kept; the underscore hides it in the shop's admin."""
PAYS_BACK = "refunds"
"""The word in a payment gateway's `method_supports` that says that it pays back by itself."""

KEY_REFUSED = "woocommerce_rest_authentication_error"
"""The code for a wrong key, signature, timestamp or nonce, and for a key that may not write."""
