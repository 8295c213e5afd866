"""How keys are named: as the terminal library says it, and as people write it."""

from __future__ import annotations

from collections.abc import Iterable

Keys = tuple[str, ...]
"""A sequence of keys as `token` names them."""

FORBIDDEN = frozenset({"ctrl+b", "ctrl+a", "ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m"})
"""Never bound: multiplexers take ^b and ^a, the others are Backspace, Tab and Enter by another name. ^Space, which is
NUL, and Alt, which terminals send as Esc and a key, cannot even be written."""

_NAMES = {
    "exclamation_mark": "!", "quotation_mark": '"', "number_sign": "#", "dollar_sign": "$", "percent_sign": "%",
    "ampersand": "&", "apostrophe": "'", "left_parenthesis": "(", "right_parenthesis": ")", "asterisk": "*",
    "plus": "+", "plus_sign": "+", "comma": ",", "minus": "-", "hyphen_minus": "-", "full_stop": ".", "slash": "/",
    "solidus": "/", "colon": ":", "semicolon": ";", "less_than_sign": "<", "equals_sign": "=",
    "greater_than_sign": ">", "question_mark": "?", "at": "@", "commercial_at": "@", "left_square_bracket": "[",
    "backslash": "\\", "reverse_solidus": "\\", "right_square_bracket": "]", "circumflex_accent": "^",
    "underscore": "_", "low_line": "_", "grave_accent": "`", "left_curly_bracket": "{", "vertical_line": "|",
    "right_curly_bracket": "}", "tilde": "~", "ideographic_full_stop": ".", "ideographic_space": "space",
}  # fmt: skip
_WIDE = {"\u3002": ".", "\u3000": "space", " ": "space"}
_WRITTEN = {
    "space": "Space", "enter": "Enter", "escape": "Esc", "tab": "Tab", "shift+tab": "S-Tab", "up": "Up",
    "down": "Down", "left": "Left", "right": "Right", "pageup": "PageUp", "pagedown": "PageDown", "home": "Home",
    "end": "End", "insert": "Insert", "delete": "Delete", "backspace": "Backspace",
    **{f"f{number}": f"F{number}" for number in range(1, 25)},
}  # fmt: skip
_READ = {written.lower(): token for token, written in _WRITTEN.items()}


def token(key: str) -> str:
    """The name of a key as the terminal library gives it, brought to one form: printable keys are their character,
    full-width ones that of their ASCII twin (`fullwidth_colon`, `：` → `:`), Shift and a letter the capital."""
    if len(key) == 1:
        if "\uff01" <= key <= "\uff5e":
            return chr(ord(key) - 0xFEE0)
        return _WIDE.get(key, key)
    if key.startswith("shift+") and len(key) == 7:
        return key[6].upper()
    return _NAMES.get(key.removeprefix("fullwidth_"), key)


def parse(written: str) -> Keys:
    """`"g i"` → `("g", "i")`, `"^d"` → `("ctrl+d",)`. Raises ValueError on a key nobody has or nobody should bind."""
    found = tuple(_read(part) for part in written.split())
    if not found:
        raise ValueError(written)
    return found


def show(keys: Iterable[str]) -> str:
    """The sequence as people write it; `parse` reads it back."""
    return " ".join("^" + key[5:] if key.startswith("ctrl+") else _WRITTEN.get(key, key) for key in keys)


def printable(key: str) -> bool:
    """Whether the key, named as by `token`, writes a character where one types."""
    return len(key) == 1 or key == "space"


def _read(part: str) -> str:
    if len(part) == 1:
        return token(part)
    lowered = part.lower()
    letter = lowered.removeprefix("^").removeprefix("ctrl+")
    if lowered != letter and len(letter) == 1 and letter.isascii() and letter.isalpha():
        key = "ctrl+" + letter
    else:
        key = _READ.get(lowered, "")
    if not key or key in FORBIDDEN:
        raise ValueError(part)
    return key
