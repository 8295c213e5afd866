"""Keeps the catalogues true to the source. A tool for those who build Deskhand; it is not shipped.

    python -m app.locale.catalogue update        template and translations brought up to date, .mo compiled
    python -m app.locale.catalogue check         what is wrong, a line each; exit 1 if anything is
    python -m app.locale.catalogue missing       what is untranslated, as JSON: {"message id": ""}
    python -m app.locale.catalogue fill FILE     takes that JSON, filled in; a plural's value is a list of its forms
"""

from __future__ import annotations

import ast
import io
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from app.locale import literals
from app.words import LANGUAGES

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("app", "desk", "store", "connectors", "themes")
LOCALE = ROOT / "app" / "locale"
TEMPLATE = LOCALE / "en" / "deskhand.pot"
TRANSLATIONS = {code: LOCALE / code / "LC_MESSAGES" / "deskhand.po" for code in LANGUAGES[1:]}

_GAP = re.compile(r"\{[^{}]*\}|%\(\w+\)[a-z]|%[sdr]")
_CHINESE = "[\u4e00-\u9fff]"
_BESIDE = re.compile(f"(?<={_CHINESE})[,;:!?()] ?|[,;:!?()](?={_CHINESE})")
_FULL_WIDTH = {ord(mark): ord(mark) + 0xFEE0 for mark in ",;:!?()"}
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
_MARKERS = {"_": 1, "N_": 1, "ngettext": 2}


def sources() -> Iterator[Path]:
    """Every module whose words a person may read."""
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))


def extract() -> Catalog:
    """The template: each message id with the files it stands in, in the order of the ids.

    Raises SyntaxError if a source does not parse, ValueError if a marker is given anything but literal text.
    """
    found: dict[tuple[str, ...], set[str]] = {}
    for path in sources():
        name = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf-8"), name)):
            if isinstance(node, ast.Call) and (key := _marked(node, name)):
                found.setdefault(key, set()).add(name)
    for name, text in _data():
        found.setdefault((text,), set()).add(name)
    catalogue = _empty(None)
    for key in sorted(found):
        catalogue.add(key if len(key) > 1 else key[0], locations=[(name, 1) for name in sorted(found[key])])
    return catalogue


def _data() -> Iterator[tuple[str, str]]:
    """What stands in data files and is shown by way of `_`: the connectors' settings and forms, the shipped policies' names."""
    for path in sorted((ROOT / "connectors").glob("*/manifest.toml")):
        manifest = tomllib.loads(path.read_text("utf-8"))
        for item in (*manifest.get("settings", ()), *manifest.get("forms", ())):
            for key in ("label", "help", "title"):
                if text := item.get(key):
                    yield path.relative_to(ROOT).as_posix(), text
    policies = ROOT / "desk" / "clocks" / "data" / "shop.toml"
    if policies.exists():
        for policy in tomllib.loads(policies.read_text("utf-8"))["policy"]:
            yield policies.relative_to(ROOT).as_posix(), policy["name"]


def template() -> Catalog:
    """The template as it was last written; empty if it never was."""
    return _read(TEMPLATE, None)


def translation(code: str) -> Catalog:
    """The translation into `code` as it stands; empty if there is none."""
    return _read(TRANSLATIONS[code], code)


def update() -> None:
    """Writes the template and every translation. What has no message id any more goes; nothing is guessed."""
    current = extract()
    _write(TEMPLATE, current)
    for code in TRANSLATIONS:
        _store(code, current, _strings(code))


def fill(code: str, words: dict[str, str | list[str]]) -> None:
    """Adds translations by message id (a plural's is its singular) and brings everything up to date."""
    current = extract()
    strings = _strings(code)
    for message in current:
        if message.id and (value := words.get(_key(message))):
            strings[_key(message)] = tuple(map(full_width, _forms(value)))
    _write(TEMPLATE, current)
    _store(code, current, strings)


def full_width(text: str) -> str:
    """Chinese typography: punctuation that touches a Chinese character is full-width, and so is a bracket's partner."""
    text = _BESIDE.sub(lambda match: match.group().strip().translate(_FULL_WIDTH), text)
    text = re.sub(r"\uff08([^()\uff08\uff09]*(?:%\(\w+\)[sdr][^()\uff08\uff09]*)*)\)", "\uff08\\1\uff09", text)
    return re.sub(r"\(([^()\uff08\uff09]*)\uff09", "\uff08\\1\uff09", text)


def missing(code: str) -> dict[str, str]:
    """Message ids of the sources that `code` does not translate, or only by a guess."""
    known = {_key(m): m for m in translation(code) if m.id and _whole(m) and not m.fuzzy}
    return {_key(m): "" for m in extract() if m.id and _key(m) not in known}


def stale() -> set[str]:
    """Message ids in the template or in the sources, but not in both."""
    return {_key(m) for m in extract() if m.id} ^ {_key(m) for m in template() if m.id}


def torn(code: str) -> list[str]:
    """Message ids whose translation has other gaps or another line end than the source."""
    bad = []
    for message in translation(code):
        if not message.id or not _whole(message):
            continue
        ids, strings = _forms(message.id), _forms(message.string)
        wanted, allowed = _gaps(ids[-1]), {gap for text in ids for gap in _gaps(text)}
        for text in strings:
            gaps = _gaps(text)
            # A plural may leave the number out of one of its forms, as English does in "one ticket".
            wrong = sorted(gaps) != sorted(wanted) if len(ids) == 1 else not set(gaps) <= allowed
            if wrong or text.endswith("\n") != ids[0].endswith("\n"):
                bad.append(ids[0])
                break
    return bad


def compiled(code: str) -> bytes:
    """The .mo that belongs to the translation as it stands."""
    catalogue = translation(code)
    catalogue.creation_date = catalogue.revision_date = _NO_DATE  # the same words are the same bytes on any day
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def problems() -> list[str]:
    """Everything `make test` would refuse, a line each."""
    lines = [f"template out of date: {text!r}" for text in sorted(stale())]
    for code, path in TRANSLATIONS.items():
        lines += [f"{code} lacks: {text!r}" for text in missing(code)]
        lines += [f"{code} has other gaps: {text!r}" for text in torn(code)]
        binary = path.with_suffix(".mo")
        if not binary.exists() or binary.read_bytes() != compiled(code):
            lines.append(f"{code}: {binary.name} is older than {path.name}")
    for path in sources():
        name = path.relative_to(ROOT).as_posix()
        lines += [f"{name}:{line}: {text}" for line, text in literals.loose(name, path.read_text("utf-8"))]
    return lines


def _marked(call: ast.Call, name: str) -> tuple[str, ...]:
    """The message id of a marker's call; nothing for other calls, and for ids marked where they are written."""
    count = _MARKERS.get(literals.called(call), 0)
    constants = [arg.value for arg in call.args[:count] if isinstance(arg, ast.Constant)]
    texts = tuple(value for value in constants if isinstance(value, str))
    if len(texts) == count:
        return texts
    if any(isinstance(arg, ast.JoinedStr | ast.BinOp) for arg in call.args[:count]):
        raise ValueError(f"{name}:{call.lineno}: only literal text can be translated")
    return ()


def _empty(code: str | None) -> Catalog:
    return Catalog(locale=code, charset="utf-8", fuzzy=False)


def _read(path: Path, code: str | None) -> Catalog:
    if not path.exists():
        return _empty(code)
    with path.open("rb") as file:
        return read_po(file, locale=code)


def _strings(code: str) -> dict[str, tuple[str, ...]]:
    return {_key(message): _forms(message.string) for message in translation(code) if message.id}


def _store(code: str, current: Catalog, strings: dict[str, tuple[str, ...]]) -> None:
    fresh = _empty(code)
    for message in current:
        if message.id:
            forms = strings.get(_key(message), ("",))
            string = forms[0] if isinstance(message.id, str) else forms
            fresh.add(message.id, string, locations=message.locations)
    _write(TRANSLATIONS[code], fresh)
    TRANSLATIONS[code].with_suffix(".mo").write_bytes(compiled(code))


def _write(path: Path, catalogue: Catalog) -> None:
    """Without dates, versions and line numbers: two people adding a word each shall not meet in every line."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=120, omit_header=True, include_lineno=False, sort_output=True)
    header = '# Made by `make locale`.\nmsgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    if catalogue.locale:
        header += f'"Language: {path.parts[-3]}\\n"\n"Plural-Forms: {catalogue.plural_forms}\\n"\n'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(header + "\n" + buffer.getvalue().decode().strip() + "\n", "utf-8")


def _forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ("",))


def _key(message: Message) -> str:
    return _forms(message.id)[0]


def _whole(message: Message) -> bool:
    return all(_forms(message.string))


def _gaps(text: str) -> list[str]:
    return _GAP.findall(text)


def main(arguments: list[str]) -> int:
    match arguments:
        case ["update"]:
            update()
            left = problems()
        case ["check"]:
            left = problems()
        case ["missing"]:
            todo = {key: "" for code in TRANSLATIONS for key in missing(code)}
            print(json.dumps(todo, indent=1, ensure_ascii=False))
            return 0
        case ["fill", file]:
            for code in TRANSLATIONS:
                fill(code, json.loads(Path(file).read_text("utf-8")))
            left = problems()
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    print("\n".join(left) or "The catalogues are complete.")
    return 1 if left and arguments != ["update"] else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SyntaxError as error:
        sys.exit(f"{error.filename}:{error.lineno} does not parse ({error.msg}); nothing was written.")
    except ValueError as error:
        sys.exit(f"{error}; nothing was written.")
