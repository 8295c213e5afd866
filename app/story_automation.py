"""What the practice desk does by itself, as steps of its story: rules, a dry run, shadow, caps, undo, an incident, a merge,
a leave, a macro."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from app.story_scene import Scene, must, until
from app.words import N_, _
from connectors.sandbox.world import Buyer
from desk import agents, incident_work, incidents, leave, merging, practice_setup, thread, undo
from desk import tickets as tickets_of_desk
from desk.automation import macros, packs
from desk.automation.rules import keep
from desk.automation.rules.trial import dry_run, shop_context
from desk.reason import reason_from
from desk.sync.handover import away
from store.events import Event
from store.sql import messages, tickets
from store.values import DAY, SECOND, SYSTEM, Actor

_ACK = "acknowledge.first"
_ROUND = "Question about your shop"


def _firings(s: Scene, ticket_id: int, rule: str) -> list[Event]:
    return [e for e in thread.log(s.store.conn, ticket_id) if e.verb == "rule_fired" and e.actor.id == rule]


def _automatic(s: Scene, ticket_id: int) -> list[tuple[int, str]]:
    """`(row, state)` of what rules wrote to a buyer."""
    sql = "SELECT id, state FROM outbox WHERE automatic = 1 AND ticket_id = ? ORDER BY id"
    found: list[tuple[int, str]] = s.store.conn.execute(sql, (ticket_id,)).fetchall()
    return found


def _dispatched(s: Scene) -> str:
    rule = next(
        (r for r in keep.every(s.store.conn) if _firings(s, s.ticket_id, r.id) and r.id.startswith("dispatch")), None
    )
    must(rule and s.ticket.group_id, N_("no rule gave it to a group"))
    assert rule is not None
    s.facts |= {"rule": rule.id, "version": rule.version, "group": s.ticket.group_id}
    return _("the rule {rule} had given it to the group {group} by its type").format(
        rule=rule.id, group=s.ticket.group_id
    )


def _tried(s: Scene) -> str:
    before = s.store.conn.execute("SELECT max(seq) FROM event").fetchone()
    rules = [replace(r, state="on") if r.id == _ACK else r for r in keep.every(s.store.conn)]
    found = dry_run(s.store, rules, shop_context(s.store.conn, s.clock.now()), asked=[_ACK])
    count = found.total().replied.total()
    must(s.store.conn.execute("SELECT max(seq) FROM event").fetchone() == before, N_("the dry run changed something"))
    must(found.tickets and count, N_("the dry run found nothing"))
    s.facts |= {"tried": found.tickets, "replies": count}
    return _("a dry run over {tickets} tickets: {rule} would have answered {count}; nothing changed").format(
        tickets=found.tickets, rule=_ACK, count=count)  # fmt: skip


def _shadowed(s: Scene) -> str:
    (fired,) = _firings(s, s.ticket_id, _ACK)
    must(fired.payload and fired.payload["shadow"] and not _automatic(s, s.ticket_id), N_("the rule was not in shadow"))
    return _("in shadow the rule {rule} told that it would have answered this mail; it wrote to nobody").format(
        rule=_ACK
    )


def _other_buyer(s: Scene) -> Buyer:
    """Somebody who never wrote."""
    wrote = {t.buyer.address for t in s.world.talks}
    return next(
        b for b in s.world.buyers if b.shop.id == "mail" and b.address not in wrote and b.address != s.buyer.address
    )


def _rule_replies(s: Scene) -> str:
    with s.store.write(SYSTEM) as unit:
        packs.enable(unit, "acknowledge", {}, state="on")
    buyer, before = _other_buyer(s), len(s.server.sent)
    keys = [s.buyers.send(buyer, _ROUND, f"Hello, question number {n}: do you also sell covers?") for n in (1, 2, 3)]
    until(lambda: len(s.server.mails("INBOX")) == 5)
    s.sync()
    rows = [messages.by_remote_key(s.store.conn, f"mail:{key.strip('<>')}") for key in keys]
    s.three = sorted(row.ticket_id for row in rows if row is not None)
    written = [t for t in s.three if _automatic(s, t)]
    must(len(set(s.three)) == 3 and len(written) == 2, N_("{count} of {of} mails were answered"),
         count=len(written), of=len(s.three))  # fmt: skip
    (held,) = [t for t in s.three if t not in written]
    failed = _firings(s, held, _ACK)[0].payload
    must(failed and failed["failed"], N_("the third mail was not held back"))
    s.clock.ahead += 11 * SECOND
    s.sync()
    left = len(s.server.sent) - before - 3
    must(left == 2, N_("{count} mails left"), count=left)
    s.facts |= {"sent": left, "held_back": 1}
    assert failed is not None
    why = reason_from(failed["failed"][0]["why"]).render(_)
    return _("enabled, it answered two of three mails with one subject; the third: {why}").format(why=why)


def _firing_undone(s: Scene) -> str:
    fired = _firings(s, s.ticket_id, "dispatch.quality")[0]
    group = s.ticket.group_id
    with s.store.write(s.owner) as unit:
        undo.undo_firing(unit, fired.seq)
    must(group and not s.ticket.group_id, N_("the group stayed {group}"), group=s.ticket.group_id or "")
    s.facts |= {"firing": fired.seq}
    return _("one firing of a rule was undone: the ticket is out of the group {group} again").format(group=group)


def _incident(s: Scene) -> str:
    (one,) = incidents.listed(s.store.conn)
    me = s.owner
    done = incident_work.answer_all(s.store, me, one.incident.id, practice_setup.ANSWER)
    must(done.answered and not done.left_out, N_("{count} tickets were left out"), count=len(done.left_out))
    again = incident_work.answer_all(s.store, me, one.incident.id, practice_setup.ANSWER)
    must(not again.answered and len(again.already) == len(done.answered), N_("somebody was answered twice"))
    langs = {m.lang for m in incidents.members(s.store.conn, one.incident.id)}
    s.facts |= {"tickets": one.tickets, "answered": len(done.answered), "languages": sorted(langs)}
    return _("{title}: {count} tickets answered once, each buyer in their language ({languages})").format(
        title=one.incident.title, count=len(done.answered), languages=", ".join(sorted(langs)))  # fmt: skip


def _merged(s: Scene) -> str:
    source, target = s.three[1], s.three[0]
    count = len(messages.of_ticket(s.store.conn, target))
    with s.store.write(s.owner) as unit:
        merging.merge(unit, source, target)
    whole = len(messages.of_ticket(s.store.conn, target))
    with s.store.write(s.owner) as unit:
        undo.undo(unit)
    must(whole > count == len(messages.of_ticket(s.store.conn, target)), N_("the merge did not come apart"))
    return _("#{source} was merged into #{target} and, undone, is a ticket of its own again").format(
        source=source, target=target)  # fmt: skip


def _handed_over(s: Scene) -> str:
    person = "wei"
    with s.store.write(s.owner) as unit:
        for agent in ("ana", "tom"):
            agents.change(unit, agent, {"capacity": 90})
            agents.set_presence(unit, agent, "on")
        for ticket_id in s.three:
            tickets_of_desk.assign(unit, ticket_id, person)
    mine = [row[0] for row in s.store.conn.execute(
        "SELECT id FROM ticket WHERE is_open = 1 AND assignee_id = ? AND due_at < ? ORDER BY id",
        (person, s.clock.now() + 5 * DAY))]  # fmt: skip
    with s.store.write(Actor("agent", person)) as unit:
        leave.add(unit, person, unit.now, unit.now + 5 * DAY, "away")
    must(person in {a.agent_id for a in away(s.store.conn, s.clock.now())}, N_("the leave did not begin"))
    s.sync()
    moved = [t for t in mine if (found := tickets.get(s.store.conn, t)) and found.assignee_id not in (None, person)]
    must(mine and moved == mine, N_("{count} of {of} tickets were handed over"), count=len(moved), of=len(mine))
    event = thread.why_assigned(s.store.conn, moved[0])
    assert event is not None and event.payload is not None
    s.facts |= {"agent": person, "moved": len(moved)}
    return _("{agent} went on leave: {count} tickets due before the return were handed over ({why})").format(
        agent=person, count=len(moved), why=reason_from(event.payload["why"]).render(_))  # fmt: skip


def _macro(s: Scene) -> str:
    before, tags = s.ticket, tickets.tags(s.store.conn, s.ticket_id)
    with s.store.write(s.owner) as unit:
        ran = macros.run(unit, "resend", [s.ticket_id])
    must(ran.outcome.done, N_("the macro did nothing"))
    must(
        s.ticket.priority != before.priority and tickets.tags(s.store.conn, s.ticket_id) != tags,
        N_("an act is missing"),
    )
    waits = [r for r in thread.read(s.store.conn, s.ticket_id).waiting if r.state == "held"]
    must(len(waits) == 1, N_("{count} replies wait"), count=len(waits))
    with s.store.write(s.owner) as unit:
        undo.undo(unit)
    must(s.ticket.priority == before.priority and tickets.tags(s.store.conn, s.ticket_id) == tags
         and not thread.read(s.store.conn, s.ticket_id).waiting, N_("the macro was not taken back whole"))  # fmt: skip
    return _("the macro {macro} answered, tagged and raised the ticket in one step; one undo took all of it back").format(
        macro="resend")  # fmt: skip


AUTOMATION: dict[str, Callable[[Scene], str]] = {
    "dispatched": _dispatched, "dry_run": _tried, "shadow": _shadowed, "rule_replies": _rule_replies,
    "firing_undone": _firing_undone, "incident": _incident, "merged": _merged, "macro": _macro,
    "handed_over": _handed_over,
}  # fmt: skip
