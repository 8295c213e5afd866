"""Rounds over the parcels that are on their way: what became of each is asked for, and whoever is not registered yet is.

17TRACK itself is the book of what is registered: it rejects the others by name. So nothing of it is kept here, and a
number it forgot is registered again. Registering costs one of the parcels that were paid for; doing it twice does not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from connectors.answer import parse_json
from connectors.contract import BadRecord, Followed, Page, Record, SchemaSurprise, ShipmentRecord, Throttled
from connectors.fields import Unreadable, as_bytes, bad, data
from connectors.services.seventeentrack import guesses, mapping
from connectors.services.seventeentrack.account import MOST, Account
from store.values import HOUR, MINUTE, Instant

FIRST_NEWS = 10 * MINUTE
"""17TRACK has news of a number a few minutes after it was registered."""
_SHORT = (guesses.DAY_USED_UP, guesses.ALL_USED_UP)


@dataclass(frozen=True, slots=True)
class Round:
    """Where a round stands. `begun` (ms); `after`, the key of the last parcel asked for, "" when it is over; `fresh`, whether
    any was registered in it; `short`, whether 17TRACK took no more."""

    begun: Instant = 0
    after: str = ""
    fresh: bool = False
    short: bool = False

    def json(self) -> str:
        return json.dumps(asdict(self))


def parcels(account: Account, cursor: str, since: Instant) -> Iterator[Page]:
    """Cursor: a `Round`. The next one begins when the settings say so, or soon after numbers were registered."""
    now, at = account.now(), _round(cursor)
    if not at.after:
        pause = min(account.settings.again, FIRST_NEWS) if at.fresh else account.settings.again
        if at.begun <= now < at.begun + pause:
            if at.short:
                raise _used_up(at.begun + pause)
            return
        at = Round(now)
    low = max(since, now - guesses.LONGEST_WAY)
    while wanted := account.parcels.underway(at.after, MOST, low):
        records, at = _batch(account, wanted, at)
        at = replace(at, after=wanted[-1].key)
        yield Page(tuple(records), at.json(), more=True)
    if at.fresh and not at.short:
        account.left()
    yield Page((), replace(at, after="").json())
    if at.short:
        raise _used_up(now + HOUR)


def _batch(account: Account, wanted: Sequence[Followed], at: Round) -> tuple[list[Record], Round]:
    """Records of these parcels. Who is not registered is, where there is room."""
    known = {w.tracking: w for w in wanted}
    found = account.ask("/gettrackinfo", [{"number": w.tracking} for w in wanted])
    records: dict[str, Record] = {}
    for raw in found.accepted:
        read = _read(raw, known)
        if isinstance(read, BadRecord):
            records.setdefault(read.ref, read)
        elif read is not None and _later(records.get(read.parcel.tracking), read.at):
            records[read.parcel.tracking] = read
    missing = []
    for number, code, words in dict.fromkeys(found.rejected):
        if number in known and code == guesses.NOT_REGISTERED:
            missing.append(known[number])
        elif number in known and code != guesses.NO_NEWS:
            records[number] = _refused(known[number], code, words)
    if missing and not at.short:
        refused, taken = _register(account, missing, named=True)
        at = replace(at, fresh=at.fresh or taken > 0, short=any(code in _SHORT for _, code, _ in refused))
        records |= {w.tracking: _refused(w, code, words) for w, code, words in refused if code not in _SHORT}
        if at.short:
            account.learn(0)
    return list(records.values()), at


def _read(raw: object, known: dict[str, Followed]) -> ShipmentRecord | BadRecord | None:
    """News of one of these parcels; None where there is none."""
    try:
        parcel = known.get(mapping.number(data(raw)))
        return mapping.shipment(data(raw), parcel) if parcel else None
    except Unreadable as exc:
        return bad(raw, lambda r: f"parcel:{mapping.number(r)}", str(exc))


def _register(
    account: Account, wanted: Sequence[Followed], *, named: bool
) -> tuple[list[tuple[Followed, int, str]], int]:
    """Registers them, where `named` with their carriers. What was refused, and how many were taken."""
    known = {w.tracking: w for w in wanted}
    body: list[dict[str, object]] = []
    for w in wanted:
        code = mapping.carrier(w) if named else None
        body.append({"number": w.tracking} if code is None else {"number": w.tracking, "carrier": code})
    found = account.ask("/register", body)
    refused = [(known[n], code, words) for n, code, words in found.rejected
               if n in known and code != guesses.KNOWN_ALREADY]  # fmt: skip
    taken = len(found.accepted)
    if named and (again := [w for w, code, _ in refused if code in guesses.WRONG_CARRIER]):
        more, added = _register(account, again, named=False)
        return [r for r in refused if r[0] not in again] + more, taken + added
    return refused, taken


def _refused(parcel: Followed, code: int, words: str) -> Record:
    if code in guesses.NO_CARRIER or code in guesses.WRONG_CARRIER:
        return mapping.unknowable(parcel, "17TRACK cannot tell which carrier has this number.")
    if code in guesses.BAD_NUMBER:
        return mapping.unknowable(parcel, "17TRACK knows no carrier with numbers of this form.")
    raw = as_bytes({"number": parcel.tracking, "error": {"code": code, "message": words}})
    return BadRecord(f"parcel:{parcel.tracking}", raw, f"17TRACK refused it: {words or code}")


def _later(before: Record | None, at: Instant) -> bool:
    """One number may be registered with two carriers; the one that heard of it last is right."""
    return not isinstance(before, ShipmentRecord) or before.at < at


def _used_up(until: Instant) -> Throttled:
    return Throttled("17TRACK takes no more parcels: the quota is used up. Buy more there, or wait until it is renewed.",
                     until)  # fmt: skip


def _round(cursor: str) -> Round:
    """The round a cursor holds; one that never began where it holds none that makes sense."""
    try:
        return Round(**parse_json(cursor.encode())) if cursor else Round()  # type: ignore[arg-type]
    except (SchemaSurprise, TypeError):
        return Round()
