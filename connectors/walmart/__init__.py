"""Walmart (US): orders, returns, refunds and parcels of one marketplace seller."""
