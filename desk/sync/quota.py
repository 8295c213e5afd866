"""The connectors' quota port: token buckets of one account as rows of the desk, so that all processes share them."""

from __future__ import annotations

import math

from store.unit import Store
from store.values import SYSTEM

_UNIT = 1000
"""Levels are kept in thousandths."""


class ChannelQuota:
    """Token buckets of one channel."""

    def __init__(self, store: Store, channel_id: str) -> None:
        self._store, self._channel_id = store, channel_id

    def take(self, bucket: str, *, rate: float, burst: float, cost: float = 1.0) -> int:
        """See `connectors.contract.Quota`. A cost above the burst waits for a full bucket."""
        with self._store.write(SYSTEM) as unit:
            row = self._row(bucket)
            full, wanted = round(burst * _UNIT), round(min(cost, burst) * _UNIT)
            level = full
            if row is not None:
                level = min(full, row[0] + int(max(0, unit.now - row[1]) * rate))  # thousandths per millisecond
            short = wanted - level
            if short <= 0:
                self._put(bucket, level - wanted, unit.now)
                return 0
            return math.ceil(short / rate)

    def learn(self, bucket: str, left: float) -> None:
        """See `connectors.contract.Quota`."""
        with self._store.write(SYSTEM) as unit:
            row, said = self._row(bucket), round(left * _UNIT)
            if row is None or said < row[0]:
                self._put(bucket, said, unit.now)

    def _row(self, bucket: str) -> tuple[int, int] | None:
        sql = "SELECT level, at FROM quota WHERE channel_id = ? AND bucket = ?"
        row: tuple[int, int] | None = self._store.conn.execute(sql, (self._channel_id, bucket)).fetchone()
        return row

    def _put(self, bucket: str, level: int, at: int) -> None:
        self._store.conn.execute(
            "INSERT INTO quota (channel_id, bucket, level, at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (channel_id, bucket) DO UPDATE SET level = excluded.level, at = excluded.at",
            (self._channel_id, bucket, level, at),
        )
