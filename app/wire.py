"""The composition root: finds the desk, opens store and vault, builds connectors, and hands them to `desk`."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from desk.query.names import NAMES
from store.errors import N_, Invalid
from store.sql import shop
from store.sql.rows import Agent, Channel
from store.unit import HEAD_REVISION, Store, UnitOfWork
from store.values import SYSTEM, Actor, Instant

if TYPE_CHECKING:
    from connectors.contract import Connector
    from desk.sync.loop import Sync
    from store.vault import Vault

KEY_NAME = "desk/key"


NAMES.add_later(
    "desk.group_query", "desk.incident_query", "desk.parcel_query", "desk.risk_query", "desk.stuck_query"
)


class SystemClock:
    def now(self) -> Instant:
        return time.time_ns() // 1_000_000


def fresh_id() -> str:
    """128 random bits as text."""
    return os.urandom(16).hex()


def desk_folder(asked: str | None, environ: Mapping[str, str] = os.environ) -> Path:
    """`--desk`, else `$DESKHAND_DESK`, else the user's data directory."""
    named = asked or environ.get("DESKHAND_DESK", "")
    if named:
        return Path(named).expanduser().absolute()
    base = environ.get("XDG_DATA_HOME") or os.path.join(environ.get("HOME", os.path.expanduser("~")), ".local", "share")
    return Path(base) / "deskhand" / "desk"


class Wired(NamedTuple):
    """An open desk and what belongs to it."""

    store: Store

    @property
    def vault(self) -> Vault:
        """The desk's secrets."""
        from store.vault import Vault

        return Vault(self.store.folder)

    def connector(self, channel: Channel) -> Connector:
        """The channel's connector. Raises Invalid for settings its platform does not take."""
        from connectors.contract import Ports
        from connectors.registry import connect
        from desk.sync.lease import this_process
        from desk.sync.loop import settings_of
        from desk.sync.parcels import DeskParcels
        from desk.sync.quota import ChannelQuota
        from desk.sync.tokens import ChannelTokens
        from store.vault import ChannelSecrets

        kept = ChannelSecrets(self.vault, channel.id)
        tokens = ChannelTokens(self.store, kept, channel.id, this_process())
        try:
            quota, known = ChannelQuota(self.store, channel.id), DeskParcels(self.store)
            ports = Ports(kept, tokens, self.store.clock, quota, known)
            return connect(channel.platform, settings_of(channel), ports)
        except (KeyError, ValueError) as exc:  # a platform there is no connector for, a setting it does not take
            raise Invalid(N_("Channel {item}: {reason}"), item=channel.id, reason=str(exc),
                          next=N_("Mend it: deskhand channel set {item} KEY=VALUE")) from exc  # fmt: skip

    def sync(self, *, only: str = "") -> Sync:
        """A sync run over this desk, reading in worker processes."""
        from desk.learning import saved
        from desk.sync.lease import this_process
        from desk.sync.loop import Sync
        from desk.sync.reader import Pooled

        return Sync(self.store, self.connector, Pooled(learner=saved(self.store.conn)), this_process(), only)


def open_desk(folder: Path) -> Wired:
    """Opens the desk in `folder`; a desk with a key finds it in the vault. Raises the store's errors."""
    wired = reacting(Store.open(folder, clock=SystemClock(), ids=fresh_id, key=desk_key(folder)))
    if wired.store.meta("furnished") != HEAD_REVISION:
        _catch_up(wired.store)
    return wired


def _catch_up(store: Store) -> None:
    """A desk that an older program made gets what ships by now."""
    from desk import setup

    if not setup.furnished(store):
        with store.write(SYSTEM) as unit:
            setup.catch_up(unit)


def create_desk(folder: Path, *, name: str, encrypt: bool) -> Wired:
    """Makes a desk; `encrypt` puts a fresh key into its vault first."""
    if encrypt:
        if (folder / "desk.db").exists():
            raise Invalid(
                N_("There is already a desk in {item}."), item=str(folder), next=N_("Choose another folder with --desk.")
            )
        from store.vault import Vault

        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        Vault(folder).put(KEY_NAME, os.urandom(32).hex())
    return reacting(Store.create(folder, clock=SystemClock(), ids=fresh_id, key=desk_key(folder), name=name))


def reacting(store: Store) -> Wired:
    """A desk that reacts: rules run on it."""
    store.react = _react
    return Wired(store)


def _react(unit: UnitOfWork) -> None:
    """Rules and routing, loaded with the first thing that is saved."""
    from desk.automation.react import react

    react(unit)


def desk_key(folder: Path) -> bytes | None:
    """The raw key of an encrypted desk, None for a plain one, whose vault need not even be readable."""
    if not (folder / "vault.json").exists() and "DESKHAND_SECRET_DESK_KEY" not in os.environ:
        return None
    with suppress(OSError), (folder / "desk.db").open("rb") as file:
        if file.read(16) == b"SQLite format 3\x00":
            return None
    from store.vault import Vault

    try:
        return bytes.fromhex(Vault(folder).get(KEY_NAME))
    except KeyError:
        return None


def who(store: Store, asked: str | None, environ: Mapping[str, str] = os.environ) -> Agent:
    """`--as`, else `$DESKHAND_AGENT`, else the agent bound to the Unix user. Raises Invalid naming the cure."""
    named = asked or environ.get("DESKHAND_AGENT", "")
    found = shop.agent(store.conn, named) if named else shop.agent_of_user(store.conn, unix_user())
    if found is None or not found.active:
        if named:
            raise Invalid(N_("There is no agent {item}."), item=named, next=N_("See: deskhand agent list"))
        raise Invalid(N_("No agent of this desk is bound to the Unix user {item}."), item=unix_user(),
                      next=N_("Say who you are with --as, or: deskhand agent set ID unix_user={item}"))  # fmt: skip
    return found


def acting(agent: Agent) -> Actor:
    return Actor("agent", agent.id)


def unix_user() -> str:
    """The login name, however the session was started."""
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name
