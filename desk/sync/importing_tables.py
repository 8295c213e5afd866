"""Tables (.csv) go in: messages as conversations, everything else in small transactions. A trial does it and takes it back."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence

from connectors.contract import CaseRecord, ProductRecord
from desk.sync import importing_csv_run as tables
from desk.sync.importing import IMPORTER, Import, TableRead
from desk.sync.importing_csv import Table, table
from desk.sync.importing_csv_facts import Fact
from desk.sync.importing_csv_profiles import MESSAGES, PRODUCTS, profile, profiles
from desk.sync.importing_csv_rows import Order
from desk.sync.importing_csv_store import Came, everywhere, put_customer, put_fact, put_order
from desk.sync.importing_lines import Bad, prepare
from desk.sync.importing_sources import Source
from store.errors import N_, DeskError, Invalid
from store.sql.rows import Channel
from store.unit import UnitOfWork

_LINES = 4_000


class _Undone(Exception):
    """Ends a trial: the transaction is rolled back."""


def bring(job: Import, found: Sequence[Source]) -> None:
    """Every row of `found`. Raises Invalid for a file whose columns nobody knows."""
    wanted = profile(job.profile) if job.profile else None
    if job.profile and wanted is None:
        raise Invalid(N_("There is no profile {item}."), item=job.profile, next=N_("Known: {known}"),
                      known=", ".join(p.id for p in profiles()))  # fmt: skip
    understood = tables.in_order([(s, table(s.path, wanted, job.zone)) for s in found])
    for _source, one in understood:
        columns = one.columns
        job.done.tables.append(TableRead(one.path.name, columns.profile.id, columns.profile.name, columns.kind, one.encoding,
                                         one.separator, columns.understood, columns.unknown))  # fmt: skip
    for source, one in understood:
        before = job.done.size
        if one.columns.kind == MESSAGES:
            for lines, bad, size in tables.lines(one, _LINES):
                made, unreadable = prepare(lines, 0 if job.classify else job.since)
                job.set_aside([*bad, *unreadable])
                job.put(made)
                job.came(before + min(size, source.size))
        else:
            for batch, bad, size in tables.things(one, job.store.clock.now()):
                job.set_aside(bad)
                _put(job, one, batch)
                job.came(before + min(size, source.size))
        job.came(before + source.size)


def _put(job: Import, source: Table, batch: Sequence[tables.Thing]) -> None:
    rest = deque(batch)
    while rest:
        came: Counter[tuple[str, Came]] = Counter()
        wrong: list[Bad] = []
        try:
            with job.store.write(IMPORTER) as unit:
                for one in [rest.popleft() for _ in range(min(len(rest), job.room(live=True)))]:
                    try:
                        with unit.attempt():
                            came[_kind(one), _put_one(job, unit, one)] += 1
                    except DeskError as error:
                        wrong.append(Bad(source.path.name, error.english()))
                _tell(unit, came)
                if job.dry_run:
                    job.forget_channels()
                    raise _Undone
        except _Undone:
            pass
        job.set_aside(wrong)
        for (kind, how), count in came.items():
            if how is Came.NEW:
                setattr(job.done, kind, getattr(job.done, kind) + count)
            elif how is Came.CHANGED:
                job.done.changed += count
            else:
                job.done.known += count
        job.pause()


def _put_one(job: Import, unit: UnitOfWork, one: tables.Thing) -> Came:
    if isinstance(one, Order):
        return put_order(unit, job.channel_for(unit, one.channel, one.platform).id, one)
    if isinstance(one, Fact):
        channel = _home(job, unit, one)
        return put_fact(unit, channel._replace(since=job.since), one)
    return put_customer(unit, one)


def _home(job: Import, unit: UnitOfWork, one: Fact) -> Channel:
    """Products of a file that names no account are those of all."""
    if isinstance(one.told, ProductRecord) and not one.channel and not job.channel:
        return everywhere(unit.now)
    return job.channel_for(unit, one.channel, one.platform)


def _kind(one: tables.Thing) -> str:
    """What `Imported` counts it as."""
    if isinstance(one, Order):
        return "orders"
    if isinstance(one, Fact):
        return "returns" if isinstance(one.told, CaseRecord) else PRODUCTS if isinstance(one.told, ProductRecord) else "reviews"
    return "customers"


def _tell(unit: UnitOfWork, came: Counter[tuple[str, Came]]) -> None:
    fresh = {kind: came[kind, Came.NEW] for kind in ("orders", "customers", "returns", "reviews", "products")}
    changed = sum(n for (_kind, how), n in came.items() if how is Came.CHANGED)
    if changed or any(fresh.values()):
        always = {"orders": fresh.pop("orders"), "customers": fresh.pop("customers"), "changed": changed}
        unit.append("shop_imported", {**always, **{kind: n for kind, n in fresh.items() if n}})
