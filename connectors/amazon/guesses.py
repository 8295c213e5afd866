"""What of Amazon is remembered and not read in its documentation, all [memory] unless marked. Right a wrong guess here."""

from __future__ import annotations

from typing import NamedTuple


class Marketplace(NamedTuple):
    region: str
    country: str
    currency: str
    lang: str


MARKETPLACES = {
    "ATVPDKIKX0DER": Marketplace("na", "US", "USD", "en"),
    "A2EUQ1WTGCTBG2": Marketplace("na", "CA", "CAD", "en"),
    "A1AM78C64UM0Y8": Marketplace("na", "MX", "MXN", "es"),
    "A2Q3Y263D00KWC": Marketplace("na", "BR", "BRL", "pt"),
    "A1F83G8C2ARO7P": Marketplace("eu", "GB", "GBP", "en"),
    "A1PA6795UKMFR9": Marketplace("eu", "DE", "EUR", "de"),
    "A13V1IB3VIYZZH": Marketplace("eu", "FR", "EUR", "fr"),
    "APJ6JRA9NG5V4": Marketplace("eu", "IT", "EUR", "it"),
    "A1RKKUPIHCS9HS": Marketplace("eu", "ES", "EUR", "es"),
    "A1805IZSGTT6HS": Marketplace("eu", "NL", "EUR", "nl"),
    "A2NODRKZP88ZB9": Marketplace("eu", "SE", "SEK", "sv"),
    "A1C3SOZRARQ6R3": Marketplace("eu", "PL", "PLN", "pl"),
    "AMEN7PMS3EDWL": Marketplace("eu", "BE", "EUR", "fr"),
    "A28R8C7NBKEWEA": Marketplace("eu", "IE", "EUR", "en"),
    "A33AVAJ2PDY3EV": Marketplace("eu", "TR", "TRY", "tr"),
    "A2VIGQ35RCS4UG": Marketplace("eu", "AE", "AED", "en"),
    "A17E79C6D8DWNP": Marketplace("eu", "SA", "SAR", "ar"),
    "ARBP9OOSHTCHU": Marketplace("eu", "EG", "EGP", "ar"),
    "A21TJRUUN4KGV": Marketplace("eu", "IN", "INR", "en"),
    "A19VAU5U5O7RUS": Marketplace("fe", "SG", "SGD", "en"),
    "A39IBJ37TRP1C6": Marketplace("fe", "AU", "AUD", "en"),
    "A1VC38T7YXB528": Marketplace("fe", "JP", "JPY", "ja"),
}

# Reports --------------------------------------------------------------------------------------------

RETURNS_REPORT = "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE"  # [spec]
FEEDBACK_REPORT = "GET_SELLER_FEEDBACK_DATA"  # [spec]
DATES = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d", "%d-%b-%Y", "%d-%b-%y")
"""How reports write a day."""
SLASHED = {"US": "%m/%d/%y", "CA": "%m/%d/%y", "MX": "%d/%m/%y", "JP": "%y/%m/%d"}
"""Days with slashes follow the habit of the country; elsewhere day, month, year."""
OPEN_RETURNS = frozenset({"PENDING", "PENDINGAPPROVAL", "PENDING APPROVAL", "APPROVED", "REOPENED"})
FEEDBACK_COLUMNS = {"date": ("date", "datum", "fecha", "data"), "rating": ("rating", "bewertung", "note", "valoración"),
                    "comments": ("comments", "kommentare", "commentaires", "comentarios"),
                    "response": ("your response", "ihre antwort", "votre réponse", "tu respuesta"),
                    "order": ("order id", "bestellnummer", "numéro de commande", "identificador del pedido"),
                    "email": ("rater email", "e mail des bewerters", "adresse e mail", "correo electrónico")}  # fmt: skip
"""Headings of the feedback report by language, as `reports.rows` writes them."""

# Refunds --------------------------------------------------------------------------------------------

REFUND_FEED = "POST_PAYMENT_ADJUSTMENT_DATA"  # [spec]
REASONS = frozenset({"CustomerReturn", "GeneralAdjustment", "CouldNotShip", "DifferentItem", "CustomerCancel", "PriceError",
                     "ProductOutofStock", "CustomerAddressIncorrect", "Exchange", "NoInventory", "Other"})  # fmt: skip
FAILED = ("<MessagesWithError>", "</MessagesWithError>")
"""Around the number of refused messages in a feed's result."""

UPLOAD_BY = "PUT"
"""How a file is laid where the Uploads API says; its MD5 goes as base64."""

# Refusals -------------------------------------------------------------------------------------------

TOKEN_WORDS = ("access token",)
"""What the details of a 403 say when it is the token's fault and not a missing role."""

CARRIERS = {"dhl": "DHL", "dhlpaket": "DHL", "ups": "UPS", "fedex": "FedEx", "usps": "USPS", "dpd": "DPD", "gls": "GLS",
            "royalmail": "Royal Mail", "deutschepost": "Deutsche Post", "laposte": "La Poste", "hermes": "Hermes"}  # fmt: skip
"""Courier without spaces → carrier code; others are sent as "Other" with their name."""
