"""Regular expressions that compile on first use: importing the reading room must cost next to nothing."""

from __future__ import annotations

import re
from typing import Any, cast


class _Lazy:
    """Whatever is asked of it first is kept as its own, so that later calls go straight to the compiled one."""

    def __init__(self, source: str, flags: int) -> None:
        self._source, self._flags = source, flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(self._source, self._flags), name)
        setattr(self, name, found)
        return found


def regex(source: str, flags: int = 0) -> re.Pattern[str]:
    """`re.compile`, later."""
    return cast("re.Pattern[str]", _Lazy(source, flags))
