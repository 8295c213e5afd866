"""What a list shows: views with counts, pages, the status line, the next deadlines. Reading only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from desk.channels import SERVICE
from desk.query import NAMES, Compiled, Context, Registry, compile_query, parse
from desk.query.writing import quoted
from desk.vocabulary import OPEN_STATUSES
from store.connection import Connection
from store.errors import N_, Invalid, NotFound
from store.sql import clocks, people, search_pages, shop, sync, tickets
from store.sql.rows import Channel, TicketLine, View
from store.sql.tickets import SORTS, Place, Sort
from store.values import SECOND, Instant

PAGE = 100
COUNT_TO = 1000
"""Counts that need a look at tickets stop here and show as 999+."""
PRESENT_FOR = 30 * SECOND

URGENT = "is:open is:pressing not:is:snoozed"
"""What cannot wait: the view of that name, and the count in the window's title."""

SHIPPED_VIEWS = (
    ("inbox", "is:open not:is:snoozed", 0),
    ("urgent", URGENT, 1),
    ("mine", "is:open assignee:me not:is:snoozed", 2),
    ("unassigned", "is:open assignee:none not:is:snoozed", 3),
    ("new", "status:new not:is:snoozed", 4),
    ("due", "is:open has:due not:is:snoozed", 5),
    ("waiting", "status:pending", 6),
    ("snoozed", "is:snoozed", 7),
    ("solved", "is:solved sort:updated", 8),
    ("notices", "is:automatic is:open", 9),
    ("spam", "is:spam sort:updated", 10),
    ("class:order", "is:open class:order not:is:snoozed", 20),
    ("class:after_sales", "is:open class:after_sales not:is:snoozed", 21),
    ("class:return", "is:open class:return not:is:snoozed", 22),
    ("class:general", "is:open class:general not:is:snoozed", 23),
)
"""id, query, position of the views every desk starts with; their names are in the catalogue under `desk.vocabulary`."""

QUIET_VIEWS = ("spam", "class:order", "class:after_sales", "class:return", "class:general")
"""Views one goes to on purpose (`g v`, the palette): the pane does not list or count them, so that it stays calm."""


class List(NamedTuple):
    """A compiled query: what a list page needs."""

    text: str
    compiled: Compiled
    sort: Sort


class Summary(NamedTuple):
    """The status line. Counts past `COUNT_TO` are cut there; `open` is exact."""

    overdue: int
    today: int
    open: int
    faults: tuple[tuple[str, str], ...]
    """(channel name, fault) of channels that need a person."""
    last_good_at: Instant
    held: int
    unknown: int
    """Outbox rows waiting to leave, and those only a person can settle."""
    unreadable: int = 0
    """Records that came in and could not be read."""


@dataclass(frozen=True, slots=True)
class ViewLine:
    """One line of the views pane; `count` is None where nobody wants to know (solved)."""

    view: View
    count: int | None


def context(conn: Connection, me: str, now: Instant, zone: tzinfo = UTC) -> Context:
    """What a query needs to know to be compiled on this desk."""
    agents = {a.id: a.name for a in shop.agents(conn)} | shop.owners_who_left(conn)
    channels = {c.name: c.id for c in shop.channels(conn)}
    groups = dict(conn.execute("SELECT id, name FROM agent_group ORDER BY position, id").fetchall())
    return Context(now=now, zone=zone, me=me or None, agents=agents, channels=channels, groups=groups,
                   known=_known(conn), names=_names(conn))  # fmt: skip


def _known(conn: Connection) -> Callable[[str], Iterable[str]]:
    def words(what: str) -> Iterable[str]:
        from store.sql import known

        return known.words(conn, what)

    return words


def _names(conn: Connection) -> Registry:
    """The fields every desk knows, and this desk's own."""
    own = conn.execute("SELECT id, name, kind, options FROM custom_field ORDER BY position, id").fetchall()
    if not own:
        return NAMES

    def add(names: Registry) -> None:
        from desk.query.custom import registry

        names.take_over(registry(tuple(map(tuple, own)), NAMES, NAMES.size).whole())

    return NAMES.behind(add)


def resolve(text: str, ctx: Context) -> List:
    """Reads a query. Raises Invalid with the column in its gaps. Full text sorts newest first unless told otherwise."""
    query = parse(text)
    compiled = compile_query(query, ctx)
    if query.sort == "rank" and compiled.words is None:
        raise Invalid(N_("Column {column}: sort:rank needs words that every ticket has to hold."), item=text, column=1,
                      next=N_("Add a word, or sort by due, newest, oldest, updated or priority."))  # fmt: skip
    name = query.sort or ("newest" if compiled.words else "due")
    return List(text, compiled, SORTS[name])


_SEARCHES = {"newest": search_pages.page, "rank": search_pages.ranked}
"""Orders in which the full-text index drives a list."""


def page(
    conn: Connection,
    wanted: List,
    me: str,
    *,
    after: Place | None = None,
    before: Place | None = None,
    limit: int = PAGE,
) -> list[TicketLine]:
    """Lines behind `after` or before `before`, in the list's order."""
    words, rest = wanted.compiled.words, wanted.compiled.rest_condition
    if words and wanted.sort.name in _SEARCHES:
        pages = _SEARCHES[wanted.sort.name]
        return pages(conn, words, rest, agent=me, limit=limit, after=after, before=before)
    return tickets.page(conn, wanted.compiled.condition, wanted.sort, agent=me, limit=limit, after=after, before=before)


def last_page(conn: Connection, wanted: List, me: str, limit: int = PAGE) -> list[TicketLine]:
    """The end of the list."""
    words, rest = wanted.compiled.words, wanted.compiled.rest_condition
    if words and wanted.sort.name == "newest":
        return search_pages.last(conn, words, rest, agent=me, limit=limit)
    if words and wanted.sort.name == "rank":
        return search_pages.ranked(conn, words, rest, agent=me, limit=search_pages.MOST)[-limit:]
    return tickets.last(conn, wanted.compiled.condition, wanted.sort, agent=me, limit=limit)


def count(conn: Connection, wanted: List, at_most: int = COUNT_TO) -> int:
    return tickets.count(conn, wanted.compiled.condition, at_most)


def many(n: int) -> str:
    """A count as people read it: cut at `COUNT_TO`, and saying so."""
    return f"{COUNT_TO - 1}+" if n >= COUNT_TO else str(n)


def views(conn: Connection, ctx: Context) -> list[ViewLine]:
    """The views of this agent that the pane lists with their counts, and one per channel with open tickets behind
    them."""
    mine = shop.views(conn, ctx.me or "")
    found = [ViewLine(v, _view_count(conn, v, ctx)) for v in mine if v.id not in QUIET_VIEWS]
    per_channel: dict[str, int] = {}
    for status, _, channel, n in tickets.tally(conn):
        if status in OPEN_STATUSES:
            per_channel[channel] = per_channel.get(channel, 0) + n
    found += [ViewLine(_channel_view(c), per_channel.get(c.id, 0)) for c in shop.channels(conn) if c.kind != SERVICE]
    return found


def quiet_views(conn: Connection, me: str) -> list[View]:
    """The views that the pane does not list."""
    return [v for v in shop.views(conn, me) if v.id in QUIET_VIEWS]


def view(conn: Connection, view_id: str, me: str) -> View:
    """A view of this agent by id, `channel:ID` included. Raises NotFound."""
    if view_id.startswith("channel:"):
        found = shop.channel(conn, view_id.removeprefix("channel:"))
        if found is not None:
            return _channel_view(found)
    for one in shop.views(conn, me):
        if one.id == view_id:
            return one
    for ident, query, position in SHIPPED_VIEWS:  # taken off this desk's list, but acts and keys still lead there
        if ident == view_id:
            return View(ident, ident, query, "", position)
    raise NotFound(N_("There is no view {item}."), item=view_id, next=N_("See: deskhand view list"))


def _channel_view(channel: Channel) -> View:
    query = f"is:open channel:{quoted(channel.id)} not:is:snoozed"
    return View(f"channel:{channel.id}", channel.name, query, "", 1000 + channel.position)


def _view_count(conn: Connection, view: View, ctx: Context) -> int | None:
    wanted = resolve(view.query, ctx)
    return None if view.id == "solved" else count(conn, wanted)


def summary(conn: Connection, now: Instant, end_of_day: Instant) -> Summary:
    """`end_of_day` is the midnight that ends the agent's day."""
    overdue = clocks.running_between(conn, 0, now, COUNT_TO)
    channels = shop.channels(conn)
    states = dict(
        conn.execute(
            "SELECT state, count(*) FROM outbox WHERE state IN ('held','claimed','failed','unknown') GROUP BY state"
        )
    )
    return Summary(
        overdue=overdue,
        today=clocks.running_between(conn, now, end_of_day, COUNT_TO),
        open=sum(n for status, _, _, n in tickets.tally(conn) if status in OPEN_STATUSES),
        faults=tuple((c.name, c.fault) for c in channels if c.fault and c.state == "active"),
        last_good_at=max((c.last_good_at for c in channels), default=0),
        held=states.get("held", 0) + states.get("claimed", 0),
        unknown=states.get("failed", 0) + states.get("unknown", 0),
        unreadable=sync.held_count(conn),
    )  # fmt: skip


def urgent(conn: Connection, now: Instant) -> int:
    """Tickets that cannot wait, as the view of that name has them. Apart from the summary: nobody waits for it."""
    return count(conn, resolve(URGENT, Context(now=now)))


def writers(conn: Connection, me_session: str, now: Instant) -> dict[int, tuple[str, bool]]:
    """Ticket → (colleague there now, whether they are writing), other sessions only."""
    present = people.present(conn, now - PRESENT_FOR)
    there: dict[int, tuple[str, bool]] = {}
    for seen in present:
        if seen.ticket_id and seen.session != me_session:
            before = there.get(seen.ticket_id)
            if before is None or (seen.writing and not before[1]):
                there[seen.ticket_id] = (seen.agent_id, bool(seen.writing))
    return there


def midnight(now: Instant, zone: tzinfo) -> Instant:
    """The end of the day that `now` falls on in `zone`."""
    local = datetime.fromtimestamp(now / 1000, zone)
    day = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return int(day.timestamp() * 1000)
