"""Workers answer in order; a mail that hangs, crashes or floods its reader is the only one lost."""

from __future__ import annotations

import subprocess
import sys

from desk.reading.errors import Unreadable
from desk.reading.learner import Learner
from desk.reading.pool import ReadingPool
from desk.reading.records import Mail


def mails(count: int) -> list[bytes]:
    return [b"From: a@b.example\nSubject: Mail %d\n\nWhere is my order?\n" % n for n in range(count)]


def test_answers_come_in_input_order() -> None:
    with ReadingPool(workers=2) as pool:
        found = list(pool.read(mails(200)))
    assert [m.subject for m, _ in found if isinstance(m, Mail)] == [f"Mail {n}" for n in range(200)]
    assert {u.type for _, u in found if u is not None} == {"shipping_status"}


def test_an_unreadable_mail_is_only_itself() -> None:
    raws = mails(3)
    raws[1] = b""
    with ReadingPool() as pool:
        found = [mail for mail, _ in pool.read(raws)]
    assert isinstance(found[0], Mail) and isinstance(found[2], Mail)
    assert isinstance(found[1], Unreadable) and "empty" in found[1].reason


def test_a_hanging_reader_is_killed() -> None:
    slow = b"From: a@b.example\n\n" + b"lorem ipsum dolor sit amet\n" * 400_000
    with ReadingPool() as pool:
        list(pool.read(mails(1)))  # the worker is up: from here on only reading is timed
        pool.seconds = 0.001
        stopped = [mail for mail, _ in pool.read([slow])]
        pool.seconds = 30.0
        after = [mail for mail, _ in pool.read(mails(2))]
    assert isinstance(stopped[0], Unreadable) and "longer than" in stopped[0].reason
    assert all(isinstance(mail, Mail) for mail in after)


def test_a_reader_out_of_memory_loses_one_mail() -> None:
    flood = b"From: a@b.example\n\n" + b"x" * 50_000_000
    with ReadingPool(memory=90 * 1024 * 1024) as pool:
        found = [mail for mail, _ in pool.read([mails(1)[0], flood, mails(1)[0]])]
    assert isinstance(found[0], Mail) and isinstance(found[2], Mail)


def test_a_learner_goes_along() -> None:
    pairs = [(f"the gizmo hums {n}", "defective") for n in range(9)] + [
        (f"dull colour {n}", "quality") for n in range(9)
    ]
    with ReadingPool(learner=Learner.train(pairs).to_json()) as pool:
        ((_, meaning),) = pool.read([b"From: a@b.example\n\nmy gizmo hums\n"])
    assert meaning is not None and meaning.type == "defective"


def test_the_parent_needs_no_parser() -> None:
    code = "import sys, desk.reading.pool; print({'selectolax', 'textual', 'fasttext_pybind'} & set(sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
        == "set()"
    )
