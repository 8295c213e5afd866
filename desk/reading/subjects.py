"""A subject for what came without one, such as a chat: its first line that says more than a greeting."""

from __future__ import annotations

import re

from store.values import clean_line

LONGEST = 120
"""Characters of a subject at most."""
_GREETING = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|day|afternoon|evening)|greetings|to whom|hallo|guten|sehr geehrte|liebe[rs]?|moin|"
    r"bonjour|bonsoir|salut|madame|monsieur|ch[eè]re?s?|hola|buen[oa]?s?|estimad[oa]s?|querid[oa]s?|ciao|salve|buon\w*|"
    r"gentil\w*|spettabile|egregi[oa]|ol[aá]|bo[am]|car[oaie]|prezad[oa]s?|beste|geachte|goede\w*|hej|hei|dzień|cześć|"
    r"szanown\w*|witam)\b"
    r"|亲|親|您好|你好|賣家|卖家|老闆|老板|客服|嗨|哈囉|哈喽|在吗|在嗎|早安|こんにち|こんばん|おはよう|お世話|はじめまして|"
    r"ご担当|店長|안녕",
    re.IGNORECASE,
)
_AFTER = re.compile(r"[,，、!！:：。.~～]+")
_WORDS, _SIGNS = 5, 12
"""What a greeting has at most: words, and characters where words are not told apart by spaces."""


def _greets(line: str) -> bool:
    """Whether a line greets and says nothing behind it."""
    head, *behind = (part.strip() for part in _AFTER.split(line, maxsplit=1))
    short = len(head.split()) <= _WORDS if head.isascii() or " " in head else len(head) <= _SIGNS
    return short and not any(behind) and _GREETING.match(head) is not None


def subject_of(text: str) -> str:
    """The first line that is more than a greeting, else the first line; at most `LONGEST` characters, "" for no text."""
    lines = [line for raw in text.split("\n", 20)[:20] if (line := clean_line(raw))]
    return next((line for line in lines if not _greets(line)), lines[0] if lines else "")[:LONGEST]
