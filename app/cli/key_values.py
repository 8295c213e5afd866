"""Settings said as `KEY=VALUE`, of accounts and of places for notices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.cli.options import Usage, unknown
from app.words import _
from store.values import clean_line

if TYPE_CHECKING:
    from connectors.registry import Setting


def said(words: Sequence[str], settings: Sequence[Setting], owner: str) -> dict[str, str]:
    """Values by key; `owner` is whose settings they are. Raises Usage for an unknown one and for a secret."""
    kinds = {s.key: s.kind for s in settings}
    found: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise Usage(_("{word} is not KEY=VALUE.").format(word=clean_line(word)))
        if key not in kinds:
            raise Usage(unknown(key, kinds, _("a setting of {platform}").format(platform=owner)))
        if kinds[key] == "secret":
            raise Usage(
                _("A command line is no place for {name}; it is asked for, or say --secret-stdin {name}.").format(name=key)
            )
        found[key] = value
    return found
