"""Parcel numbers whose check digits hold, so that whoever reads a text finds them.

S10: Universal Postal Union, weights 8 6 4 2 3 5 9 7 modulo 11. UPS: letters as numbers, weights 1 2, modulo 10.
"""

from __future__ import annotations

from random import Random
from string import ascii_uppercase, digits

_PAIRS = ("RR", "RX", "LB", "CP", "EE")


def tracking(rng: Random, courier: str, country: str) -> str:
    """`1Z…` for UPS, else thirteen characters that end in the country."""
    return _ups(rng) if courier == "UPS" else _s10(rng, country)


def _s10(rng: Random, country: str) -> str:
    serial = "".join(rng.choices(digits, k=8))
    rest = 11 - sum(int(d) * w for d, w in zip(serial, (8, 6, 4, 2, 3, 5, 9, 7), strict=True)) % 11
    return f"{rng.choice(_PAIRS)}{serial}{ {10: 0, 11: 5}.get(rest, rest) }{country}"


def _ups(rng: Random) -> str:
    serial = "".join(rng.choices(ascii_uppercase + digits, k=6)) + "03" + "".join(rng.choices(digits, k=7))
    values = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in serial]
    return f"1Z{serial}{-sum(v * (2 if n % 2 else 1) for n, v in enumerate(values)) % 10}"
