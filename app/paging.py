"""Pages of records: entering one, its keys, and the way back to where one came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.act import RECORDS
from app.row_keys import RowKeys
from app.screens.page import Page, PagePane

if TYPE_CHECKING:
    from app.acts import Acts
    from app.workstation import Workstation


class PagingActs:
    """What leads to a page. Methods named after acts, as in `app.acts`."""

    def __init__(self, desk: Workstation, acts: Acts) -> None:
        self.desk, self.session, self.acts = desk, desk.session, acts
        self._keys: PageKeys | None = None

    @property
    def parts(self) -> tuple[object, ...]:
        """Whose methods come first while a page has the keys."""
        return (self._keys.page, self._keys) if self._keys is not None and self.desk.place in RECORDS else ()

    def holds(self) -> set[str]:
        """The states of the registry that hold on the page that has the keys."""
        if self._keys is None or self.desk.place not in RECORDS:
            return set()
        row = {"page_row"} if self._keys.pane.entries else set()
        return row | set(self._keys.page.holds())

    def news(self) -> None:
        """Somebody changed something: the page as it is now."""
        if self._keys is not None and self.desk.place in RECORDS:
            self._keys.pane.fill()
            self.desk.show_hints()

    def enter(self, page: Page) -> None:
        """Shows a page, with the keys."""
        if self._keys is None:
            self._keys = PageKeys(self.desk, self.acts, page)
        self._keys.enter(page)

    def go_quarantine(self) -> None:
        """What came in and could not be read."""
        from app.screens.quarantine import Quarantine

        self.enter(Quarantine(self.desk, self.acts))

    def go_past(self) -> None:
        """What was done lately, and what undoing it would change."""
        from app.screens.past import Past

        self.enter(Past(self.desk, self.acts))

    def go_incidents(self) -> None:
        """One cause behind many tickets."""
        from app.screens.incidents import Incidents

        self.enter(Incidents(self.desk, self.acts))

    def ticket_audit(self) -> None:
        """Every event of a ticket."""
        from app.screens.audit import Audit

        self.enter(Audit(self.desk, self.acts, self.acts.one()))


class PageKeys(RowKeys):
    """Keys every page has. Its own acts come first."""

    def __init__(self, desk: Workstation, acts: Acts, page: Page) -> None:
        self.desk, self.acts, self.page = desk, acts, page
        self.pane = PagePane()
        desk.desk_screen.query_one("#body").mount(self.pane)

    def enter(self, page: Page) -> None:
        self.page = page
        screen = self.desk.desk_screen
        screen.remove_class("outbox", "views")
        self.pane.show(page)
        self.desk.go_to(page.place)

    def item_back(self) -> None:
        """To the ticket one came from, else to the list."""
        screen = self.desk.desk_screen
        if screen.reading and screen.ticket.ticket_id is not None:
            self.desk.go_to("ticket")
            ticket_id = screen.ticket.ticket_id
            screen.call_after_refresh(lambda: screen.show_ticket(ticket_id, keep_place=True))
        else:
            self.acts.moving.item_back()

    def page_more(self) -> None:
        self.pane.read_on(self.pane.reach - 1 if self.pane.reach > 1 else 1)

    # Moving ---------------------------------------------------------------------------------------

    def move(self, by: int) -> None:
        self.pane.move(by)
        self.desk.show_hints()

    def page_rows(self) -> int:
        return max(1, self.pane.rows)

    def pane_next(self) -> None:
        self.page_more()

    def pane_previous(self) -> None:
        self.pane.read_on(-self.pane.reach)
