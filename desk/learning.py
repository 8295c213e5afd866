"""What a desk learned from its team: corrections of `type` → a learner, how good it is, and whether it takes part.

Corrections alone would teach it that the tables are always wrong, so what agents answered and left as it was sorted
counts, too. Off until there are enough corrections, then on where it does better, unless somebody said otherwise. What
is stored stands in `meta`: the choice, the report and the learner itself apart, so that asking for one does not load
the others.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, NamedTuple

from store.connection import Connection
from store.errors import N_, Refused
from store.unit import Store, UnitOfWork
from store.values import SYSTEM, Instant

if TYPE_CHECKING:
    from desk.reading.learner import Learner

ENOUGH = 30
"""Corrections before the learner takes part by itself."""
MOST = 1_000
"""Corrections it is trained on, the newest."""
KEPT = 1_500
"""Tickets agents left as they were sorted that it is trained on, the newest."""
_RECENT = 20_000
"""Tickets among which those are looked for."""
CHECKED = 500
"""Tickets its accuracy is told from, the newest, corrected and left in the proportion they came in."""
FOLDS = 5
PULLS = (2.0, 4.0, 8.0)
"""Weights of its word against the tables' that are tried; the gentlest of the best is taken."""
_CHOICE, _REPORT, _LEARNER = "learner_choice", "learner_report", "learner"


class Correction(NamedTuple):
    """What a buyer wrote and what the team says it is about."""

    ticket_id: int
    subject: str
    text: str
    type: str


@dataclass(frozen=True, slots=True)
class Report:
    """How good a learner of `examples` (`corrections` of them corrected) is, on the newest of them, each forgotten
    before it was asked for (five parts). `right` of `asked` are its own guesses; `alone` and `together` of `checked`
    are those the keyword tables get right without it and with it."""

    trained_at: Instant
    corrections: int
    examples: int
    checked: int
    asked: int
    right: int
    alone: int
    together: int


@dataclass(frozen=True, slots=True)
class Standing:
    """`choice` is on, off or auto; `active` whether new mail is read with it now."""

    choice: str
    active: bool
    corrections: int
    report: Report | None


# What the team corrected ----------------------------------------------------------------------------


def corrections(conn: Connection, most: int = MOST) -> list[Correction]:
    """The newest corrections, oldest first: tickets whose type an agent set and which still have that type."""
    sql = (
        "SELECT t.id, t.type, (SELECT min(m.id) FROM message m WHERE m.ticket_id = t.id AND m.direction = 'in') "
        "FROM (SELECT ticket_id, max(seq) AS seq FROM event WHERE actor_kind = 'agent' AND verb = 'changed' "
        "AND payload LIKE '%\"type\":[%' GROUP BY ticket_id ORDER BY seq DESC LIMIT ?) c "
        "JOIN event e ON e.seq = c.seq JOIN ticket t ON t.id = c.ticket_id "
        "WHERE json_extract(e.payload, '$.changes.type[1]') = t.type ORDER BY c.seq"
    )
    return [c for row in conn.execute(sql, (most,)).fetchall() if (c := _example(conn, *row))]


def kept(conn: Connection, corrected: Container[int], most: int = KEPT) -> list[Correction]:
    """The newest tickets that an agent answered and left as they were sorted, or whose type an agent said is right,
    oldest first; history counts for nothing, as nobody looked at it."""
    sql = (
        "SELECT t.id, t.type, (SELECT min(m.id) FROM message m WHERE m.ticket_id = t.id AND m.direction = 'in') "
        "FROM (SELECT id, type, first_reply_at, automatic, needs_review FROM ticket ORDER BY id DESC LIMIT ?) t "
        "WHERE t.automatic = '' AND t.needs_review = 0 AND (EXISTS (SELECT 1 FROM event e WHERE e.ticket_id = t.id "
        "AND e.verb = 'type_confirmed' AND json_extract(e.payload, '$.type') = t.type) OR (t.first_reply_at IS NOT NULL "
        "AND EXISTS (SELECT 1 FROM clock c WHERE c.ticket_id = t.id))) ORDER BY t.id DESC LIMIT ?"
    )
    rows = conn.execute(sql, (_RECENT, most + MOST)).fetchall()
    left = [row for row in rows if row[0] not in corrected][:most]
    return [c for row in reversed(left) if (c := _example(conn, *row))]


def confirmed(conn: Connection, ticket_id: int, kind: str) -> bool:
    """Whether an agent has set this type, or said that it is right."""
    sql = (
        "SELECT 1 FROM event WHERE ticket_id = ? AND actor_kind = 'agent' AND (verb = 'type_confirmed' "
        "AND json_extract(payload, '$.type') = ? OR verb = 'changed' AND json_extract(payload, '$.changes.type[1]') = ?)"
    )
    return conn.execute(sql, (ticket_id, kind, kind)).fetchone() is not None


def _example(conn: Connection, ticket_id: int, kind: str, message_id: int | None) -> Correction | None:
    row = conn.execute("SELECT subject, body FROM message WHERE id = ?", (message_id,)).fetchone()
    return Correction(ticket_id, row[0], row[1], kind) if row and (row[0].strip() or row[1].strip()) else None


def standing(conn: Connection) -> Standing:
    """Whether it takes part, and how good it is."""
    report, choice = _report(conn), _meta(conn, _CHOICE) or "auto"
    known = len(corrections(conn))
    return Standing(choice, _takes_part(choice, report), known, report)


def _takes_part(choice: str, report: Report | None) -> bool:
    if report is None or choice == "off":
        return False
    return choice == "on" or (report.corrections >= ENOUGH and report.together > report.alone)


def saved(conn: Connection) -> str:
    """The learner new mail is read with, as `Learner.to_json` wrote it; "" for none."""
    return _meta(conn, _LEARNER) if _takes_part(_meta(conn, _CHOICE) or "auto", _report(conn)) else ""


def active(conn: Connection) -> Learner | None:
    """The same, ready to use."""
    text = saved(conn)
    if not text:
        return None
    from desk.reading.learner import Learner

    return Learner.from_json(text)


# Training -------------------------------------------------------------------------------------------


def choose(unit: UnitOfWork, choice: str) -> None:
    """Switches it `on`, `off`, or leaves it to the number of corrections (`auto`)."""
    before = _meta(unit.conn, _CHOICE) or "auto"
    if before != choice:
        _put(unit.conn, _CHOICE, choice)
        unit.append("learner_switched", {"before": before, "after": choice})


def train(store: Store) -> Report:
    """Learns from what there is and reports how good that is. The work is done before anything is locked.

    Raises Refused without a correction, and without tickets of two types.
    """
    found = corrections(store.conn)
    left = kept(store.conn, {c.ticket_id for c in found})
    if not found or len({c.type for c in (*found, *left)}) < 2:
        raise Refused(N_("There is not enough to learn from: {count} corrections."), count=len(found),
                      next=N_("Correct types of tickets; it needs tickets of two types at least."))  # fmt: skip
    report, body = trained(found, left, store.clock.now())
    with store.write(SYSTEM) as unit:
        _put(unit.conn, _LEARNER, body)
        _put(unit.conn, _REPORT, json.dumps(asdict(report)))
        unit.append("learner_trained", asdict(report))
    return report


def refresh(store: Store) -> bool:
    """Trains anew where that is due: it takes part or may begin to, and a tenth more corrections came in."""
    choice = _meta(store.conn, _CHOICE) or "auto"
    if choice == "off":
        return False
    report, known = _report(store.conn), _told(store.conn)
    least = 1 if choice == "on" else ENOUGH
    if known < least or (report is not None and known <= report.corrections * 1.1):
        return False
    found = len(corrections(store.conn))
    if found < least or (report is not None and found <= report.corrections * 1.1):
        return False
    try:
        train(store)
    except Refused:
        return False
    return True


def trained(corrected: Sequence[Correction], left: Sequence[Correction], now: Instant) -> tuple[Report, str]:
    """How good a learner of these is, and the learner as it is stored."""
    from desk.reading.learner import Learner

    found = sorted((*corrected, *left))
    learner = Learner.train(_pairs(found))
    # Further back than the tickets that were left, there would be corrections only.
    checked = [c for c in found if len(left) < KEPT or c.ticket_id >= left[0].ticket_id][-CHECKED:]
    asked = right = alone = 0
    together = Counter[float]()
    for fold in range(FOLDS):
        unseen = checked[fold::FOLDS]
        for text, kind in _pairs(unseen):
            learner.forget(text, kind)
        r, a = learner.accuracy(_pairs(unseen))
        right, asked = right + r, asked + a
        alone += sum(_type(c, None) == c.type for c in unseen)
        for learner.pull in PULLS:
            together[learner.pull] += sum(_type(c, learner) == c.type for c in unseen)
        for text, kind in _pairs(unseen):
            learner.learn(text, kind)
    learner.pull = max(PULLS, key=lambda pull: together[pull])
    report = Report(now, len(corrected), len(found), len(checked), asked, right, alone, together[learner.pull])
    return report, learner.to_json()


def _pairs(found: Sequence[Correction]) -> Iterator[tuple[str, str]]:
    from desk.reading.understand import whole_text

    return ((whole_text(c.text, c.subject), c.type) for c in found)


def _type(c: Correction, learner: Learner | None) -> str:
    from desk.reading.understand import understand

    return understand(c.text, c.subject, learner=learner).type


# Stored ---------------------------------------------------------------------------------------------


def _told(conn: Connection) -> int:
    """Tickets whose type an agent ever set: cheaper than reading what they say."""
    sql = (
        "SELECT count(DISTINCT ticket_id) FROM event WHERE actor_kind = 'agent' AND verb = 'changed' "
        "AND payload LIKE '%\"type\":[%'"
    )
    n: int = conn.execute(sql).fetchone()[0]
    return n


def _report(conn: Connection) -> Report | None:
    text = _meta(conn, _REPORT)
    return Report(**json.loads(text)) if text else None


def _meta(conn: Connection, key: str) -> str:
    row = conn.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return row[0] if row else ""


def _put(conn: Connection, key: str, value: str) -> None:
    conn.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )
