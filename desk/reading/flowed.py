"""format=flowed (RFC 3676): lines that were broken only to travel become the paragraphs they were."""

from __future__ import annotations

import re

_QUOTES = re.compile(r">+")
_APART = " " * 4
"""Before an angle that the writer typed, so that it passes for no quote."""


def unwrap(text: str, *, delsp: bool) -> str:
    """The text with soft breaks undone: a line that ends in a space goes on in the next of the same quote depth. `delsp`
    says that this space was put in to break the line (languages written without spaces)."""
    out: list[str] = []
    open_at = -1
    """Quote depth of the paragraph that the last line of `out` leaves open; -1 for none."""
    for line in text.split("\n"):
        match = _QUOTES.match(line)
        depth = len(match[0]) if match else 0
        body = line[depth:].removeprefix(" ")
        signature = body == "-- "
        if depth == open_at and not signature:
            out[-1] += body
        else:
            plain = f"{_APART}{body}" if body.startswith(">") else body
            out.append(f"{'>' * depth} {body}" if depth else plain)
        soft = body.endswith(" ") and not signature
        if soft and delsp:
            out[-1] = out[-1][:-1]
        open_at = depth if soft else -1
    return "\n".join(out)
