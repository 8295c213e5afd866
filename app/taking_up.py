"""What a person chose among the settings, taken up as soon as it is chosen: colours, language, mouse, name and time zone."""

from __future__ import annotations

from os import environ
from typing import TYPE_CHECKING

from app import habits, words
from app.own_theme import OwnTheme
from app.place import config_folder, theme_folder, zone_named
from store.sql import shop

if TYPE_CHECKING:
    from app.workstation import Workstation


class TakingUp:
    """`news` is called after anything was saved; only what is another than before is taken up."""

    def __init__(self, desk: Workstation) -> None:
        self.desk, self.session = desk, desk.session
        self._own = OwnTheme(desk)
        self._habits = {key: self._chosen(key) for key in ("theme", "lang", "mouse")}

    def news(self) -> None:
        """What was chosen meanwhile; what the environment says stands above it."""
        before, self._habits = self._habits, {key: self._chosen(key) for key in self._habits}
        changed = {key for key, value in self._habits.items() if value != before[key]}
        if "theme" in changed and not environ.get("DESKHAND_THEME"):
            self._dress(self._habits["theme"])
        if "mouse" in changed:
            self.desk.heed_mouse(self._habits["mouse"] != "off")
        if "lang" in changed and not environ.get("DESKHAND_LANG"):
            words.use(self._habits["lang"])
            self._draw_all()
        self._know_myself()

    def wear(self, name: str) -> None:
        """A theme, just now chosen."""
        self._own.wear(name)
        self._habits["theme"] = name

    def _chosen(self, key: str) -> str:
        return habits.chosen(self.session.store.conn, key, self.session.agent.id)

    def _dress(self, name: str) -> None:
        from app.look import choose
        from themes.loading import names

        there = name in names(theme_folder(config_folder()))
        self.wear(name if there else choose(None, environ))

    def _know_myself(self) -> None:
        """What is known of the person itself, and their zone in every pane that tells times."""
        session, screen = self.session, self.desk.desk_screen
        agent = shop.agent(session.store.conn, session.agent.id)
        if agent is None or agent == session.agent:
            return
        moved, session.agent = agent.zone != session.agent.zone, agent
        if moved:
            session.zone = screen.clocks.zone = screen.outbox.zone = zone_named(agent.zone)
            self._draw_all()

    def _draw_all(self) -> None:
        """Every pane anew: what they show is put into words when it is drawn."""
        screen = self.desk.desk_screen
        screen.show_status()
        screen.show_views(self.desk.view_id)
        screen.show_clocks()
        screen.show_ticket(screen.ticket.ticket_id, keep_place=True)
        screen.list.forget()
        self.desk.refresh()
        self.desk.redraw()
