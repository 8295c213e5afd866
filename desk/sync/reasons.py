"""What a platform's reason code means in the house's words. The raw code is kept beside; an unknown one is `other`."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

_PREFIX = re.compile(r"^(?:(?:CR|AMZ_PG|APP)_|ECOM_ORDER_(?:.*_)?REASON_)")


@cache
def _table() -> dict[str, dict[str, str]]:
    """platform → code (upper case, `-` and spaces as `_`) → type."""
    raw = tomllib.loads(files("desk.sync").joinpath("data/reasons.toml").read_text("utf-8"))
    return {
        platform: {_plain(code): kind for kind, codes in kinds.items() for code in codes}
        for platform, kinds in raw.items()
    }


def type_of(platform: str, reason: str) -> str:
    """The issue type a reason code stands for; `other` for one nobody knows."""
    known = _table().get(platform, {})
    code = _plain(reason)
    while True:
        if code in known:
            return known[code]
        shorter = _PREFIX.sub("", code)
        if shorter == code:
            break
        code = shorter
    return next((kind for stem, kind in known.items() if stem.endswith("*") and code.startswith(stem[:-1])), "other")


def _plain(code: str) -> str:
    return re.sub(r"[\s\-/]+", "_", code.strip()).upper()
