"""The templates that come with the program, and the form in which a shop keeps its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from desk.automation import toml_out
from desk.automation.lint import Finding, lint
from desk.automation.templates import tags
from desk.automation.variants import Variant
from desk.clocks.toml_text import parse, wrong
from store.errors import N_, Invalid
from store.values import clean, clean_line

_KEYS = {"id", "names", "when", "suits", "variables", "limits", "review", "text", "variant", "internal"}
_ID = re.compile(r"\w[\w.-]{0,59}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")


@dataclass(frozen=True, slots=True)
class Template:
    """A text for one occasion. `suits` are issue types, `limits` what to mind before using it, `review` the day on
    which somebody should read it again (None never), `names` its title by language of the face; an `internal` one is
    for notes of the team and never sent."""

    id: str
    names: tuple[tuple[str, str], ...]
    when: str
    suits: tuple[str, ...]
    variables: tuple[str, ...]
    limits: tuple[str, ...]
    review: date | None
    variants: tuple[Variant, ...]
    internal: bool = False

    def name(self, language: str) -> str:
        """Its title in a language of the face, else in English, else the first it has."""
        names = dict(self.names)
        return names.get(language) or names.get("en") or next(iter(names.values()), self.id)

    def body(self) -> dict[str, Any]:
        """It as a table, as JSON can hold it and `template_from` reads it."""
        special = [v for v in self.variants if v.platform or v.country]
        return {
            "id": self.id, "names": dict(self.names), "when": self.when, "suits": list(self.suits),
            "limits": list(self.limits), **({"review": self.review.isoformat()} if self.review else {}),
            **({"internal": True} if self.internal else {}),
            "text": {v.language: v.text for v in self.variants if not v.platform and not v.country},
            **({"variant": [_row(v) for v in special]} if special else {}),
        }  # fmt: skip


def template_from_text(text: str, item: str = "template") -> Template:
    """A template from TOML. Raises Invalid, naming line and column or key; the caller keeps the old one then."""
    template = template_from(parse(text, item))
    refuse_broken(template, source=text)
    return template


def template_from(table: Mapping[str, Any]) -> Template:
    """A template from the table of its text or form: `[text]` holds one text per language, `[[variant]]` those for one
    platform or country. Raises Invalid for a key that does not fit, or if `variables` is given and lists other names
    than the texts use."""
    item = str(table.get("id", "")) or "template"
    for key in table:
        if key not in _KEYS:
            raise wrong(item, key, table[key])
    if not _ID.fullmatch(item):
        raise wrong(item, "id", item)
    names, texts = table.get("names", {}), table.get("text", {})
    if not isinstance(names, Mapping) or not names or not all(isinstance(n, str) and n.strip() for n in names.values()):
        raise wrong(item, "names", names)
    if not isinstance(texts, Mapping) or not all(isinstance(t, str) and t.strip() for t in texts.values()):
        raise wrong(item, "text", texts)
    variants = [_variant(item, {"language": language, "text": text}) for language, text in texts.items()]
    variants += [_variant(item, row) for row in _list(item, table, "variant")]
    places = [(v.language, v.country, v.platform) for v in variants]
    if not variants or len(set(places)) < len(places):
        raise wrong(item, "variant" if variants else "text", "" if not variants else max(places, key=places.count))
    used = list(dict.fromkeys(tag.path for variant in variants for tag in tags(variant.text)))
    variables = tuple(map(str, _list(item, table, "variables"))) if "variables" in table else tuple(used)
    if odd := set(used) ^ set(variables):
        raise wrong(item, "variables", sorted(odd)[0])
    return Template(
        id=item,
        names=tuple((str(k), clean_line(str(v))) for k, v in names.items()),
        when=clean_line(str(table.get("when", ""))),
        suits=tuple(map(str, _list(item, table, "suits"))),
        variables=variables,
        limits=tuple(clean_line(str(limit)) for limit in _list(item, table, "limits")),
        review=_review(item, table.get("review")),
        variants=tuple(variants),
        internal=table.get("internal", False) is True,
    )


def template_toml(template: Template) -> str:
    """Its text form; `template_from_text` reads the same back."""
    body = template.body()
    texts, special = body.pop("text"), body.pop("variant", [])
    if template.review:
        body["review"] = template.review
    lines = [f"{name} = {toml_out.value(found)}" for name, found in body.items() if found not in ("", [])]
    if texts:
        lines += ["", "[text]"]
    for language, text in texts.items():
        lines += [f"{toml_out.key(language)} = {toml_out.block(text)}"]
    for row in special:
        lines += ["", "[[variant]]"]
        lines += [f"{name} = {toml_out.block(text)}" for name, text in row.items()]
    return "\n".join(lines) + "\n"


def findings(template: Template) -> list[tuple[Variant, Finding]]:
    """What is wrong with its texts: with one made for a platform by that platform's rules, with one for every platform
    by the rules of those that are strict, as warnings, since it is only kept from leaving there."""
    from desk.automation.lint import STRICT, as_warning, named

    found: list[tuple[Variant, Finding]] = []
    for variant in template.variants:
        if template.internal:
            found += [(variant, f) for f in named(variant.text)]
        elif variant.platform:
            found += [(variant, f) for f in lint(variant.text, [variant.platform])]
        else:
            broken = list(named(variant.text))
            told = [as_warning(f) for f in lint(variant.text, STRICT) if f not in broken]
            found += [(variant, f) for f in broken + told]
    return found


def refuse_broken(template: Template, source: str = "") -> None:
    """Raises Invalid, with line and column in `source` (in the text itself where it is not found there), for the first
    thing that would keep the template from ever being used."""
    for variant, finding in findings(template):
        if finding.severity == "error":
            line, column = place(source, variant.text, finding.start)
            raise Invalid(
                N_("{item}, {language}, line {line}, column {column}: {problem}."), item=template.id,
                next=N_("What was in force before stays in force; correct the text and try again."),
                language=variant.language, line=line, column=column, problem=finding.what,
            )  # fmt: skip


def place(source: str, text: str, at: int) -> tuple[int, int]:
    """Line and column, from 1, of a character of `text`: in `source`, if the text stands there as it is."""
    begin = max(source.find(text), 0)
    before = (source[:begin] + text[:at]) if begin or source.startswith(text) else text[:at]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


@cache
def shipped_templates() -> dict[str, Template]:
    """Every template that comes with the program, by id, in alphabetical order."""
    folder = files("desk.automation").joinpath("data/templates")
    made = [
        template_from(parse(entry.read_text("utf-8"), entry.name))
        for entry in sorted(folder.iterdir(), key=lambda e: e.name)
        if entry.name.endswith(".toml")
    ]
    return {t.id: t for t in made}


def _list(item: str, table: Mapping[str, Any], key: str) -> list[Any]:
    found = table.get(key, [])
    if not isinstance(found, list | tuple):
        raise wrong(item, key, found)
    return list(found)


def _review(item: str, found: object) -> date | None:
    if found is None or found == "":
        return None
    if isinstance(found, str):
        try:
            return date.fromisoformat(found)
        except ValueError as exc:
            raise wrong(item, "review", found) from exc
    if not isinstance(found, date):
        raise wrong(item, "review", found)
    return found


def _row(variant: Variant) -> dict[str, str]:
    named = {"language": variant.language, "country": variant.country, "platform": variant.platform,
             "subject": variant.subject, "text": variant.text}  # fmt: skip
    return {key: value for key, value in named.items() if value}


def _variant(item: str, row: object) -> Variant:
    if not isinstance(row, Mapping) or not str(row.get("text", "")).strip():
        raise wrong(item, "variant", row)
    language, country = str(row.get("language", "en")), str(row.get("country", "")).upper()
    if not _LANGUAGE.fullmatch(language):
        raise wrong(item, "language", language)
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise wrong(item, "country", country)
    return Variant(
        language=language,
        text=clean(str(row["text"])).strip(),
        country=country,
        platform=clean_line(str(row.get("platform", ""))).lower(),
        subject=clean_line(str(row.get("subject", ""))),
    )
