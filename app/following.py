"""Keeping the panes true while time passes and others work: news, counts, countdowns, presence."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, cast

from app.act import RECORDS
from app.at_terminal import line_is_up
from app.background import Background
from app.words import _
from store.sql import outbox
from store.values import NEVER, SECOND

if TYPE_CHECKING:
    from app.acts import Acts
    from app.screens.composer import Composer
    from app.screens.desk import DeskScreen
    from app.session import Session
    from app.telling import Telling
    from app.workstation import Workstation
    from store.events import Event
    from themes.roles import Theme

POLL_S = 0.18
"""How often another session's commit is looked for; it shows within 250 ms."""
BREATH_S = 3.0
"""How often at least it makes sure that there is still somebody at the other end of the line."""
COUNT_S = 0.5
"""Counts are read anew at most this often while much is happening."""
SYNC_S = 1.0, 60.0
"""How long after the first frame it is looked whether anybody fetches, and how often from then on."""
STATUS_S = 60
"""Counts are read anew at least this often: some change with time alone."""


class Following(Background):
    session: Session
    desk_screen: DeskScreen
    composer: Composer | None
    place: str
    view_id: str

    def __init__(self, theme: Theme | None = None) -> None:
        super().__init__(theme)
        self.there: dict[int, tuple[str, bool]] = {}
        """Ticket → (colleague there now, whether they are writing)."""
        self.toast = ""
        """What this person should be told just now, whatever they do."""
        self.keep_syncing: Callable[[], object] = lambda: None
        """Begins sync where nobody fetches; whoever opens a workstation for a person says how."""
        self._status_at = 0
        self._telling: Telling | None = None

    @property
    @abstractmethod
    def acts(self) -> Acts:
        """What each act does."""

    @abstractmethod
    def refresh_list(self) -> None:
        """Draws the list anew."""

    def begin_following(self) -> None:
        """From the first frame on, which has just been drawn."""
        self.there = self.session.there()
        self._status_at = self.session.now + STATUS_S * SECOND
        self.soon("poll", POLL_S, self._poll)
        self.soon("sync", SYNC_S[0], self._sync)
        self._tick()

    def _sync(self) -> None:
        self.keep_syncing()
        self.soon("sync", SYNC_S[1], self._sync)

    def _poll(self) -> None:
        news = self.session.poll()
        if news.anything:
            self.take_in(news.tickets, everything=news.everything)
        if news.stirred:
            self._look_around()
            self.seldom("status", COUNT_S, self.desk_screen.show_status)
        if news.for_me:
            self.tell_me(news.for_me)
        self.soon("poll", POLL_S, self._poll)

    def _look_around(self) -> None:
        """Colleagues may be elsewhere than they were, or have fallen silent."""
        if self.session.there() != self.there:
            self.take_in(())

    def tell_me(self, told: Sequence[tuple[Event, tuple[str, ...]]]) -> None:
        """Says what happened that this person wants to be told of, in the ways they chose."""
        if self._telling is None:
            from app.telling import Telling

            self._telling = Telling(cast("Workstation", self))
        self._telling.take(told)

    def looked_at(self, ticket_id: int) -> None:
        """A ticket was opened: nobody need be told of it any more."""
        if self._telling is not None:
            self._telling.looked_at(ticket_id)

    def take_in(self, ids: Collection[int], *, everything: bool = False) -> None:
        """Tickets changed, here or elsewhere: rows change in place, counts follow within half a second."""
        screen, listing = self.desk_screen, self.session.listing
        there = self.session.there()
        moved = [t for t in {*there, *self.there} if there.get(t) != self.there.get(t)]
        self.there = there
        touched = [line.id for line in listing.lines] if everything else [*ids, *moved]
        waiting = len(listing.arrivals)
        rows = (listing.index_of(ticket_id) for ticket_id in moved)
        screen.list.altered([*listing.changed(touched), *(row for row in rows if row is not None)])
        if listing.arrivals and not listing.lines:  # no row there that could move
            listing.reload()
            self.refresh_list()
        elif len(listing.arrivals) != waiting:
            screen.list.refresh()
        if everything or screen.ticket.ticket_id in (*ids, *moved):
            screen.show_ticket(screen.ticket.ticket_id, keep_place=True)
        self.seldom("counts", COUNT_S, self._count)
        if self.composer is not None and self.composer.writing.ticket_id in ids:
            self.acts.writing.meanwhile()
        if screen.has_class("outbox"):
            self.acts.going.fill_outbox()
        if self.place in RECORDS:
            self.soon("page news", COUNT_S, self.acts.paging.news)
        if self.place == "setup" and self.acts.setting_up is not None:
            self.soon("setup news", COUNT_S, self.acts.setting_up.news)

    def _count(self) -> None:
        self.desk_screen.show_views(self.view_id)
        self.desk_screen.list.recheck()
        self.desk_screen.show_status()
        self.desk_screen.show_clocks()
        self.show_hints()

    def _tick(self) -> None:
        """Due cells and countdowns that read differently now; sleeps until the next one will."""
        now = self.session.now
        soonest = min(self.desk_screen.list.tick(now), self.desk_screen.show_clocks(), now + 60 * SECOND)
        held = outbox.of_agent_held(self.session.store.conn, self.session.agent.id, now)
        if held:
            left = -(-(held[-1].hold_until - now) // SECOND)
            leaving = _("#{id} leaves in {n} s … z takes it back").format(id=held[-1].ticket_id, n=left)
            self.desk_screen.bottom.countdown(leaving)
            soonest = min(soonest, now + SECOND)
        else:
            self.desk_screen.bottom.countdown("")
        self._look_around()
        if now >= self._status_at:
            self._status_at = now + STATUS_S * SECOND
            self._count()
        if not line_is_up():
            self.last_words()
            return
        at = self.desk_screen.ticket.ticket_id if self.desk_screen.reading else None
        self.job(self.session.present(at, self.composer is not None))
        wait = max(0.05, (min(soonest, NEVER) - now) / 1000 + 0.01)
        self.soon("tick", min(wait, BREATH_S), self._tick)
