"""Every request the connector makes is one that eBay's own documents allow."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.ebay.sign import MUST_SIGN
from connectors.sandbox.web import Request
from tests.connectors.ebay.case import CASE
from tests.connectors.openapi import Document
from tests.connectors.suite import opened

DOCUMENTS = {
    "commerce_message_v1_oas3.json": "/commerce/message/v1",
    "sell_fulfillment_v1_oas3.json": "/sell/fulfillment/v1",
    "developer_analytics_v1_beta_oas3.json": "/developer/analytics/v1_beta",
}
PATHS_ONLY = ("return", "cancellation", "inquiry")
"""Of these there are path names without parameters or schemas."""


@pytest.fixture(scope="module")
def specs(root: Path) -> Path:
    folder = root.parent / "shared" / "reference" / "specs" / "ebay"
    if not folder.is_dir():
        pytest.skip("no documents: ../shared/reference/specs/ebay is not beside this checkout")
    return folder


def test_every_request_is_allowed(specs: Path) -> None:
    documents = [Document(specs / name, base) for name, base in DOCUMENTS.items()]
    searches = [Document(specs / f"{name}_oas3.json", "/post-order/v2") for name in PATHS_ONLY]
    requests: list[Request] = []
    for deed in CASE.acts:
        with opened(CASE) as lab:
            lab.site.page_cap = 25
            if not requests:
                for stream in CASE.streams:
                    lab.pull(stream)
                lab.connect(notices=True).streams()
                lab.connect().test()
                for kind, ident in CASE.reached(lab):
                    lab.connect().fetch(kind, ident)
            command = CASE.commands(lab)[deed]
            lab.connect().send(command, lambda: None)
            lab.connect().find(command) if deed != "refunds" else None
            requests += lab.site.log
    problems = {
        what for request in requests for document in documents if document.covers(request) for what in document.wrong(request)
    }
    for request in requests:
        if request.path.startswith("/post-order/v2") and all(_unknown(d.wrong(request)) for d in searches):
            problems.add(f"{request.method} {request.path}: no such call")
        if MUST_SIGN.fullmatch(f"{request.method} {request.path}"):
            assert request.headers["signature"]
    assert not problems
    assert len({(r.method, r.path) for r in requests}) > 100


def _unknown(problems: list[str]) -> bool:
    return any(p.endswith("no such call") for p in problems)
