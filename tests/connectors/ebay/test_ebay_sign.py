"""Signing and signing in, by the vectors of the contracts (made-up keys)."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from connectors.contract import AuthRevoked, Permanent, Refund
from connectors.ebay.login import basic
from connectors.ebay.sign import private_seed, signature
from connectors.sandbox.ebay_sign import PRIVATE_KEY
from connectors.sandbox.web import Request, Response
from tests.connectors.suite import SINCE, Lab

SEED = bytes(range(32))
BODY = b'{"reasonForRefund":"BUYER_RETURN","orderLevelRefundAmount":{"value":"5.00","currency":"EUR"}}'
URL = "https://api.ebay.com/sell/fulfillment/v1/order/01-00001-00001/issue_refund"
PARAMS = '("content-digest" "x-ebay-signature-key" "@method" "@path" "@authority");created=1767225600'


def test_the_signature_is_the_one_of_the_contract() -> None:
    headers = signature("POST", URL, BODY, seed=SEED, jwe="demo.jwe.value", at=1_767_225_600_000)
    assert headers["Content-Digest"] == "sha-256=:pqvcrqCqSPm3jeq0zkBmQEQqKkQ8U1zgqPsilqWZ1Qo=:"
    assert headers["Signature-Input"] == f"sig1={PARAMS}"
    assert headers["Signature"] == (
        "sig1=:0Xs3tNEQ0N1hKipUTBzBSJLZzZfSuOtumnDH8hXNNqkP/y6dMvi+FBRHgmCrorslLUKF5UlOXuQFhw2o7niPAQ==:"
    )
    assert headers["x-ebay-signature-key"] == "demo.jwe.value"


def test_the_public_key_verifies_it() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    headers = signature("POST", URL, BODY, seed=SEED, jwe="demo.jwe.value", at=1_767_225_600_000)
    lines = [f'"content-digest": {headers["Content-Digest"]}', '"x-ebay-signature-key": demo.jwe.value', '"@method": POST',
             '"@path": /sell/fulfillment/v1/order/01-00001-00001/issue_refund', '"@authority": api.ebay.com',
             f'"@signature-params": {PARAMS}']  # fmt: skip
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode("A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="))
    key.verify(base64.b64decode(headers["Signature"][6:-1]), "\n".join(lines).encode())


def test_without_a_body_there_is_no_digest() -> None:
    headers = signature("POST", URL, None, seed=SEED, jwe="j", at=0)
    assert "Content-Digest" not in headers
    assert headers["Signature-Input"].startswith('sig1=("x-ebay-signature-key" "@method" "@path" "@authority")')


def test_a_key_is_read_in_every_form_it_is_shown_in() -> None:
    seed = bytes(range(32, 64))
    pem = f"-----BEGIN PRIVATE KEY-----\n{PRIVATE_KEY[:40]}\n{PRIVATE_KEY[40:]}\n-----END PRIVATE KEY-----\n"
    assert private_seed(PRIVATE_KEY) == private_seed(pem) == private_seed(base64.b64encode(seed).decode()) == seed
    for wrong in ("", "nonsense!", base64.b64encode(b"short").decode()):
        with pytest.raises(ValueError, match="signing key"):
            private_seed(wrong)


def test_basic_is_the_one_of_the_contract() -> None:
    assert basic("demo-id", "demo-secret") == "Basic ZGVtby1pZDpkZW1vLXNlY3JldA=="


def test_without_a_key_a_refund_never_leaves(lab: Lab) -> None:
    del lab.vault["signing_key"]
    passed: list[int] = []
    for deed in ("refunds", "returns:approve", "returns:cancellation", "refunds:inquiry"):
        with pytest.raises(Permanent, match="signing key"):
            lab.connect().send(lab.case.commands(lab)[deed], lambda: passed.append(1))
    assert not passed


def test_a_body_changed_on_the_way_is_refused(lab: Lab) -> None:
    command = lab.case.commands(lab)["refunds"]
    answer = type(lab.site).answer

    def meddle(request: Request) -> Response:
        if request.path.endswith("issue_refund"):
            request = replace(request, body=request.body.replace(b"OTHER", b"OTHER "))
        found: Response = answer(lab.site, request)
        return found

    lab.site.answer = meddle
    with pytest.raises(Permanent, match="Content-Digest"):
        lab.connect().send(command, lambda: None)
    assert lab.case.done(lab, "refunds", command) == 0


def test_a_key_of_somebody_else_is_refused(lab: Lab) -> None:
    lab.vault.put("signing_key", base64.b64encode(SEED).decode())
    command = lab.case.commands(lab)["refunds"]
    with pytest.raises(Permanent, match="Signature"):
        lab.connect().send(command, lambda: None)


def test_sellers_elsewhere_sign_nothing(lab: Lab) -> None:
    lab.site.must_sign = False
    command = lab.case.commands(lab)["refunds"]
    assert isinstance(command, Refund)
    lab.connect(marketplace="EBAY_US").send(command, lambda: None)
    refund = next(r for r in lab.site.log if r.path.endswith("issue_refund"))
    assert "signature" not in refund.headers


def test_the_refresh_token_stays_what_it_is(lab: Lab) -> None:
    before = dict(lab.vault)
    lab.pull("reviews")
    lab.clock.time += 3 * 3_600_000
    lab.pull("reviews")
    assert dict(lab.vault) == before
    assert lab.tokens.renewals == 2


@pytest.mark.parametrize(("change", "word"), [({"refresh_token": "another"}, "sign in again"),
                                              ({"client_secret": "another"}, "Cert ID")])  # fmt: skip
def test_a_refused_sign_in_says_what_to_do(lab: Lab, change: dict[str, str], word: str) -> None:
    lab.vault.update(change)
    with pytest.raises(AuthRevoked, match=word):
        lab.pull("orders")


def test_scopes_eBay_does_not_know_are_named(lab: Lab) -> None:
    with pytest.raises(AuthRevoked, match="every scope"):
        list(lab.connect(scopes="https://api.ebay.com/oauth/api_scope/horoscope").pull("orders", "", since=SINCE))
