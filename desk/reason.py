"""A sentence for a person that is not yet in anybody's language or time zone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from store.values import Instant


@dataclass(frozen=True, slots=True)
class When:
    """An instant inside a sentence, shown in the reader's zone."""

    at: Instant


def utc_text(at: Instant) -> str:
    """An instant for logs: `2026-06-08 09:00 UTC`."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


@dataclass(frozen=True, slots=True)
class Reason:
    """A message id with `{named}` gaps. A gap may be a `Reason`, translated before it is filled in, or a `When`."""

    text: str
    gaps: dict[str, object] = field(default_factory=dict, hash=False)

    def render(self, translate: Callable[[str], str], when: Callable[[Instant], str] = utc_text) -> str:
        """The sentence in the language of `translate` (gettext), its times as `when` writes them."""

        def filled(value: object) -> object:
            if isinstance(value, Reason):
                return value.render(translate, when)
            return when(value.at) if isinstance(value, When) else value

        return translate(self.text).format(**{key: filled(value) for key, value in self.gaps.items()})

    def english(self) -> str:
        """The sentence untranslated, for logs and tests."""
        return self.render(str)

    def __str__(self) -> str:
        return self.english()

    def stored(self) -> dict[str, Any]:
        """The sentence as JSON can hold it; `reason_from` reads it back."""

        def plain(value: object) -> object:
            if isinstance(value, Reason):
                return value.stored()
            return {"at": value.at} if isinstance(value, When) else value

        return {"text": self.text, "gaps": {key: plain(value) for key, value in self.gaps.items()}}


def reason_from(stored: Mapping[str, Any]) -> Reason:
    """A sentence from its stored form."""

    def made(value: object) -> object:
        if isinstance(value, Mapping):
            return When(value["at"]) if "at" in value else reason_from(value)
        return value

    return Reason(str(stored["text"]), {key: made(value) for key, value in stored.get("gaps", {}).items()})
