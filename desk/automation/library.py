"""The templates that come with the program, and the form in which a shop keeps its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from desk.automation.templates import tags
from desk.automation.variants import Variant
from desk.clocks.toml_text import parse, wrong

_KEYS = {"id", "names", "when", "suits", "variables", "limits", "review", "text", "variant"}


@dataclass(frozen=True, slots=True)
class Template:
    """A text for one occasion. `suits` are issue types, `limits` what to mind before using it, `review` the day on
    which somebody should read it again, `names` its title by language of the face."""

    id: str
    names: tuple[tuple[str, str], ...]
    when: str
    suits: tuple[str, ...]
    variables: tuple[str, ...]
    limits: tuple[str, ...]
    review: date
    variants: tuple[Variant, ...]

    def name(self, language: str) -> str:
        """Its title in a language of the face, else in English."""
        names = dict(self.names)
        return names.get(language) or names.get("en") or self.id


def template_from_text(text: str, item: str = "template") -> Template:
    """A template from TOML. Raises Invalid, naming line and column or key; the caller keeps the old one then."""
    return template_from(parse(text, item))


def template_from(table: Mapping[str, Any]) -> Template:
    """A template from the table of its text or form: `[text]` holds one text per language, `[[variant]]` those for one
    platform or country. Raises Invalid if a text uses a variable that `variables` does not list, or lists too many."""
    item = str(table.get("id", "")) or "template"
    for key in table:
        if key not in _KEYS:
            raise wrong(item, key, table[key])
    review, names, texts = table.get("review"), table.get("names", {}), table.get("text", {})
    if not isinstance(review, date):
        raise wrong(item, "review", review)
    if not isinstance(names, Mapping) or not names:
        raise wrong(item, "names", names)
    if not isinstance(texts, Mapping) or not all(isinstance(t, str) and t.strip() for t in texts.values()):
        raise wrong(item, "text", texts)
    variants = [Variant(str(language), text.strip()) for language, text in texts.items()]
    for row in table.get("variant", []):
        variants.append(_variant(item, row))
    if not variants:
        raise wrong(item, "text", "")
    variables = tuple(map(str, table.get("variables", [])))
    used = {tag.path for variant in variants for tag in tags(variant.text)}
    if odd := used ^ set(variables):
        raise wrong(item, "variables", sorted(odd)[0])
    return Template(
        id=item,
        names=tuple((str(k), str(v)) for k, v in names.items()),
        when=str(table.get("when", "")),
        suits=tuple(map(str, table.get("suits", []))),
        variables=variables,
        limits=tuple(map(str, table.get("limits", []))),
        review=review,
        variants=tuple(variants),
    )


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


def _variant(item: str, row: object) -> Variant:
    if not isinstance(row, Mapping) or not str(row.get("text", "")).strip():
        raise wrong(item, "variant", row)
    return Variant(
        language=str(row.get("language", "en")),
        text=str(row["text"]).strip(),
        country=str(row.get("country", "")),
        platform=str(row.get("platform", "")),
        subject=str(row.get("subject", "")),
    )
