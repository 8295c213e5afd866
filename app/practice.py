"""Behind the practice desk: its folder, and the process in which its mail server, its buyers and its sync live.

The workstation stays what it always is; everything pretended is in a process of its own, which ends when the pipe to
the workstation closes, however that came about.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from app.wire import create_desk, open_desk, unix_user
from store.errors import N_, DeskError, Unavailable
from store.values import HOUR, Instant

if TYPE_CHECKING:
    from app.wire import Wired
    from connectors.sandbox.standing import Standing
    from connectors.sandbox.world import World

SEED = 7
FRESH_FOR = 8 * HOUR
"""A practice desk older than this is made anew: its clocks would all have run out."""

_MARK = "practice.json"
_ROOT = Path(__file__).resolve().parents[1]
_START = "import sys; from app.practice import serve; sys.exit(serve(sys.argv[1:]))"
_READY_S = 120.0


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the practice desk is kept between two runs."""
    base = environ.get("XDG_CACHE_HOME") or os.path.join(environ.get("HOME", os.path.expanduser("~")), ".cache")
    return Path(base) / "deskhand" / "practice"


@dataclass(frozen=True, slots=True)
class Backstage:
    """A running practice desk: its folder, and the process behind it."""

    folder: Path
    process: subprocess.Popen[str]


@contextmanager
def backstage(*, fresh: bool, seed: int, zone: str) -> Iterator[Backstage]:
    """Makes or opens the practice desk and keeps it alive for the block. Raises Unavailable when that does not work."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DESKHAND_", "PYTHON"))}
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", _START, str(cache_folder()), str(seed), zone, "fresh" if fresh else "keep"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**kept, "PYTHONPATH": str(_ROOT)},
    )  # fmt: skip
    try:
        yield Backstage(_ready(process), process)
    finally:
        _end(process)


def _ready(process: subprocess.Popen[str]) -> Path:
    assert process.stdout is not None and process.stderr is not None
    watchdog = threading.Timer(_READY_S, process.terminate)
    watchdog.start()
    line = process.stdout.readline()
    watchdog.cancel()
    if not line:
        said = process.stderr.read().strip().splitlines()
        reason = said[-1] if said else f"exit {process.wait()}"
        raise Unavailable(
            N_("The practice desk did not start: {reason}"), next=N_("Try: deskhand demo --fresh"), reason=reason
        )
    return Path(json.loads(line)["folder"])


def _end(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


# In the process behind ------------------------------------------------------------------------------


def serve(argv: list[str]) -> int:
    """`FOLDER SEED ZONE fresh|keep`: runs the practice desk until standard input ends. Says when it is ready."""
    wanted, seed, zone, how = Path(argv[0]), int(argv[1]), argv[2], argv[3]
    try:
        with _place(wanted) as folder:
            wired, world = _desk(folder, seed, zone, fresh=how == "fresh")
            try:
                _run(wired, world, folder)
            finally:
                wired.store.close()
    except DeskError as error:
        print(error.english(), file=sys.stderr)
        return 1
    return 0


@contextmanager
def _place(wanted: Path) -> Iterator[Path]:
    """The kept folder if nobody else practises there, else one that is thrown away afterwards."""
    lock = _lock(wanted)
    if lock is not None:
        with lock:
            yield wanted
        return
    with tempfile.TemporaryDirectory(prefix="deskhand-practice-") as folder:
        yield Path(folder)


def _lock(wanted: Path) -> IO[str] | None:
    try:
        wanted.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (wanted.parent / f"{wanted.name}.lock").open("w")
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock


def _desk(folder: Path, seed: int, zone: str, *, fresh: bool) -> tuple[Wired, World]:
    """The practice desk that is there, while its clocks still run, else a new one."""
    from app.wire import SystemClock
    from connectors.sandbox.world import make_world

    now = SystemClock().now()
    made_at = None if fresh else _made_at(folder, seed, now)
    if made_at is not None:
        return open_desk(folder), make_world(seed, made_at)
    from desk import practice

    _sweep(folder, seed)
    wired = create_desk(folder, name=practice.SHOP, encrypt=False)
    world = make_world(seed, now)
    practice.furnish(wired.store, world, now, zone=zone, unix_user=unix_user())
    _mark(folder, seed, now)
    return wired, world


def _made_at(folder: Path, seed: int, now: Instant) -> Instant | None:
    """When the desk in `folder` was made, if it is whole, of this seed and not stale."""
    from store.unit import HEAD_REVISION, Store

    try:
        mark = json.loads((folder / _MARK).read_text())
        if mark["seed"] != seed or not 0 <= now - int(mark["made_at"]) < FRESH_FOR:
            return None
        from app.wire import SystemClock, fresh_id

        store = Store(folder, clock=SystemClock(), ids=fresh_id)
        try:
            return int(mark["made_at"]) if store.revision() == HEAD_REVISION else None
        finally:
            store.close()
    except (OSError, ValueError, KeyError, TypeError, DeskError):
        return None


def _sweep(folder: Path, seed: int) -> None:
    """Takes an old practice desk away and marks the place for a new one, which counts only once it is whole.
    Raises Unavailable for a folder that was not made here."""
    if folder.is_dir() and any(folder.iterdir()):
        if not (folder / _MARK).exists():
            raise Unavailable(
                N_("{item} is no practice desk."), item=str(folder), next=N_("Move it away and try again.")
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _mark(folder, seed, 0)


def _mark(folder: Path, seed: int, made_at: Instant) -> None:
    (folder / _MARK).write_text(json.dumps({"seed": seed, "made_at": made_at}))


def _run(wired: Wired, world: World, folder: Path) -> None:
    from connectors.sandbox.mail import MailStandIn
    from connectors.sandbox.shoppers import Shoppers
    from connectors.sandbox.world.buyers import Buyers, users
    from desk.practice_links import connect_mail

    clock = wired.store.clock
    with MailStandIn(users=users(world.shops)) as server, linked(wired, world) as shops:
        buyers = Buyers(world, server, clock.now)
        buyers.open_folders()
        connect_mail(wired.store, wired.vault, world, server.imap_port, server.smtp_port, users(world.shops))
        sync = wired.sync()
        web = next(name for name, s in shops.items() if s.platform == "woocommerce")
        shoppers = Shoppers({name: s.market for name, s in shops.items()}, f"{world.seed}/{clock.now()}", news=sync.nudge,
                            spoilt=web)  # fmt: skip
        for name in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(name, lambda *_: sync.stop())
        threading.Thread(target=_until_left_alone, args=(sync.stop,), daemon=True).start()
        print(json.dumps({"folder": str(folder)}), flush=True)
        with buyers, shoppers:
            sync.run(forever=True)


@contextmanager
def linked(wired: Wired, world: World) -> Iterator[Mapping[str, Standing]]:
    """The stand-ins of every account of the practice shop, served and linked for the block; by channel."""
    from connectors.sandbox.standing import NUMBERED, market_of, serving
    from desk.practice_links import connect_account, told

    clock, conn = wired.store.clock, wired.store.conn
    markets = [(a.platform, market_of(a, world, clock, told(conn, a, world))) for a in world.accounts]
    with serving(markets, clock) as found:
        for account, one in zip(world.accounts, found, strict=True):
            orders = {o.number: o.id for o in one.market.orders} if account.platform in NUMBERED else {}
            connect_account(wired.store, wired.vault, account.id, one.settings, one.secrets, orders)
        yield {account.id: one for account, one in zip(world.accounts, found, strict=True)}


def _until_left_alone(stop: Callable[[], None]) -> None:
    while sys.stdin.read(4096):
        pass
    stop()
