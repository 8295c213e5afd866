"""What the terminal at the other end of the line can do beside text, and the strings that make it do it.

Known by its environment at once, and better by asking it, which happens when first needed: the question ends with one
every terminal answers, so that nobody waits for an answer that never comes. In tmux, tmux is asked.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from store.values import clean_line

KITTY, SIXEL, BLOCKS = "kitty", "sixel", "blocks"
OSC9, OSC777, OSC99 = "9", "777", "99"

QUESTION = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[>q\x1b[16t\x1b[c"
"""Whether it draws kitty's pictures, its name, the size of a cell, and (as all do) its kind."""
WAIT_S = 0.8
"""How long an answer may take, the way there and back included."""

ANSWER = re.compile(r"\x1b_G[^\x1b]*\x1b\\|\x1bP>\|[^\x1b]*\x1b\\|\x1b\[\?[\d;]*c|\x1b\[6;\d+;\d+t")
_BEGUN = re.compile(r"\x1b(?:_(?:G[^\x1b]*\x1b?)?|P(?:>(?:\|[^\x1b]*\x1b?)?)?|\[\?[\d;]*|\[6;[\d;]*)\Z")
_MAYBE = re.compile(r"\x1b(?:\[6?)?\Z")
_KIND = re.compile(r"\x1b\[\?([\d;]*)c")
_CELL = re.compile(r"\x1b\[6;(\d+);(\d+)t")
_NAME = re.compile(r"\x1bP>\|([^\x1b]*)\x1b\\")
_MUTE = ("", "dumb", "unknown", "linux", "cons25", "vt52", "eterm-color")
"""Terminals that print what they do not know."""


class Terminal(NamedTuple):
    """`name` as it calls itself, lower case. `graphics` is `KITTY`, `SIXEL` or `BLOCKS`; `cell` its cell in pixels, (0, 0)
    where unknown; `around` what every string for it must be wrapped for: "tmux" or ""; `deaf` where strings for the
    terminal never reach it."""

    name: str = ""
    graphics: str = BLOCKS
    cell: tuple[int, int] = (0, 0)
    around: str = ""
    deaf: bool = False


def guess(environ: Mapping[str, str]) -> Terminal:
    """What the environment tells."""
    term = environ.get("TERM", "").lower()
    around = "tmux" if environ.get("TMUX") or term.startswith("tmux") else ""
    name = (environ.get("TERM_PROGRAM", "") or environ.get("LC_TERMINAL", "")).lower()
    if around or name == "tmux":
        name = environ.get("LC_TERMINAL", "").lower()
    for mark, word in (("kitty", "kitty"), ("ghostty", "ghostty"), ("foot", "foot"), ("rxvt", "rxvt"), ("wezterm", "wezterm"),
                       ("contour", "contour")):  # fmt: skip
        if not name and mark in term:
            name = word
    if not name and environ.get("KITTY_WINDOW_ID"):
        name = "kitty"
    deaf = term in _MUTE or bool(environ.get("STY"))
    return Terminal(name, _asked_for(environ) or BLOCKS, (0, 0), around, deaf)


def _asked_for(environ: Mapping[str, str]) -> str:
    """$DESKHAND_GRAPHICS, where it is one."""
    asked = environ.get("DESKHAND_GRAPHICS", "").lower()
    return asked if asked in (KITTY, SIXEL, BLOCKS) else ""


def worth_asking(guessed: Terminal) -> bool:
    """Whether the terminal itself should be asked. Not in tmux, which would keep the answer, and not where it is printed."""
    return not guessed.deaf and not guessed.around


def learned(guessed: Terminal, answers: str, environ: Mapping[str, str]) -> Terminal:
    """With what it answered to `QUESTION`."""
    name, cell, kind = _NAME.search(answers), _CELL.search(answers), _KIND.search(answers)
    graphics = BLOCKS
    if "\x1b_Gi=31;OK" in answers:
        graphics = KITTY
    elif kind and "4" in kind[1].split(";"):
        graphics = SIXEL
    return guessed._replace(
        name=clean_line(name[1]).lower()[:60] if name else guessed.name, graphics=_asked_for(environ) or graphics,
        cell=(int(cell[2]), int(cell[1])) if cell and int(cell[1]) and int(cell[2]) else guessed.cell,
    )  # fmt: skip


TMUX_QUESTION = ("tmux", "display-message", "-p", "#{client_termtype}\t#{allow-passthrough}\t#{client_termname}\t"
                 "#{client_cell_width}\t#{client_cell_height}\t#{client_termfeatures}")  # fmt: skip


def learned_from_tmux(guessed: Terminal, told: str, environ: Mapping[str, str]) -> Terminal:
    """With what `TMUX_QUESTION` printed. Pictures need its `allow-passthrough`, and a terminal that places them by
    characters, as tmux moves nothing else along; or tmux's own sixels."""
    kind, passing, term, width, height, features = (*told.rstrip("\n").split("\t"), *[""] * 6)[:6]
    name = clean_line(kind or term.removeprefix("xterm-")).lower()[:60]
    graphics = BLOCKS
    if passing in ("1", "on", "all", "2") and name.startswith(("kitty", "ghostty")):
        graphics = KITTY
    elif "sixel" in features.split(","):
        graphics = SIXEL
    cell = (int(width), int(height)) if width.isdigit() and height.isdigit() else (0, 0)
    return guessed._replace(name=name or guessed.name, graphics=_asked_for(environ) or graphics,
                            cell=cell if all(cell) else guessed.cell)  # fmt: skip


# Answers on their way in --------------------------------------------------------------------------------


class Answers:
    """Takes what terminals answer out of what people type."""

    def __init__(self) -> None:
        self._begun = ""

    def take(self, text: str, *, quiet: bool, expecting: bool = False) -> tuple[str, str]:
        """`(typed, answered)`. The beginning of an answer waits for its end, but not once the line is `quiet`. What only
        may be one, as a lone Esc, waits while an answer is `expecting`."""
        text, self._begun = self._begun + text, ""
        if "\x1b" not in text:
            return text, ""
        answered = "".join(found[0] for found in ANSWER.finditer(text))
        typed = ANSWER.sub("", text)
        begun = None if quiet else _BEGUN.search(typed) or (_MAYBE.search(typed) if expecting else None)
        if begun is not None and len(begun[0]) < 4096:
            self._begun, typed = begun[0], typed[: begun.start()]
        return typed, answered


def complete(answers: str) -> bool:
    """Whether the answer that comes last is there."""
    return _KIND.search(answers) is not None


# Strings for it -----------------------------------------------------------------------------------------


def through(terminal: Terminal, text: str) -> str:
    """A string for the terminal itself, past the multiplexer around it."""
    if terminal.around != "tmux":
        return text
    doubled = text.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"


MOST_COPIED = 74_000
"""Bytes of base64 that terminals are known to take at once."""


def copying(terminal: Terminal, text: str) -> str:
    """The string that puts a text into the clipboard; "" where none would reach it. No terminal says whether it did."""
    coded = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    if terminal.deaf or terminal.name.startswith("apple_terminal") or len(coded) > MOST_COPIED:
        return ""
    string = f"\x1b]52;c;{coded}\x07"
    # tmux takes it for itself where it is told to; past it, the terminal does where tmux lets it through.
    return string + through(terminal, string) if terminal.around else string


def notifier(terminal: Terminal, environ: Mapping[str, str]) -> str:
    """The kind of notice the terminal shows on its desktop, "" where none is known. $DESKHAND_NOTIFIER decides first."""
    asked = environ.get("DESKHAND_NOTIFIER", "").lower().removeprefix("osc")
    if asked in (OSC9, OSC777, OSC99):
        return asked
    if asked or terminal.deaf:
        return ""
    kinds = {"kitty": OSC99, "ghostty": OSC777, "foot": OSC777, "rxvt": OSC777, "urxvt": OSC777, "contour": OSC777,
             "wezterm": OSC777, "iterm": OSC9}  # fmt: skip
    return next((kind for name, kind in kinds.items() if terminal.name.startswith(name)), "")


def notice(terminal: Terminal, kind: str, title: str, body: str) -> str:
    """The string that shows a notice; `kind` is what `notifier` found."""
    title, body = _bare(title)[:120], _bare(body)[:400]
    if kind == OSC9:
        string = f"\x1b]9;{title}: {body}\x07"
    elif kind == OSC777:
        string = f"\x1b]777;notify;{title.replace(';', ',')};{body}\x07"
    elif kind == OSC99:
        coded = [base64.b64encode(text.encode()).decode("ascii") for text in (title, body)]
        string = f"\x1b]99;i=deskhand:d=0:e=1;{coded[0]}\x1b\\\x1b]99;i=deskhand:d=1:e=1:p=body;{coded[1]}\x1b\\"
    else:
        return ""
    return through(terminal, string)


def title(text: str) -> str:
    """The string that names the window."""
    return f"\x1b]2;{_bare(text)[:200]}\x07"


KEEP_TITLE, _BACK = "\x1b[22;2t", "\x1b[23;2t"
"""The window's name put aside, and back; terminals without that pass over it."""


def giving_title_back(terminal: Terminal) -> str:
    """The string that gives the window the name it had. tmux keeps none: there it is the machine's, as at the start."""
    if terminal.around:
        from socket import gethostname

        return title(gethostname())
    return _BACK


def _bare(text: str) -> str:
    """Without any control character: what is left cannot end the string it stands in."""
    return "".join(c for c in clean_line(text) if c.isprintable())


# Kitty's pictures ---------------------------------------------------------------------------------------

PICTURE_ID = 0x44484B
"""The number our one picture has there."""
_PLACE = "\U0010eeee"
_ROWS = (
    "\u0305\u030d\u030e\u0310\u0312\u033d\u033e\u033f\u0346\u034a\u034b\u034c\u0350\u0351\u0352\u0357\u035b\u0363\u0364\u0365"
    "\u0366\u0367\u0368\u0369\u036a\u036b\u036c\u036d\u036e\u036f\u0483\u0484\u0485\u0486\u0487\u0592\u0593\u0594\u0595\u0597"
    "\u0598\u0599\u059c\u059d\u059e\u059f\u05a0\u05a1\u05a8\u05a9\u05ab\u05ac\u05af\u05c4\u0610\u0611\u0612\u0613\u0614\u0615"
    "\u0616\u0617\u0657\u0658\u0659\u065a\u065b\u065d\u065e\u06d6\u06d7\u06d8\u06d9\u06da\u06db\u06dc\u06df\u06e0\u06e1\u06e2"
)
"""Marks that number the rows of a picture placed by characters, as kitty's documentation lists them."""
MOST_ROWS = len(_ROWS)


def sending(terminal: Terminal, png: bytes) -> Iterator[str]:
    """The strings that carry a picture there, in pieces of the size the protocol asks for."""
    coded = base64.b64encode(png).decode("ascii")
    pieces = [coded[at : at + 4096] for at in range(0, len(coded), 4096)] or [""]
    for number, piece in enumerate(pieces):
        head = f"a=t,t=d,f=100,i={PICTURE_ID},q=2," if number == 0 else "q=2,"
        yield through(terminal, f"\x1b_G{head}m={int(number < len(pieces) - 1)};{piece}\x1b\\")


def placing(terminal: Terminal, columns: int, rows: int) -> str:
    """The string that shows it in so many cells: where the cursor stands, or where `places` are drawn."""
    how = "U=1" if terminal.around else "C=1"
    return through(terminal, f"\x1b_Ga=p,i={PICTURE_ID},p=1,c={columns},r={rows},{how},q=2\x1b\\")


def forgetting(terminal: Terminal) -> str:
    """The string that takes it away, there and in memory."""
    return through(terminal, f"\x1b_Ga=d,d=I,i={PICTURE_ID},q=2\x1b\\")


def places(row: int, columns: int) -> str:
    """The characters of one row in whose stead the picture shows; their colour is its number."""
    return _PLACE + _ROWS[row] + _PLACE * (columns - 1)
