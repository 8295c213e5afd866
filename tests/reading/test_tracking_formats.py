"""Every courier format of the sample data, with numbers made from its shape and check-digit rule; nothing is copied."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from desk.reading import tracking

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "tracking"
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def formats() -> list[Any]:
    if not DATA.is_dir():
        return [pytest.param({}, "", id="absent", marks=pytest.mark.skip(reason="no ../shared/data/tracking"))]
    found = []
    for path in sorted(DATA.glob("*.json")):
        book = json.loads(path.read_text(encoding="utf-8"))
        for form in book["tracking_numbers"]:
            found.append(pytest.param(form, book["name"], id=str(form.get("id", form["name"]))))
    return found


def shape(form: dict[str, Any]) -> re.Pattern[str]:
    """The format without the white space it allows everywhere, in Python's spelling."""
    source = form["regex"] if isinstance(form["regex"], str) else "".join(form["regex"])
    source = re.sub(
        r"(?<!\\)\\s\*", "", source.replace("(?<", "(?P<").replace("(?P<=", "(?<=").replace("(?P<!", "(?<!")
    )
    return re.compile(source.replace(r"\b", "").replace(r"\s", ""), re.A)


def check(form: dict[str, Any], serial: str) -> str:
    """The check character the format's own rule gives `serial`."""
    rule = form["validation"]["checksum"]
    extra = form["validation"].get("serial_number_format", {}).get("prepend_if")
    if extra and re.match(re.sub(r"\\s\*", "", extra["matches_regex"]), serial):
        serial = extra["content"] + serial
    match rule["name"]:
        case "mod7":
            return str(int(serial) % 7)
        case "s10":
            rest = 11 - sum(int(d) * w for d, w in zip(serial, rule["weightings"], strict=True)) % 11
            return str({10: 0, 11: 5}.get(rest, rest))
        case "mod_37_36":
            carry = 36
            for c in serial:
                carry = (carry + _ALPHABET.index(c)) % 36 or 36
                carry = carry * 2 % 37
            return _ALPHABET[(37 - carry) % 36]
        case "luhn":
            doubled = [int(d) * (2 - n % 2) for n, d in enumerate(reversed(serial))]
            return str(-sum(v - 9 if v > 9 else v for v in doubled) % 10)
        case "sum_product_with_weightings_and_modulo":
            total = sum(int(d) * w for d, w in zip(serial, rule["weightings"], strict=True))
            return str(total % rule["modulo1"] % rule["modulo2"])
        case _:
            values = [int(c) if c.isdigit() else (ord(c) - 3) % 10 for c in serial]
            values = values[::-1] if rule["reverse"] else values
            weights = (rule["evens_multiplier"], rule["odds_multiplier"])
            return str(-sum(v * weights[n % 2] for n, v in enumerate(values)) % 10)


def drawn(tree: Any, chance: random.Random) -> str:
    """One text a parsed pattern may match; what it only looks at is left to `fullmatch`."""
    out = ""
    for op, value in tree:
        match str(op):
            case "LITERAL":
                out += chr(value)
            case "IN":
                choices = [c for kind, v in value for c in ([v] if str(kind) == "LITERAL" else range(v[0], v[1] + 1))]
                digits = [c for c in choices if 48 <= c <= 57]
                out += chr(chance.choice(digits if digits and chance.random() < 0.8 else choices))
            case "MAX_REPEAT":
                low, high, inner = value
                out += "".join(drawn(inner, chance) for _ in range(chance.randint(low, min(high, low + 20))))
            case "SUBPATTERN":
                out += drawn(value[-1], chance)
            case "BRANCH":
                out += drawn(chance.choice(value[1]), chance)
    return out


def made(form: dict[str, Any], count: int) -> list[tuple[str, str]]:
    """(a number, the same with a wrong check character; "" where the format has none)."""
    pattern, chance, out = shape(form), random.Random(form["name"]), list[tuple[str, str]]()
    tree = re._parser.parse(pattern.pattern)  # type: ignore[attr-defined]
    while len(out) < count:
        text = drawn(tree, chance)
        found = pattern.fullmatch(text)
        if found is None or not re.search(r"\d{6}", text):
            continue
        if "CountryCode" in found.groupdict() and form["id"] == "s10":
            members = next(a["lookup"] for a in form["additional"] if a["regex_group_name"] == "CountryCode")
            text = text[:-2] + chance.choice(members)["matches"]
        if "checksum" not in form["validation"]:
            out.append((text, ""))
            continue
        place, right = found.start("CheckDigit"), check(form, found["SerialNumber"])
        wrong = _ALPHABET[(_ALPHABET.index(right) + 1) % 10]
        out.append((text[:place] + right + text[place + 1 :], text[:place] + wrong + text[place + 1 :]))
    return out


@pytest.mark.parametrize(("form", "name"), formats())
def test_numbers_of_every_format_are_found_and_wrong_ones_refused(form: dict[str, Any], name: str) -> None:
    missed = []
    for right, wrong in made(form, 40):
        found = tracking.find(f"My {name} parcel: {right}")
        if [t.number for t in found] != [right.replace("-", "")]:
            missed.append(right)
        elif wrong and any(t.courier == found[0].courier for t in tracking.find(f"My {name} parcel: {wrong}")):
            missed.append(wrong)
    assert missed == []
