"""From hit to hit of a search through a conversation, also through what is not read of a long one yet."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from app.words import _
from store.sql import messages

if TYPE_CHECKING:
    from app.screens.desk import DeskScreen
    from app.workstation import Workstation
    from desk.query.hits import Marker


def to_hit(desk: Workstation, marker: Marker, by: int) -> None:
    """Shows the next hit (`by` 1) of the ticket that is read or the one before (-1), round the ends, and says which."""
    screen = desk.desk_screen
    further = _further(desk, marker, by) if screen.in_part and screen.ticket.hit_ahead(by) is None else None
    if further is not None:
        _go_to(screen, further, by)
    found = screen.ticket.to_hit(by)
    if found is None and not screen.unfolded:  # it may stand in what is folded
        desk.perform("thread.quoted")
        found = screen.ticket.to_hit(by)
    if found is None:
        desk.say(_("no hit in this ticket's text; it may be in a file"), "muted")
    elif screen.in_part:
        desk.say(_("hit {n} of {all} in the messages shown; there may be more").format(n=found[0], all=found[1]), "muted")
    else:
        desk.say(_("hit {n} of {all}").format(n=found[0], all=found[1]), "muted")


def _further(desk: Workstation, marker: Marker, by: int) -> int | None:
    """The next message with a hit that is not among those shown."""
    conn, ids, ticket = desk.session.store.conn, desk.desk_screen.messages, desk.desk_screen.ticket.ticket_id
    if not ids or ticket is None:
        return None
    older, newer = (0, ids[0]), (ids[-1], 1 << 62)

    def between(ends: tuple[int, int]) -> Iterator[tuple[int, str, str]]:
        return messages.texts(conn, ticket, *ends, newest_first=by < 0)

    found = chain(between(newer), between(older)) if by > 0 else chain(between(older), between(newer))
    return next((ident for ident, body, quoted in found if marker.find(body) or marker.find(quoted)), None)


def _go_to(screen: DeskScreen, message_id: int, by: int) -> None:
    """The cursor right before the hits of a message, and those in sight: what is folded opens where they stand in it."""
    screen.show_around(message_id)
    if not screen.ticket.stand_before(message_id, by) and not screen.unfolded:
        screen.unfolded = True
        screen.show_around(message_id)
        screen.ticket.stand_before(message_id, by)
