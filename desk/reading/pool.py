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

LENGTH = struct.Struct("<I")
Answer = tuple[Mail | str, Understanding | None]
"""What a worker sends back: a mail and what it means, or why it cannot be read."""
Read = tuple[Mail | Unreadable, Understanding | None]

_ROOT = Path(__file__).resolve().parents[2]
_START = "import sys; from desk.reading.worker import main; main(int(sys.argv[1]))"


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
        """Every mail with its meaning, or `Unreadable` and None, in input order. Takes input only as it is needed."""
        waiting: deque[Future[list[Answer]]] = deque()
        for batch in _batches(raws):
            waiting.append(self._threads.submit(self._run, batch))
            if len(waiting) > 2 * len(self._workers):
                yield from _results(waiting.popleft())
        while waiting:
            yield from _results(waiting.popleft())

    def _run(self, batch: Sequence[bytes]) -> list[Answer]:
        worker = self._idle.popleft()
        try:
            return worker.read(batch, self.seconds)
        finally:
            self._idle.append(worker)


def _results(future: Future[list[Answer]]) -> Iterator[Read]:
    for mail, meaning in future.result():
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
    """One reader process, started when first needed and again after it was killed."""

    def __init__(self, learner: bytes, memory: int) -> None:
        self._learner, self._memory = learner, memory
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = bytearray()
        self._ended = False

    def read(self, batch: Sequence[bytes], seconds: float) -> list[Answer]:
        answers: list[Answer] = []
        while len(answers) < len(batch) and not self._ended:
            rest = batch[len(answers) :]
            trouble = ""
            try:
                self._send(rest)
                for _ in rest:
                    answers.append(self._receive(seconds))
            except TimeoutError:
                trouble = f"Reading it took longer than {seconds:g} seconds."
            except (OSError, EOFError):
                trouble = "The reader stopped on this mail."
            if trouble and not self._ended:
                self._kill()
                answers.append((trouble, None))
        answers.extend(("Reading was stopped.", None) for _ in range(len(batch) - len(answers)))
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

    def _start(self) -> subprocess.Popen[bytes]:
        kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TZ")}
        process = subprocess.Popen(
            [sys.executable, "-c", _START, str(self._memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**kept, "PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
            cwd=_ROOT,
            start_new_session=True,
        )
        self._process = process
        assert process.stdin is not None
        process.stdin.write(LENGTH.pack(len(self._learner)) + self._learner)
        return process

    def _send(self, batch: Sequence[bytes]) -> None:
        process = self._process or self._start()
        assert process.stdin is not None
        process.stdin.write(LENGTH.pack(len(batch)))
        for raw in batch:
            process.stdin.write(LENGTH.pack(len(raw)))
            process.stdin.write(raw)
        process.stdin.flush()

    def _receive(self, seconds: float) -> Answer:
        deadline = time.monotonic() + seconds
        length = LENGTH.unpack(self._take(LENGTH.size, deadline))[0]
        found: Answer = pickle.loads(self._take(length, deadline))
        return found

    def _take(self, count: int, deadline: float) -> bytes:
        process = self._process
        if process is None or process.stdout is None:
            raise EOFError
        handle = process.stdout.fileno()
        while len(self._buffer) < count:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([handle], [], [], left)[0]:
                raise TimeoutError
            chunk = os.read(handle, 1 << 20)
            if not chunk:
                raise EOFError
            self._buffer += chunk
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken
