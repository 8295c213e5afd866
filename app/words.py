"""The words a person reads, in their language. `_` and `ngettext` look up, `N_` only marks, `use` chooses.

English is what the source says and loads nothing. Because the language is chosen after import, `_` belongs inside
functions; a constant of a module is marked with `N_` and looked up where it is shown.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from store.errors import N_, DeskError, Invalid
from store.values import clean_line

if TYPE_CHECKING:
    from gettext import GNUTranslations

__all__ = ["LANGUAGES", "N_", "_", "choose", "language", "ngettext", "render_error", "use"]

LANGUAGES = ("en", "zh_CN")
"""What can be spoken; the first is the language of the source."""

LOCALE = os.path.join(os.path.dirname(__file__), "locale")

_language = LANGUAGES[0]
_catalogue: GNUTranslations | None = None


def _(text: str) -> str:
    """`text` in the language in use; `text` itself where the catalogue lacks it."""
    return text if _catalogue is None or not text else _catalogue.gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """The form for `count`. The gap that shows the number is the caller's to fill."""
    if _catalogue is None:
        return one if count == 1 else many
    return _catalogue.ngettext(one, many, count)


def language() -> str:
    """The language in use, one of `LANGUAGES`."""
    return _language


def choose(asked: str | None, environ: Mapping[str, str]) -> str:
    """The language for this run: what was asked for, else the first variable that is set of DESKHAND_LANG, LC_ALL,
    LC_MESSAGES and LANG. A variable naming a language nobody translated means English.

    Raises Invalid if a language was asked for that there is not.
    """
    if asked:
        found = _known(asked)
        if found is None:
            known = ", ".join(LANGUAGES)
            raise Invalid(N_("There is no translation into {item}."), item=asked, next=N_("Use {known}."), known=known)
        return found
    for name in ("DESKHAND_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(name):
            return _known(value) or LANGUAGES[0]
    return LANGUAGES[0]


def use(asked: str | None = None, environ: Mapping[str, str] | None = None) -> None:
    """Speaks the language `choose` finds, from now on and in the whole process. Raises Invalid as `choose` does."""
    global _catalogue, _language
    _language = choose(asked, os.environ if environ is None else environ)
    _catalogue = None if _language == LANGUAGES[0] else _load(_language)


def render_error(error: DeskError) -> str:
    """One line for a person: what happened and, if known, what to do next. Gaps are cleaned: they may hold text that
    came from outside."""
    if not error.next:
        return render_fault(error)
    return _("{what} {next}").format(what=render_fault(error), next=_(error.next).format(**_gaps(error)))


def render_fault(error: DeskError) -> str:
    """The same without what to do next, for where that is offered otherwise."""
    return _(error.what).format(**_gaps(error))


def _gaps(error: DeskError) -> dict[str, object]:
    return {name: _gap(value) for name, value in {"item": error.item, **error.gaps}.items()}


def _gap(value: object) -> object:
    from desk.reason import Reason

    if isinstance(value, Reason):
        known = Reason(value.text, {name: _gap(filled) for name, filled in value.gaps.items()})
        return clean_line(known.render(_sentence))
    if not isinstance(value, str):
        return value
    return clean_line(_sentence(value) if " " in value else value)  # one word is a name or what somebody typed


def _sentence(text: str) -> str:
    """A message id, or what a connector or sync said in finished English, in the language in use."""
    found = _(text)
    if _catalogue is None or found != text:
        return found
    from app.told import told

    return told(text)


def _load(code: str) -> GNUTranslations:
    from gettext import GNUTranslations

    with open(os.path.join(LOCALE, code, "LC_MESSAGES", "deskhand.mo"), "rb") as file:
        return GNUTranslations(file)


def _known(name: str) -> str | None:
    """`zh`, `zh-Hans`, `zh_CN.UTF-8` → zh_CN; `en_GB@euro`, `C`, `POSIX` → en; anything else → None."""
    base = name.replace("-", "_").split(".")[0].split("@")[0].split("_")[0].lower()
    return {"c": "en", "posix": "en", "en": "en", "zh": "zh_CN"}.get(base)
