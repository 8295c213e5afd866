"""The keys of one place as a tree: each press walks one step down, and an act stands at the end of each way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from app.actions import BY_ID
from app.key_names import Keys, show


class Option(NamedTuple):
    """What a next key would do. `label` is a message id, or text as it is where `literal`."""

    key: str
    """As people write it."""
    id: str
    label: str
    literal: bool = False


class Node:
    """What stands at the end of some keys: an act (`id`, `option`), or more keys (`below`; `id` names the leader)."""

    __slots__ = ("below", "id", "option")

    def __init__(self, id: str = "", option: Option | None = None, below: dict[str, Node] | None = None) -> None:
        self.id, self.option = id, option
        self.below: dict[str, Node] = {} if below is None else below


class Keymap(NamedTuple):
    """The keys of one place."""

    place: str
    root: Node
    leaders: Mapping[str, Keys]
    """The keys that open each leader's menu."""

    def options(self, leader: str) -> list[Option]:
        """What may follow a leader, in the order of the registry. Empty for an unknown one."""
        keys = self.leaders.get(leader)
        return options_of(walk(self.root, keys)) if keys else []

    def with_choices(self, leader: str, choices: Iterable[tuple[str, str]]) -> Keymap:
        """The same with rows made at run time under `leader`: `(id, text)` each, as `("ticket.assign:ana", "ana")`.
        A row gets the first free letter of its text, else a digit; rows beyond the keys there are get none."""
        if leader not in self.leaders:
            return self
        path = self.leaders[leader]
        menu = walk(self.root, path)
        below = dict(menu.below)
        for id, text in choices:
            key = _free(text, below)
            if key:
                below[key] = Node(id, Option(show((key,)), id, text, literal=True))
        return Keymap(self.place, _replaced(self.root, path, Node(menu.id, menu.option, below)), self.leaders)


def first(node: Node) -> str:
    """The first act at or below `node`."""
    return node.id or next(first(child) for child in node.below.values())


def walk(root: Node, keys: Keys) -> Node:
    """The node where `keys` lead. Raises KeyError if they lead nowhere."""
    for key in keys:
        root = root.below[key]
    return root


def _replaced(root: Node, path: Keys, node: Node) -> Node:
    if not path:
        return node
    below = {**root.below, path[0]: _replaced(root.below[path[0]], path[1:], node)}
    return Node(root.id, root.option, below)


def options_of(node: Node) -> list[Option]:
    """What may come after `node`, in the order of the registry, rows made at run time last."""
    return [_option(key, child) for key, child in node.below.items()]


def _option(key: str, node: Node) -> Option:
    if node.option is not None:
        return node.option
    act = BY_ID.get(node.id)
    return Option(show((key,)), node.id, (act.short or act.label) if act else "")


def _free(text: str, taken: Mapping[str, object]) -> str:
    letters = [char for char in text.casefold() if "a" <= char <= "z"]
    return next((key for key in (*letters, *"123456789") if key not in taken), "")
