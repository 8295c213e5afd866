"""Whether anything vouches that a mail is from the domain its From names: what the receiving host checked (RFC 8601),
and whether the mail ever came from outside at all.

Header lines below the receiving host's own may be anybody's words, so only what stands above them counts.
"""

from __future__ import annotations

import re

from desk.reading import headers
from desk.reading.lazy import regex
from desk.reading.records import Origin

MAX_RESULTS = 5
_RESULT = regex(r"(?:^|;)\s*(dmarc|dkim|spf|arc)\s*=\s*([a-z]+)([^;]*)", re.I)
_DOMAIN = regex(r"(?:header\.(?:d|i|from)|smtp\.(?:mailfrom|mail|helo))\s*=\s*\"?<?(?:[^\s;@\"<>]*@)?([\w.-]+)", re.I)
_COMMENT = regex(r"\([^()]*\)")
_HOP = regex(r"from\s+(?P<name>\S+)(?P<more>.*?)\bby\s+(?P<by>[\w.-]+)(?P<rest>.*)", re.I | re.S)
_SIGNED_IN = regex(r"\bwith\s+(?:utf8)?(?:e?smtps?a|https?|local|asmtp)\b", re.I)
_NAMED_IN = regex(r"\(authenticated (?:sender|user|bits)\b", re.I)
_INSIDE = regex(
    r"\blocalhost\b|\[(?:ipv6:)?(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|::1|f[cd][0-9a-f]{2}:|fe80:)", re.I
)


def origin(fields: headers.Fields, domain: str) -> Origin:
    """What the mail's own head says of where it came from; `domain` is that of its From."""
    values = fields.get("authentication-results", ())[:MAX_RESULTS]
    return Origin(tuple(_verdict(headers.unfold(v), domain) for v in values), _stayed_inside(fields))


def _verdict(value: str, domain: str) -> tuple[str, bool, bool]:
    """(the host that checked, whether it vouches for the domain, whether it denies it)."""
    value = _COMMENT.sub(" ", value)
    host = value.partition(";")[0].split(" ")[0].strip().lower()
    vouched = denied = judged = False
    for method, outcome, properties in _RESULT.findall(value):
        outcome = outcome.lower()
        if method.lower() == "dmarc" and outcome in ("pass", "fail"):
            vouched, denied, judged = outcome == "pass", outcome == "fail", True
        elif not judged and method.lower() != "arc":
            aligned = any(_same(found, domain) for found in _DOMAIN.findall(properties))
            vouched = vouched or (outcome == "pass" and aligned)
            denied = denied or outcome in ("fail", "hardfail", "permerror", "softfail")
    return host, vouched, denied and not vouched


def _same(found: str, domain: str) -> bool:
    """Whether two domains are one organisation's: equal, or one below the other."""
    found, domain = found.lower().strip("."), domain.lower()
    if not found or not domain:
        return False
    return found == domain or (domain.count(".") and found.endswith(f".{domain}")) or (
        found.count(".") > 0 and domain.endswith(f".{found}")
    )  # fmt: skip


def _stayed_inside(fields: headers.Fields) -> bool:
    """Whether it was never delivered (a copy from a Sent folder), or was handed in by somebody signed in and passed on
    within one host since."""
    hops = fields.get("received", ())
    if not hops:
        return "delivered-to" not in fields and "return-path" not in fields and "x-original-to" not in fields
    by = ""
    for value in hops[:MAX_RESULTS]:
        hop = _HOP.search(headers.unfold(value))
        if hop is None or (by and hop["by"].lower() != by):
            return False
        by = hop["by"].lower()
        if _SIGNED_IN.search(hop["rest"]) or _NAMED_IN.search(f"{hop['more']} {hop['rest']}"):
            return True
        if not _INSIDE.search(f"{hop['name']} {hop['more']}"):
            return False
    return False


def vouched(origin: Origin | None, host: str = "") -> bool:
    """Whether the receiving host vouches for the sender: `host` is its name in Authentication-Results (the topmost
    one's without it). A mail that never left the house needs no voucher."""
    if origin is None:
        return True
    said = next((r for r in origin.results if not host or r[0] == host.lower()), None)
    return said[1] if said is not None else origin.inside


def denied(origin: Origin | None) -> bool:
    """Whether the topmost result says that the sender is forged."""
    return origin is not None and bool(origin.results) and origin.results[0][2]
