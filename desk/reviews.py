"""Reviews as a person works on them: which wait for an answer, why one cannot be answered here, answering one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from connectors.contract import AnswerReview
from desk import channels, deeds, reach, review_tickets
from store.connection import Connection
from store.errors import N_, Invalid, NotFound, Refused
from store.sql import outbox, reviews, shop
from store.sql.reviews import Review, Wanted
from store.sql.rows import Channel, OutboxRow
from store.unit import UnitOfWork

DEED = "answer_review"
MOST = 1_000
"""Counts stop here."""


class Standing(NamedTuple):
    """How far the answer to a review is: `state` is "" where there is none, "answered", or the state of its outbox row
    `row`, whose `text` it is."""

    state: str
    text: str = ""
    row: int = 0
    error: str = ""


def need(conn: Connection, review_id: int) -> Review:
    """Raises NotFound."""
    found = reviews.get(conn, review_id)
    if found is None:
        raise NotFound(N_("There is no review {item}."), item=str(review_id), next=N_("See: deskhand review list"))
    return found


def under_way(conn: Connection) -> Mapping[tuple[str, str], Standing]:
    """Answers that wait to leave or got stuck, by channel and the review's remote id."""
    found = {}
    for row in reversed(outbox.of_kind(conn, DEED, "held", "claimed", "failed", "unknown")):
        deed = deeds.command(row)
        found[row.channel_id, deeds.about(deed)] = Standing(row.state, _text(row), row.id, row.error)
    return found


def standing(review: Review, waiting: Mapping[tuple[str, str], Standing]) -> Standing:
    """How far the answer to one is."""
    if review.reply:
        return Standing("answered", review.reply)
    return waiting.get((review.channel_id, review.remote_id), Standing(""))


def _text(row: OutboxRow) -> str:
    return str(json.loads(row.payload)["command"]["text"])


def why_not(conn: Connection, review: Review) -> str:
    """Why it cannot be answered from here (a message id), "" where it can."""
    channel = shop.channel(conn, review.channel_id)
    if channel is None or channel.state == "removed":
        return _GONE
    return reach.why_not(channel, "reviews")


_GONE = N_("The account is no longer connected.")


def insist(conn: Connection, review: Review) -> Channel:
    """Raises Refused where it cannot be answered, or has its answer."""
    channel = channels.need_of(conn, review.channel_id)
    reach.insist(channel, "reviews")
    if review.reply:
        raise Refused(N_("Review {item} has its answer already."), item=str(review.id),
                      next=N_("Change it in the shop's own console."))  # fmt: skip
    return channel


def answer(unit: UnitOfWork, review_id: int, text: str, *, then: str = "") -> int:
    """Puts a public answer into the outbox; returns the row's id. `then` is the status of its ticket once it stands
    there ("": as it is). Raises Invalid for an empty text, Refused where the account takes none or it has one, Conflict
    while another is under way."""
    review = need(unit.conn, review_id)
    channel = insist(unit.conn, review)
    if not text.strip():
        raise Invalid(N_("The answer to review {item} is empty."), item=str(review_id), next=N_("Write something, or press Esc."))
    ticket_id = review_tickets.of(unit, review)
    deed = AnswerReview("", review.remote_id, text.strip())
    return deeds.queue(unit, ticket_id, deed, channel_id=channel.id, then=then, draft=f"review:{review_id}")


def unanswered(conn: Connection) -> int:
    """How many have no answer; counted up to `MOST`."""
    return reviews.count(conn, Wanted(unanswered=True), MOST)


def low_limit(unit: UnitOfWork, channel_id: str, most: int) -> Channel:
    """Sets how many stars are low at an account, 0 to 5. Raises NotFound."""
    channel = channels.need(unit, channel_id)
    if review_tickets.limit(channel) == most:
        return channel
    return channels.configure(unit, channel_id, {**json.loads(channel.settings), review_tickets.SETTING: most})
