"""Reading in worker processes: a mail that hangs or kills its reader costs five seconds and only itself.

Workers are fresh interpreters that import the reading room alone, so nothing of the face or the store comes along.
"""

from __future__ import annotations

import os
import pickle
import select
import struct
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

from desk.reading.errors import Unreadable
from desk.reading.records import Mail, Understanding

SECONDS = 5.0
"""Longest a mail may take to read."""
MEMORY = 300 * 1024 * 1024
"""Bytes a worker may allocate."""
BATCH_MAILS = 64
BATCH_BYTES = 512 * 1024
AHEAD = 24
"""Batches that are read while the caller stores what came before: as many mails as two of an import's transactions."""
_LOOK_EVERY = 0.5

LENGTH = struct.Struct("<I")
Answer = tuple[Mail | str, Understanding | None]
"""What a worker sends back: a mail and what it means, or why it cannot be read."""
Read = tuple[Mail | Unreadable, Understanding | None]

_ROOT = Path(__file__).resolve().parents[2]
_START = "import sys; from desk.reading.worker import main; main(int(sys.argv[1]), int(sys.argv[2]))"


class ReadingPool:
    """`with ReadingPool(workers=2) as pool: for mail, meaning in pool.read(raws): …` — in the order given."""

    def __init__(self, workers: int = 1, learner: str = "", seconds: float = SECONDS, memory: int = MEMORY) -> None:
        """`learner` is what `Learner.to_json` wrote, or "" for none."""
        self.seconds = seconds
        self._workers = [_Worker(learner.encode("utf-8"), memory) for _ in range(max(workers, 1))]
        self._idle: deque[_Worker] = deque(self._workers)
        self._threads = ThreadPoolExecutor(len(self._workers), thread_name_prefix="reading")

    def __enter__(self) -> ReadingPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the workers; what they were reading is dropped."""
        for worker in self._workers:
            worker.end()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def read(self, raws: Iterable[bytes]) -> Iterator[Read]:
        """Every mail with its meaning, or `Unreadable` and None, in input order. Takes input a few megabytes ahead."""
        waiting: deque[Future[list[bytes | str]]] = deque()
        for batch in _batches(raws):
            waiting.append(self._threads.submit(self._run, batch))
            if len(waiting) > AHEAD:
                yield from _results(waiting.popleft())
        while waiting:
            yield from _results(waiting.popleft())

    def _run(self, batch: Sequence[bytes]) -> list[bytes | str]:
        worker = self._idle.popleft()
        try:
            return worker.read(batch, self.seconds)
        finally:
            self._idle.append(worker)


def _results(future: Future[list[bytes | str]]) -> Iterator[Read]:
    for found in future.result():
        answer: Answer = (found, None) if isinstance(found, str) else pickle.loads(found)
        mail, meaning = answer
        yield (Unreadable(mail) if isinstance(mail, str) else mail), meaning


def _batches(raws: Iterable[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    size = 0
    for raw in raws:
        batch.append(raw)
        size += len(raw)
        if len(batch) >= BATCH_MAILS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


class _Worker:
    """One reader process, started when first needed and again after it was killed.

    Answers come many at a time; a byte on a second pipe marks each mail that is done, so that of a batch which stops
    the one to blame is known and the others are read again."""

    def __init__(self, learner: bytes, memory: int) -> None:
        self._learner, self._memory = learner, memory
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = bytearray()
        self._marks = -1
        self._done = 0
        self._marked_at = 0.0
        self._ended = False

    def read(self, batch: Sequence[bytes], seconds: float) -> list[bytes | str]:
        """What the worker pickled for each mail, or why there is nothing."""
        answers: list[bytes | str] = ["Reading was stopped."] * len(batch)
        rest = list(range(len(batch)))
        while rest and not self._ended:
            received, trouble = 0, ""
            try:
                self._send([batch[n] for n in rest])
                while received < len(rest):
                    answers[rest[received]] = self._receive(seconds)
                    received += 1
            except TimeoutError:
                trouble = f"Reading it took longer than {seconds:g} seconds."
            except (OSError, EOFError):
                trouble = "The reader stopped on this mail."
            if trouble and not self._ended:
                self._look()
                blamed = min(max(self._done, received), len(rest) - 1)
                answers[rest.pop(blamed)] = trouble
                self._kill()
            del rest[:received]
        return answers

    def end(self) -> None:
        self._ended = True
        self._kill()

    def _kill(self) -> None:
        process, self._process = self._process, None
        self._buffer.clear()
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue
        os.close(self._marks)

    def _start(self) -> subprocess.Popen[bytes]:
        kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TZ")}
        self._marks, theirs = os.pipe()
        os.set_blocking(self._marks, False)
        process = subprocess.Popen(
            [sys.executable, "-c", _START, str(self._memory), str(theirs)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**kept, "PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            cwd=_ROOT,
            start_new_session=True,
            pass_fds=(theirs,),
        )
        os.close(theirs)
        self._process = process
        assert process.stdin is not None
        process.stdin.write(LENGTH.pack(len(self._learner)) + self._learner)
        return process

    def _send(self, batch: Sequence[bytes]) -> None:
        process = self._process or self._start()
        assert process.stdin is not None
        self._look()
        self._done, self._marked_at = 0, time.monotonic()
        process.stdin.write(LENGTH.pack(len(batch)))
        for raw in batch:
            process.stdin.write(LENGTH.pack(len(raw)))
            process.stdin.write(raw)
        process.stdin.flush()

    def _look(self) -> None:
        """Counts the mails that are done since the last look."""
        try:
            while marks := os.read(self._marks, 4096):
                self._done += len(marks)
                self._marked_at = time.monotonic()
        except BlockingIOError:
            return

    def _receive(self, seconds: float) -> bytes:
        return self._take(LENGTH.unpack(self._take(LENGTH.size, seconds))[0], seconds)

    def _take(self, count: int, seconds: float) -> bytes:
        process = self._process
        if process is None or process.stdout is None:
            raise EOFError
        handle = process.stdout.fileno()
        while len(self._buffer) < count:
            if not select.select([handle], [], [], min(seconds, _LOOK_EVERY))[0]:
                self._look()
                if time.monotonic() - self._marked_at > seconds:
                    raise TimeoutError
                continue
            chunk = os.read(handle, 1 << 20)
            if not chunk:
                raise EOFError
            self._buffer += chunk
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken
