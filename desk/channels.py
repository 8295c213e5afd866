"""Connected accounts: adding one, pausing it, letting it go. Secrets are not here but in the vault."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from store.connection import Connection
from store.errors import N_, Conflict, Invalid, NotFound, Refused
from store.sql import shop
from store.sql.rows import Channel
from store.unit import UnitOfWork
from store.values import Instant, clean_line, fold

SERVICE = "service"
"""What shops use besides, such as a tracker of parcels or a collector of reviews: no inbox of its own."""
KINDS = ("email", "chat", "marketplace", SERVICE)
HOLD_MS = {"email": 10_000, "chat": 3_000, "marketplace": 10_000, SERVICE: 10_000}
"""How long a reply can be taken back, by kind; in a chat somebody is waiting."""
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


def add(
    unit: UnitOfWork, channel_id: str, *, platform: str, name: str, label: str, settings: Mapping[str, Any],
    since: Instant, kind: str = "email",
) -> Channel:  # fmt: skip
    """Adds an account, or brings back one that was removed. `since`: history before it comes in closed.

    Raises Invalid for an id nobody can type, Conflict where the id or one of its mailboxes is taken.
    """
    refuse_taken(unit.conn, channel_id)
    refuse_shared_mailbox(shop.channels(unit.conn), platform, settings)
    position = 1 + max((c.position for c in shop.channels(unit.conn)), default=-1)
    unit.conn.execute(
        "INSERT INTO channel (id, platform, name, label, kind, settings, state, position, hold_ms, since) "
        "VALUES (?, ?, ?, ?, ?, ?, 'active', ?, ?, ?) ON CONFLICT (id) DO UPDATE SET platform = excluded.platform, "
        "name = excluded.name, label = excluded.label, kind = excluded.kind, settings = excluded.settings, "
        "state = 'active', fault = '', fault_at = 0",
        (channel_id, platform, clean_line(name) or channel_id, clean_line(label)[:4], kind,
         json.dumps(dict(settings), ensure_ascii=False), position, HOLD_MS[kind], since),
    )  # fmt: skip
    unit.append("channel_added", {"channel": channel_id, "platform": platform})
    return need(unit, channel_id)


def of_import(unit: UnitOfWork, named: str) -> Channel:
    """The channel that imported messages belong to: the named one, for "" the first mail channel; made where there is
    none. One that is made has no settings: it neither fetches nor sends."""
    here = shop.channels(unit.conn)
    if not named:
        first = next((c for c in here if c.kind == "email"), None)
        if first is not None:
            return first
        return add(unit, "import", platform="email", name="Import", label="IMP", settings={}, since=unit.now)
    found = next((c for c in here if named in (c.id, c.name)), None)
    if found is not None:
        return found
    slug = re.sub(r"[^a-z0-9_-]+", "-", fold(named)).strip("-_")[:32] or "import"
    found = next((c for c in here if c.id == slug), None)
    if found is not None:
        return found
    parts = [p for p in re.split("[-_]", slug) if p]
    label = "".join(p[0] for p in parts) if len(parts) > 1 else slug
    mail = slug == "email"
    return add(unit, slug, platform=slug, name=named, label=label.upper(), settings={}, since=unit.now,
               kind="email" if mail else "marketplace")  # fmt: skip


def configure(unit: UnitOfWork, channel_id: str, settings: Mapping[str, Any]) -> Channel:
    """Gives an account other settings. Raises NotFound, Conflict where a mailbox belongs to another channel."""
    channel = need(unit, channel_id)
    refuse_shared_mailbox([c for c in shop.channels(unit.conn) if c.id != channel_id], channel.platform, settings)
    body = json.dumps(dict(settings), ensure_ascii=False)
    unit.conn.execute("UPDATE channel SET settings = ?, fault = '', fault_at = 0 WHERE id = ?", (body, channel_id))
    unit.append("channel_changed", {"channel": channel_id, "changes": {"settings": [channel.settings, body]}})
    return need(unit, channel_id)


def describe(unit: UnitOfWork, channel_id: str, *, name: str, label: str, hold_ms: int) -> Channel:
    """What an account is called here, its short form of at most four letters, and how long a reply can be taken back
    (milliseconds, up to ten minutes). Raises NotFound, Invalid."""
    old = need(unit, channel_id)
    if not 0 <= hold_ms <= 600_000:
        raise Invalid(N_("{item} is no time to take a reply back."), item=str(hold_ms), field="hold",
                      next=N_("Give up to ten minutes."))  # fmt: skip
    wanted = {"name": clean_line(name) or old.name, "label": clean_line(label)[:4], "hold_ms": hold_ms}
    changes = {key: [getattr(old, key), value] for key, value in wanted.items() if getattr(old, key) != value}
    if changes:
        sets = ", ".join(f"{key} = ?" for key in changes)
        unit.conn.execute(f"UPDATE channel SET {sets} WHERE id = ?", (*(v for _b, v in changes.values()), channel_id))
        unit.append("channel_changed", {"channel": channel_id, "changes": changes})
    return need(unit, channel_id)


def set_state(unit: UnitOfWork, channel_id: str, state: str) -> Channel:
    """`active`, `paused` (neither fetched nor sent to) or `removed` (its tickets stay). Raises NotFound, and Refused
    for removing a channel whose outbox is not empty."""
    channel = need(unit, channel_id)
    if state == "removed":
        waiting = unit.conn.execute(
            "SELECT count(*) FROM outbox WHERE channel_id = ? AND state IN ('held', 'claimed', 'unknown')",
            (channel_id,),
        ).fetchone()[0]
        if waiting:
            raise Refused(N_("{count} replies of {item} wait in the outbox."), item=channel_id, count=waiting,
                          next=N_("Settle them first: deskhand outbox list"))  # fmt: skip
    if channel.state != state:
        unit.conn.execute("UPDATE channel SET state = ? WHERE id = ?", (state, channel_id))
        unit.append("channel_changed", {"channel": channel_id, "changes": {"state": [channel.state, state]}})
    return need(unit, channel_id, removed=True)


def bring_back(unit: UnitOfWork, channel_id: str) -> Channel:
    """A removed account as it was; its secrets are the caller's to put back. Raises NotFound, Conflict where another
    channel has its account by now."""
    channel = need(unit, channel_id, removed=True)
    if channel.state == "removed":
        refuse_shared_mailbox(shop.channels(unit.conn), channel.platform, json.loads(channel.settings))
        unit.conn.execute("UPDATE channel SET state = 'active' WHERE id = ?", (channel_id,))
        unit.append("channel_changed", {"channel": channel_id, "changes": {"state": ["removed", "active"]}})
    return need(unit, channel_id)


def need(unit: UnitOfWork, channel_id: str, *, removed: bool = False) -> Channel:
    """The channel, or NotFound; a removed one counts only where asked for."""
    return need_of(unit.conn, channel_id, removed=removed)


def need_of(conn: Connection, channel_id: str, *, removed: bool = False) -> Channel:
    """As `need`, for those who only read."""
    channel = shop.channel(conn, channel_id)
    if channel is None or (channel.state == "removed" and not removed):
        raise NotFound(N_("There is no channel {item}."), item=channel_id, next=N_("See: deskhand channel list"))
    return channel


def refuse_taken(conn: Connection, channel_id: str) -> None:
    """Raises Invalid for an id nobody can type, Conflict for one that a channel has."""
    if not _ID.fullmatch(channel_id):
        raise Invalid(N_("{item} cannot be a channel's id."), item=channel_id, field="id",
                      next=N_("Use small letters, digits, _ and - only."))  # fmt: skip
    old = shop.channel(conn, channel_id)
    if old is not None and old.state != "removed":
        raise Conflict(N_("There is a channel {item} already."), item=channel_id, field="id",
                       next=N_("See: deskhand channel list"))  # fmt: skip


def refuse_shared_mailbox(channels: list[Channel], platform: str, settings: Mapping[str, Any]) -> None:
    """Raises Conflict when another channel reads the same account: each mail would belong to both."""
    account = account_of(platform, settings)
    for other in channels:
        if account and account_of(other.platform, json.loads(other.settings)) == account:
            raise Conflict(N_("Channel {item} reads this account already ({account})."), item=other.id,
                           account=account.partition("/")[2], next=N_("One account, one channel."))  # fmt: skip


def account_of(platform: str, settings: Mapping[str, Any]) -> str:
    """What tells an account from all others, "" where nothing does."""
    from connectors.registry import PLATFORMS, manifest

    if platform in PLATFORMS and (keys := manifest(platform).account):
        own = " ".join(fold(str(settings.get(key, ""))) for key in keys)
        server = settings.get("api_url", "")
        return f"{platform}/{own}{f' at {server}' if server else ''}" if own.strip() else ""
    if folder := str(settings.get("folder", "")):  # the ids of a source are one channel's
        return f"{platform}/{settings.get('source') or folder.rstrip('/').rpartition('/')[2]}"
    host, user = fold(str(settings.get("imap_host", ""))), fold(str(settings.get("user", "")))
    port = settings.get("imap_port", "")
    return f"{platform}/{user} at {host}{f':{port}' if port else ''}" if host and user else ""
