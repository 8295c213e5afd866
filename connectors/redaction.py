"""Texts about the outside, made fit for a log and for other eyes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from store.values import clean_line

_MAIL = re.compile(r"([^\s<>@,;:\"()\[\]]{1,64})@([^\s<>@,;:\"()\[\]]{1,255})")
_BEARER = re.compile(r"(?i)\b(bearer|basic|token|secret|password|passwd|code)([ =:]+)\S+")


def mask_address(address: str) -> str:
    """`anna@example.com` → `a***@example.com`: enough for a person to know which one, not enough to write to it."""
    return _MAIL.sub(lambda m: f"{m[1][0]}***@{m[2]}", address)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """One line (≤ 300 characters) without the given secrets, what looks like credentials, and whole mail addresses."""
    for secret in sorted((s for s in secrets if len(s) > 3), key=len, reverse=True):
        text = text.replace(secret, "***")
    return mask_address(_BEARER.sub(r"\1\2***", clean_line(text[:2000])))[:300]
