"""What is not documented, in one place: seller chat is missing from Shopee's public documentation (its shape is taken
from clients of others) and some words and limits were never seen in a source. Right a wrong guess here."""

from __future__ import annotations

# Seller chat [client] -------------------------------------------------------------------------------

CONVERSATIONS = "/api/v2/sellerchat/get_conversation_list"
CONVERSATION = "/api/v2/sellerchat/get_one_conversation"  # [memory]
MESSAGES = "/api/v2/sellerchat/get_message"
SEND = "/api/v2/sellerchat/send_message"
READ = "/api/v2/sellerchat/read_conversation"

ONWARDS = "latest"
"""The `direction` that goes from `next_timestamp_nano` (or the oldest) to newer conversations [client]."""
CONVERSATIONS_A_PAGE = 50
MESSAGES_A_PAGE = 60  # [memory]
MAX_TEXT = 2_000
"""Characters of a chat message [memory]."""
SELLER_SIDE = "from_shop_id"
"""The field of a message that holds our shop's id when the shop wrote it [memory]."""

# Orders and returns [memory] ------------------------------------------------------------------------

CANCEL_ASKED = "IN_CANCEL"  # [spec]
CANCEL_OVER = {"CANCELLED": "ACCEPTED"}
"""What an order's status says of the cancellation that its buyer had asked for; any other: REJECTED."""

RETURN_OPEN = frozenset({"REQUESTED", "PROCESSING", "JUDGING", "SELLER_DISPUTE", "RETURN_PROCESSING", "RETURN_JUDGING"})
RETURN_AGREED = frozenset({"ACCEPTED", "PROCESSING", "REFUND_PAID", "CLOSED", "RETURN_ACCEPTED", "RETURN_PROCESSING"})
RETURN_DISPUTED = frozenset({"JUDGING", "SELLER_DISPUTE", "RETURN_JUDGING", "RETURN_SELLER_DISPUTE"})

DELIVERED = frozenset({"LOGISTICS_DELIVERY_DONE", "DELIVERED"})
TROUBLED = frozenset({"LOGISTICS_DELIVERY_FAILED", "LOGISTICS_LOST", "FAILED_DELIVERED", "LOST"})
UNDER_WAY = frozenset({"LOGISTICS_PICKUP_DONE", *DELIVERED, *TROUBLED})

# Products [memory]: the calls are documented, these words of theirs are not ---------------------------

OPENED_S = 1_420_070_400
"""Shopee opened in 2015; it is not known whether it takes times before that."""
FOR_SALE = "NORMAL"  # [spec]
NO_BRAND = frozenset({"NoBrand", "No Brand", ""})

# Shipping with a courier of the seller's own [memory] ------------------------------------------------

SHIP_WITH = "/api/v2/logistics/get_shipping_parameter"
SHIP = "/api/v2/logistics/ship_order"
TO_SHIP = frozenset({"READY_TO_SHIP", "RETRY_SHIP", "PROCESSED"})

# Limits [memory]: rates of single calls are unpublished ----------------------------------------------

CALLS_A_SECOND = 10.0
CALLS_AT_ONCE = 20.0
RATE_PAUSE_MS = 30_000
"""How long to wait after error_rate_limit, which does not tell."""
