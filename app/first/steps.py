"""The questions of the first hour, one step each, in the forms of the set-up. A step knows what was answered before it,
asks nothing of any desk, and writes nothing."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from app.first import always_on, guess
from app.first.keeping import Answers
from app.lines import Line as DrawnLine
from app.setup.drawn import text_lines
from app.setup.fields import Field, Line
from app.setup.figures import Levels
from app.setup.picks import Choice, Option, Parts, Toggle
from app.setup.rooms import Questions, Reading
from app.words import LANGUAGES, N_, _
from app.wrap import wrap
from store.errors import Invalid
from store.values import clean_line

GO = "go"
"""The line that leads on."""


@dataclass(frozen=True, kw_only=True)
class Onward(Field):
    """The last line of a step: Enter on it goes on."""

    to: str

    def read(self, raw: Any) -> Any:
        return ""

    def shown(self, raw: Any) -> str:
        return f"→ {self.to}"


class Step(Questions):
    """One step. `answers` are those of every step so far, this one's among them."""

    id = ""
    label = ""
    about = ""
    """Why it is asked, in a sentence or two; a message id."""

    def __init__(self, answers: Answers, desk: Path, theme: str = "") -> None:
        """`desk` is the folder the command line names, else the usual one; `theme` is what it names, "" for none."""
        self.answers, self.desk, self.theme = answers, desk, theme

    @abstractmethod
    def asks(self) -> Sequence[Field]:
        """The lines of its form."""

    @abstractmethod
    def start(self) -> dict[str, Any]:
        """What its form begins with."""

    onward = N_("next step")

    def fields(self, desk: Reading, ident: str) -> Sequence[Field]:
        return (*self.asks(), Onward(key=GO, label="", to=_(self.onward), fixed=True))

    def values(self, desk: Reading, ident: str) -> dict[str, Any]:
        return {**self.start(), **self.answers.get(self.id, {})}

    def answer(self, step: str, key: str, otherwise: Any = "") -> Any:
        """What was answered in another step."""
        return self.answers.get(step, {}).get(key, otherwise)

    def settle(self, values: Mapping[str, Any]) -> None:
        """Looks at the whole form before it goes on. Raises DeskError, its gap `key` naming the field."""


class Place(Step):
    """Language, time zone, colours."""

    id, label = "place", N_("Language")
    about = N_("Which language you read, where the team is, and colours that suit your eyes. You can change all of it later.")

    def asks(self) -> Sequence[Field]:
        from app.look import theme_folder
        from app.place import config_folder
        from themes.loading import names

        languages = tuple(Option(one, guess.LANGUAGE_NAMES[one]) for one in LANGUAGES)
        return (
            Choice(key="lang", label=_("Language"), options=languages,
                   help=_("Space turns it. It is the language of the workstation; templates have languages of their own.")),
            Line(key="zone", label=_("Time zone"), needed=True, check=_zone_check, complete=_zones,
                 help=_("The team's. Type a city, such as Shanghai, and press Tab. Hours and due times are told in it.")),
            Choice(key="theme", label=_("Colours"), help=_("Space shows the next ones at once."),
                   options=tuple(Option(name, name) for name in names(theme_folder(config_folder())))),
        )  # fmt: skip

    def start(self) -> dict[str, Any]:
        from app.look import choose
        from app.words import language

        return {"lang": language(), "zone": guess.zone().value, "theme": choose(self.theme, os.environ)}

    def preview(self, desk: Reading, values: Mapping[str, Any], width: int) -> Sequence[DrawnLine]:
        """Why it was guessed so, for what still stands as guessed."""
        said, language = [], guess.language(None)
        for found, now, name in ((language, values.get("lang"), guess.LANGUAGE_NAMES[language.value]),
                                 (guess.zone(), values.get("zone"), "")):  # fmt: skip
            if found.value == now:
                why = _(found.why).format(source=clean_line(found.source))
                said.append(_("{value}: {why}").format(value=name or found.value, why=why))
        return text_lines(said, width, "muted")


class _Way(NamedTuple):
    """A way to go on in a line."""

    text: str
    start: int
    end: int


def _zone_check(value: Any) -> None:
    if not guess.known_zone(str(value)):
        raise Invalid(N_("There is no time zone {item}."), item=str(value), next=N_("Type a city and press Tab."))


def _zones(text: str, cursor: int) -> list[_Way]:
    return [_Way(name, 0, len(text)) for name in guess.zones_like(text) if name != text]


class DeskFile(Step):
    """Where the desk lies, what it is called, whether it is encrypted."""

    id, label = "desk", N_("The desk")
    about = N_("One folder holds everything: mails, orders, files, settings. It is a database on this machine; "
               "nothing is uploaded.")  # fmt: skip

    def asks(self) -> Sequence[Field]:
        return (
            Line(key="name", label=_("Name of the shop"), needed=True,
                 help=_("Buyers read it in templates, as {{shop.name}}; colleagues read it in the top line.")),
            Line(key="folder", label=_("Folder"), needed=True, check=_free_place,
                 help=_("On a local disk. It must not hold a desk already.")),
            Toggle(key="encrypt", label=_("Encrypted"),
                   help=_("The desk file is unreadable without its key. Searching and speed stay the same.")),
        )  # fmt: skip

    def start(self) -> dict[str, Any]:
        return {"name": "", "folder": str(self.desk), "encrypt": False}

    def preview(self, desk: Reading, values: Mapping[str, Any], width: int) -> Sequence[DrawnLine]:
        if values.get("encrypt"):
            said = [_("The key is made now. It lies in {folder}/vault.json, sealed with {folder}/vault.key, readable by your "
                      "account only.").format(folder=values.get("folder") or "…"),
                    _("Without both files nobody opens the desk again, you neither: keep a copy of them in another place.")]
        else:
            said = [_("Your account alone can read the folder. Somebody who has the disk can read the desk; passwords and "
                      "tokens of channels are sealed in any case.")]  # fmt: skip
        return text_lines(said, width, "muted")


def _free_place(value: Any) -> None:
    from store.connection import check_place

    folder = Path(str(value)).expanduser().absolute()
    if (folder / "desk.db").exists():
        raise Invalid(N_("There is already a desk in {item}."), item=str(folder), next=N_("Choose another folder."))
    check_place(folder)
    above = next(path for path in (folder, *folder.parents) if path.exists())
    if not above.is_dir() or not os.access(above, os.W_OK):
        raise Invalid(N_("{item} cannot be written."), item=str(above), next=N_("Choose another folder."))


class Team(Step):
    """Who you are, and your colleagues."""

    id, label = "team", N_("Your team")
    about = N_("Who answers buyers here. Tickets get an owner by language, shift and load; you can add people at any time.")

    def asks(self) -> Sequence[Field]:
        from app.wire import unix_user

        return (
            Line(key="name", label=_("Your name"), needed=True, help=_("As colleagues and templates have it.")),
            Line(key="id", label=_("Your short name"), needed=True, check=_id_check,
                 help=_("Small letters, such as ana; it stays for good. Here you are known by your Unix user {user}.").format(
                     user=unix_user())),
            Levels(key="languages", label=_("Languages"), help=_("With a level from 1 to 5: en:5, de:3. Empty: all the same.")),
            Parts(key="others", label=_("Colleagues"), fields=_colleague, title=_colleague_said,
                  start={"role": "agent"}, add=_("add a colleague")),
        )  # fmt: skip

    def start(self) -> dict[str, Any]:
        from app.wire import unix_user

        return {"name": "", "id": guess.short_name(unix_user()), "languages": {}, "others": []}

    def settle(self, values: Mapping[str, Any]) -> None:
        taken = {str(values["id"])}
        for number, one in enumerate(values.get("others") or (), 1):
            if one["id"] in taken:
                raise Invalid(N_("Two people are called {item}."), item=one["id"], key=f"others[{number}]",
                              next=N_("Each needs a short name of their own."))  # fmt: skip
            taken.add(str(one["id"]))

    def preview(self, desk: Reading, values: Mapping[str, Any], width: int) -> Sequence[DrawnLine]:
        said = [_("You are the admin of this desk.")]
        if values.get("others"):
            said.append(_("Colleagues work in the same Unix account, over SSH, and say who they are: deskhand --as ID."))
        return text_lines(said, width, "muted")


def _colleague(values: Mapping[str, Any]) -> Sequence[Field]:
    from app.labels import ROLES
    from desk.agents import ROLES as KNOWN

    return (
        Line(key="name", label=_("Name"), needed=True),
        Line(key="id", label=_("Short name"), needed=True, check=_id_check,
             help=_("Small letters, such as ana; it stays for good.")),
        Choice(key="role", label=_("Role"), options=tuple(Option(role, _(ROLES[role])) for role in KNOWN),
               help=_("A lead is told when things run late; an admin may change the desk.")),
        Levels(key="languages", label=_("Languages"), help=_("With a level from 1 to 5: en:5, de:3. Empty: all the same.")),
    )  # fmt: skip


def _colleague_said(values: Mapping[str, Any]) -> str:
    from app.labels import ROLES

    words = " ".join(values.get("languages") or {})
    parts = [str(values.get("name") or "?"), str(values.get("id") or "?"), _(ROLES.get(str(values.get("role")), "")), words]
    return " · ".join(part for part in parts if part)


def _id_check(value: Any) -> None:
    from desk.agents import check_id

    check_id(str(value))


class Channel(Step):
    """Whether the first account is connected right after."""

    id, label = "channel", N_("First channel")
    about = N_("A channel is one connected account: a mailbox, or a shop on a marketplace. Have its password or "
               "token at hand.")  # fmt: skip

    def asks(self) -> Sequence[Field]:
        options = (Option("later", _("later")), Option("now", _("now, as soon as the desk is made")))
        return (Choice(key="when", label=_("Connect one"), options=options, help=_("Space turns it.")),)

    def start(self) -> dict[str, Any]:
        return {"when": "later"}

    def preview(self, desk: Reading, values: Mapping[str, Any], width: int) -> Sequence[DrawnLine]:
        if values.get("when") == "now":
            said = [_("The workstation opens with the form of a new channel. It signs in and looks, before it keeps anything; "
                      "it changes nothing in your mailbox.")]
        else:
            said = [_("Later: g S, Channels, n. Or: deskhand channel add. Without any account: deskhand demo has 300 tickets to "
                      "practise on.")]  # fmt: skip
        return text_lines(said, width, "muted")


class AlwaysOn(Step):
    """What keeps sync running."""

    id, label = "sync", N_("Sync, always on")
    about = N_("deskhand sync fetches mail and sends replies. While it does not run, nothing arrives and nothing leaves. "
               "This program starts nothing behind your back: you start it.")  # fmt: skip

    def asks(self) -> Sequence[Field]:
        options = tuple(Option(way, _(always_on.WAYS[way])) for way in always_on.here())
        return (
            Choice(key="way", label=_("Kept running by"), options=options,
                   help=_("What this machine has. Space shows the next one.")),
            Toggle(key="write", label=_("Write the file"), when=lambda values: values.get("way") == "systemd",
                   help=_("Only the file. It runs when you type the commands below.")),
        )  # fmt: skip

    def start(self) -> dict[str, Any]:
        return {"way": always_on.here()[0], "write": False}

    def preview(self, desk: Reading, values: Mapping[str, Any], width: int) -> Sequence[DrawnLine]:
        way = str(values.get("way"))
        there = self.desk if self.answer("desk", "folder") in ("", str(self.desk)) else Path(self.answer("desk", "folder"))
        named = None if there == always_on.usual_desk() else there
        lines: list[DrawnLine] = []
        if way == "systemd":
            path = always_on.unit_file()
            head = _("{path}, written when the desk is made:") if values.get("write") else _("For {path}, if you like:")
            lines += text_lines([head.format(path=path)], width, "muted")
            lines += [((f"   {line}", "text"),) for line in always_on.unit(named).splitlines() if line]
        told = {"systemd": _("To start it, type:"), "cron": _("To start it, add the second line with the first:"),
                "tmux": _("To start it, type this; after a restart of the machine again:"),
                "later": _("By hand, in any terminal that stays open:")}  # fmt: skip
        lines += text_lines([told[way]], width, "muted")
        typed = [part for line in always_on.starting(way, named) for part in wrap(line, width - 4)]
        return [*lines, *(((f"   {part}", "accent"),) for part in typed)]
