"""What may be left out of an account when it is linked is what its connector fetches."""

from __future__ import annotations

from connectors.registry import manifest
from tests.connectors.suite import Lab


def test_the_manifest_names_the_streams_there_are(lab: Lab) -> None:
    told = manifest(lab.case.platform).streams
    assert not told or set(told) == set(lab.connect().streams())
