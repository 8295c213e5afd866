"""Writes docs/csv.md from the profiles: `python -m desk.sync.importing_csv_page > docs/csv.md`."""

from __future__ import annotations

import sys

from desk.sync.importing_csv_profiles import Profile, profiles

_INTRO = """# Importing .csv files

Made by `python -m desk.sync.importing_csv_page`; do not edit it by hand.

```
deskhand import --dry-run report.csv        # what is it, what is understood, what would be left out; nothing is stored
deskhand import report.csv
deskhand import --channel ebay-uk --zone Europe/London report.csv
```

A file is known by the names in its header line, in any order. Case, spaces, underscores and punctuation do not matter. The
reports of platforms below are known by the columns only they have. `--profile ID` says what a file is, where the desk guesses
wrong. Any other table is taken by its columns: a rating makes reviews; a text and a sender make messages; an order
number with a return's number or reason makes returns; an order number and something about the order makes orders; an SKU makes
products; a name or an address makes customers. Columns nobody knows are listed and left aside.

- Comma, semicolon, tab or `|` between the cells; UTF-8 (with or without a mark at its beginning), UTF-16, GB18030 or
  Windows-1252; cells in quotes may hold line breaks. Excel sheets: save them as CSV first. A platform's report may end in `.txt`.
- A row that cannot be read is listed with its line; all others come in. Reading a file again adds nothing; an order,
  return, review or product that is here already is brought up to date, of a customer only what was empty is filled in. What a
  connected account told later is not overwritten by an older report.
- Everything goes to the channel of `--channel`, else to the one a column names, else to the only account of the report's
  platform (made where there is none; it fetches nothing). Products of a file that names none hold for all accounts.
- Dates: `2026-11-22 14:30`, `2026/11/22`, `22.11.2026`, `2026年11月22日`, `22 Nov 2026`, `Nov-22-26`, seconds since 1970.
  A zone behind it counts (`+08:00`, `Z`, `PST`); without one it is that of `--zone`, else UTC. `11/02/2026` is read day first,
  unless another row of the file shows that the month stands first.
- Amounts: `12.90`, `1,234.50`, `1.234,50`, `1'234.50`, `$12.90`, `12,90 EUR`, `US $12.90`, `(5.00)`. The currency is that of the
  cell, of the currency column, or of the column's name: `Total (EUR)`.
- One row per item makes one order, as long as its rows follow each other.
- A return that still waits for you and is not older than `--since` opens a ticket; all others are kept with their order.
- Of customers, `tags` (commas or semicolons between them) and `consent` (to marketing mail: yes or no) replace what was
  known. Of products, columns called `spec: NAME` become facts.
- Countries are codes (`DE`) or names in English, and the larger ones in German, French and Chinese.
- An apostrophe before `=`, `+`, `-` or `@`, as Deskhand writes it so that no spreadsheet runs the cell, is taken off.

The headers of platforms' reports change. One that the desk does not know any more is taken as any other table, or write to us
with its first line. The profiles are in `desk/sync/data/csv/`.
"""


def page() -> str:
    """docs/csv.md."""
    out = [_INTRO, "## Reports of platforms", "", "| id | report | it has these columns |", "|---|---|---|"]
    platforms = [p for p in profiles() if p.required]
    out += [f"| {p.id} | {p.name} | {_marks(p)} |" for p in platforms]
    for one in profiles():
        title = f"{one.name} ({one.id})" if one.required else f"{one.name}, of any kind"
        out += ["", f"## {title}", "", "| field | names of its column |", "|---|---|"]
        out += [f"| {field} | {', '.join(names)} |" for field, names in one.told.items()]
    return "\n".join(out) + "\n"


def _marks(p: Profile) -> str:
    return ", ".join(" or ".join(sorted(group)) for group in p.required)


if __name__ == "__main__":
    sys.stdout.write(page())
