"""Two tickets of one matter become one: messages and all that hangs on them move, the source stays as a closed shell.

What was told of the source stays in its own log; whoever looks for it is led on by the link. Undo puts everything back
and leaves at the target what came in there since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from desk.changes import require, swap, together, write
from desk.clocks.keep import keep
from desk.spoken import Facts, facts, said, stored
from store.errors import N_, Conflict, Invalid, Refused
from store.events import Event
from store.sql import links, moving, outbox, shop, tickets
from store.sql.links import MERGED, Link
from store.sql.rows import Ticket
from store.unit import UnitOfWork

WAITING = ("held", "claimed", "failed", "unknown")
_INHERITED = ("customer_id", "order_number", "lang", "country", "assignee_id", "group_id")
"""Fields the target takes over where it has nothing."""
_GREATER = ("priority", "escalation", "flagged")
"""Fields the target takes over where the source has more."""
_RESTING = ("pending", "on_hold", "solved", "closed")


def merge(unit: UnitOfWork, source_id: int, target_id: int, *, other_buyer: bool = False) -> int:
    """Moves everything of the source into the target and closes the source; returns the event's seq. `other_buyer`
    allows tickets of two customers. Raises NotFound, Invalid for a ticket into itself, and Refused where `obstacle`
    finds something."""
    if source_id == target_id:
        raise Invalid(N_("{item} cannot be merged into itself."), item=f"#{source_id}", next=N_("Name two tickets."))
    source, target = require(unit, source_id), require(unit, target_id)
    _stop(unit, source, target, other_buyer=other_buyer)
    conn = unit.conn
    there, here = said(source, moving.voices(conn, source_id)), said(target, moving.voices(conn, target_id))
    after = facts([*there, *here])
    payload: dict[str, Any] = {
        "tickets": [target_id],
        "into": target_id,
        "messages": [s.id for s in there],
        "closing": _closing(source),
        "target": _gains(source, target, after),
        "tags": sorted(set(tickets.tags(conn, source_id)) - set(tickets.tags(conn, target_id))),
        "facts": [list(stored(source)), list(stored(target)), list(after)],
        "seqs": [source.thread_seq, target.thread_seq],
        "rows": _rows(unit, source_id, target_id),
    }
    with together(unit):
        seq = unit.append("merged", payload, ticket_id=source_id)
        shown = {"from": source_id, "messages": len(there), "changes": payload["target"], "mirror": seq}
        unit.append("merged_in", shown, ticket_id=target_id)
        _forth(unit, source_id, payload, seq)
    return seq


def obstacle(unit: UnitOfWork, source: Ticket, target: Ticket, *, other_buyer: bool = False) -> Refused | None:
    """Why one ticket cannot go into the other; None where it can."""
    for one in (source, target):
        into = links.merged_into(unit.conn, one.id)
        if into is not None:
            return Refused(N_("{item} was merged into {other} already."), item=f"#{one.id}", other=f"#{into}",
                           next=N_("Name {other} instead."))  # fmt: skip
    waiting = outbox.of_ticket(unit.conn, source.id, *WAITING)
    if waiting:
        return Refused(N_("A reply to {item} waits in the outbox (row {row}) and would leave without its ticket."),
                       item=f"#{source.id}", row=waiting[0].id,
                       next=N_("Take it back, or wait until it has left."))  # fmt: skip
    if not other_buyer and source.customer_id and target.customer_id and source.customer_id != target.customer_id:
        return Refused(N_("{item} and {other} are of different buyers; one would read what the other wrote."),
                       item=f"#{source.id}", other=f"#{target.id}",
                       next=N_("Link them, or merge with --other-buyer if they are one person."))  # fmt: skip
    return _one_conversation(unit, source, target)


def _one_conversation(unit: UnitOfWork, source: Ticket, target: Ticket) -> Refused | None:
    """An answer goes to one conversation of a platform; a ticket of two would leave one of them without."""
    ours, theirs = (set(moving.conversations(unit.conn, t.id)) for t in (source, target))
    kinds = {t.channel_id: c.kind for t in (source, target) if (c := shop.channel(unit.conn, t.channel_id))}
    apart = source.channel_id != target.channel_id and set(kinds.values()) != {"email"}
    if apart or len(ours | theirs) > max(1, len(theirs), len(ours)):
        return Refused(N_("{item} and {other} are two conversations at their platform; an answer reaches only one."),
                       item=f"#{source.id}", other=f"#{target.id}",
                       next=N_("Link them: deskhand link {item} {other}"))  # fmt: skip
    return None


def _stop(unit: UnitOfWork, source: Ticket, target: Ticket, *, other_buyer: bool) -> None:
    found = obstacle(unit, source, target, other_buyer=other_buyer)
    if found is not None:
        raise found


# What changes ---------------------------------------------------------------------------------------


def _closing(source: Ticket) -> dict[str, list[Any]]:
    wanted = {"status": "closed", "snoozed_until": 0, "wake_on": "", "needs_review": 0}
    return {f: [getattr(source, f), v] for f, v in wanted.items() if getattr(source, f) != v}


def _gains(source: Ticket, target: Ticket, after: Facts) -> dict[str, list[Any]]:
    """Fields of the target that change: what it lacks, what is more pressing, and that somebody waits."""
    gained = {f: getattr(source, f) for f in _INHERITED if not getattr(target, f) and getattr(source, f)}
    gained |= {f: getattr(source, f) for f in _GREATER if getattr(source, f) > getattr(target, f)}
    if target.automatic and not source.automatic:
        gained["automatic"] = ""
    if after.waiting_since is not None and after.waiting_since != target.waiting_since:
        if target.status in _RESTING:
            gained["status"] = "open"
        if target.snoozed_until:
            gained |= {"snoozed_until": 0, "wake_on": ""}
    return {f: [getattr(target, f), v] for f, v in gained.items() if getattr(target, f) != v}


def _rows(unit: UnitOfWork, source_id: int, target_id: int) -> dict[str, Any]:
    """What goes along, by table."""
    conn, found = unit.conn, {}
    for table in moving.PAIRED:
        rows = moving.pairs(conn, table, source_id)
        known = {row[0] for row in moving.pairs(conn, table, target_id)}
        found[table] = {"rows": rows, "new": [row for row in rows if row[0] not in known]}
    return {
        "pairs": found,
        "singles": moving.singles(conn, source_id, target_id),
        "values": moving.lacking_values(conn, source_id, target_id),
        "drafts": moving.drafts(conn, source_id, target_id),
    }


def _forth(unit: UnitOfWork, source_id: int, p: Mapping[str, Any], seq: int) -> None:
    """Does what the payload says."""
    target_id, rows, conn = p["into"], p["rows"], unit.conn
    moving.messages(conn, p["messages"], target_id)
    for table, of_it in rows["pairs"].items():
        moving.drop_pairs(conn, table, source_id, [row[0] for row in of_it["rows"]])
        moving.put_pairs(conn, table, target_id, of_it["new"])
    moving.singles_to(conn, rows["singles"], source_id, target_id)
    moving.copy_values(conn, source_id, target_id, rows["values"])
    moving.drafts_to(conn, rows["drafts"], source_id, target_id)
    links.put(conn, Link(source_id, target_id, MERGED, unit.now))
    tickets.update(conn, source_id, {**facts(()).columns(), "thread_seq": seq}, bump=False)
    tickets.update(conn, target_id, {**Facts(*p["facts"][2]).columns(), "thread_seq": seq}, bump=False)
    write(unit, source_id, {field: after for field, (_, after) in p["closing"].items()})
    tags = sorted({*tickets.tags(conn, target_id), *p["tags"]})
    write(unit, target_id, {"tags": tags, **{field: after for field, (_, after) in p["target"].items()}})
    keep(unit, source_id)
    keep(unit, target_id)


# Undo and redo --------------------------------------------------------------------------------------


def reverse(unit: UnitOfWork, event: Event) -> None:
    """Takes a merge back: messages, fields and links as they were. What came into the target since stays there. Raises
    Conflict where the source was changed or messages went elsewhere since, Refused while a reply written since waits."""
    source_id, p = _of(event)
    target_id, rows, conn = p["into"], p["rows"], unit.conn
    _stop_if_moved_on(unit, p["messages"], target_id)
    back = swap(unit, source_id, p["closing"], 1, 0, since=event.seq)
    late = [row for row in outbox.of_ticket(conn, target_id, *WAITING) if row.created_at >= event.at]
    if late:
        raise Refused(N_("A reply to {item} that was written since waits in the outbox (row {row})."),
                      item=f"#{target_id}", row=late[0].id, next=N_("Take it back, or wait until it has left."))  # fmt: skip
    if not links.drop(conn, source_id, target_id, MERGED):
        raise Conflict(N_("{item} is no longer merged into {other}."), item=f"#{source_id}", other=f"#{target_id}",
                       next=N_("Nothing was undone there."))  # fmt: skip
    source_facts, target_facts, exact = _apart(unit, source_id, p)
    moving.messages(conn, p["messages"], source_id)
    for table, of_it in rows["pairs"].items():
        moving.drop_pairs(conn, table, target_id, [row[0] for row in of_it["new"]])
        moving.put_pairs(conn, table, source_id, of_it["rows"])
    moving.singles_to(conn, rows["singles"], target_id, source_id)
    moving.drop_copies(conn, source_id, target_id, rows["values"])
    moving.drafts_to(conn, rows["drafts"], target_id, source_id)
    tickets.update(conn, source_id, {**source_facts.columns(), "thread_seq": p["seqs"][0]}, bump=False)
    theirs = {"thread_seq": p["seqs"][1]} if exact else {}
    tickets.update(conn, target_id, {**target_facts.columns(), **theirs}, bump=False)
    write(unit, source_id, back)
    tags = [t for t in tickets.tags(conn, target_id) if t not in p["tags"]]
    write(unit, target_id, {"tags": tags, **_still(require(unit, target_id), p["target"], 1, 0)})
    keep(unit, source_id)
    keep(unit, target_id)


def repeat(unit: UnitOfWork, event: Event) -> None:
    """Merges again what was taken apart. Raises Conflict where anything of the source changed since, and Refused as
    `merge` does."""
    source_id, p = _of(event)
    source, target = require(unit, source_id), require(unit, p["into"])
    _stop(unit, source, target, other_buyer=True)
    swap(unit, source_id, p["closing"], 0, 1, since=event.seq)
    there, here = moving.voices(unit.conn, source_id), moving.voices(unit.conn, target.id)
    if {v.id for v in there} != set(p["messages"]):
        raise Conflict(N_("Something new came into {item} since."), item=f"#{source_id}",
                       next=N_("Merge it anew: deskhand merge {item} {other}"), other=f"#{target.id}")  # fmt: skip
    after = facts([*said(source, there), *said(target, here)])
    now = _still(target, p["target"], 0, 1)
    again = {
        **p,
        "facts": [list(stored(source)), list(stored(target)), list(after)],
        "target": {field: pair for field, pair in p["target"].items() if field in now},
    }
    seq = max(source.thread_seq, target.thread_seq, event.seq)
    _forth(unit, source_id, again, seq)


def _of(event: Event) -> tuple[int, Mapping[str, Any]]:
    assert event.ticket_id is not None and event.payload is not None
    return event.ticket_id, event.payload


def _still(ticket: Ticket, pairs: Mapping[str, Sequence[Any]], was: int, now: int) -> dict[str, Any]:
    """The fields that are still on side `was` of their pair, as they are on side `now`."""
    return {field: pair[now] for field, pair in pairs.items() if getattr(ticket, field) == pair[was]}


def _stop_if_moved_on(unit: UnitOfWork, message_ids: Sequence[int], at: int) -> None:
    elsewhere = {t for t in moving.tickets_of(unit.conn, message_ids).values() if t != at}
    if elsewhere:
        raise Conflict(N_("Messages of that merge have gone on from {item} to {other} since."), item=f"#{at}",
                       other=", ".join(f"#{t}" for t in sorted(elsewhere)), next=N_("Undo that first."))  # fmt: skip


def _apart(unit: UnitOfWork, source_id: int, p: Mapping[str, Any]) -> tuple[Facts, Facts, bool]:
    """The facts of both tickets once they are apart, and whether nothing was said since, so that they are as before."""
    conn, target = unit.conn, require(unit, p["into"])
    before_source, before_target, after = (Facts(*row) for row in p["facts"])
    shell = require(unit, source_id)
    new = moving.voices(conn, source_id)
    if stored(target) == after and not new:
        return before_source, before_target, True
    moved = set(p["messages"])
    whole = said(target, moving.voices(conn, target.id))
    gone, stays = [s for s in whole if s.id in moved], [s for s in whole if s.id not in moved]
    return facts([*gone, *said(shell, new)]), facts(stays), False
