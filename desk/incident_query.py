"""`incident:3`, `incident:none` and `has:incident`: which tickets share a known cause. Importing this registers them."""

from __future__ import annotations

from desk.query.faults import bad
from desk.query.fields import NONE, one
from desk.query.names import NAMES, Context, Field
from desk.query.tree import Value
from store import filter as f
from store.errors import N_
from store.filter import Condition
from store.values import fold

_LINKED = f.Linked("t.id", (f.Rows("incident_ticket x", "x.ticket_id", seeks=False),))
_OPEN = f.Linked(
    "t.id",
    (f.Rows("incident_ticket x JOIN incident i", "x.ticket_id", "x.incident_id = i.id AND i.state = 'open'", seeks=False),),
)


def of_incident(incident_id: int) -> Condition:
    """Tickets linked to one incident."""
    return f.Linked("t.id", (f.Rows("incident_ticket x", "x.ticket_id", "x.incident_id = ?", (incident_id,)),))


def _incident(value: Value, context: Context) -> Condition:
    text = fold(one("incident", value).text).removeprefix("#")
    if text == NONE:
        return f.Not(_LINKED)
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise bad(N_("Column {column}: {item} is no incident's number."), value.span[0], text,
                  N_("See: deskhand incident list"))  # fmt: skip
    return of_incident(int(text))


NAMES.add(Field("incident", "number", N_("number of the incident it belongs to, or none"), _incident))
NAMES.add_thing("incident", N_("an incident that is still open"), lambda context: _OPEN)
