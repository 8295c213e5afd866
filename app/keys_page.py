"""docs/keys.md, made from the registry of acts. `python -m app.actions --docs` prints it."""

from __future__ import annotations

from collections.abc import Iterator

from app.act import GROUPS, PLACES, STATES, TYPING, Action, Leader
from app.actions import BY_ID
from app.bindings import Bindings, defaults

_INTRO = """# Keys

Made from the registry of acts by `python -m app.actions --docs`; do not edit by hand.

The same verbs work in the list and in a ticket. They act on the marked tickets, or on the one under the cursor where
none is marked. A key that opens a menu waits for a second one: after a moment a strip shows what may follow, and it
stays until you finish or press Esc. A number before a motion repeats it: `5j`. The marks `？` `：` `／` `。` and
full-width letters and digits of a Chinese input method count as their ASCII twins. `F10` reaches every act by arrow
keys, `:` by a few letters of its name.

"""
_OUTRO = """## Your own keys

Put a file `keys.toml` into the configuration folder. Each line gives an act its keys; the ids are in the last column
above. Naming a menu key moves what follows it along, and an empty list takes the keys away.

```toml
"ticket.done" = "X"
"app.go" = ","
"app.palette" = ["^k", "F2"]
"app.quit" = ["^q", "q@list"]      # q in the list only
```

An unknown act or a clash is reported at start, with the file, the key and both acts. `^a` and `^b` belong to terminal
multiplexers; `^h`, `^i`, `^j`, `^m`, `^Space` and Alt reach no program reliably: none of them can be bound.
"""


def page(bindings: Bindings | None = None) -> str:
    """The page in English, in Markdown."""
    return _INTRO + "\n".join(_sections(bindings or defaults())) + "\n" + _OUTRO


def _sections(bindings: Bindings) -> Iterator[str]:
    for group, title in GROUPS.items():
        yield f"## {title}\n"
        yield "| Keys | Act | What it does | Where | Id |\n|---|---|---|---|---|"
        for act in BY_ID.values():
            if act.group == group:
                yield _row(act, bindings)
        yield ""


def _row(act: Action | Leader, bindings: Bindings) -> str:
    keys = " ".join(f"`{_safe(key)}`" for key in bindings.all_shown(act.id)) or "–"
    obvious = act.when in ("always", "ticket")
    does = act.help if obvious else f"{act.help.removesuffix('.')}; only {STATES[act.when]}."
    return f"| {keys} | {_safe(act.label)} | {_safe(does)} | {_where(act)} | `{act.id}` |"


def _where(act: Action | Leader) -> str:
    places, before = set(act.places), {"first"}  # before there is a desk, no pane is there either
    if places | before == set(PLACES):
        return "everywhere"
    if places - before == set(PLACES) - {*TYPING, "review"} - before:
        return "every pane"
    return ", ".join(text.removeprefix("in the ").removeprefix("in a ") for id, text in PLACES.items() if id in places)


def _safe(text: str) -> str:
    return text.replace("|", "\\|")
