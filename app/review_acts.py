"""Acts on reviews: to their tickets and back, and a public answer to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.screens.composer import Writing
from app.words import _
from desk import review_tickets, reviews
from desk import thread as threads
from desk.vocabulary import OPEN_STATUSES
from store.errors import N_, Refused
from store.sql import tickets
from store.sql.reviews import Review
from store.unit import UnitOfWork

if TYPE_CHECKING:
    from app.acts import Acts
    from app.screens.reviews import Reviews
    from app.workstation import Workstation


class ReviewActs:
    """Methods named after acts, as in `app.acts`."""

    def __init__(self, desk: Workstation, acts: Acts) -> None:
        self.desk, self.session, self.acts = desk, desk.session, acts

    def go_reviews(self) -> None:
        """Reviews of all accounts."""
        self._page()

    def _page(self) -> Reviews:
        from app.screens.reviews import Reviews

        page = Reviews(self.desk, self.acts)
        self.acts.paging.enter(page)
        return page

    def ticket_review(self) -> None:
        """The review behind a ticket, among the others."""
        ticket_id = self.acts.one()
        found = self._behind(ticket_id)
        if not found:
            raise Refused(N_("No review is behind {item}."), item=f"#{ticket_id}", next=N_("g r shows all reviews."))
        self.to(found[-1].id)

    def to(self, review_id: int) -> None:
        """The page of reviews, on one of them."""
        self._page().pane.go(review_id)
        self.desk.show_hints()

    def _behind(self, ticket_id: int) -> list[Review]:
        conn = self.session.store.conn
        said = threads.read(conn, ticket_id).messages
        return [review for m in said if (review := review_tickets.behind(conn, m)) is not None]

    async def open(self, review: Review) -> None:
        """Opens its ticket; one that has none gets one, closed."""
        made = review.ticket_id is None
        ticket_id = await self._ticket(review)
        self._into(ticket_id)
        if made:
            self.desk.say(_("#{id} was made for this review, closed; E opens it").format(id=ticket_id), "done")

    def _into(self, ticket_id: int) -> None:
        """From the page to a ticket, which is drawn once its pane is in sight."""
        screen = self.desk.desk_screen
        self.acts.moving.open_ticket(ticket_id)
        screen.call_after_refresh(lambda: screen.show_ticket(ticket_id))

    async def _ticket(self, review: Review) -> int:
        def of(unit: UnitOfWork) -> int:
            return review_tickets.of(unit, reviews.need(unit.conn, review.id))

        ticket_id = await self.session.act(of)
        self.desk.take_in([ticket_id])
        return ticket_id

    # Answering ----------------------------------------------------------------------------------------

    def answer(self, review: Review) -> None:
        """Writes a public answer under its ticket; a draft of one that waits is gone on with."""
        reviews.insist(self.session.store.conn, review)
        if (standing := reviews.standing(review, reviews.under_way(self.session.store.conn))).state:
            raise Refused(N_("An answer to review {item} is in the outbox (row {row})."), item=str(review.id), row=standing.row,
                          next=N_("z takes it back while it waits; g o shows it."))  # fmt: skip
        self.desk.hold(self._begin(review))

    async def _begin(self, review: Review) -> None:
        ticket_id = await self._ticket(review)
        self._into(ticket_id)
        self.resume(ticket_id, review.id)

    def resume(self, ticket_id: int, review_id: int) -> None:
        """Begins an answer, or goes on with the one that waits."""
        conn, kind = self.session.store.conn, f"review:{review_id}"
        self.acts.writing.free_for(kind, ticket_id)
        review = reviews.need(conn, review_id)
        channel = reviews.insist(conn, review)
        thread = threads.read(conn, ticket_id, shown=1)
        draft = self.session.draft(ticket_id)
        kept = draft.body if draft else ""
        writing = Writing(
            kind, ticket_id, thread.ticket.thread_seq, account=channel.name, to=(_("everybody, under the review"),),
            subject=f"{review_tickets.stars(review.rating)} {review_tickets.product(conn, review)}".strip(),
            buyers=review.lang or thread.ticket.lang, saved=kept,
        )  # fmt: skip
        self.acts.writing.begin(writing, kept)

    def doubts(self, _writing: Writing) -> Sequence[tuple[str, str]]:
        """What to mind before an answer leaves."""
        return [(_("▲ PUBLIC: everybody reads it. No names, addresses or order numbers."), "warning")]

    async def send(self, writing: Writing, text: str, then: str) -> None:
        """Into the outbox. The ticket of a review that is history stays closed."""
        review_id = int(writing.about)
        ticket = tickets.get(self.session.store.conn, writing.ticket_id)
        then = then if then == "solved" or (ticket is not None and ticket.status in OPEN_STATUSES) else ""
        await self.session.act(lambda unit: reviews.answer(unit, review_id, text, then=then))
