"""Where words are looked for: what `in:` takes, and what a single word is asked in by the fields of messages."""

from __future__ import annotations

from typing import NamedTuple

from store.errors import N_
from store.search import ASIDE, MAIN


class Scope(NamedTuple):
    """A column of a full-text table; "" is all of them. `help` is a message id."""

    column: str
    table: str
    help: str


EVERYWHERE = Scope("", MAIN, N_("subject, text, people and numbers of a message"))
SCOPES = {
    "subject": Scope("subject", MAIN, N_("subjects")),
    "body": Scope("body", MAIN, N_("texts, and what is in files that were read")),
    "people": Scope("people", MAIN, N_("names and addresses of who wrote")),
    "note": Scope("note", ASIDE, N_("internal notes")),
    "quoted": Scope("quoted", ASIDE, N_("what a message quotes of earlier ones")),
    "files": Scope("files", ASIDE, N_("names and contents of attached files")),
}
