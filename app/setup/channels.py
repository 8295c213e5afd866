"""Channels: the accounts of the shop, what they are called here, whether they work."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.lines import Line as DrawnLine
from app.setup.drawn import text_lines
from app.setup.fields import Field, Line, Number
from app.setup.rooms import Reading, Record, Room
from app.times import stamp
from app.told import told
from app.words import _
from desk import channels
from store.errors import N_
from store.sql import shop

if TYPE_CHECKING:
    from store.unit import UnitOfWork


class Channels(Room):
    about = N_("Accounts from which messages come. Connect one with: deskhand channel add")
    can = frozenset({"toggle"})

    def records(self, desk: Reading) -> Sequence[Record]:
        return [
            Record(c.id, c.name, "fault" if c.fault and c.state == "active" else "on" if c.state == "active" else "off",
                   c.platform, c.label)
            for c in shop.channels(desk.conn)
        ]  # fmt: skip

    def fields(self, desk: Reading, ident: str) -> Sequence[Field]:
        return (
            Line(key="name", label=_("Name"), needed=True),
            Line(key="label", label=_("Short"), help=_("At most four letters for the list.")),
            Number(key="hold", label=_("Take-back, s"), most=600,
                   help=_("Seconds in which a reply can be taken back before it leaves.")),
            Line(key="platform", label=_("Platform"), fixed=True),
            Line(key="address", label=_("Account"), fixed=True),
        )  # fmt: skip

    def values(self, desk: Reading, ident: str) -> dict[str, Any]:
        channel = channels.need_of(desk.conn, ident)
        settings: dict[str, Any] = json.loads(channel.settings)
        address = settings.get("from_address") or settings.get("user") or settings.get("shop") or ""
        return {"name": channel.name, "label": channel.label, "hold": channel.hold_ms // 1000,
                "platform": channel.platform, "address": str(address)}  # fmt: skip

    def save(self, unit: UnitOfWork, ident: str, values: Mapping[str, Any]) -> str:
        channels.describe(unit, ident, name=str(values["name"]), label=str(values["label"]),
                          hold_ms=int(values["hold"]) * 1000)  # fmt: skip
        return ident

    def turned(self, state: str) -> str:
        return "on" if state == "off" else "off"

    def put_state(self, unit: UnitOfWork, ident: str, state: str) -> None:
        channels.set_state(unit, ident, "paused" if state == "off" else "active")

    def preview(self, desk: Reading, values: Mapping[str, Any], width: int) -> Sequence[DrawnLine]:
        found = next((c for c in shop.channels(desk.conn) if c.name == values.get("name")), None)
        if found is None:
            return ()
        lines: list[DrawnLine] = []
        if found.fault:
            lines += text_lines([told(found.fault)], width, "danger")
        if found.last_good_at:
            when = stamp(found.last_good_at, desk.now, desk.zone)
            lines += text_lines([_("last worked: {when}").format(when=when)], width, "muted")
        settings = _("Settings and secrets: deskhand channel set {channel}").format(channel=found.id)
        return [*lines, *text_lines([settings], width, "muted")]
