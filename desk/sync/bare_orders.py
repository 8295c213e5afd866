"""Order numbers that stand in a text without saying what they are ("NL13874"): they count where the desk holds such an
order. A few plausible tokens are looked up, never more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace

from desk.sync.inbound import Inbound
from store.connection import Connection
from store.values import fold

MOST = 20
"""Tokens looked up per message."""
_SHORTEST, _LONGEST = 4, 32
_SURE = 6
"""Digits that alone make a number nobody writes by chance; fewer need a letter, or the order's own buyer."""
_TEXT = 20_000
_TOKEN = re.compile(r"(?<![\w.@/-])[#＃]?([A-Za-z]{0,8}[-_]?\d(?:[\dA-Za-z]|[-_](?=\w)){2,31})(?![\w@/]|\.\w)")
_DATE = re.compile(r"\d{1,4}[-_]\d{1,2}[-_]\d{1,4}|(?:19|20)\d\d")


def find(conn: Connection, text: str, known: Iterable[str] = (), *, sender_key: str = "") -> tuple[str, ...]:
    """Numbers of orders the desk holds, as the orders spell them, in order of appearance; `known` ones are left out. A
    short number of digits alone counts only for the buyer whose order it is."""
    found = tokens(text, known)
    if not found:
        return ()
    rows = conn.execute(
        "SELECT o.number_key, o.number, EXISTS (SELECT 1 FROM customer_key k WHERE k.customer_id = o.customer_id "
        "AND k.key = ?) FROM orders o WHERE o.number_key IN (SELECT value FROM json_each(?))",
        (sender_key, json.dumps(list(found))),
    ).fetchall()
    held = {key: number for key, number, own in rows if own or found[key]}
    return tuple(held[key] for key in found if key in held)


def named(conn: Connection, item: Inbound) -> Inbound:
    """A message with the orders of the desk that its text names without saying what they are."""
    found = find(conn, f"{item.subject}\n{item.text}", item.order_numbers, sender_key=item.sender_key)
    return replace(item, order_numbers=(*item.order_numbers, *found)) if found else item


def tokens(text: str, known: Iterable[str] = ()) -> dict[str, bool]:
    """Number keys a text may mean, and whether each is one whoever wrote it."""
    have = {key_of(n) for n in known}
    found: dict[str, bool] = {}
    for match in _TOKEN.finditer(text[:_TEXT]):
        token, key = match[1], key_of(match[1])
        if not _SHORTEST <= len(key) <= _LONGEST or key in have or key in found or _DATE.fullmatch(token):
            continue
        digits = sum(map(str.isdigit, key))
        if digits < 3:
            continue
        found[key] = digits >= _SURE or digits < len(key)
        if len(found) == MOST:
            break
    return found


def key_of(number: str) -> str:
    """A number as `orders.number_key` holds it."""
    return fold(number).replace("-", "").replace(" ", "")
