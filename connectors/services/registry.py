"""The services there are. A new one is a module, its settings in the manifest, and a line here."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import NamedTuple, Protocol, cast

from connectors.contract import Permanent, Secrets
from connectors.registry import Setting
from connectors.services.contract import Judge, Notice, Request
from connectors.transport import Http
from store.values import Instant

MAIL = "mail"
KINDS = ("webhook", "ntfy", MAIL, "slack", "telegram", "wecom", "dingtalk", "feishu")


class Service(Protocol):
    """What the module of a service that is called over HTTP offers."""

    LONGEST: int
    request: Request
    judge: Judge


class Kind(NamedTuple):
    """A service as a person sets it up. A setting of kind "secret" goes into the vault under `notice/<id>/<key>`."""

    id: str
    name: str
    settings: tuple[Setting, ...]

    def filled(self, settings: Mapping[str, str]) -> dict[str, str]:
        """Settings with what is usual where nothing is said."""
        usual = {s.key: str(s.default) for s in self.settings if s.default is not None}
        return {**usual, **{key: value for key, value in settings.items() if value}}


@cache
def kind(ident: str) -> Kind:
    """Raises KeyError for a service there is not."""
    return _kinds()[ident]


@cache
def _kinds() -> Mapping[str, Kind]:
    raw = tomllib.loads(files("connectors").joinpath("services", "manifest.toml").read_text("utf-8"))
    common = [s for s in raw["settings"] if not s["service"]]
    found = {}
    for ident in KINDS:
        own = [s for s in raw["settings"] if s["service"] == ident]
        found[ident] = Kind(ident, raw["names"][ident], tuple(_setting(s) for s in (*own, *common)))
    return found


def _setting(raw: Mapping[str, object]) -> Setting:
    fields = {key: value for key, value in raw.items() if key != "service"}
    fields["kind"] = fields.pop("type", "text")
    return Setting(**fields)  # type: ignore[arg-type]


def deliver(
    http: Http, ident: str, settings: Mapping[str, str], secrets: Secrets, notice: Notice, now: Instant
) -> None:
    """Hands a notice to the service `ident`, once. Raises the faults of `connectors.contract`; none holds a secret."""
    service = cast(Service, import_module(f"connectors.services.{kind(ident).id}"))
    try:
        call = service.request(kind(ident).filled(settings), secrets, notice, now)
    except KeyError as missing:
        raise Permanent(f"{missing.args[0]} is missing.") from missing
    answer = http.call(call.method, call.url, headers=call.headers, content=call.content)
    service.judge(answer, now)
