"""Who has which key, by default and after the person's own keys.toml; clashes are found before anything starts.

keys.toml gives an act other keys. Naming a leader moves what follows it along; an empty list takes the keys away.

    "ticket.done" = "X"
    "app.go" = ","
    "app.palette" = ["^k", "F2"]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from app.act import PLACES, TYPING, Action, Leader
from app.actions import ACTIONS, BY_ID, LEADERS
from app.key_names import Keys, parse, printable, show
from app.keymap import Keymap, Node, Option, first
from store.errors import N_, Invalid


class Bindings:
    """Every act's keys, the defaults with the person's changes. Build with `defaults` or `load`."""

    def __init__(self, keys: Mapping[str, Sequence[str]] | None = None, file: str = "keys.toml") -> None:
        """`keys` are the changes by id. Raises Invalid, naming `file`, the key and the acts, if an act is unknown, a
        key cannot be bound, or two acts of one place would share a key or a beginning."""
        changes = {id: _sequences(id, written, file) for id, written in (keys or {}).items()}
        self._leaders = {leader.id: _leader_key(leader, changes, file) for leader in LEADERS}
        self._keys = {act.id: changes.get(act.id, self._default(act)) for act in ACTIONS}
        self._keymaps: dict[str, Keymap] = {}
        for place in PLACES if changes else ():  # ours clash nowhere
            self._keymaps[place] = self._build(place, file)

    def keymap(self, place: str) -> Keymap:
        """The keys of `place`, one of `app.act.PLACES`."""
        if place not in self._keymaps:
            self._keymaps[place] = self._build(place)
        return self._keymaps[place]

    def shown(self, id: str, place: str | None = None) -> str:
        """The first key of an act, as people write it, in `place` or anywhere; "" if it has none."""
        return next(iter(self.all_shown(id, place)), "")

    def all_shown(self, id: str, place: str | None = None) -> list[str]:
        """All keys of an act or leader, as `shown`."""
        if place is not None and (id not in BY_ID or place not in BY_ID[id].places):
            return []
        if id in self._leaders:
            keys = self._leaders[id]
            return [show(keys)] if keys else []
        found = self._keys.get(id, ())
        return [show(keys) for keys, only in found if place is None or _works(keys, only, place)]

    def _default(self, act: Action) -> tuple[tuple[Keys, str], ...]:
        found = []
        for written in act.keys:
            keys, only = _narrowed(written)
            leader = next((leader for leader in LEADERS if keys[0] == leader.key and len(keys) > 1), None)
            if leader:
                start = self._leaders[leader.id]
                if not start:
                    continue
                keys = (*start, *keys[1:])
            found.append((keys, only))
        return tuple(found)

    def _build(self, place: str, file: str = "") -> Keymap:
        root = Node()
        leaders = {}
        for leader in LEADERS:
            keys = self._leaders[leader.id]
            if place in leader.places and keys and _works(keys, "", place):
                node = _place(root, keys, leader, file)
                node.id, leaders[leader.id] = leader.id, keys
        for act in ACTIONS:
            for keys, only in self._keys[act.id]:
                if place in act.places and _works(keys, only, place):
                    node = _place(root, keys, act, file)
                    if node.id or node.below:
                        raise _clash(file, keys, act.id, first(node))
                    node.id = act.id
                    node.option = Option(show(keys[-1:]), act.id, act.short or act.label)
        return Keymap(place, root, leaders)


@lru_cache(1)
def defaults() -> Bindings:
    """The bindings as they come."""
    return Bindings()


def load(path: Path | None) -> Bindings:
    """The bindings with a person's keys.toml; the defaults if there is none. Raises Invalid as `Bindings` does, and if
    the file is not TOML or holds anything but strings and lists of strings."""
    if path is None or not path.exists():
        return defaults()
    import tomllib

    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        what = N_("{item} cannot be read: {fault}.")
        raise Invalid(what, item=str(path), next=N_("Mend it or move it away."), fault=exc) from exc
    changes: dict[str, Sequence[str]] = {}
    for id, value in table.items():
        written = [value] if isinstance(value, str) else value
        if not isinstance(written, list) or not all(isinstance(one, str) for one in written):
            what = N_("{item}: {act} needs a key or a list of keys.")
            raise Invalid(what, item=str(path), next=N_('For example "g i".'), act=id)
        changes[id] = written
    return Bindings(changes, str(path))


def _sequences(id: str, written: Sequence[str], file: str) -> tuple[tuple[Keys, str], ...]:
    act = BY_ID.get(id)
    if act is None:
        from difflib import get_close_matches

        near = get_close_matches(id, BY_ID, 1, 0.5)
        what = N_("{item} binds {act}, but there is no such act.")
        next = N_("Did you mean {near}?") if near else N_("The help lists all acts.")
        raise Invalid(what, item=file, next=next, act=id, near="".join(near))
    found = []
    for one in written:
        try:
            keys, only = _narrowed(one)
        except ValueError as exc:
            what = N_("{item}: {act} cannot have the key {key}.")
            raise Invalid(what, item=file, next=_advice(str(exc)), act=id, key=one) from exc
        if printable(keys[0]) and all(place in TYPING for place in act.places):
            what = N_("{item}: {act} cannot have the key {key}, which is text there.")
            raise Invalid(what, item=file, next=N_("Use a key such as ^k or F5."), act=id, key=one)
        found.append((keys, only))
    return tuple(found)


def _leader_key(leader: Leader, changes: Mapping[str, tuple[tuple[Keys, str], ...]], file: str) -> Keys:
    if leader.id not in changes:
        return parse(leader.key)
    written = changes[leader.id]
    if len(written) > 1 or (written and (len(written[0][0]) > 1 or written[0][1])):
        what = N_("{item}: {act} opens a menu and needs one single key.")
        raise Invalid(what, item=file, next=N_('For example ",".'), act=leader.id)
    return written[0][0] if written else ()


def _advice(part: str) -> str:
    lowered = part.lower()
    if lowered.startswith(("alt+", "m-", "a-")) or (lowered.startswith(("^", "ctrl+")) and part.isascii()):
        return N_("Terminals or multiplexers keep ^a, ^b, ^h, ^i, ^j, ^m, ^Space and Alt for themselves.")
    return N_("Write keys as in: x, G, g i, ^d, F5, Space, Enter, Tab, PageDown.")


def _narrowed(written: str) -> tuple[Keys, str]:
    sequence, at, place = written.rpartition("@")
    if at and sequence and place in PLACES:
        return parse(sequence), place
    return parse(written), ""


def _works(keys: Keys, only: str, place: str) -> bool:
    return only in ("", place) and not (place in TYPING and printable(keys[0]))


def _place(root: Node, keys: Keys, act: Action | Leader, file: str) -> Node:
    """The node for `keys`, made if need be. No act may stand on the way, nor a second one at its end."""
    node = root
    for index, key in enumerate(keys):
        if node.option is not None:
            raise _clash(file, keys[:index], act.id, node.id)
        node = node.below.setdefault(key, Node())
    if node.id:
        raise _clash(file, keys, act.id, node.id)
    return node


def _clash(file: str, keys: Keys, one: str, other: str) -> Invalid:
    what = N_("{item}: the key {key} would be both {one} and {other}.")
    return Invalid(what, item=file, next=N_("Give one of them another key."), key=show(keys), one=one, other=other)
