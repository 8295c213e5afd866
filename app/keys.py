"""From keys pressed to acts: sequences, counts, leader menus. Knows no widget and no screen.

An `Engine` fed with the keys of one place says what each press means. Nothing expires: over a slow line the second key
of a sequence may come late, so a pending prefix stays until it is finished or Esc lets go of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from app.act import Action
from app.actions import BY_ID
from app.bindings import Bindings, defaults, load
from app.key_names import Keys, show, token
from app.keymap import Keymap, Node, Option, options_of, walk

__all__ = ["Act", "Bindings", "Engine", "Keymap", "Nothing", "Option", "Pending", "Result", "defaults", "load"]

MOST = 99_999
"""Counts stop growing here."""


class Pending(NamedTuple):
    """More keys are needed. `prefix` is what was typed so far, as people write it (`5`, `g`, `5 g`)."""

    prefix: str
    options: tuple[Option, ...] = ()
    """What may come next; empty while only a count was typed."""
    leader: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """Do this. `count` is what was typed before a motion, 0 if nothing was."""

    id: str
    count: int = 0

    @property
    def times(self) -> int:
        return self.count or 1


class Nothing(NamedTuple):
    """The keys mean nothing here. `typed` is them as people write them, "" if a pending prefix was let go."""

    typed: str = ""


Result = Pending | Act | Nothing


class Engine:
    """Reads keys one by one against a keymap. In another keymap what is pending stays where it still leads on."""

    def __init__(self, keymap: Keymap) -> None:
        self._keymap = keymap
        self._typed: Keys = ()
        self._count = 0

    @property
    def keymap(self) -> Keymap:
        return self._keymap

    @keymap.setter
    def keymap(self, keymap: Keymap) -> None:
        self._keymap = keymap
        try:
            if not walk(keymap.root, self._typed).below:
                self.cancel()
        except KeyError:
            self.cancel()

    @property
    def waiting(self) -> Pending | None:
        """What is waited for, None while nothing was typed."""
        return self._wait(walk(self._keymap.root, self._typed)) if self._typed else None

    @property
    def pending(self) -> str:
        """What was typed so far, as people write it."""
        return " ".join(filter(None, (str(self._count or ""), show(self._typed))))

    def cancel(self) -> None:
        """Forgets what was typed."""
        self._typed, self._count = (), 0

    def begin(self, leader: str) -> Result:
        """Opens a leader's menu as if its key had been pressed: for palette and menu."""
        self.cancel()
        keys = self._keymap.leaders.get(leader)
        if not keys:
            return Nothing()
        self._typed = keys
        return self._wait(walk(self._keymap.root, keys))

    def feed(self, key: str) -> Result:
        """What `key`, named as Textual names it, means after what was typed before."""
        name = token(key)
        if name == "escape" and (self._typed or self._count):
            self.cancel()
            return Nothing()
        if not self._typed and self._counts(name):
            self._count = min(self._count * 10 + int(name), MOST)
            return Pending(self.pending)
        typed = (*self._typed, name)
        node = walk(self._keymap.root, self._typed).below.get(name)
        if node is None:
            self.cancel()
            return Nothing(show(typed))
        if node.below:
            self._typed = typed
            return self._wait(node)
        count = self._count
        self.cancel()
        act = BY_ID.get(node.id)
        return Act(node.id, count if isinstance(act, Action) and act.motion else 0)

    def _counts(self, name: str) -> bool:
        digit = len(name) == 1 and name in "0123456789"
        return digit and (name != "0" or self._count > 0) and name not in self._keymap.root.below

    def _wait(self, node: Node) -> Pending:
        return Pending(self.pending, tuple(options_of(node)), node.id)
