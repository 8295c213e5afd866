"""What of 17TRACK is remembered and not read in its documentation. Right a wrong guess here; all marked [memory].

Known from a client's source are the address, the header, POST /register and /gettrackinfo with up to 40 of
`{number, carrier}`, three calls a second, and the answer `{code, data: {accepted, rejected: [{number, error}]}}`.
"""

from __future__ import annotations

from collections.abc import Mapping

from store.values import DAY

LONGEST_WAY = 120 * DAY
"""A parcel that left before this is not followed: 17TRACK gives up long before."""

# Codes of a whole answer and of a rejected number ---------------------------------------------------

WRONG_KEY = frozenset({-18010002, -18010005})
WRONG_ADDRESS = -18010001
"""The machine's internet address is not on the account's list."""
ACCOUNT_CLOSED = -18010004
BROKE = -18010003
"""Something went wrong inside; nothing happened."""

BAD_NUMBER = frozenset({-18010011, -18010012, -18010013})
KNOWN_ALREADY = -18019901
NOT_REGISTERED = -18019902
NO_CARRIER = frozenset({-18019903, -18010015})
"""It cannot tell whose number it is."""
WRONG_CARRIER = frozenset({-18019910, -18019911})
"""The carrier that was named is not known, or takes no numbers just now."""
DAY_USED_UP, ALL_USED_UP = -18019907, -18019908
NO_NEWS = -18019909

QUOTA = "/getquota"
"""Takes an empty object; `quota_total`, `quota_remain` of its data are parcels that may be registered."""

# Words ----------------------------------------------------------------------------------------------

STATUS: Mapping[str, str] = {
    "NotFound": "", "InfoReceived": "announced", "InTransit": "in_transit", "OutForDelivery": "out_for_delivery",
    "AvailableForPickup": "collect", "DeliveryFailure": "exception", "Exception": "exception", "Delivered": "delivered",
    "Expired": "expired",
}  # fmt: skip
"""`latest_status.status` → the contract's word."""
RETURNED = "Exception_Returned"
"""The `sub_status` of a parcel that is back with its sender."""

CARRIERS: Mapping[str, int] = {
    "dhl express": 100001, "ups": 100002, "fedex": 100003, "tnt": 100004, "gls": 100005, "aramex": 100006, "dpd": 100007,
    "dpd uk": 100010, "sf express": 100012, "usps": 21051, "royal mail": 11031, "dhl paket": 7041, "china post": 3011,
    "ems": 3013, "la poste": 6051, "colissimo": 6051, "japan post": 10021, "australia post": 1151, "canada post": 3041,
    "postnl": 14041, "poste italiane": 9071, "yunexpress": 190008, "yanwen": 190012, "4px": 190094, "cainiao": 190271,
}  # fmt: skip
"""A carrier's name in small letters → 17TRACK's number for it. Of all others it is left to find out whose number it is."""
