"""Reviews of all accounts: the newest first, which wait for an answer, the whole text and what became of ours."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from app.lines import Line
from app.safe import cells
from app.screens.page import Entry, Page
from app.times import stamp
from app.told import told
from app.words import _
from app.wrap import wrap
from desk import reach, review_tickets, reviews
from desk.review_tickets import stars
from desk.reviews import Standing
from store.errors import N_, Refused
from store.sql import reviews as rows
from store.sql import shop
from store.sql.reviews import Review, Wanted
from store.values import clean_line

if TYPE_CHECKING:
    from app.acts import Acts
    from app.workstation import Workstation
    from store.sql.rows import Channel

MOST = 500
"""Reviews that are listed, the newest."""
STATES = {
    "": (N_("unanswered"), "warning"),
    "answered": (N_("answered"), "done"),
    "held": (N_("leaving"), "us"),
    "claimed": (N_("leaving"), "us"),
    "failed": (N_("not sent"), "danger"),
    "unknown": (N_("in doubt"), "danger"),
}


class Reviews(Page):
    place = "reviews"

    def __init__(self, desk: Workstation, acts: Acts) -> None:
        super().__init__(desk, acts)
        self.wanted = Wanted()
        self._found: dict[int, Review] = {}
        self._waiting: Mapping[tuple[str, str], Standing] = {}
        self._channels: Mapping[str, Channel] = {}
        self._unanswered = 0
        self._closed: Collection[str] = ()
        """Accounts that take no answer from here."""

    def title(self) -> str:
        count = self._unanswered
        parts = [_("Reviews · {count} unanswered").format(count=f"{count}+" if count == reviews.MOST else count)]
        if self.wanted.unanswered:
            parts.append(_("only unanswered"))
        if self.wanted.most < 5:
            parts.append(_("only {stars} and fewer").format(stars="★" * self.wanted.most))
        return " · ".join(parts)

    def empty(self) -> Sequence[str]:
        if self.holds():
            return (_("No review is like that."), _("F shows all of them."))
        return (_("No review has come in yet."),
                _("Accounts at eBay, Shopee, WooCommerce, Amazon and Judge.me tell theirs: g h shows yours."))  # fmt: skip

    def holds(self) -> Collection[str]:
        return ("reviews_filtered",) if self.wanted != Wanted() else ()

    def entries(self) -> Sequence[Entry]:
        conn = self.session.store.conn
        self._waiting = reviews.under_way(conn)
        self._unanswered = reviews.unanswered(conn)
        self._channels = {c.id: c for c in shop.channels(conn)}
        self._closed = {c.id for c in self._channels.values() if reach.why_not(c, "reviews")}
        self._found = {r.id: r for r in rows.listed(conn, self.wanted, MOST)}
        return [self._entry(r) for r in self._found.values()]

    def _entry(self, r: Review) -> Entry:
        word, role = STATES[reviews.standing(r, self._waiting).state]
        if not r.reply and r.channel_id in self._closed:
            role = "muted"
        when = stamp(r.at, self.session.now, self.session.zone)
        said = " – ".join(filter(None, (clean_line(r.title), clean_line(r.body)))) or clean_line(r.sku)
        text = f"{stars(r.rating):<5} {cells(when, 12)} {cells(self._account(r), 12)} {said}"
        return Entry(r.id, _(word), role, text)

    def _account(self, r: Review) -> str:
        channel = self._channels.get(r.channel_id)
        return clean_line(channel.name if channel else r.channel_id)

    def details(self, ident: int, width: int) -> Sequence[Line]:
        return [((part, role),) for text, role in self._about(self._found[ident]) for part in wrap(text, width)]

    def _about(self, r: Review) -> Iterator[tuple[str, str]]:
        conn = self.session.store.conn
        when = stamp(r.at, self.session.now, self.session.zone)
        product = clean_line(review_tickets.product(conn, r))
        yield " ".join(filter(None, (stars(r.rating), product))), "strong"
        verified = _("verified buyer") if r.verified else ""
        yield " · ".join(filter(None, (clean_line(r.author), verified, self._account(r), when, f"no. {r.id}"))), "muted"
        if r.order_id and (order := shop.order(conn, r.order_id)):
            yield _("order {number}").format(number=clean_line(order.number)), "muted"
        if r.url:
            yield clean_line(r.url), "muted"
        if r.ticket_id:
            yield _("ticket #{id}: Enter opens it").format(id=r.ticket_id), "accent"
        yield "", "text"
        for text in (r.title, *r.body.split("\n")):
            if text.strip():
                yield text, "buyer"
        yield "", "text"
        yield from self._answer(r)

    def _answer(self, r: Review) -> Iterator[tuple[str, str]]:
        """Ours and how far it is, or why none can be written here."""
        standing = reviews.standing(r, self._waiting)
        if standing.state:
            word, role = STATES[standing.state]
            yield _("↩ our answer: {state}").format(state=_(word)), role
            if standing.error:
                yield f"! {told(standing.error)}", "danger"
            if standing.state in ("failed", "unknown"):
                yield _("g o: say there what became of it."), "accent"
            for text in standing.text.split("\n"):
                yield text, "us"
        elif why := reviews.why_not(self.session.store.conn, r):
            yield _("No public answer from here: {reason}").format(reason=_(why)), "muted"
        else:
            yield _("No answer yet. r writes one that everybody reads."), "muted"

    # Acts -----------------------------------------------------------------------------------------

    def item_open(self) -> None:
        """The ticket of the review; one that has none gets one, closed."""
        self.desk.hold(self.acts.reviews.open(self._here()))

    def reviews_answer(self) -> None:
        self.acts.reviews.answer(self._here())

    def reviews_write(self) -> None:
        """To its author alone, in the review's ticket."""
        review = self._here()

        async def write() -> None:
            await self.acts.reviews.open(review)
            self.acts.writing.ticket_reply()

        self.desk.hold(write())

    def reviews_unanswered(self) -> None:
        self._show(self.wanted._replace(unanswered=not self.wanted.unanswered))

    def reviews_low(self) -> None:
        self._show(self.wanted._replace(most=review_tickets.LOW if self.wanted.most == 5 else 5))

    def reviews_all(self) -> None:
        self._show(Wanted())

    def _show(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.acts.paging.news()

    def _here(self) -> Review:
        if not self.current:
            raise Refused(N_("There is no review here."), next=N_("q goes back."))
        return self._found[self.current]
