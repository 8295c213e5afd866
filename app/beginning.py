"""Acts of those who begin, and of those who run the desk: first steps, sync, the team, one setting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.taking_up import TakingUp
from app.words import _

if TYPE_CHECKING:
    from app.acts import Acts
    from app.workstation import Workstation


class BeginningActs:
    """Methods named after acts, as in `app.acts`."""

    def __init__(self, desk: Workstation, acts: Acts) -> None:
        self.desk, self.session, self.acts = desk, desk.session, acts
        self.taking_up = TakingUp(desk)

    def go_first_steps(self) -> None:
        from app import habits
        from app.first.lacks import first_steps
        from app.first.sheet import FirstSteps

        conn, me = self.session.store.conn, self.session.agent.id
        away = bool(habits.chosen(conn, "first", me))

        def dismiss() -> bool:
            nonlocal away
            away = not away
            choice = "done" if away else ""
            self.desk.hold(self._keep("first", choice))
            return away

        self.acts.lay(FirstSteps(first_steps(conn, me, self.session.now), away, dismiss))

    async def _keep(self, key: str, value: str) -> None:
        from app import habits

        me = self.session.agent.id
        await self.session.act(lambda unit: habits.keep(unit, key, me, value))
        self.desk.desk_screen.list.recheck()

    def keep_theme(self, name: str) -> None:
        """Wears a theme from now on, and the next time."""
        self.taking_up.wear(name)
        self.desk.hold(self._keep("theme", name))

    def go_team(self) -> None:
        from app.widgets.team import Team
        from desk.roster import roster

        now = self.session.now
        self.acts.lay(Team(roster(self.session.store.conn, now), now, self.session.zone))

    def go_sync(self) -> None:
        """Says how sync is kept running, and sends the command to the clipboard: nothing is started from here."""
        from app.first import always_on

        if self.session.syncing():
            self.desk.say(_("sync runs"), "done")
            return
        folder = self.session.store.folder
        desk = None if folder == always_on.usual_desk() else folder
        command = always_on.starting("later", desk)[0]
        sent = self.desk.copy(command)
        said = _("in another terminal, copied: {command}") if sent else _("in another terminal: {command}")
        self.desk.say(said.format(command=command), "accent")
