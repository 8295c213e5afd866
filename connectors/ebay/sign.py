"""What goes over the wire: the token in the scheme each API wants, and the digital signature of what moves money.

The signature is RFC 9421 as eBay profiles it, with Ed25519: over the digest of the very bytes that are sent, the key's
JWE, method, path and authority.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from connectors.api import Call
from connectors.contract import Permanent, Secrets
from store.values import SECOND, Clock, Instant

MUST_SIGN = re.compile(
    r"POST /(?:sell/fulfillment/v1/order/[^/]+/issue_refund|post-order/v2/(?:return|inquiry)/[^/]+/issue_refund"
    r"|post-order/v2/return/[^/]+/decide|post-order/v2/cancellation/[^/]+/approve)"
)
"""Calls that sellers of the EU and the UK must sign."""


def signature(method: str, url: str, content: bytes | None, *, seed: bytes, jwe: str, at: Instant) -> Mapping[str, str]:
    """The headers that sign one call. `seed` is the 32 bytes of the private key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    parts = urlsplit(url)
    values = {"x-ebay-signature-key": jwe, "@method": method, "@path": parts.path, "@authority": parts.netloc}
    headers = {"x-ebay-signature-key": jwe, "x-ebay-enforce-signature": "true"}
    if content is not None:
        digest = f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"
        values = {"content-digest": digest, **values}
        headers["Content-Digest"] = digest
    params = f"({' '.join(f'{chr(34)}{name}{chr(34)}' for name in values)});created={at // SECOND}"
    base = "\n".join([*(f'"{name}": {value}' for name, value in values.items()), f'"@signature-params": {params}'])
    signed = base64.b64encode(Ed25519PrivateKey.from_private_bytes(seed).sign(base.encode())).decode()
    return {**headers, "Signature-Input": f"sig1={params}", "Signature": f"sig1=:{signed}:"}


def private_seed(text: str) -> bytes:
    """The 32 bytes of a private key, given as PEM, as its inner base64, or bare. Raises ValueError."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    inner = "".join(line for line in text.split() if line and not re.search("-----|BEGIN|PRIVATE|KEY", line))
    try:
        raw = base64.b64decode(inner, validate=True)
        if len(raw) == 32:
            return raw
        key = load_der_private_key(raw, None)
    except (binascii.Error, ValueError, TypeError) as exc:
        raise ValueError("The signing key cannot be read; paste the privateKey as eBay showed it.") from exc
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("The signing key is not an Ed25519 key; make one with signingKeyCipher ED25519.")
    return key.private_bytes_raw()


def signing(secrets: Secrets) -> tuple[bytes, str]:
    """Key and JWE from the vault. Raises Permanent that says what to enter."""
    try:
        jwe, text = secrets.get("signing_jwe"), secrets.get("signing_key")
    except KeyError:
        jwe = text = ""
    if not jwe or not text:
        raise Permanent("eBay takes refunds and decisions of EU and UK sellers only signed; enter the signing key.")
    try:
        return private_seed(text), jwe
    except ValueError as exc:
        raise Permanent(str(exc)) from exc


def signer(secrets: Secrets, clock: Clock, marketplace: str, signs: bool) -> Callable[[Call, str], Call]:
    """How calls of one account are made ready to go."""

    def sign(call: Call, token: str) -> Call:
        path = urlsplit(call.url).path
        scheme = "IAF" if path.startswith("/post-order/") else "Bearer"
        headers = {**call.headers, "Authorization": f"{scheme} {token}", "X-EBAY-C-MARKETPLACE-ID": marketplace,
                   "Accept": "application/json"}  # fmt: skip
        if call.content is not None:
            headers["Content-Type"] = "application/json"
        if signs and MUST_SIGN.fullmatch(f"{call.method} {path}"):
            seed, jwe = signing(secrets)
            headers |= signature(call.method, call.url, call.content, seed=seed, jwe=jwe, at=clock.now())
        return Call(call.method, call.url, call.params, headers, call.content, call.safe)

    return sign
