"""What was never seen in TikTok's own documentation, in one place; right a wrong guess here. Paths without a mark are
those that clients of others use."""

from __future__ import annotations

# Paths ----------------------------------------------------------------------------------------------

REFRESH = "/api/v2/token/refresh"
FIRST = "/api/v2/token/get"  # [memory]
ORDERS = "/order/202309/orders"
ORDER_SEARCH = "/order/202309/orders/search"
RETURN_SEARCH = "/return_refund/202309/returns/search"
CANCEL_SEARCH = "/return_refund/202309/cancellations/search"
RETURNS = "/return_refund/202309/returns"
CANCELLATIONS = "/return_refund/202309/cancellations"
REJECT_REASONS = "/return_refund/202309/reject_reasons"
CONVERSATIONS = "/customer_service/202309/conversations"
SHIP = "/fulfillment/202309/orders/{order}/packages"  # [memory]
PROVIDERS = "/logistics/202309/delivery_options/{option}/shipping_providers"  # [memory]

# Filters and page sizes [memory] --------------------------------------------------------------------

CHANGED_FROM, CHANGED_BEFORE = "update_time_ge", "update_time_lt"
SORTED = {"sort_field": "update_time", "sort_order": "ASC"}
ORDERS_A_PAGE, CASES_A_PAGE, CONVERSATIONS_A_PAGE, MESSAGES_A_PAGE = 100, 50, 20, 10
LONGEST = 30 * 24 * 3600
"""Seconds a window may be long."""
MAX_TEXT = 2_000
"""Characters of a chat message."""
RETURN_IDS, CANCEL_IDS = "return_ids", "cancel_ids"
REASONS_OF = "return_or_cancel_id"
"""The parameter of reject_reasons that names the case."""

# Words [memory] -------------------------------------------------------------------------------------

KINDS = {"REFUND": "refund", "RETURN_AND_REFUND": "return", "REPLACEMENT": "exchange"}
PENDING = frozenset({"RETURN_OR_REFUND_REQUEST_PENDING", "REPLACEMENT_REQUEST_PENDING"})
GOODS_BACK = "BUYER_SHIPPED_ITEM"
RETURN_OPEN = frozenset({*PENDING, "AWAITING_BUYER_SHIP", GOODS_BACK})
RETURN_AGREED = frozenset({
    "AWAITING_BUYER_SHIP", GOODS_BACK, "RETURN_OR_REFUND_REQUEST_SUCCESS", "RETURN_OR_REFUND_REQUEST_COMPLETE",
    "REPLACEMENT_REQUEST_COMPLETE", "REPLACEMENT_REQUEST_REFUND_SUCCESS",
})  # fmt: skip
PAID = frozenset({"RETURN_OR_REFUND_REQUEST_SUCCESS", "RETURN_OR_REFUND_REQUEST_COMPLETE"})
RETURN_REFUSED = frozenset({"REFUND_OR_RETURN_REQUEST_REJECT", "REPLACEMENT_REQUEST_REJECT", "REJECT_RECEIVE_PACKAGE"})
CANCEL_PENDING = "CANCELLATION_REQUEST_PENDING"
CANCEL_AGREED = frozenset({"CANCELLATION_REQUEST_SUCCESS", "CANCELLATION_REQUEST_COMPLETE"})
CANCEL_REFUSED = frozenset({"CANCELLATION_REQUEST_CANCEL", "CANCELLATION_REQUEST_REJECT"})
DELIVERED = frozenset({"DELIVERED", "COMPLETED"})
TO_SHIP = frozenset({"AWAITING_SHIPMENT"})

APPROVE = {"refund": "APPROVE_REFUND", "return": "APPROVE_RETURN", "exchange": "APPROVE_REPLACEMENT"}
REJECT = {"refund": "REJECT_REFUND", "return": "REJECT_RETURN", "exchange": "REJECT_REPLACEMENT"}
APPROVE_GOODS, REJECT_GOODS = "APPROVE_RECEIVED_PACKAGE", "REJECT_RECEIVED_PACKAGE"

BUYER = "BUYER"
MACHINE = "SYSTEM"
"""Who writes notices that nobody said."""

# Limits [memory] ------------------------------------------------------------------------------------

CALLS_A_SECOND = 10.0
CALLS_AT_ONCE = 20.0
RATE_PAUSE_MS = 30_000
