"""Answers typed as text that are numbers, money or times."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from app.setup.fields import Field
from store.errors import N_, Invalid
from store.values import Money


class Levels(Field):
    """`en:5, de:3`: words with a number from 1 to 5 each (5 where none is written); its value maps one to the other."""

    def raw(self, value: Any) -> Any:
        return ", ".join(f"{word}:{level}" for word, level in (value or {}).items())

    def nothing(self) -> Any:
        return {}

    def read(self, raw: Any) -> Any:
        found: dict[str, int] = {}
        for part in (p.strip() for p in re.split("[,;，、；]", str(raw)) if p.strip()):
            word, colon, level = part.replace("：", ":").partition(":")
            if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", word.strip()):
                raise Invalid(N_("{item} is no language."), item=part, next=N_("Write them like en:5, de:3."))
            if colon and (not level.strip().isdigit() or not 1 <= int(level) <= 5):
                raise Invalid(N_("{item}: the level is a number from 1 to 5."), item=part)
            found[word.strip()] = int(level) if colon else 5
        return found


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    """A whole number from `least` to `most`."""

    least: int = 0
    most: int = 1_000_000

    def nothing(self) -> Any:
        return self.least

    def read(self, raw: Any) -> Any:
        text = str(raw).strip()
        if not re.fullmatch(r"[+-]?\d{1,12}", text) or not self.least <= int(text) <= self.most:
            raise Invalid(N_("Write a whole number from {least} to {most}."), least=self.least, most=self.most)
        return int(text)


class Amount(Field):
    """Money, `USD 12.90` or `12.90 USD`; its value is written the first way."""

    def read(self, raw: Any) -> Any:
        found = re.fullmatch(r"\s*([A-Za-z]{3})?\s*([\d.,]+)\s*([A-Za-z]{3})?\s*", str(raw))
        if found is None or bool(found[1]) == bool(found[3]):
            raise Invalid(N_("Write an amount with its currency, such as USD 12.90."))
        try:
            return str(Money.parse(found[2].replace(",", ""), found[1] or found[3]))
        except ValueError as exc:
            raise Invalid(N_("Write an amount with its currency, such as USD 12.90.")) from exc


class Span(Field):
    """A length of time as its `check` reads it (`8h`, `2d`, `3bd`)."""


@dataclass(frozen=True, kw_only=True)
class Moment(Field):
    """A date and time in `zone`, `2026-12-24 09:00`; its value is an instant. A date alone is its first minute."""

    zone: tzinfo

    def raw(self, value: Any) -> Any:
        return f"{datetime.fromtimestamp(value / 1000, self.zone):%Y-%m-%d %H:%M}" if value else ""

    def nothing(self) -> Any:
        return None

    def read(self, raw: Any) -> Any:
        text = str(raw).strip().replace("T", " ")
        for form in ("%Y-%m-%d %H:%M", "%Y-%m-%d"):
            try:
                return int(datetime.strptime(text, form).replace(tzinfo=self.zone).timestamp() * 1000)
            except ValueError:
                continue
        raise Invalid(N_("Write a time like 2026-12-24 09:00."))


class Day(Field):
    """A date, `2026-12-24`; its value is that text."""

    def read(self, raw: Any) -> Any:
        try:
            return datetime.strptime(str(raw).strip(), "%Y-%m-%d").date().isoformat()
        except ValueError as exc:
            raise Invalid(N_("Write a date like 2026-12-24.")) from exc
