"""The accounts at work: how each does, linking another one, asking a platform for what a ticket is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.aside import Aside
from app.lines import Line
from app.words import _, render_error
from store.errors import N_, DeskError, Refused
from store.values import SECOND, clean_line

if TYPE_CHECKING:
    from app.acts import Acts
    from app.widgets.rows import Row
    from app.widgets.shelf import Shelf
    from app.workstation import Workstation
    from connectors.contract import Connector
    from connectors.contract import Health as ConnectorHealth
    from desk.channels_health import Health
    from desk.sync.fetching import Wanted
    from store.sql.rows import Channel

_ANEW_S = 1.0
"""How often the sheet of accounts is read anew."""
_GLYPHS = {"well": "●", "first": "▶", "waiting": "○", "quiet": "☾", "late": "▲", "stopped": "▲", "fault": "!", "paused": "○",
           "imported": "·"}  # fmt: skip


class ChannelActs:
    """Methods named after acts, as in `app.acts`. What asks a platform runs on a thread of its own."""

    def __init__(self, desk: Workstation, acts: Acts) -> None:
        self.desk, self.session, self.acts = desk, desk.session, acts
        self._outside = Aside()

    # How they do --------------------------------------------------------------------------------------

    def go_channels(self) -> None:
        """Each account with its last good fetch, what is left of its limits, since when it fails, and what to do."""
        from app.widgets.shelf import Key, Shelf

        found = self._every()
        if not found:
            raise Refused(N_("No account is connected yet."), next=N_("The palette knows it: connect an account."))

        def details(row: str, width: int) -> Sequence[Line]:
            return self._details(row, width)

        shelf = Shelf(_("How the accounts do"), self._rows(list(found.values())), details, (
            Key("enter", _("settings"), self._settings, stays=False),
            Key("t", _("test"), lambda row: self.desk.passing(self._test(shelf, row))),
            Key("p", _("pause, go on"), lambda row: self.desk.hold(self._turn(shelf, row))),
            Key("n", _("connect another"), lambda _row: self.channel_add(), stays=False),
        ))  # fmt: skip
        shelf.lay(self.desk.desk_screen)
        self.desk.soon("channels", _ANEW_S, lambda: self._again(shelf))

    def _again(self, shelf: Shelf) -> None:
        if shelf.is_open:
            shelf.choice.rows = tuple(self._rows(list(self._every().values())))
            shelf.choice.move(0)
            shelf.refresh()
            self.desk.soon("channels", _ANEW_S, lambda: self._again(shelf))

    def _every(self) -> dict[str, Health]:
        from desk import channels_health

        return {h.channel.id: h for h in channels_health.every(self.session.store.conn, self.session.now)}

    def _rows(self, found: Sequence[Health]) -> list[Row]:
        from app.channels_said import lag
        from app.widgets.rows import Row
        from desk.channels_health import STATES

        return [
            Row(h.channel.id, f"{_GLYPHS[h.state]} {h.channel.name}", lag(h), _(STATES[h.state])) for h in found
        ]

    def _details(self, row: str, width: int) -> Sequence[Line]:
        from app.setup.channels import said
        from app.setup.rooms import Reading

        health = self._every().get(row)
        if health is None:
            return ()
        s = self.session
        reading = Reading(s.store.conn, s.agent.id, s.now, s.zone, s.store)
        lines: list[Line] = []
        if health.first is not None:
            from app.first_fetch import summary

            lines.append(((summary(health.first, self.session.now), "accent"),))
        return [*lines, *said(health, reading, width)]

    def _settings(self, row: str) -> None:
        self.desk.perform("go.setup:channels")
        setting_up = self.acts.setting_up
        if setting_up is not None:
            setting_up.state.reload(setting_up.reading, row)
            setting_up.item_open()

    async def _test(self, shelf: Shelf, row: str) -> None:
        from app.told import told

        shelf.say(_("asking …"), "muted")
        try:
            health = await self._outside.do(lambda: self._tested(row))
        except DeskError as error:
            shelf.say(render_error(error), "danger")
            return
        if health.ok:
            shelf.say(_("It works: {line}").format(line=told(clean_line(health.lines[0])) if health.lines else ""), "done")
        else:
            shelf.say(told(clean_line(health.mend)), "danger")

    def _tested(self, row: str) -> ConnectorHealth:
        from desk.channels import need_of

        connector = self._connector(need_of(self.session.store.conn, row))
        try:
            return connector.test()
        finally:
            connector.close()

    async def _turn(self, shelf: Shelf, row: str) -> None:
        from desk import channels

        before = channels.need_of(self.session.store.conn, row)
        wanted = "active" if before.state == "paused" else "paused"
        await self.session.act(lambda unit: channels.set_state(unit, row, wanted))
        shelf.say(_("{name} goes on").format(name=before.name) if wanted == "active" else
                  _("{name} is paused: nothing is fetched and nothing sent").format(name=before.name), "done")  # fmt: skip
        self._again(shelf)

    # Linking --------------------------------------------------------------------------------------------

    def channel_add(self) -> None:
        """The form of a new account, in the set-up."""
        self.desk.perform("go.setup:channels")
        if self.acts.setting_up is not None:
            self.acts.setting_up.keeping.setup_new()

    # What a ticket is about -----------------------------------------------------------------------------

    def ticket_refetch(self) -> None:
        """Asks the platform for the orders and cases of the ticket, now."""
        from desk.sync import fetching

        ticket = self.acts.one()
        wanted = fetching.of_ticket(self.session.store.conn, ticket)
        if not wanted:
            raise Refused(N_("{item} has no order, return or case to ask for."), item=f"#{ticket}")
        self.desk.say(_("asking for {names} …").format(names=", ".join(clean_line(w.name) for w in wanted)), "muted")
        self.desk.passing(self._refetch(ticket, wanted))

    async def _refetch(self, ticket: int, wanted: Sequence[Wanted]) -> None:
        began = self.session.now
        done, failed = await self._outside.do(lambda: self._fetched(wanted))
        self.desk.take_in([ticket])
        names = ", ".join(clean_line(w.name) for w in done)
        if failed:
            first = _("{name}: {reason}").format(name=clean_line(failed[0][0].name), reason=failed[0][1])
            self.desk.say(_("{names} up to date; {fault}").format(names=names, fault=first) if done else first, "danger")
        elif self.session.now - began < 60 * SECOND:
            self.desk.say(_("{names}: as the platform has it now").format(names=names), "done")

    def _fetched(self, wanted: Sequence[Wanted]) -> tuple[list[Wanted], list[tuple[Wanted, str]]]:
        from app.told import told
        from connectors.contract import Fault
        from desk.channels import need_of
        from desk.sync import fetching

        done: list[Wanted] = []
        failed: list[tuple[Wanted, str]] = []
        for one in wanted:
            try:
                channel = need_of(self.session.store.conn, one.channel_id)
                if one.kind == "order":
                    fetching.insist(channel)
                connector = self._connector(channel)
                try:
                    fetching.fetch(self.session.store, channel, connector, one.kind, one.remote_id)
                finally:
                    connector.close()
                done.append(one)
            except DeskError as error:
                failed.append((one, render_error(error)))
            except Fault as fault:
                failed.append((one, told(clean_line(str(fault)))))
        return done, failed

    def _connector(self, channel: Channel) -> Connector:
        from app.wire import Wired

        return Wired(self.session.store).connector(channel)
