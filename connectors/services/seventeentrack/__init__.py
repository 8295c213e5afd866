"""17TRACK: what carriers note of the parcels of all shops, over its tracking API v2.2."""
