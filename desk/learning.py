"""What a desk learned from its team: corrections of `type` → a learner, how good it is, and whether it takes part.

Off until there are enough corrections, then on unless somebody said otherwise. What is stored stands in `meta`: the
choice, the report and the learner itself apart, so that asking for one does not load the others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
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
MOST = 2_000
"""Corrections it is trained on, the newest."""
CHECKED = 500
"""Corrections its accuracy is told from, the newest."""
FOLDS = 5
_CHOICE, _REPORT, _LEARNER = "learner_choice", "learner_report", "learner"


class Correction(NamedTuple):
    """What a buyer wrote and what the team says it is about."""

    ticket_id: int
    subject: str
    text: str
    type: str


@dataclass(frozen=True, slots=True)
class Report:
    """How good a learner of `examples` is, on the newest of them, each forgotten before it was asked for (five parts).
    `right` of `asked` are its own guesses; `alone` and `together` of `checked` are those the keyword tables get right
    without it and with it."""

    trained_at: Instant
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
    found = []
    for ticket_id, kind, message_id in conn.execute(sql, (most,)).fetchall():
        row = conn.execute("SELECT subject, body FROM message WHERE id = ?", (message_id,)).fetchone()
        if row and (row[0].strip() or row[1].strip()):
            found.append(Correction(ticket_id, row[0], row[1], kind))
    return found


def standing(conn: Connection) -> Standing:
    """Whether it takes part, and how good it is."""
    report, choice = _report(conn), _meta(conn, _CHOICE) or "auto"
    known = len(corrections(conn))
    return Standing(choice, _takes_part(choice, report), known, report)


def _takes_part(choice: str, report: Report | None) -> bool:
    return report is not None and (choice == "on" or (choice == "auto" and report.examples >= ENOUGH))


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
    """Learns from the corrections there are and reports how good that is. The work is done before anything is locked.

    Raises Refused without a correction of two types.
    """
    found = corrections(store.conn)
    if len({c.type for c in found}) < 2:
        raise Refused(N_("There is not enough to learn from: {count} corrections."), count=len(found),
                      next=N_("Correct types of tickets; it needs corrections of two types at least."))  # fmt: skip
    report, body = _trained(found, store.clock.now())
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
    if known < least or (report is not None and known <= report.examples * 1.1):
        return False
    found = corrections(store.conn)
    if len(found) < least or len({c.type for c in found}) < 2 or (report and len(found) <= report.examples * 1.1):
        return False
    train(store)
    return True


def _trained(found: Sequence[Correction], now: Instant) -> tuple[Report, str]:
    from desk.reading.learner import Learner

    learner = Learner.train(_pairs(found))
    body = learner.to_json()
    checked = found[-CHECKED:]
    asked = right = alone = together = 0
    for fold in range(FOLDS):
        unseen = checked[fold::FOLDS]
        for text, kind in _pairs(unseen):
            learner.forget(text, kind)
        r, a = learner.accuracy(_pairs(unseen))
        right, asked = right + r, asked + a
        alone += sum(_type(c, None) == c.type for c in unseen)
        together += sum(_type(c, learner) == c.type for c in unseen)
        for text, kind in _pairs(unseen):
            learner.learn(text, kind)
    return Report(now, len(found), len(checked), asked, right, alone, together), body


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
