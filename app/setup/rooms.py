"""What there is to set up, and what every such room can do. One file each; a room is loaded when it is first entered."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import tzinfo
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from app.lines import Line
from app.words import _
from store.connection import Connection
from store.errors import N_, Refused
from store.values import Instant

if TYPE_CHECKING:
    from app.setup.fields import Field
    from desk.query import Context
    from desk.versions import Version
    from store.unit import Store, UnitOfWork


class Record(NamedTuple):
    """One line of a room's list. Texts are in the person's language, or from outside."""

    id: str
    title: str
    state: str = ""
    """One of `STATES`, "" where a record has none."""
    note: str = ""
    """Stands at the right: a target, hits of seven days."""
    also: str = ""
    """Found by this too."""


STATES: Mapping[str, tuple[str, str, str]] = {
    "on": ("●", "done", N_("in use")),
    "off": ("○", "muted", N_("off")),
    "shadow": ("◐", "warning", N_("shadow")),
    "fault": ("!", "danger", N_("fault")),
    "away": ("–", "muted", N_("away")),
}
"""Glyph, role and word of each state."""


class Reading(NamedTuple):
    """What a room may look at: a connection of the thread it runs on, who asks, when, and where they are."""

    conn: Connection
    me: str
    now: Instant
    zone: tzinfo
    store: Store | None = None
    """The desk itself, for rooms that keep something outside of its database."""

    def context(self) -> Context:
        """What a query needs to be checked or completed."""
        from desk.inbox import context

        return context(self.conn, self.me, self.now, self.zone)


class Trial(NamedTuple):
    """A test under way: `tell(done, all)` shows progress, `stopped()` says that the person has seen enough."""

    store: Store
    tell: Callable[[int, int], None]
    stopped: Callable[[], bool]


class Questions(ABC):
    """What a form asks, and what its answers mean."""

    label = ""
    takes: frozenset[str] = frozenset()
    """For a simulator: the fields it takes over from the form it is called from."""

    @abstractmethod
    def fields(self, desk: Reading, ident: str) -> Sequence[Field]:
        """The form of a record; of a new one for ""."""

    @abstractmethod
    def values(self, desk: Reading, ident: str) -> dict[str, Any]:
        """A record as its form takes it; for "" what a new one begins with. Raises NotFound."""

    live = True
    """Whether `preview` is quick enough to follow every key."""

    def version(self, desk: Reading) -> object:
        """Differs where `preview` would, though the form is as it was."""
        return None

    def preview(self, desk: Reading, values: Mapping[str, Any], width: int) -> Sequence[Line]:
        """What the form as it is now would mean, drawn below it; called when it changed."""
        return ()


class Room(Questions):
    """Records of one kind. A subclass gives what it can; `can` names the keys that do something in it, of new, remove,
    move, toggle, test and history."""

    id = ""
    about = ""
    """What it is for, in a sentence: shown while it is empty."""
    can: frozenset[str] = frozenset()
    kind = ""
    """The name under which `desk.versions` keeps its versions."""

    @abstractmethod
    def records(self, desk: Reading) -> Sequence[Record]:
        """What there is, in the order it is shown."""

    @abstractmethod
    def save(self, unit: UnitOfWork, ident: str, values: Mapping[str, Any]) -> str:
        """Saves a form; "" makes a new record. Returns the record's id. Raises DeskError with a gap `key` or `field`
        naming the field that is meant."""

    def remove(self, unit: UnitOfWork, ident: str) -> None:
        raise Refused(N_("{item} cannot be removed here."), item=ident)

    def restore(self, unit: UnitOfWork, ident: str, values: Mapping[str, Any]) -> str:
        """Brings back what `remove` took away, under the id it had."""
        return self.save(unit, "", {**values, "id": ident})

    def move(self, unit: UnitOfWork, ident: str, by: int) -> None:
        """Some places up (below 0) or down."""
        raise Refused(N_("{item} cannot be moved."), item=ident)

    tries_first = False
    """Whether a record is tried out before it is put in force."""

    outside = False
    """Whether a test asks somebody outside, who may let us wait."""

    def turned(self, state: str) -> str:
        """The state that follows."""
        return "off" if state == "on" else "on"

    def put_state(self, unit: UnitOfWork, ident: str, state: str) -> None:
        """Into one of `STATES`."""
        raise Refused(N_("{item} is neither on nor off."), item=ident)

    def tries(self, ident: str, before: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
        """Whether a form is proved before it is saved, because it depends on somebody outside."""
        return False

    def prove(
        self, desk: Reading, ident: str, values: Mapping[str, Any], width: int, trial: Trial
    ) -> tuple[bool, Sequence[Line]]:
        """Whether it holds, and what was found, as `test`."""
        return True, ()

    def keep_apart(self, store: Store, ident: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """What of a form does not belong into the database goes where it belongs, right before `save` gets the rest; on
        a thread of its own. Raises DeskError."""
        return values

    def watched(self, desk: Reading, ident: str, width: int) -> tuple[bool, Sequence[Line]] | None:
        """What goes on with a record since it was made: whether it goes on, and how far it is. None where nothing does."""
        return None

    def follow_up(self, unit: UnitOfWork) -> bool:
        """One bounded piece of what a change brings along; whether there is more. Called after every change."""
        return False

    def test(self, desk: Reading, ident: str, values: Mapping[str, Any], width: int, trial: Trial) -> Sequence[Line]:
        """Tries it out, on a thread of its own. `values` are those of the form, saved or not."""
        raise Refused(N_("There is nothing to test."))

    def simulator(self) -> Questions | None:
        """The form that is its test. None where `test` does it."""
        return None

    def history(self, conn: Connection, ident: str) -> Iterator[Version]:
        """The versions, newest first; their bodies as `values` gives them."""
        from desk.versions import history

        return history(conn, self.kind, ident)

    def versioned(self, version: Version, ident: str) -> dict[str, Any]:
        """A version's body as the form takes it."""
        return {"id": ident, **version.body}


_ROOMS = (
    ("agents", N_("Agents & shifts"), "app.setup.agents", "Agents"),
    ("groups", N_("Groups"), "app.setup.groups", "Groups"),
    ("leave", N_("Leave"), "app.setup.leave", "Leave"),
    ("rules", N_("Rules"), "app.setup.rules", "Rules"),
    ("packs", N_("Rules ready to use"), "app.setup.packs", "Packs"),
    ("policies", N_("Reply times"), "app.setup.policies", "Policies"),
    ("calendars", N_("Calendars"), "app.setup.calendars", "Calendars"),
    ("templates", N_("Templates"), "app.setup.templates", "Templates"),
    ("macros", N_("Macros"), "app.setup.macros", "Macros"),
    ("views", N_("Views"), "app.setup.views", "Views"),
    ("fields", N_("Own fields"), "app.setup.own_fields", "OwnFields"),
    ("checklists", N_("Checklists"), "app.setup.checklists", "Checklists"),
    ("incidents", N_("Incidents"), "app.setup.incidents", "Incidents"),
    ("notices", N_("Notices"), "app.setup.notices", "Notices"),
    ("channels", N_("Channels"), "app.setup.channels", "Channels"),
    ("settings", N_("Settings"), "app.setup.settings", "Settings"),
)
"""id, label, module and class, in the order they are listed."""


def listed() -> list[tuple[str, str]]:
    """(id, label in the person's language) of every room."""
    return [(ident, _(label)) for ident, label, _module, _name in _ROOMS]


def enter(ident: str) -> Room:
    """The room called `ident`. Raises LookupError."""
    for known, label, module, name in _ROOMS:
        if known == ident:
            room: Room = getattr(import_module(module), name)()
            room.id, room.label = known, label
            return room
    raise LookupError(ident)
