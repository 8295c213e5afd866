"""Answers to reviews: one that everybody reads, one that goes to the author by mail. Judge.me takes no idempotency key and
tells no answers, so what became of one only a person can see."""

from __future__ import annotations

from collections.abc import Callable

from connectors.contract import AnswerReview, Command, OutcomeUnknown, Permanent, Receipt, SendReply
from connectors.fields import Data, part, text
from connectors.services.judgeme import guesses
from connectors.services.judgeme.account import Account


def send(account: Account, command: Command, before: Callable[[], None]) -> Receipt:
    """A public answer (`AnswerReview`) or a private one (`SendReply` whose thread is the review)."""
    match command:
        case AnswerReview():
            made = account.post(guesses.PUBLIC, guesses.public(_review(command.review_id), _words(command.text)), before)
            return Receipt(_name(made, "reply", command.review_id), account.now())
        case SendReply():
            if command.files:
                raise Permanent("Judge.me sends text to the author of a review; send files from the shop's mailbox.")
            made = account.post(guesses.PRIVATE, guesses.private(_review(command.thread_id), _words(command.text)), before)
            return Receipt(_name(made, "private_reply", command.thread_id), account.now())
    raise Permanent("Judge.me cannot do this.")


def find(command: Command) -> Receipt | None:
    """Raises OutcomeUnknown: nothing there tells."""
    if isinstance(command, AnswerReview | SendReply):
        raise OutcomeUnknown("Judge.me does not tell its answers; look at the review there.")
    raise Permanent("Judge.me cannot do this.")


def _review(ident: str) -> int:
    if not (ident.isascii() and ident.isdecimal() and len(ident) < 20):
        raise Permanent(f"Judge.me has no review {ident}.")
    return int(ident)


def _words(text: str) -> str:
    words = text.strip()
    if not words or len(words) > guesses.LONGEST:
        raise Permanent(f"An answer has 1 to {guesses.LONGEST:,} characters; this one has {len(words):,}.")
    return words


def _name(made: Data, key: str, review: str) -> str:
    """The answer's own id where it is told, else the review's."""
    return text(part(made, key), "id") or review
