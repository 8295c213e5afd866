"""What platforms' cases ask of us, as steps that clocks count: until when a return, cancellation or dispute is due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from desk.clocks.plan import Step
from desk.clocks.starts import OF_KIND, OF_PLATFORM, key
from store.sql.clocks import CaseFacts
from store.values import NEVER, Instant

_MONEY = ("return", "refund")
_GOODS = ("return", "refund", "exchange", "repair")


def steps(case: CaseFacts, stopped: Mapping[int, Instant]) -> Iterator[Step]:
    """The steps of one case. Open, they run; closed, they ended when it closed: `stopped` holds what is known of that by
    key, since platforms touch closed cases again."""
    name = OF_PLATFORM.get((case.platform, case.kind)) or OF_KIND[case.kind]
    due = case.due_at if case.due_at < NEVER else None
    yield _step(case, name, case.opened_at, stopped, due=due, by_platform=True)
    if case.kind in _MONEY:
        yield _step(case, "refund_requested", case.opened_at, stopped)
    if case.kind == "return":
        yield _step(case, "return_or_contact", case.opened_at, stopped, by_platform=True)
    if case.kind in _GOODS and case.returned_at is not None:
        yield _step(case, "return_delivered", case.returned_at, stopped, by_platform=True)


def _step(
    case: CaseFacts, name: str, start: Instant, stopped: Mapping[int, Instant], *, due: Instant | None = None,
    by_platform: bool = False,
) -> Step:  # fmt: skip
    ident = key(name, case.id)
    done = None if case.is_open else max(start, min(case.updated_at, stopped.get(ident, NEVER)))
    return Step(name, start, done, due, by_platform, ident)
