"""Pictures of the workstation for the documentation, and the gallery page that shows them: `python -m bench.shots [NAME…]`.

One practice desk per look (size, theme, language) is opened in a place of its own, and the scenes are played in it one
after another: `steps` lead from the inbox to what is shown, `back` leads to the inbox again. A step is `wait REGEX`,
`type KEY…` (names of `bench.terminal.KEYS`, `^x`, text), `settle SECONDS` or `room NAME`, which enters a room of the
set-up by what the palette calls it. Pictures go to docs/pictures as NAME-COLUMNSxLINES.svg, those of another theme or
language with that behind; `docs/gallery.md` is written from `SCENES`.
"""

from __future__ import annotations

import io
import re
import shlex
import sys
import sysconfig
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from app import words
from app.setup.rooms import listed
from bench.picture import png, svg
from bench.terminal import Terminal

DOCS = Path(__file__).resolve().parents[1] / "docs"
DESKHAND = str(Path(sysconfig.get_path("scripts")) / "deskhand")
WIDE, SMALL = (120, 40), (80, 24)
SIZES = (WIDE, SMALL)


class Look(NamedTuple):
    """In which colours and language a desk is opened, and how large."""

    size: tuple[int, int] = WIDE
    theme: str = "dark"
    lang: str = "en"

    @property
    def suffix(self) -> str:
        """What a picture's name ends with: `-120x40`, `-80x24-light-zh`."""
        more = [self.theme] if self.theme != "dark" else []
        more += [self.lang.partition("_")[0]] if self.lang != "en" else []
        return "-".join(["", f"{self.size[0]}x{self.size[1]}", *more])

    @property
    def title(self) -> str:
        language = {"en": "English", "zh_CN": "Chinese"}[self.lang]
        return f"{self.size[0]}×{self.size[1]}, {self.theme}, {language}"


ALL = tuple(
    Look(size, theme, lang) for size in SIZES for theme in ("dark", "light", "ansi16") for lang in ("en", "zh_CN")
)
SOME = (Look(), Look(SMALL, "light", "zh_CN"), Look(SMALL, "ansi16"))
"""Both sizes, all themes and both languages in three pictures."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is shown: `steps` are played before the picture is taken, `back` after it. `about` stands in the gallery;
    `bitmap` asks for a .png of the first look, too. With a `command` of Deskhand's it is played by itself, without a
    practice desk."""

    name: str
    steps: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    about: str = ""
    back: tuple[str, ...] = ("type Esc",)
    looks: tuple[Look, ...] = SOME
    bitmap: bool = False


_START = (r"wait (\d+ open|未解决 \d+)", "settle 1")
_SETTLED = "settle 0.4"


def _room(name: str, *more: str) -> tuple[str, ...]:
    """To a room of the set-up and into its list; `_LEFT` leaves it."""
    return (f"room {name}", _SETTLED, "type Enter", *(f"type {keys}" for keys in more), _SETTLED)


def _found(query: str, *more: str) -> tuple[str, ...]:
    """To the first ticket a query finds; `_ALL_AGAIN` shows the others again."""
    return (f"type f ' {query}' Enter", _SETTLED, *more)


_OUT = ("type g i", _SETTLED)
_LEFT = ("type S-Tab", *_OUT)
_ALL_AGAIN = ("type Esc", "type F", _SETTLED)
_REVERSED = ("type q", "type z", _SETTLED)
SCENES = (
    Scene("inbox", about="The inbox: views, tickets by due time, and the ticket under the cursor.", looks=ALL,
          back=(), bitmap=True),
    Scene("clocks", ("type C", "settle 1.2"), back=("type C",), about="The next deadlines as bars under the list (`C`)."),
    Scene("filter", ("type f", _SETTLED, "type lang:de"), about="A query typed behind the one of the view (`f`)."),
    Scene("marked", ("type j Space Space Space",), back=("type *", "type n", "type g g"),
          about="Three tickets marked (`Space`): every act reaches all of them."),
    Scene("which-key", ("type j M", "settle 1.2"), about="What may follow a key that opens a menu (`M`)."),
    Scene("ticket", ("type j Enter",), back=("type q",), about="A ticket over the whole screen (`Enter`).", looks=ALL),
    Scene("history", ("type j Enter", _SETTLED, "type h"), back=("type h", "type q"),
          about="What happened, between the messages: rules, owners, clocks (`h`)."),
    Scene("buyer", ("type j B",), about="Everything else of the buyer: tickets, cases, reviews, orders (`B`)."),
    Scene("photos", _found("has:attachment", "type P", "wait ▀", "settle 1"), back=_ALL_AGAIN,
          about="Photos in the terminal, here in half blocks (`P`)."),
    Scene("templates", ("type j t",), about="Templates, best fit first, in the buyer's language (`t`)."),
    Scene("composer", ("type j r", "settle 1", "type 'Dear customer,' Enter Enter ';photo'"), back=("type Esc", "type n"),
          about="Writing a reply, the conversation above it (`r`)."),
    Scene("review", ("type j t", "type photo", _SETTLED, "type Enter", "settle 1"), back=("type n", "type Esc"),
          about="Before a reply leaves: sender, address, language (`Esc` ends writing).", looks=ALL),
    Scene("macros", ("type j m",), about="A reply with its acts as one step (`m`)."),
    Scene("palette", ("type :", "type rep"), back=("type Esc", "type Esc"), about="Any act by a few letters (`:`)."),
    Scene("menu", ("type F10",), about="Every act by arrow keys, for those who use no keys (`F10`)."),
    Scene("keys", ("type ?",), about="All keys that work here (`?`)."),
    Scene("outbox", ("type g o",), back=_OUT, about="What is about to leave, what left, what got stuck (`g o`)."),
    Scene("channels", ("type g h", "settle 1"), about="How each account does: last fetch, limits, faults (`g h`).",
          bitmap=True),
    Scene("linking", ("type g h", _SETTLED, "type n", _SETTLED), back=("type Esc", *_LEFT),
          about="An account is linked by a form that signs in before it saves (`n` in `g h`)."),
    Scene("incidents", ("type g I",), back=("type q",), about="One cause behind many tickets: answer all, close (`g I`)."),
    Scene("audit", ("type j H", _SETTLED, "type c", "settle 1"), back=("type q",),
          about="Every event of a ticket, and whether the log is whole (`H`, then `c`)."),
    Scene("undo-history", ("type j p h", _SETTLED, "type g z"), back=_REVERSED,
          about="What was done lately, and what undoing it would change (`g z`)."),
    Scene("unreadable", ("type g q",), back=("type q",), about="What came in and could not be read (`g q`)."),
    Scene("team", ("type g T",), about="Who is there, until when, how busy; the week (`g T`)."),
    Scene("first-steps", ("type g f",), about="What a new desk still lacks (`g f`)."),
    Scene("first-hour", ("settle 1", "type n", _SETTLED, "type Nordlicht", _SETTLED), ("--desk", "/srv/desk", "init"),
          about="A desk is made step by step; nothing is made before the last one (`deskhand init`)."),
    Scene("setup-agents", _room("agents", "Enter", "j j j"), back=("type Esc", *_LEFT),
          about="A person and their shifts, in a form (`g S`)."),
    Scene("setup-groups", _room("groups"), back=_LEFT, about="Departments and their shares.", bitmap=True),
    Scene("setup-rules", _room("rules"), back=_LEFT, about="Rules with their hits of seven days.", looks=ALL, bitmap=True),
    Scene("setup-packs", _room("packs", "j j j j"), back=_LEFT, about="A pack, its choices and its rules.", bitmap=True),
    Scene("setup-policies", _room("policies"), back=_LEFT, about="How long a reply may take, and who is told."),
    Scene("setup-templates", _room("templates"), back=_LEFT, about="The texts of the team, in the languages of its buyers."),
    Scene("setup-incidents", _room("incidents"), back=_LEFT, about="An incident as a form.", bitmap=True),
    Scene("settings", _room("settings"), back=_LEFT, about="Every setting there is, explained."),
)  # fmt: skip


def play(terminal: Terminal, step: str, lang: str = "en") -> None:
    """One step, on a desk in that language. Raises ValueError for a verb that is not one, TimeoutError where a wait is in
    vain."""
    verb, _space, rest = step.partition(" ")
    match verb:
        case "wait":
            terminal.wait(rest)
        case "type":
            terminal.type(*shlex.split(rest))
        case "settle":
            terminal.settle(float(rest), seconds=3)
        case "room":
            terminal.type(":", text := _in_palette(rest, lang))
            terminal.wait(f"▸ {re.escape(text)}")
            terminal.type("Enter")
        case _:
            raise ValueError(f"not a step: {step!r}")


def _in_palette(room: str, lang: str) -> str:
    """What the palette calls a room of the set-up."""
    words.use(lang)
    return words._("set up: {name}").format(name=dict(listed())[room])


def shoot(
    command: Sequence[str], look: Look, scenes: Iterable[Scene], folder: Path, *,
    start: Iterable[str] = (), environ: Mapping[str, str] | None = None,
) -> list[Path]:  # fmt: skip
    """Runs a command and plays the scenes in it one after another. Returns the files written."""
    written = []
    with Terminal(command, *look.size, environ) as terminal:
        for step in start:
            play(terminal, step, look.lang)
        for scene in scenes:
            for step in (*scene.steps, _SETTLED):
                play(terminal, step, look.lang)
            written += _keep(terminal, scene, look, folder, bitmap=scene.bitmap and look == scene.looks[0])
            for step in (*scene.back, "type g g", _SETTLED):
                play(terminal, step, look.lang)
    return written


def tour(look: Look, scenes: Iterable[Scene], folder: Path) -> list[Path]:
    """The scenes in this look: one practice desk for all that need one. Returns the files written."""
    written = []
    opened = (DESKHAND, "--theme", look.theme, "--lang", look.lang)
    scenes = list(scenes)
    together = [scene for scene in scenes if not scene.command]
    runs = [(scene.command, (), [scene]) for scene in scenes if scene.command]
    for command, start, played in ([(("demo", "--fresh"), _START, together)] if together else []) + runs:
        with TemporaryDirectory(prefix="deskhand-shots-") as place:
            ours = {f"XDG_{name}_HOME": f"{place}/{name.lower()}" for name in ("CACHE", "CONFIG", "DATA", "STATE")}
            written += shoot((*opened, *command), look, played, folder, start=start, environ=ours)
    return written


def _keep(terminal: Terminal, scene: Scene, look: Look, folder: Path, *, bitmap: bool) -> list[Path]:
    drawing = svg(terminal.screen, f"Deskhand: {scene.name}, {look.size[0]} by {look.size[1]}")
    path = folder / f"{scene.name}{look.suffix}.svg"
    path.write_text(drawing, "utf-8")
    if not bitmap:
        return [path]
    path.with_suffix(".png").write_bytes(_light(png(drawing)))
    return [path, path.with_suffix(".png")]


def _light(picture: bytes) -> bytes:
    """The same bitmap in 64 colours: a third of the bytes, and a terminal has no more."""
    from PIL import Image

    out = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(64, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def page(scenes: Iterable[Scene]) -> str:
    """The gallery as Markdown."""
    lines = [
        "# Gallery",
        "",
        "Made by `make shots` from the practice desk; do not edit by hand.",
        "",
        "The rule: every screen is shown at 120×40 (dark, English) and at 80×24 (light, Chinese, and in the sixteen "
        "colours of the terminal). Four screens (inbox, ticket, review, rules) are shown in all twelve ways: two sizes, "
        "three themes, two languages. Texts of buyers stay in the language they wrote.",
    ]
    for scene in scenes:
        first, *others = scene.looks
        lines += ["", f"## {scene.about}", "", f"![{first.title}](pictures/{scene.name}{first.suffix}.svg)", "",
                  "Also: " + " · ".join(f"[{o.title}](pictures/{scene.name}{o.suffix}.svg)" for o in others) + "."]  # fmt: skip
    return "\n".join(lines) + "\n"


def main(names: list[str]) -> int:
    wanted = [scene for scene in SCENES if not names or scene.name in names]
    if not wanted:
        print(f"No such scene. There are: {', '.join(scene.name for scene in SCENES)}", file=sys.stderr)
        return 2
    pictures = DOCS / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    for look in ALL:
        if not (shown := [scene for scene in wanted if look in scene.looks]):
            continue
        try:
            for path in tour(look, shown, pictures):
                print(path.name, flush=True)
        except TimeoutError as error:
            print(f"{look.title}: {error}", file=sys.stderr)
            return 1
    (DOCS / "gallery.md").write_text(page(SCENES), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
