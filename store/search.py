"""Full-text search: what a text becomes in the index, what a search term becomes in a MATCH.

The tokenizer knows no words of Chinese, Japanese, Korean or Thai, so every such character is a token of its own and a
word is a phrase of them: one and two characters are found exactly, and the same text would suit PostgreSQL's `simple`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from store.values import fold

if TYPE_CHECKING:
    from store.connection import Connection

# Scripts written without spaces between words. `re` takes 4 ms to compile it, so it does when first needed.
SOLID = (
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
MAIN, ASIDE = "message_fts", "message_fts_aside"
"""The full-text tables: what every search looks through, and what only `in:` asks for."""
_RUN = re.compile(r"[\w-]+")
_WORD = re.compile(r"[^\W_]")


def words(text: str) -> str:
    """The indexed form: folded, characters of solid scripts set apart."""
    folded = fold(text)
    return folded if folded.isascii() else " ".join(re.split(f"({SOLID})", folded))


def numbers(text: str) -> str:
    """Order-like numbers without their dashes, so that both spellings are found. Linear in the text's length."""
    dashed = (word for word in fold(text).split() if "-" in word)
    joined = (_joined(m.group().strip("-")) for word in dashed for m in _RUN.finditer(word))
    return " ".join(dict.fromkeys(n for n in joined if n))


def _joined(run: str) -> str:
    """`701-22-a5` → `70122a5`; "" for what has no dash or no digit, or is too long for a number."""
    dashed = "-" in run and "--" not in run and len(run) <= 64
    return run.replace("-", "") if dashed and any(map(str.isdigit, run)) else ""


class Term(NamedTuple):
    """One search term; a `prefix` matches words that begin with it. A text of several words is a phrase."""

    text: str
    prefix: bool = False


def match(terms: tuple[Term, ...]) -> str:
    """The FTS5 expression for all of `terms` ("" when none of them holds a word). Every token is quoted."""
    parts = [p for p in (_match_one(t) for t in terms) if p]
    return " AND ".join(parts)


def _match_one(term: Term) -> str:
    split = words(term.text).replace('"', " ").replace("\x00", " ")
    if not _WORD.search(split):
        return ""
    star = " *" if term.prefix else ""
    phrase = f'"{split.strip()}"{star}'
    folded = fold(term.text)
    joined = _joined(folded) if _RUN.fullmatch(folded) else ""
    return f'({phrase} OR "{words(joined).strip()}"{star})' if joined else phrase


def put(
    conn: Connection, message_id: int, *, subject: str, body: str, people: str, files: str = "", known: str = "",
    quoted: str = "", note: bool = False,
) -> None:  # fmt: skip
    """Indexes one message: its texts, its people, `files` (names and contents of what is attached) and `known` (the
    numbers it is about, whether it spells them so, otherwise or not at all). What it quotes, its files and the text of
    a `note` are found by themselves, too."""
    conn.execute(
        "INSERT INTO message_fts (rowid, subject, body, people, numbers) VALUES (?, ?, ?, ?, ?)",
        (message_id, *row(subject=subject, body=body, people=people, files=files, known=known)),
    )
    if files or quoted or note:
        conn.execute(
            f"INSERT INTO {ASIDE} (rowid, files, quoted, note) VALUES (?, ?, ?, ?)",
            (message_id, words(files), words(quoted), words(body) if note else ""),
        )


def settle(conn: Connection, pages: int) -> bool:
    """Writes the index anew so that words of deleted messages leave it, about `pages` pages of each table at a time; a negative
    number begins. True while more is left to do."""
    before = _changes(conn)
    for table in (MAIN, ASIDE):
        conn.execute(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)", (pages,))
    return _changes(conn) - before > 2  # a merge that finds nothing to do counts one change


def _changes(conn: Connection) -> int:
    n: int = conn.execute("SELECT total_changes()").fetchone()[0]
    return n


def row(*, subject: str, body: str, people: str, files: str = "", known: str = "") -> tuple[str, str, str, str]:
    """What `put` indexes in the main table: subject, body, people, numbers."""
    whole = f"{body}\n{files}" if files else body
    found = numbers(f"{subject}\n{whole}")
    if known:
        found = f"{found} {words(known.replace('-', ''))} {words(known)}"
    return words(subject), words(whole), words(people), found


class Hit(NamedTuple):
    """A ticket and the newest of its messages that matched."""

    ticket_id: int
    message_id: int


RANKED = 20_000
"""Hits that ranking looks at, the newest of all."""


def best(conn: Connection, expression: str, most: int, table: str = MAIN) -> list[int]:
    """Tickets of the newest `RANKED` hits by relevance (bm25; subject and numbers weigh more), each once, `most` of
    them. A ticket counts with its best message; of equals the newer comes first."""
    oldest = conn.execute(
        f"SELECT rowid FROM {table} WHERE {table} MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET ?",
        (expression, RANKED - 1),
    ).fetchone()
    weights = ", 4.0, 1.0, 2.0, 4.0" if table == MAIN else ""
    sql = (
        f"WITH f AS MATERIALIZED (SELECT rowid AS id, bm25({table}{weights}) AS score FROM {table} "
        f"WHERE {table} MATCH ? AND rowid >= ?) SELECT m.ticket_id FROM f CROSS JOIN message m ON m.id = f.id "
        "GROUP BY m.ticket_id ORDER BY min(f.score), max(f.id) DESC LIMIT ?"
    )
    return [r[0] for r in conn.execute(sql, (expression, oldest[0] if oldest else 0, most))]


def newest(
    conn: Connection, expression: str, *, before: int | None = None, limit: int = 200, table: str = MAIN
) -> list[Hit]:
    """Matching messages, newest first, from behind message `before`; a ticket may come once per matching message."""
    sql = (
        f"SELECT m.ticket_id, m.id FROM {table} f JOIN message m ON m.id = f.rowid "
        f"WHERE f.{table} MATCH ? AND f.rowid < ? ORDER BY f.rowid DESC LIMIT ?"
    )
    return [Hit(*row) for row in conn.execute(sql, (expression, before or 1 << 62, limit))]
