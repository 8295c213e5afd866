"""The one list of settings that are kept: of a person, of the desk, of each channel. Message ids, no values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from app.habits import AFTER
from app.notify import DEFAULT, KINDS, WAYS
from store.errors import N_

GROUPS: Mapping[str, tuple[str, str]] = {
    "looks": (N_("Looks"), N_("How the workstation looks and speaks to you.")),
    "work": (N_("Working"), N_("What the workstation does while you work.")),
    "notices": (N_("Telling you"), N_("What you are told of while you do something else, and how.")),
    "desk": (N_("The desk"), N_("What holds for everybody on this desk.")),
    "sending": (N_("Sending"), N_("How long a reply can be taken back.")),
    "reviews": (N_("Reviews"), N_("How few stars are low: a new review with no more opens a ticket.")),
    "environment": (N_("From outside"), N_("What your shell and terminal say. It is changed there, before deskhand is started.")),
}
"""id → name, about."""

KEEPERS: Mapping[str, str] = {
    "default": N_("as it comes"),
    "person": N_("chosen by you"),
    "desk": N_("set for this desk"),
    "environment": N_("said by the environment: {name}"),
    "file": N_("in the file {name}"),
}
"""Who says what a setting is."""


class Setting(NamedTuple):
    """One setting. `form` is how it is filled in: choice, ways (any of `app.notify.WAYS`), text, number, or "" where it
    is changed elsewhere, and `about` says where. `values` are those a choice may have, with their names. `default` is a
    message id. `keeper` is who keeps a choice; `variables` are the variables of the environment that stand above it."""

    key: str
    group: str
    label: str
    about: str
    default: str
    keeper: str = ""
    form: str = ""
    values: Mapping[str, str] = {}
    variables: tuple[str, ...] = ()
    most: int = 600
    """Of a number."""


_ON_OFF = {"on": N_("switched on"), "off": N_("switched off")}
_LEARN = {"auto": N_("as soon as it does better"), "on": N_("switched on"), "off": N_("switched off")}

_KEPT = (
    Setting("theme", "looks", N_("Colours"),
            N_("The theme on terminals with 256 colours or more; others get one they can show."),
            N_("what the terminal can show"), "person", "choice", variables=("DESKHAND_THEME",)),
    Setting("lang", "looks", N_("Language"),
            N_("The language of the workstation. Commands speak that of the shell."),
            N_("the language of the terminal"), "person", "choice", variables=("DESKHAND_LANG",)),
    Setting("mouse", "looks", N_("Mouse"),
            N_("Click, double click and wheel. Off leaves selecting text to your terminal."),
            N_("switched on"), "person", "choice", _ON_OFF),
    Setting("themes", "looks", N_("Own themes"),
            N_("A file NAME.toml in this folder is a theme of yours. While you wear it, it shows each change you save."),
            N_("nothing set"), "file"),
    Setting("after", "work", N_("When a ticket is done"),
            N_("Where you go after solving, snoozing or answering a ticket."), AFTER["next"], "person", "choice", AFTER),
    Setting("zone", "work", N_("Your time zone"),
            N_("Times are shown and understood in it."), N_("the team's"), "person", "text"),
    Setting("signature", "work", N_("Signature"),
            N_("What {{agent.signature}} becomes in a template."), N_("nothing set"), "person", "text"),
    Setting("first", "work", N_("First steps"),
            N_("Whether your empty inbox says what a new desk still lacks."), N_("shown"), "person", "choice",
            {"": N_("shown"), "done": N_("put away")}),
    Setting("keys", "work", N_("Own keys"),
            N_("This file gives acts other keys. It is read at the start, which tells of a clash; ? shows them."),
            N_("nothing set"), "file"),
    *(Setting(f"notify.{kind}", "notices", label,
              N_("How you are told when this happens; none of the ways is not at all."),
              ", ".join(DEFAULT[kind]), "person", "ways", WAYS) for kind, label in KINDS.items()),
    Setting("quiet", "notices", N_("Quiet hours"),
            N_("Then only the top line tells. Such as 22:00-07:00, in your time zone."), N_("nothing set"), "person", "text"),
    Setting("name", "desk", N_("Name of the shop"),
            N_("Buyers read it in templates, colleagues in the top line."), "Deskhand", "desk", "text"),
    Setting("learning", "desk", N_("Learning"),
            N_("Whether types that the team corrected help to tell what new mail is about."), _LEARN["auto"],
            "desk", "choice", _LEARN),
    Setting("folder", "desk", N_("Folder"),
            N_("Where the desk lies. Another one is named with --desk or DESKHAND_DESK."), N_("your data folder"),
            "environment", variables=("DESKHAND_DESK",)),
    Setting("encrypted", "desk", N_("Encrypted"),
            N_("Whether desk.db needs a key. That is decided when a desk is made: deskhand init."), N_("no"), "desk"),
    Setting("hours", "desk", N_("Working hours"),
            N_("The calendar called shop. It is changed in the set-up under Calendars."),
            N_("Monday to Friday, 09:00-18:00"), "desk"),
)  # fmt: skip

SETTINGS: Mapping[str, Setting] = {one.key: one for one in _KEPT}

HOLD = Setting("hold", "sending", N_("Take-back"),
               N_("Seconds in which a reply of this channel waits and can be taken back; 0 is none."),
               N_("10 s, chats 3 s"), "desk", "number")  # fmt: skip
"""One for each channel: `hold.mail`."""

LOW = Setting("low", "reviews", N_("Low reviews"),
              N_("New reviews of this account with so many stars or fewer open a ticket; 0 is never."),
              N_("2 stars"), "desk", "number", most=5)  # fmt: skip
"""One for each channel that tells reviews: `low.ebay`."""

INNER: Mapping[str, str] = {
    "uuid": "which desk it is",
    "created_at": "when it was made",
    "furnished": "up to which version it has what ships",
    "rules": "whether sessions have read the rules that are in force",
    "timer": "when a timed rule ran last",
    "turns": "whose turn it is in a group",
    "draft": "a draft that was set aside",
    "heads": "to whom a message goes that goes elsewhere",
    "enclosed": "files that go with a draft",
    "parcel": "what a carrier told of a parcel",
    "review": "what a review is about",
    "seen": "when somebody was here last",
    "clocks_stale_after": "how far clocks were planned anew after a change",
    "learner": "what was learned",
    "learner_report": "how good that is",
}
"""What else stands in the table `meta`: the program's own notes, nothing to choose. By the part before `:` or `/`."""

STORED: Mapping[str, str] = {"learner_choice": "learning", "notify": "quiet"}
"""Keys of `meta` whose setting has another name: it is theirs, or one of theirs."""
