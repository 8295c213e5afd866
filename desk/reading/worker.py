"""The process that opens hostile mail: no files, little memory, nobody's secrets. Started by `pool`, never by hand.

Frames on stdin: a batch (count, then length and bytes of each mail). Frames on stdout: one pickled answer per mail,
many in one write. One byte on a third pipe for every mail that is done.
"""

from __future__ import annotations

import gc
import os
import pickle
import sys
from typing import BinaryIO

from desk.reading.errors import Unreadable
from desk.reading.learner import Learner
from desk.reading.parse import read_mail
from desk.reading.pool import LENGTH, Answer
from desk.reading.understand import understand

_WRITE = 128 * 1024


def answer(raw: bytes, learner: Learner | None = None) -> Answer:
    """One mail, read and understood. Never raises but for lack of memory."""
    try:
        mail = read_mail(raw)
    except Unreadable as exc:
        return exc.reason, None
    platform = mail.relay.platform if mail.relay is not None else ""
    return mail, understand(mail.text, mail.subject, platform, learner)


def serve(source: BinaryIO, sink: BinaryIO, marks: int) -> None:
    """Answers batches until the parent closes the pipe. The first frame is the saved learner, or empty."""
    saved = _frame(source)
    learner = Learner.from_json(saved.decode("utf-8")) if saved else None
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)  # a mail leaves hardly a cycle behind
    while head := source.read(LENGTH.size):
        for raw in [_frame(source) for _ in range(LENGTH.unpack(head)[0])]:
            try:
                data = pickle.dumps(answer(raw, learner), pickle.HIGHEST_PROTOCOL)
            except MemoryError:
                data = pickle.dumps(("The mail needs more memory than a mail may.", None), pickle.HIGHEST_PROTOCOL)
            sink.write(LENGTH.pack(len(data)))
            sink.write(data)
            os.write(marks, b".")
        sink.flush()


def _frame(source: BinaryIO) -> bytes:
    return source.read(LENGTH.unpack(source.read(LENGTH.size))[0])


def main(memory: int, marks: int) -> None:
    _limit(memory)
    with open(sys.stdout.fileno(), "wb", buffering=_WRITE, closefd=False) as sink:
        serve(sys.stdin.buffer, sink, marks)


def _limit(memory: int) -> None:
    try:
        import resource
    except ImportError:  # not on this system; the pool's deadline still holds
        return
    limits = {resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_DATA: memory}
    for what, value in limits.items():
        _, hard = resource.getrlimit(what)
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(what, (ceiling, ceiling))
