"""What eBay checks of a digital signature: the digest of the bytes that came, and the signature over them."""

from __future__ import annotations

import base64
import hashlib
import re

from connectors.sandbox.web import Request
from store.values import MINUTE, SECOND, Instant

SIGNING_JWE = "practice.jwe.value"
_SEED = bytes(range(32, 64))
PRIVATE_KEY = base64.b64encode(bytes.fromhex("302e020100300506032b657004220420") + _SEED).decode()
"""PKCS 8, as the Key Management API shows a private key once."""

_SIGNED = re.compile(
    r"POST /(?:sell/fulfillment/v1/order/[^/]+/issue_refund|post-order/v2/(?:return|inquiry)/[^/]+/issue_refund"
    r"|post-order/v2/return/[^/]+/decide|post-order/v2/cancellation/[^/]+/approve)"
)


def unsigned(request: Request, now: Instant) -> tuple[int, str, str] | None:
    """What is wrong with the signature of a call that must bear one: `(error id, domain, text)`."""
    if not _SIGNED.fullmatch(f"{request.method} {request.path}"):
        return None
    heads = request.headers
    if not heads.get("x-ebay-signature-key"):
        return 215001, "ACCESS", "The x-ebay-signature-key header is missing"
    given = re.fullmatch(r'sig1=(\(("[^()]+")\);created=(\d+))', heads.get("signature-input", ""))
    bears = re.fullmatch(r"sig1=:([A-Za-z0-9+/=]+):", heads.get("signature", ""))
    if not given or not bears:
        return 215002, "ACCESS", "The Signature or Signature-Input header is missing or malformed"
    names = re.findall(r'"([^"]+)"', given[2])
    if not {"x-ebay-signature-key", "@method", "@path", "@authority"} <= set(names):
        return 215003, "ACCESS", "The signature does not cover all that it must"
    if request.body:
        digest = f"sha-256=:{base64.b64encode(hashlib.sha256(request.body).digest()).decode()}:"
        if "content-digest" not in names or heads.get("content-digest") != digest:
            return 215118, "ACCESS", "The Content-Digest does not match the body"
    if abs(now - int(given[3]) * SECOND) > 5 * MINUTE:
        return 215119, "ACCESS", "The signature is too old"
    if heads["x-ebay-signature-key"] != SIGNING_JWE or not _verifies(request, names, given[1], bears[1]):
        return 215120, "ACCESS", "Signature validation failed"
    return None


def _verifies(request: Request, names: list[str], params: str, signature: str) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    known = {"@method": request.method, "@path": request.path, "@authority": request.headers.get("host", "")}
    lines = [f'"{name}": {known.get(name, request.headers.get(name, ""))}' for name in names]
    base = "\n".join([*lines, f'"@signature-params": {params}'])
    try:
        Ed25519PrivateKey.from_private_bytes(_SEED).public_key().verify(base64.b64decode(signature), base.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
