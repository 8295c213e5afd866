"""What a manifest says of an account holds: its streams, the settings that tell it from others, its stand-in."""

from __future__ import annotations

from importlib import import_module

import pytest

from connectors.registry import PLATFORMS, manifest
from desk.channels import account_of
from tests.connectors.suite import Lab


def test_the_manifest_names_the_streams_there_are(lab: Lab) -> None:
    told = manifest(lab.case.platform).streams
    assert not told or set(told) == set(lab.connect().streams())


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_tells_an_account_from_others_is_asked_for(platform: str) -> None:
    found = manifest(platform)
    required = {s.key for s in found.settings if s.required and s.kind != "secret"}
    assert set(found.account) <= required
    if found.account:
        one = dict.fromkeys(found.account, "one")
        assert account_of(platform, one) == account_of(platform, {**one, found.account[0]: " ONE "})
        assert account_of(platform, one) != account_of(platform, {**one, found.account[0]: "two"})
        assert account_of(platform, one) != account_of(platform, {**one, "api_url": "https://other.example"})


@pytest.mark.parametrize("platform", [p for p in PLATFORMS if manifest(p).stand_in])
def test_a_stand_in_is_where_the_manifest_says(platform: str) -> None:
    module, _, name = manifest(platform).stand_in.partition(":")
    assert hasattr(getattr(import_module(module), name), "link")
