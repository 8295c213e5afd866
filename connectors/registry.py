"""The platforms there are. A new one is a folder with a manifest, and a line here."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Protocol, cast

from connectors.contract import Capabilities, Connector, Ports

PLATFORMS = (
    "email", "ebay", "shopee", "shopify", "tiktok", "amazon", "woocommerce", "walmart", "drop", "17track", "judgeme",
)  # fmt: skip
_FOLDERS = {"17track": "services/seventeentrack", "judgeme": "services/judgeme"}
"""Where a platform's folder is not called as the platform is."""
SERVICES = frozenset(_FOLDERS)
"""What shops use besides: no buyer writes there."""

KINDS = ("text", "integer", "choice", "list", "flag", "secret")


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing a person is asked for. `kind` is one of `KINDS`; a "secret" goes to the vault under `key`, everything
    else into the settings. `default` is None where the connector works it out. `only_if` is "" or "other_key=value"."""

    key: str
    label: str
    help: str
    kind: str = "text"
    required: bool = False
    default: str | int | bool | tuple[str, ...] | None = None
    choices: tuple[str, ...] = ()
    only_if: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """One of a platform's own forms of message about an order. `longest` is how many characters of text it takes, 0 for
    none; `files` whether files go with it, `links` whether addresses of pages may stand in the text. One that `asks` is
    sent as it is, and the platform writes it."""

    id: str
    title: str
    longest: int = 2_000
    files: bool = False
    links: bool = False
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is known of a platform without loading its client. `label` is the four letters of a list column."""

    id: str
    name: str
    label: str
    client: str
    capabilities: Capabilities
    settings: tuple[Setting, ...]
    streams: tuple[str, ...] = ()
    """What is fetched separately and may be left out; none where the settings say it (folders of a mailbox)."""
    forms: tuple[Form, ...] = ()
    """The platform's own forms of message, where it takes no other words about an order."""
    account: tuple[str, ...] = ()
    """The settings that tell one account from another, besides its server; none where nothing does."""
    stand_in: str = ""
    """Where its stand-in is, made of a clock and a market; "" where none is served."""


class Factory(Protocol):
    """Makes a connector from settings as written; raises ValueError naming the wrong one. Connects to nothing."""

    def __call__(self, settings: Mapping[str, object], ports: Ports) -> Connector: ...


def manifests() -> tuple[Manifest, ...]:
    """All platforms, in the order they are offered."""
    return tuple(manifest(platform) for platform in PLATFORMS)


@cache
def manifest(platform: str) -> Manifest:
    """Raises KeyError for a platform there is not."""
    if platform not in PLATFORMS:
        raise KeyError(platform)
    text = files("connectors").joinpath(_FOLDERS.get(platform, platform), "manifest.toml").read_text("utf-8")
    raw = tomllib.loads(text)
    return Manifest(
        id=raw["id"],
        name=raw["name"],
        label=raw["label"],
        client=raw["client"],
        capabilities=Capabilities(**raw["capabilities"]),
        settings=tuple(_setting(item) for item in raw["settings"]),
        streams=tuple(raw.get("streams", ())),
        forms=tuple(Form(**item) for item in raw.get("forms", ())),
        account=tuple(raw.get("account", ())),
        stand_in=raw.get("stand_in", ""),
    )


def connect(platform: str, settings: Mapping[str, object], ports: Ports) -> Connector:
    """The connector of one account; loads its client on the way. Raises KeyError, ValueError (one sentence)."""
    return factory(platform)(settings, ports)


def factory(platform: str) -> Factory:
    """Raises KeyError for a platform there is not."""
    module, _, name = manifest(platform).client.partition(":")
    return cast(Factory, getattr(import_module(module), name))


def _setting(raw: Mapping[str, object]) -> Setting:
    fields = dict(raw)
    fields["kind"] = fields.pop("type", "text")
    for key in ("choices", "default"):
        if isinstance(value := fields.get(key), list):
            fields[key] = tuple(value)
    return Setting(**fields)  # type: ignore[arg-type]
