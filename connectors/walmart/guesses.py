"""What of Walmart is remembered and not read in its documentation. Right a wrong guess here; all marked [memory]."""

from __future__ import annotations

SERVICE = "Walmart Marketplace"
"""What `WM_SVC.NAME` says [client]."""
ASKED_A_SECOND, ASKED_AT_ONCE = 5.0, 50.0
DONE_A_SECOND, DONE_AT_ONCE = 1.0, 10.0
LEFT = "x-current-token-count"
"""Header that tells how many calls are left (named on the supplier page)."""
REPLENISHED = "x-next-replenishment-time"
"""Header of a 429 that tells when calls come back (named there, too): milliseconds or seconds since 1970, or a date."""

NOTHING_FOUND = "CONTENT_NOT_FOUND"
"""In the code of a 404 by which a list says that it is empty."""
SHIPPED = frozenset({"Shipped", "Delivered"})
TO_SHIP = frozenset({"Created", "Acknowledged"})
"""States of order lines: those that can be paid back, those that can leave."""
NO_WISH = frozenset({"", "false", "no", "n", "none", "null"})
"""What `intentToCancel` of a line says where its buyer does not want to cancel; anything else is a wish."""
CANCELLED = "Cancelled"
RETURN_OVER = frozenset({"COMPLETED", "CANCELLED"})
CARRIERS = {c.casefold(): c for c in ("UPS", "USPS", "FedEx", "DHL", "OnTrac", "LaserShip", "Airborne")}
"""Carriers Walmart knows by name; any other goes as `otherCarrier`."""
METHOD = "Standard"
OTHER_REASON = "General adjustment"
COUNTRIES = {"USA": "US", "CAN": "CA", "MEX": "MX", "PRI": "PR"}
EACH_ORDER, EACH_RETURN = "EACH", "EACH"
"""Units of quantities."""
