"""What of Shopify is remembered and not read in its documentation. Right a wrong guess here; all marked [memory]."""

from __future__ import annotations

from store.values import SECOND

TOKEN_PATH = "/admin/oauth/access_token"
TOKEN_HEADER = "X-Shopify-Access-Token"
VERSION_HEADER = "x-shopify-api-version"
"""The version that answered: another than the one asked for where that one has ended."""
TOKEN_LIVES_S = 86_399
"""Where the sign-in does not say how long a token lives."""

RETURN_OPENED = "createdAt"
"""The field of Return that tells when it was opened; the schema of 2025-01 has none yet."""

PROCESSABLE = "processableQuantity"
"""The field of a return's items that tells how many can be processed; read in the documents of what comes back, and
remembered of what is sent in exchange."""

PLANS = {"standard": (100.0, 2_000.0), "advanced": (200.0, 4_000.0), "plus": (1_000.0, 20_000.0)}
"""Plan → points a second [spec], points at once."""
DEAREST_QUERY = 1_000
"""Points one query may cost; a dearer one is refused."""
FIRST_COST = 100.0
"""What a query is taken to cost before its first answer told."""
THROTTLE_PAUSE_MS = 2 * SECOND
"""How long to wait where a throttled answer does not tell its budget."""

FACTS = "custom"
"""The namespace of the fields a seller adds to products in the admin."""
SIZE_CHARTS = frozenset({"size_chart", "size_guide", "sizes", "size_table"})
"""Keys by which sellers mostly name the field of a size chart; Shopify has none of its own."""
TEXTS = ("text_field", "number_", "dimension", "weight", "volume", "color", "url", "date", "boolean")
"""What the types of readable fields hold in their names; the others point to something else."""

READS = ("read_orders", "read_returns", "read_fulfillments", "read_products")
WRITES = ("write_orders", "write_returns", "write_merchant_managed_fulfillment_orders")
ALL_ORDERS = "read_all_orders"
PEOPLE = "read_customers"

WITHOUT_NOTE = frozenset({"PAID", ""})
"""Financial states that are not told beside the fulfilment's."""
DELIVERED = frozenset({"DELIVERED", "PICKED_UP"})
TROUBLED = frozenset({"ATTEMPTED_DELIVERY", "DELAYED", "FAILURE", "NOT_DELIVERED", "CANCELED"})
"""Words of FulfillmentDisplayStatus [spec] for which a parcel needs somebody's eye."""

REFUND_DONE = frozenset({"SUCCESS", "PENDING"})
"""States of a transaction whose money is gone, or going."""
