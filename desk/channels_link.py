"""Linking an account: what a person described is checked, tried out at its platform, and only then kept.

Secrets typed are held in memory until the account is kept; then they go into the vault and nowhere else. What a code was
traded for while the account was tried out goes there at once: a code is good once, and the next try needs what came of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from connectors.contract import Connector, Health, Ports
from connectors.registry import SERVICES, Manifest, connect, manifest
from desk import channels
from desk.reach import MAIL
from desk.sync import first, schedule
from desk.sync.lease import this_process
from desk.sync.quota import ChannelQuota
from desk.sync.schedule import Schedule
from desk.sync.tokens import ChannelTokens
from store.connection import Connection
from store.errors import N_, Invalid
from store.sql import shop
from store.sql.rows import Channel
from store.unit import Store, UnitOfWork
from store.values import Instant, fold
from store.vault import ChannelSecrets, Vault

DEAD = (("Wish", N_("Wish has been dead since 2024: there is nothing to connect. Import what you downloaded before.")),)
"""Platforms people look for that are no more, and what to do instead."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An account as a person describes it. `since`: what is older comes in closed. `known` is the id it has already, ""
    for a new one; of its secrets only those typed anew are here."""

    id: str
    platform: str
    name: str
    label: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, str]
    since: Instant
    plan: Schedule
    known: str = ""

    @property
    def whole(self) -> dict[str, Any]:
        """Its settings with its schedule among them, as they are kept."""
        rest = {key: value for key, value in self.settings.items() if key != schedule.KEY}
        plan = self.plan.stored()
        return {**rest, schedule.KEY: plan} if plan else rest


class Held(ChannelSecrets):
    """Secrets that are not kept yet stand before those that are. An access token that was kept is not looked at, or a
    wrong new secret would pass for right."""

    def __init__(self, vault: Vault, draft: Draft) -> None:
        super().__init__(vault, draft.known)
        self.typed = _traded(vault, draft)
        self._known, self._anew = draft.known, "refresh_token" in self.typed

    def get(self, name: str) -> str:
        if name in self.typed:
            return self.typed[name]
        if not self._known or name == "access_token":
            raise KeyError(name)
        return super().get(name)

    def put(self, name: str, value: str) -> None:
        """A token that was traded: one of the account as it is kept is kept at once, for the old one is spent."""
        if self._known and name == "refresh_token" and not self._anew:
            super().put(name, value)
        else:
            self.typed[name] = value


_TRIED = "linking/"


def _tried_as(draft: Draft) -> str:
    """The vault's name for what the typed refresh token was traded for, whatever else of the draft was wrong."""
    said = "\n".join((draft.platform, str(draft.settings.get("api_url", "")), draft.secrets.get("refresh_token", "")))
    return _TRIED + hashlib.sha256(said.encode()).hexdigest()[:32]


def _traded(vault: Vault, draft: Draft) -> dict[str, str]:
    """The typed secrets, with what the refresh token was traded for in its place."""
    typed = {name: value for name, value in draft.secrets.items() if value}
    if "refresh_token" in typed:
        with suppress(KeyError):
            typed["refresh_token"] = vault.get(_tried_as(draft))
    return typed


def ident_for(conn: Connection, platform: str, wanted: str = "") -> str:
    """A short id nobody has yet: the wanted one, else after the platform (`ebay`, `ebay-2`)."""
    if wanted:
        return wanted
    taken = {c.id for c in shop.channels(conn)}
    return next(i for n in range(1, 1000) if (i := platform if n == 1 else f"{platform}-{n}") not in taken)


def shop_zone_name(conn: Connection) -> str:
    """The zone of the team's hours, in which quiet hours count."""
    body = next((body for name, body, _version in shop.calendars(conn) if name == "shop"), "")
    return str(json.loads(body).get("zone") or "UTC") if body else "UTC"


def slug(name: str) -> str:
    """A name as an id: `eBay UK` → `ebay-uk`."""
    return "-".join(fold(name).split())


def history_from(platform: str, since: Instant, wanted: str | Instant, now: Instant) -> Instant | None:
    """How far back the first fetch goes: None where that is what `since` says; "all" is everything of a mailbox, and of
    a marketplace what it may have kept."""
    if wanted == "":
        return None
    if wanted == "all":
        return 0 if platform == MAIL else now - schedule.FURTHEST
    assert isinstance(wanted, int)
    return None if wanted == since else wanted


def check(conn: Connection, draft: Draft) -> Manifest:
    """Whether it can be tried out: its id is free, the account is nobody else's, nothing needed is missing. Raises
    Invalid with the gap `field`, Conflict."""
    found = manifest(draft.platform)
    if not draft.known:
        channels.refuse_taken(conn, draft.id)
    channels.refuse_shared_mailbox(
        [c for c in shop.channels(conn) if c.id != draft.known], draft.platform, draft.settings
    )
    for setting in found.settings:
        here = draft.secrets if setting.kind == "secret" else draft.settings
        given = here.get(setting.key) or (draft.known and setting.kind == "secret")
        if setting.required and not given and setting.default is None:
            raise Invalid(N_("{item} is needed."), item=setting.key, field=setting.key,
                          next=N_("Its help says where to find it."))  # fmt: skip
    return found


def connector(store: Store, draft: Draft, held: Held) -> Connector:
    """A connector of an account that is not kept yet. Raises Invalid naming the wrong setting."""
    tokens = ChannelTokens(store, held, draft.known or draft.id, this_process())
    ports = Ports(held, tokens, store.clock, ChannelQuota(store, draft.known or draft.id))
    try:
        return connect(draft.platform, draft.whole, ports)
    except ValueError as exc:
        key = next((s.key for s in manifest(draft.platform).settings if s.key in str(exc)), "")
        raise Invalid(N_("Channel {item}: {reason}"), item=draft.id, reason=str(exc), field=key,
                      next=N_("Correct it and try again.")) from exc  # fmt: skip


def try_out(store: Store, vault: Vault, draft: Draft) -> tuple[Health, Mapping[str, str], tuple[str, ...]]:
    """Signs in and looks, sending and changing nothing: `(health, secrets to keep, streams there are)`. Blocks as long as
    the platform lets it wait. Raises Invalid, Conflict."""
    check(store.conn, draft)
    held = Held(vault, draft)
    before = held.typed.get("refresh_token", "")
    made = connector(store, draft, held)
    try:
        return made.test(), held.typed, made.streams()
    finally:
        made.close()
        now = held.typed.get("refresh_token", "")
        if before and now != before:
            vault.put(_tried_as(draft), now)


def untried(vault: Vault, draft: Draft) -> Mapping[str, str]:
    """The secrets of an account that is kept without trying it out, or was tried before."""
    return _traded(vault, draft)


def keep_secrets(vault: Vault, channel_id: str, secrets: Mapping[str, str]) -> None:
    """Puts them into the vault. A token got with the secrets before is forgotten."""
    if not secrets:
        return
    kept = ChannelSecrets(vault, channel_id)
    if "access_token" not in secrets:
        vault.drop(f"channel/{channel_id}/access_token")
    for name, value in secrets.items():
        kept.put(name, value)
    for name in vault.names():
        if name.startswith(_TRIED) and vault.get(name) == secrets.get("refresh_token"):
            vault.drop(name)


def secrets_of(vault: Vault, channel_id: str, platform: str) -> dict[str, str]:
    """All that are kept of an account, so that removing it can be taken back."""
    kept, found = ChannelSecrets(vault, channel_id), {}
    for setting in manifest(platform).settings:
        if setting.kind == "secret":
            with suppress(KeyError):
                found[setting.key] = kept.get(setting.key)
    return found


def keep(unit: UnitOfWork, draft: Draft) -> Channel:
    """Keeps the account; its secrets are in the vault already. Raises what `channels.add` and `channels.configure` do."""
    return channels.configure(unit, draft.known, draft.whole) if draft.known else _added(unit, draft)


def _added(unit: UnitOfWork, draft: Draft) -> Channel:
    first.forget(unit, draft.id)
    return channels.add(
        unit, draft.id, platform=draft.platform, name=draft.name or manifest(draft.platform).name,
        label=draft.label or manifest(draft.platform).label, settings=draft.whole, since=draft.since,
        kind="email" if draft.platform == MAIL else channels.SERVICE if draft.platform in SERVICES else "marketplace",
    )  # fmt: skip
