"""What a command that sends prints: what would leave, or the row of the outbox where it waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from app.cli.output import At, Record, local, record
from app.cli.parsing import Parser
from app.cli.run import Run
from app.words import _


def add_consent(parser: Parser) -> None:
    """`--dry-run` and `--yes`."""
    parser.add_argument("--dry-run", action="store_true", help=_("show what would leave, and send nothing"))
    parser.add_argument("--yes", action="store_true", help=_("do not ask; needed where nobody can be asked"))


def would(run: Run, schema: str, shown: Record, page: Callable[[], Iterable[str]]) -> int:
    """Of a dry run."""
    record(run, schema, {"outbox": None, "state": "dry-run", "hold_until": None, **shown}, page)
    return 0


def waits(run: Run, schema: str, row_id: int, shown: Record) -> int:
    """Of a row that was queued."""
    from store.sql.outbox import get

    row = get(run.conn, row_id)
    assert row is not None
    record(run, schema, {"outbox": row_id, "state": row.state, "hold_until": At(row.hold_until), **shown},
           lambda: [_("Outbox {number}: leaves after {time}; until then: deskhand outbox cancel {number}").format(
               number=row_id, time=local(row.hold_until, run.zone))])  # fmt: skip
    return 0
