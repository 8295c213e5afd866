"""Which mails a SEARCH of the stand-in means: ALL, SINCE, BEFORE, HEADER, UID and plain sets."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

from connectors.sandbox.mail_state import Mail

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def matches(mail: Mail, criteria: Sequence[str], mails: Sequence[Mail]) -> bool:
    """Whether all criteria hold. Raises ValueError or IndexError for what is none."""
    left = list(criteria)
    while left:
        word = left.pop(0).upper()
        if word == "ALL":
            holds = True
        elif word == "UID":
            holds = in_set(mail.uid, left.pop(0), mails)
        elif word in ("SINCE", "BEFORE"):
            day, here = _day(left.pop(0)), time.gmtime(mail.at)[:3]
            holds = here >= day if word == "SINCE" else here < day
        elif word == "HEADER":
            holds = _in_header(mail.raw, left.pop(0), left.pop(0))
        else:
            raise ValueError(word)
        if not holds:
            return False
    return True


def in_set(uid: int, text: str, mails: Sequence[Mail]) -> bool:
    """Whether `uid` is in a set such as "1,4:7,9:*". `*` is the last mail, also when the range runs backwards to it."""
    last = mails[-1].uid if mails else 0
    for part in text.split(","):
        ends = [last if end == "*" else int(end) for end in part.split(":")]
        if min(ends) <= uid <= max(ends):
            return True
    return False


def _day(text: str) -> tuple[int, int, int]:
    day, month, year = text.split("-")
    return int(year), _MONTHS.index(month.lower()) + 1, int(day)


def _in_header(raw: bytes, name: str, value: str) -> bool:
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0].decode("utf-8", "replace")
    fields = (line.partition(":") for line in re.sub(r"\r?\n[ \t]+", " ", head).splitlines())
    return any(key.lower() == name.lower() and value.lower() in content.lower() for key, _, content in fields)
