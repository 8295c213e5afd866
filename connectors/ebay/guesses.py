"""What is believed of eBay without having been read in its documents. Each is used in one way only; correct it here.

[memory] is a recollection, [client] was seen in public clients.
"""

from __future__ import annotations

from store.values import DAY, MINUTE

TOKEN_LIVES_S = 7200
"""[memory] How long an access token lives when the answer does not say."""

DAILY_CALLS = {
    "sell.fulfillment": 100_000,
    "post-order.return": 5_000,
    "post-order.cancellation": 5_000,
    "post-order.inquiry": 5_000,
    "commerce.message": 10_000,
    "commerce.feedback": 5_000,
}
"""Calls a day by resource: the first four [client], the others [memory]."""

CALLS_LEFT = "x-ebay-c-ratelimit-remaining"
"""[memory] The header that would tell how many calls are left. Where it is absent nothing is learnt."""

ORDERS_LAG = MINUTE
"""[memory] Orders are asked for up to this long ago: eBay refuses a window that ends in its future."""

FEEDBACK_NEWEST_FIRST = True
"""[memory] getFeedback takes no time and tells the newest first, so that reading stops at the first old page."""
FEEDBACK_REVISED = 30 * DAY
"""[memory] How long a buyer may change feedback, and it is looked at again."""
FEEDBACK_PAGE = 200
"""[client] Largest page."""
FEEDBACK_REPLY = 500
"""[memory] Most characters of a reply to feedback."""

RETURN_PAGE, CANCELLATION_PAGE, INQUIRY_PAGE = 200, 200, 200
"""[client] Largest page of a search of the Post-Order API."""
SEARCH_SPAN = 90 * DAY
"""[client] Longest window of such a search; a payment dispute's is the same by the documents."""
SEARCH_REACH = 540 * DAY
"""[client] How far back such a search goes (18 months)."""
INQUIRY_WINDOW = "inquiry_creation_date_range"
"""[client] Name of the window of an inquiry search; those of returns and cancellations lack the "inquiry_"."""

CLOSED_STATES = frozenset({
    "CLOSED", "ITEM_KEPT", "REPLACEMENT_CLOSED", "RETURN_REQUEST_TIMEOUT", "REPLACEMENT_REQUEST_TIMEOUT",
    "CS_CLOSED", "RESOLVED_BUYER_FAVOUR", "RESOLVED_SELLER_FAVOUR",
})  # fmt: skip
"""[client] States in which nobody has to act. States that end in CLOSED or REFUNDED are closed as well."""
RETURN_ASKED = frozenset({"RETURN_REQUESTED", "REPLACEMENT_REQUESTED", "PARTIAL_REFUND_REQUESTED"})
"""[client] States of a return that the seller has not decided on."""
CANCELLATION_ASKED = frozenset({"APPROVAL_PENDING", "CANCEL_REQUESTED", "CANCEL_PENDING"})
"""[client] States of a cancellation that the seller has not decided on."""
CANCELLATION_REJECTED = "CANCEL_REJECTED"
"""[client] The `cancelStatus` of a cancellation that the seller declined."""

DISPUTE_DECISIONS = {"approve": "ACCEPT", "decline": "CONTEST"}
"""Ours → eBay's word among `availableChoices` [spec], and, [memory], as the `sellerResponse` afterwards."""
DISPUTE_NOTE = 1_000
"""[spec] Characters of what is said with a contest."""
RETURN_ADDRESS_WANTED = "SIGNIFICANTLY_NOT_AS_DESCRIBED"
"""[spec] The reason of a dispute for which a contest must bring a return address."""
INQUIRY_REFUNDED = "REFUND"
"""[memory] The `sellerResponse` of an inquiry that the seller refunded."""

# [memory] An order tells a refund from the moment it was taken, so that its absence means that it was not; and while
# one is under way eBay takes no second one (error 34922), so that one asked for again too early does no harm.

CARRIERS = {
    "dhl": "DHL", "dhlpaket": "DHL", "deutschepost": "DeutschePost", "hermes": "Hermes", "dpd": "DPD", "gls": "GLS",
    "ups": "UPS", "usps": "USPS", "fedex": "FedEx", "royalmail": "RoyalMail", "parcelforce": "Parcelforce",
    "evri": "Evri", "laposte": "LaPoste", "colissimo": "Colissimo", "chronopost": "Chronopost",
    "correos": "Correos", "posteitaliane": "PosteItaliane", "postnl": "PostNL", "australiapost": "AustraliaPost",
    "canadapost": "CanadaPost", "chinapost": "ChinaPost", "yunexpress": "YunExpress", "4px": "4PX", "sfexpress": "SFExpress",
}  # fmt: skip
"""[memory] Carriers in eBay's spelling, by their name in small letters and digits; every other is sent as it is."""

SIGNED_PLACES = ("EBAY_GB", "EBAY_DE", "EBAY_FR", "EBAY_IT", "EBAY_ES", "EBAY_AT", "EBAY_BE", "EBAY_NL", "EBAY_IE",
                 "EBAY_PL")  # fmt: skip
"""[memory] Where an account is registered that must sign what moves money (the EU and the UK)."""
