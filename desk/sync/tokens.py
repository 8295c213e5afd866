"""The connectors' token port: one refresh at a time over threads and processes, a rotated token saved before its use."""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from collections.abc import Callable

from connectors.contract import Renew, Temporary, Token
from desk.sync import lease
from store.unit import Store
from store.values import MINUTE
from store.vault import ChannelSecrets

_EARLY = 2 * MINUTE
"""A token this close to its end is renewed already."""
_WAITS = 150
_WAIT_S = 0.2
_alone_here: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)


class ChannelTokens:
    """Tokens of one channel, kept in the vault as one JSON text, guarded by a lease row."""

    def __init__(
        self,
        store: Store,
        secrets: ChannelSecrets,
        channel_id: str,
        holder: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store, self._secrets, self._name, self._holder = store, secrets, f"token:{channel_id}", holder
        self._sleep = sleep

    def fresh(self, renew: Renew, *, traded: str = "refresh_token", rejected: str = "") -> Token:
        """A token that is not `rejected` and lives on; `renew` runs in one process at a time. Raises what it raises."""
        if token := self._usable(rejected):
            return token
        with _alone_here[f"{self._store.path} {self._name}"]:  # the lease only tells processes apart
            for _ in range(_WAITS):
                if token := self._usable(rejected):
                    return token
                held = lease.take(self._store, self._name, self._holder)
                if held:
                    try:
                        return self._renewed(renew, traded, rejected)
                    finally:
                        lease.give_back(self._store, held)
                self._sleep(_WAIT_S)
        raise Temporary("Another process has been renewing this sign-in for too long.")

    def _renewed(self, renew: Renew, traded: str, rejected: str) -> Token:
        if token := self._usable(rejected):  # somebody was faster while we waited for the lease
            return token
        token, rotated = renew(self._secrets.get(traded))
        if rotated:
            self._secrets.put(traded, rotated)
        self._secrets.put("access_token", json.dumps({"value": token.value, "expires_at": token.expires_at}))
        return token

    def _usable(self, rejected: str) -> Token | None:
        token = self._current()
        good = token and token.value != rejected and token.expires_at > self._store.clock.now() + _EARLY
        return token if good else None

    def _current(self) -> Token | None:
        try:
            return Token(**json.loads(self._secrets.get("access_token")))
        except (KeyError, ValueError, TypeError):
            return None
