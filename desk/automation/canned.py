"""Canned replies of other helpdesks, from CSV or JSON: read, cleaned, and brought in as templates without doubles."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from desk import template_book
from desk.automation.library import Template, template_from
from desk.automation.placeholders import ours
from desk.vocabulary import TYPES
from store.connection import Connection
from store.errors import N_, DeskError, Invalid
from store.sql import shop
from store.unit import UnitOfWork
from store.values import clean, clean_line, fold

MOST = 5_000
"""Canned replies one file may hold."""
LONGEST = 20_000
"""Characters one may have."""

_COLUMNS = {
    "id": ("id", "key", "shortcut"),
    "name": ("title", "name", "macroname", "templatename", "subjectline"),
    "text": ("body", "text", "content", "message", "reply", "comment", "response", "bodytext", "contenttext",
             "plaintext"),
    "html": ("bodyhtml", "contenthtml", "html", "richtext", "contentrich"),
    "language": ("language", "locale", "lang", "languagecode"),
    "tags": ("tags", "tag", "category", "categories", "folder", "group", "type", "types"),
}  # fmt: skip
_FIELDS = {name: field for field, names in _COLUMNS.items() for name in names}
_COMMENTS = ("comment_value_html", "comment_value", "setResponseText")
_HTML = re.compile(r"<(?:p|br|div|ul|ol|li|b|i|strong|em|a|span|table|h[1-6])\b[^<>]{0,500}>", re.I)
_LANGUAGES = {"english": "en", "german": "de", "deutsch": "de", "french": "fr", "français": "fr", "spanish": "es",
              "español": "es", "italian": "it", "italiano": "it", "japanese": "ja", "日本語": "ja", "portuguese": "pt",
              "português": "pt", "chinese": "zh-CN", "中文": "zh-CN", "zh": "zh-CN"}  # fmt: skip
_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z0-9]{2,8}))?")


@dataclass(frozen=True, slots=True)
class Canned:
    """One reply as a file holds it, in our names. `suits` are those of its tags that are issue types; `unknown` are
    the placeholders that have no counterpart here."""

    name: str
    language: str
    text: str
    suits: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


class Came(NamedTuple):
    """What bringing one in did. `state` is new, changed, same, kept (it was edited here since, and stays) or refused,
    with `problem` then."""

    id: str
    name: str
    state: str
    languages: tuple[str, ...]
    unknown: tuple[str, ...]
    problem: DeskError | None = None


def read(text: str, item: str) -> list[Canned]:
    """The canned replies of a file: JSON if it begins like that, else CSV with a header. Raises Invalid, naming line
    and column where it is broken, and for a file without any."""
    body = text.removeprefix("\ufeff").strip()
    rows = _json_rows(body, item) if body[:1] in ("{", "[") else _csv_rows(body, item)
    found = [made for row in rows if (made := _canned(row)) is not None]
    if not found or len(found) > MOST:
        raise Invalid(N_("{item} holds {count} canned replies; between 1 and {limit} can be brought in."), item=item,
                      count=len(found), limit=MOST,
                      next=N_("It needs columns for a title and a text, such as title and body."))  # fmt: skip
    return found


def bring_in(unit: UnitOfWork, replies: Iterable[Canned]) -> list[Came]:
    """Saves canned replies as templates, those of one name in several languages as one. The same file again changes
    nothing; what was edited here since stays as it is."""
    groups: dict[str, list[Canned]] = {}
    for reply in replies:
        groups.setdefault(fold(reply.name), []).append(reply)
    known = _sources(unit.conn)
    return [_bring(unit, source, group, known) for source, group in groups.items()]


def _bring(unit: UnitOfWork, source: str, group: list[Canned], known: dict[str, tuple[str, str]]) -> Came:
    name, unknown = group[0].name, tuple(dict.fromkeys(u for reply in group for u in reply.unknown))
    ident, digest_then = known.get(source, ("", ""))
    ident = ident or _free(unit.conn, name)
    languages = tuple(dict.fromkeys(reply.language for reply in group))
    try:
        with unit.attempt():
            if any(len(reply.text) > LONGEST for reply in group):
                raise Invalid(N_("{item} is longer than {limit} characters."), item=name, limit=LONGEST,
                              next=N_("Shorten it there, and bring it in again."))  # fmt: skip
            made = _template(ident, group)
            digest = _digest(made)
            state = "new"
            if digest_then:
                if digest == digest_then:
                    return Came(ident, name, "same", languages, unknown)
                if _digest(template_book.read(unit.conn, ident)) != digest_then:
                    return Came(ident, name, "kept", languages, unknown)
                state = "changed"
            template_book.put(unit, made, about={"source": source, "digest": digest}, note="brought in from a file")
    except DeskError as error:
        return Came("", name, "refused", languages, unknown, error)
    known[source] = (ident, digest)
    return Came(ident, name, state, languages, unknown)


def _template(ident: str, group: list[Canned]) -> Template:
    """The last text of a language counts."""
    return template_from({
        "id": ident, "names": {"en": group[0].name}, "text": {reply.language: reply.text for reply in group},
        "suits": list(dict.fromkeys(s for reply in group for s in reply.suits)),
    })  # fmt: skip


def _digest(template: Template) -> str:
    """What of a template comes from the file."""
    body = template.body()
    told = json.dumps([body["names"], body["text"], body["suits"], body.get("variant")], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _sources(conn: Connection) -> dict[str, tuple[str, str]]:
    """Source → id and digest of every template that was brought in."""
    found = {}
    for row in shop.templates(conn):
        about = json.loads(row.about)
        if "source" in about:
            found[about["source"]] = (row.id, about["digest"])
    return found


def _free(conn: Connection, name: str) -> str:
    """An id made from a name that no template has."""
    base = re.sub(r"[^\w]+", "_", fold(name)).strip("_")[:50] or "reply"
    ident, n = base, 2
    while shop.template(conn, ident) is not None:
        ident, n = f"{base}_{n}", n + 1
    return ident


# Reading ----------------------------------------------------------------------------------------------


def _json_rows(body: str, item: str) -> Iterator[Mapping[str, Any]]:
    try:
        document = json.loads(body)
    except ValueError as exc:
        told = exc if isinstance(exc, json.JSONDecodeError) else json.JSONDecodeError(str(exc), body, 0)
        raise Invalid(N_("{item} cannot be read at line {line}, column {column}: {problem}."), item=item,
                      line=told.lineno, column=told.colno, problem=clean_line(told.msg),
                      next=N_("Export it again, or save it as CSV.")) from exc  # fmt: skip
    except RecursionError as exc:
        raise Invalid(N_("{item} is nested too deeply."), item=item,
                      next=N_("Export it again, or save it as CSV.")) from exc  # fmt: skip
    if isinstance(document, Mapping):
        lists = [v for v in document.values() if isinstance(v, list)]
        document = lists[0] if lists else [document]
    return (row for row in document if isinstance(row, Mapping))


def _csv_rows(body: str, item: str) -> Iterator[Mapping[str, Any]]:
    head = body.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    lines = csv.DictReader(io.StringIO(body, newline=""), delimiter=delimiter, restkey="")
    try:
        yield from (row for row in lines if any(row.values()))
    except csv.Error as exc:
        raise Invalid(N_("{item} cannot be read at line {line}, column {column}: {problem}."), item=item,
                      line=lines.line_num, column=1, problem=clean_line(str(exc)),
                      next=N_("Export it again, or save it as JSON.")) from exc  # fmt: skip


def _canned(row: Mapping[str, Any]) -> Canned | None:
    """A row in our form; None without a name or a text."""
    found: dict[str, Any] = {}
    for key, value in row.items():
        field = _FIELDS.get(re.sub(r"[^a-z]", "", str(key).casefold()))
        if field and value not in (None, "", []):
            found.setdefault(field, value)
    if "text" not in found and "html" not in found:
        found |= _from_actions(row.get("actions"))
    name = clean_line(str(found.get("name") or found.get("id") or ""))[:120]
    text = _plain(found)
    if not name or not text:
        return None
    mapped = ours(text)
    return Canned(name, _language(found.get("language"), mapped.text), mapped.text, _suits(found.get("tags")),
                  mapped.unknown)  # fmt: skip


def _from_actions(actions: object) -> dict[str, str]:
    """The text inside a macro's actions, as Zendesk (`comment_value`) and Gorgias (`setResponseText`) export them."""
    for action in actions if isinstance(actions, list) else ():
        if not isinstance(action, Mapping) or (action.get("field") or action.get("name")) not in _COMMENTS:
            continue
        value = action.get("value")
        if isinstance(value, list) and value:  # [channel, text]
            value = value[-1]
        said = action.get("arguments")
        if isinstance(said, Mapping):
            value = said.get("body_text") or said.get("body_html")
        if isinstance(value, str) and value.strip():
            return {"text": value}
    return {}


def _plain(found: Mapping[str, Any]) -> str:
    text = str(found.get("text") or found.get("html") or "")
    if "text" not in found or _HTML.search(text):
        from desk.reading.html import to_lines

        text = "\n".join(line.text for line in to_lines(text))
    return clean(html.unescape(text)).strip()


def _language(said: object, text: str) -> str:
    word = clean_line(str(said or ""))
    if fold(word) in _LANGUAGES:
        return _LANGUAGES[fold(word)]
    if found := _TAG.fullmatch(word):
        region = found[2] or ""
        return found[1].lower() + (f"-{region.upper() if len(region) == 2 else region.title()}" if region else "")
    from desk.reading.language import UNKNOWN, detect

    guessed = detect(re.sub(r"\{\{[^{}]*\}\}", " ", text))
    return "en" if guessed == UNKNOWN else guessed


def _suits(said: object) -> tuple[str, ...]:
    words = said if isinstance(said, list) else re.split(r"[,;|]", str(said or ""))
    folded = [re.sub(r"[ -]", "_", fold(str(word))) for word in words]
    return tuple(dict.fromkeys(word for word in folded if word in TYPES))
