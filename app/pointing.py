"""What a click or a turn of the wheel means, pane by pane."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from app.keys import Act, Engine
from app.showing import Showing
from app.widgets.clocks_pane import ClocksPane
from app.widgets.key_hints import KeyHints
from app.widgets.ticket_list import TicketList
from app.widgets.views_pane import ViewsPane
from app.widgets.which_key import WhichKey

if TYPE_CHECKING:
    from app.screens.page import PagePane
    from app.screens.setup import SetupPane


class Pointing(Showing):
    engine: Engine

    @abstractmethod
    def perform(self, action: str, count: int = 0) -> None:
        """Does an act."""

    def on_ticket_list_picked(self, event: TicketList.Picked) -> None:
        before = self.session.listing.cursor
        self.session.listing.cursor = event.index
        self.desk_screen.list.moved(before)
        self.rest()
        if event.opened:
            self.perform("item.open")

    def on_ticket_list_scrolled(self, event: TicketList.Scrolled) -> None:
        self.perform("move.down" if event.by > 0 else "move.up", abs(event.by))

    def on_views_pane_chosen(self, event: ViewsPane.Chosen) -> None:
        self.open_view(self.desk_screen.views_pane.views[event.index].view.id)

    def on_clocks_pane_chosen(self, event: ClocksPane.Chosen) -> None:
        self.acts.moving.open_ticket(event.ticket_id)

    def on_key_hints_pressed(self, event: KeyHints.Pressed) -> None:
        self.acts.begin_or_perform(event.id)

    def on_setup_pane_clicked(self, event: SetupPane.Clicked) -> None:
        if self.acts.setting_up is not None:
            self.acts.setting_up.click(event.x, event.y)

    def on_setup_pane_scrolled(self, event: SetupPane.Scrolled) -> None:
        if self.acts.setting_up is not None:
            self.acts.setting_up.scroll(event.by)

    def on_which_key_pressed(self, event: WhichKey.Pressed) -> None:
        result = self.engine.feed(event.key)
        if isinstance(result, Act):
            self.desk_screen.which.hide()
            self.perform(result.id, result.count)

    def on_page_pane_picked(self, event: PagePane.Picked) -> None:
        if event.opened:
            self.perform("item.open")
        else:
            self.show_hints()
