"""Who spoke last, in the sense clocks need: kept up one message at a time, beside the ticket."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from store.values import Instant


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message or note. `automatic` says that no person wrote it (an acknowledgement, an absence note)."""

    at: Instant
    by: Literal["buyer", "agent"]
    public: bool = True
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Talk:
    """`oldest_unanswered` is the oldest buyer message after the last human public reply, None if there is none.
    `answered_from` is the message which `last_human_reply` answered, had it one to answer. `first_waived` says that
    the first message was declared to need no reply before it got one."""

    first_buyer_message: Instant | None = None
    oldest_unanswered: Instant | None = None
    first_human_reply: Instant | None = None
    last_human_reply: Instant | None = None
    answered_from: Instant | None = None
    first_waived: bool = False

    def hear(self, message: Spoken) -> Talk:
        """The talk after one more message, in order of time. Notes and automatic messages change nothing."""
        if message.automatic or not message.public:
            return self
        if message.by == "buyer":
            return replace(
                self,
                first_buyer_message=message.at if self.first_buyer_message is None else self.first_buyer_message,
                oldest_unanswered=message.at if self.oldest_unanswered is None else self.oldest_unanswered,
            )
        answers_first = self.first_human_reply is None and self.first_buyer_message is not None
        return replace(
            self,
            oldest_unanswered=None,
            first_human_reply=message.at if answers_first else self.first_human_reply,
            last_human_reply=message.at,
            answered_from=self.oldest_unanswered,
        )

    def waive(self) -> Talk:
        """The talk after somebody said that what stands unanswered needs no reply; the next message starts anew."""
        first = self.oldest_unanswered is not None and self.oldest_unanswered == self.first_buyer_message
        return replace(self, oldest_unanswered=None, first_waived=self.first_waived or first)
