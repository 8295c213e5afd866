"""Channels: the accounts of the shop, whether they work, and linking another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import TYPE_CHECKING, Any

from app.channels_said import ROLES, cure, lag, quota, sentence
from app.first_fetch import lines as progress_lines
from app.lines import Line as DrawnLine
from app.setup import channel_form as form
from app.setup.drawn import text_lines
from app.setup.fields import Field
from app.setup.rooms import Reading, Record, Room, Trial
from app.told import told
from app.words import _
from desk import channels, channels_health
from desk import channels_link as link
from desk.channels_health import Health
from desk.sync import first
from store.errors import N_, DeskError
from store.sql import shop
from store.sql.rows import Channel
from store.values import SECOND, clean_line
from store.vault import Vault

if TYPE_CHECKING:
    from store.unit import Store, UnitOfWork

_STATES = {"fault": "fault", "late": "fault", "paused": "off"}


class Channels(Room):
    about = N_("Accounts from which messages come. Each is tried before it is kept; secrets go into the vault.")
    can = frozenset({"new", "remove", "toggle", "test"})
    outside = True

    def __init__(self) -> None:
        self._vault: Vault | None = None
        self._let_go: dict[str, dict[str, str]] = {}
        """Secrets of accounts removed in this session, should that be taken back."""

    def records(self, desk: Reading) -> Sequence[Record]:
        self._vault = Vault(desk.store.folder) if desk.store else None
        found = channels_health.every(desk.conn, desk.now)
        return [Record(h.channel.id, h.channel.name, _STATES.get(h.state, "on"), lag(h), h.channel.platform) for h in found]

    def fields(self, desk: Reading, ident: str) -> Sequence[Field]:
        return form.fields(desk, self._channel(desk, ident))

    def values(self, desk: Reading, ident: str) -> dict[str, Any]:
        return form.values(desk, self._channel(desk, ident))

    def _channel(self, desk: Reading, ident: str) -> Channel | None:
        return channels.need_of(desk.conn, ident) if ident else None

    # Linking ------------------------------------------------------------------------------------------

    def tries(self, ident: str, before: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
        own = f"{values['platform']}_"
        return any(before.get(key) != value for key, value in values.items()
                   if key.startswith(own) and not key.endswith("_streams") and (value or before.get(key)))  # fmt: skip

    def prove(
        self, desk: Reading, ident: str, values: Mapping[str, Any], width: int, trial: Trial
    ) -> tuple[bool, Sequence[DrawnLine]]:
        draft = form.draft(desk, self._channel(desk, ident), values)
        try:
            health, _keeping, _streams = link.try_out(trial.store, Vault(trial.store.folder), draft)
        except DeskError as error:
            raise form.field_of(draft.platform, error) from error
        lines: list[DrawnLine] = []
        for text in health.lines:
            bad = text in health.wrong or (not health.ok and text == health.mend)
            sign = "▲ " if bad else "✓ "
            lines += text_lines([sign + told(clean_line(text))], width, "danger" if bad else "done")
        return health.ok, lines

    def test(
        self, desk: Reading, ident: str, values: Mapping[str, Any], width: int, trial: Trial
    ) -> Sequence[DrawnLine]:
        good, lines = self.prove(desk, ident, values, width, trial)
        text = _("The account works.") if good else _("Mend the first line marked ▲.")
        return [*lines, (), *text_lines([text], width, "done" if good else "warning")]

    def keep_apart(self, store: Store, ident: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Secrets go into the vault; nothing of them goes on."""
        desk = Reading(store.conn, "", store.clock.now(), UTC, store)
        before = self._channel(desk, ident)
        if before is not None and not self._differs(desk, before, values):
            return values
        draft, vault = form.draft(desk, before, values), Vault(store.folder)
        try:
            link.check(store.conn, draft)
            link.connector(store, draft, link.Held(vault, draft)).close()
        except DeskError as error:
            raise form.field_of(draft.platform, error) from error
        link.keep_secrets(vault, draft.id, link.untried(vault, draft))
        hidden = {f"{draft.platform}_{name}" for name in draft.secrets}
        rest = {key: value for key, value in values.items() if key not in hidden}
        return rest if ident else {**rest, "id": draft.id}

    def save(self, unit: UnitOfWork, ident: str, values: Mapping[str, Any]) -> str:
        here = Reading(unit.conn, "", unit.now, UTC)
        before, platform = self._channel(here, ident), str(values["platform"])
        try:
            if before is None:
                return link.keep(unit, form.draft(here, None, values)).id
            if self._differs(here, before, values):
                link.keep(unit, form.draft(here, before, values))
            channels.describe(unit, ident, name=str(values["name"]), label=str(values["label"]),
                              hold_ms=int(values["hold"]) * 1000)  # fmt: skip
        except DeskError as error:
            raise form.field_of(platform, error) from error
        return ident

    def _differs(self, desk: Reading, before: Channel, values: Mapping[str, Any]) -> bool:
        """Whether more than a name is changed."""
        if "every" not in values:
            return False
        draft = form.draft(desk, before, values)
        return bool(draft.secrets) or draft.whole != form.draft(desk, before, form.values(desk, before)).whole

    def watched(self, desk: Reading, ident: str, width: int) -> tuple[bool, Sequence[DrawnLine]] | None:
        channel = shop.channel(desk.conn, ident)
        if channel is None or channel.state != "active":
            return None
        health = channels_health.of(desk.conn, channel, desk.now, syncing=channels_health.runs(desk.conn, desk.now))
        found = first.of(desk.conn, ident)
        lines: list[DrawnLine] = [((f" {_('The first fetch')}", "strong"),), ()]
        if found is not None:
            for text, role in progress_lines(found, desk.now):
                lines += text_lines([text], width, role)
        if found is None or health.state not in ("first", "well", "waiting"):
            lines += said(health, desk, width)
        over = found is not None and found.done
        if over:
            lines += [(), *text_lines([_("From here on news comes by itself.")], width, "done")]
        return not over, lines

    # The rest -----------------------------------------------------------------------------------------

    def remove(self, unit: UnitOfWork, ident: str) -> None:
        channel = channels.need(unit, ident)
        channels.set_state(unit, ident, "removed")
        if self._vault is not None:
            if channel.settings != "{}":
                self._let_go[ident] = link.secrets_of(self._vault, ident, channel.platform)
            self._vault.drop(f"channel/{ident}/")

    def restore(self, unit: UnitOfWork, ident: str, values: Mapping[str, Any]) -> str:
        channels.bring_back(unit, ident)
        if self._vault is not None:
            link.keep_secrets(self._vault, ident, self._let_go.pop(ident, {}))
        return ident

    def turned(self, state: str) -> str:
        return "on" if state == "off" else "off"

    def put_state(self, unit: UnitOfWork, ident: str, state: str) -> None:
        channels.set_state(unit, ident, "paused" if state == "off" else "active")

    def version(self, desk: Reading) -> object:
        return desk.now // (5 * SECOND)

    def preview(self, desk: Reading, values: Mapping[str, Any], width: int) -> Sequence[DrawnLine]:
        found = next((c for c in shop.channels(desk.conn) if c.name == values.get("name")), None)
        if found is None:
            return text_lines([_("^s tries the account, then keeps it. t only tries it.")], width, "muted")
        syncing = channels_health.runs(desk.conn, desk.now)
        return said(channels_health.of(desk.conn, found, desk.now, syncing=syncing), desk, width)


def said(health: Health, desk: Reading, width: int) -> list[DrawnLine]:
    """How an account does, and what to do."""
    lines = text_lines([sentence(health, desk.now, desk.zone)], width, ROLES[health.state])
    if what := cure(health, desk.now, desk.zone):
        lines += text_lines([what], width, "accent")
    if health.failing_since:
        from app.times import stamp

        since = _("failing since {when}").format(when=stamp(health.failing_since, desk.now, desk.zone))
        lines += text_lines([since], width, "muted")
    if left := quota(health, desk.now):
        lines += text_lines([_("left to ask: {calls}").format(calls=left)], width, "muted")
    return lines
