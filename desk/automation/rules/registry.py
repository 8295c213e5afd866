"""What a rule can do to a ticket. Each act is registered by the module that knows how; rooms that come later add theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from desk.automation.rules.tables import Table

if TYPE_CHECKING:
    from desk.automation.rules.model import Rule
    from store.unit import UnitOfWork

Args = Mapping[str, Any]
"""What an act's table says, checked: plain JSON values only, without `do`."""


class Effect(NamedTuple):
    """What an act does, as far as its table alone tells: for dry runs, `lint` and the search for loops.

    `fields` are ticket columns with the value they get; `add`, `remove` are tags; `assigns` is the agent or group,
    `replies` the template; `money` says that it moves money.
    """

    fields: Mapping[str, Any] = {}
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    assigns: str = ""
    replies: str = ""
    money: bool = False


@dataclass(frozen=True, slots=True)
class Doing:
    """One act of one firing. `at` is its place in the rule, `when` the trigger, `message_id` the buyer's message it is
    about (0 without one). `said` is what the act notes of what it did."""

    unit: UnitOfWork
    rule: Rule
    ticket_id: int
    at: int
    when: str
    message_id: int
    said: dict[str, Any] = field(default_factory=dict)


Read = Callable[[Table], Args]
Apply = Callable[[Doing, Args], None]
"""Does it. What it notes in `Doing.said` shadow and dry runs tell; any DeskError is told on the ticket."""


class ActKind(NamedTuple):
    """`help` is a message id. `outward` acts reach somebody outside the desk."""

    do: str
    help: str
    read: Read
    apply: Apply
    effect: Callable[[Args], Effect]
    outward: bool = False


ACTS: dict[str, ActKind] = {}


def no_effect(args: Args) -> Effect:
    """For acts that change no field of the ticket."""
    return Effect()


def register(
    do: str, help: str, read: Read, apply: Apply, *, effect: Callable[[Args], Effect] = no_effect, outward: bool = False
) -> None:
    """Adds an act. A name that is taken is a mistake of the caller: raises ValueError."""
    if do in ACTS:
        raise ValueError(f"{do} is taken")
    ACTS[do] = ActKind(do, help, read, apply, effect, outward)
