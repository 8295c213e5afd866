"""What a connector needs from a desk, in memory: a clock that stands, secrets, tokens, a quota that keeps a record."""

from __future__ import annotations

import threading
from collections.abc import Callable

from connectors.contract import Ports, Renew, Token

NOW = 1_795_000_000_000  # 2026-11-18


class FrozenClock:
    def __init__(self, now: int = NOW) -> None:
        self.time = now

    def now(self) -> int:
        return self.time


class OffClock:
    """A machine's clock that is `ahead` of the true one."""

    def __init__(self, true: FrozenClock, ahead: int) -> None:
        self._true, self._ahead = true, ahead

    def now(self) -> int:
        return self._true.now() + self._ahead


class Vault(dict[str, str]):
    """Secrets in memory. `get` raises KeyError as the port says."""

    def get(self, name: str) -> str:  # type: ignore[override]
        return self[name]

    def put(self, name: str, value: str) -> None:
        self[name] = value


class MemoryTokens:
    """The Tokens port for one process, as the desk will do it over many: a lock, then look again, then renew; what
    came is stored before it is handed out."""

    def __init__(self, vault: Vault, clock: FrozenClock) -> None:
        self._lock = threading.Lock()
        self._vault, self._clock = vault, clock
        self.token: Token | None = None
        self.renewals = 0
        self.log: list[str] = []

    def fresh(self, renew: Renew, *, traded: str = "refresh_token", rejected: str = "") -> Token:
        with self._lock:
            if self.token and self.token.value != rejected and self.token.expires_at > self._clock.now():
                return self.token
            self.renewals += 1
            token, rotated = renew(self._vault.get(traded))
            if rotated:
                self._vault.put(traded, rotated)
                self.log.append(f"stored {rotated}")
            self.token = token
            self.log.append(f"handed out {token.value}")
            return token


class Unlimited:
    """A quota that never ends."""

    def take(self, bucket: str, *, rate: float, burst: float, cost: float = 1.0) -> int:
        return 0

    def learn(self, bucket: str, left: float) -> None:
        """Nothing to learn."""


class Counting:
    """A quota that never ends, unless `wait` is set (milliseconds), and knows what was taken and learnt."""

    def __init__(self) -> None:
        self.wait = 0
        self.taken: list[tuple[str, float]] = []
        self.learnt: list[tuple[str, float]] = []

    def take(self, bucket: str, *, rate: float, burst: float, cost: float = 1.0) -> int:
        assert rate > 0
        assert burst > 0
        if not self.wait:
            self.taken.append((bucket, cost))
        return self.wait

    def learn(self, bucket: str, left: float) -> None:
        self.learnt.append((bucket, left))


def ports(vault: Vault, tokens: MemoryTokens, clock: FrozenClock, quota: Counting | Unlimited) -> Ports:
    return Ports(vault, tokens, clock, quota)


def setting(thing: object, **values: object) -> Callable[[], None]:
    """Sets attributes when it is called."""

    def do() -> None:
        for name, value in values.items():
            setattr(thing, name, value)

    return do
