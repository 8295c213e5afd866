"""What an act is, and the places and states it is bound to: the words `app.actions` is written in.

Named tuples, because somebody waits while this loads and a dataclass takes a millisecond to make.
"""

from __future__ import annotations

from typing import NamedTuple

from store.errors import N_


class Action(NamedTuple):
    """One act. `label`, `help` and `short` are message ids."""

    id: str
    keys: tuple[str, ...]
    """Key sequences as people write them (`j`, `^d`, `g i`, `Space`, `F10`), the one to show first; `q@list` works in
    that place only."""
    label: str
    help: str
    group: str
    """The section of help and menu it stands in, one of `GROUPS`."""
    places: tuple[str, ...]
    """Where its keys work, of `PLACES`."""
    when: str = "always"
    """What must hold for it to make sense, one of `STATES`."""
    menu: str = ""
    """The leader whose strip lists it."""
    short: str = ""
    """A word or two for the footer and the strip; "" takes the label."""
    motion: bool = False
    """Only motions take a count: `5j` moves five rows, `5e` still finishes one ticket."""


class Leader(NamedTuple):
    """A key that waits for a second one and meanwhile shows what may follow."""

    id: str
    key: str
    """One key; the keys of what may follow begin with it."""
    label: str
    help: str
    group: str
    places: tuple[str, ...]
    when: str = "always"
    short: str = ""


GROUPS = {
    "moving": N_("Moving"),
    "list": N_("List"),
    "ticket": N_("Ticket"),
    "composer": N_("Writing"),
    "outbox": N_("Outbox"),
    "records": N_("Records"),
    "setup": N_("Set up"),
    "go": N_("Go to"),
    "everywhere": N_("Everywhere"),
}

PLACES = {
    "list": N_("in the list"),
    "ticket": N_("in a ticket"),
    "views": N_("in the views"),
    "clocks": N_("in the clocks"),
    "outbox": N_("in the outbox"),
    "composer": N_("while writing"),
    "review": N_("before sending"),
    "templates": N_("choosing a template"),
    "setup": N_("in the set-up"),
    "form": N_("in a form"),
    "field": N_("filling in a field"),
    "first": N_("making a desk"),
    "quarantine": N_("in the unreadable"),
    "audit": N_("in an audit"),
    "past": N_("in the undo history"),
    "incidents": N_("in the incidents"),
    "reviews": N_("in the reviews"),
}

RECORDS = ("quarantine", "audit", "past", "incidents", "reviews")
"""Places where a page of records lies over list and ticket."""

TYPING = ("composer", "templates", "field")
"""Places where one types: a printable key is text there and never an act."""

STATES = {
    "always": N_("always"),
    "ticket": N_("with a ticket under the cursor or marked"),
    "marks": N_("with tickets marked"),
    "filtered": N_("with a filter set"),
    "searched": N_("after a search"),
    "undo": N_("with something to undo"),
    "redo": N_("with something undone"),
    "repeat": N_("after a first act"),
    "arrivals": N_("when new tickets wait"),
    "order": N_("when the ticket has an order"),
    "replying": N_("when it goes to the buyer"),
    "leaving": N_("when it leaves as mail"),
    "aside": N_("when it goes to somebody other than the buyer"),
    "outbox_held": N_("while a message is held"),
    "outbox_stuck": N_("when a message failed or its fate is unknown"),
    "page_row": N_("with something there"),
    "unreadable_mail": N_("on a record that came as mail"),
    "setup_long": N_("on a text of several lines"),
    "past_mine": N_("on a step of your own that stands"),
    "audit_filtered": N_("while one person's events show"),
    "reviews_filtered": N_("while only some reviews show"),
    "incident_open": N_("on an open incident"),
    "incident_closed": N_("on a closed incident"),
    "setup_field": N_("on a line of a form"),
    "setup_query": N_("on a query"),
    "setup_new": N_("where something can be added"),
    "setup_record": N_("with something there to change"),
    "setup_remove": N_("where it can be removed"),
    "setup_move": N_("where order matters"),
    "setup_toggle": N_("where it can be on or off"),
    "setup_test": N_("where it can be tried out"),
    "setup_history": N_("where versions are kept"),
    "setup_version": N_("with a version under the cursor"),
    "setup_unsaved": N_("with something to save"),
    "first_next": N_("until the desk is made"),
    "first_back": N_("after the first step"),
}

PANES = ("list", "ticket", "views", "clocks", "outbox", "setup", "form", *RECORDS)
SETUP = ("setup", "form")
FORM = ("form", "first")
MOVES = (*PANES, "first")
WORK = ("list", "ticket")
ALL = tuple(PLACES)
DESK = tuple(place for place in PLACES if place != "first")
