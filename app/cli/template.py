"""`deskhand template`: the replies with gaps."""

from __future__ import annotations

import argparse
import json

from app.cli.output import Column, record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run
from app.labels import column
from app.words import _, language
from store.errors import N_, NotFound
from store.sql.rows import Template

LIST, ONE = "deskhand/templates/1", "deskhand/template/1"


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("list", _("every template"), _no_arguments, _list),
        ("show", _("one template, in every language it has"), _one, _show),
    ))  # fmt: skip


run = perform_verb


def _no_arguments(parser: Parser) -> None:
    """None of its own."""


def _one(parser: Parser) -> None:
    parser.add_argument("template", metavar="ID", help=_("its id"))


def _list(run: Run, args: argparse.Namespace) -> int:
    from desk.vocabulary import TYPES
    from store.sql import shop

    rows = ({"id": t.id, "name": _name(t), "types": json.loads(t.types), "languages": list(json.loads(t.texts)),
             "shipped": bool(t.shipped), "used": t.used} for t in shop.templates(run.conn))  # fmt: skip
    columns = [
        Column("id", _("Id")),
        Column("name", _("Name")),
        Column("types", _("Types"), column(TYPES)),
        Column("languages", _("Languages")),
        Column("used", _("Used"), right=True),
    ]
    records(run, LIST, "templates", columns, rows)
    return 0


def _show(run: Run, args: argparse.Namespace) -> int:
    from desk.automation.templates import tags
    from store.sql import shop

    t = shop.template(run.conn, args.template)
    if t is None:
        raise NotFound(N_("There is no template {item}."), item=args.template, next=N_("See: deskhand template list"))
    texts: dict[str, str] = json.loads(t.texts)
    gaps = sorted({tag.path for text in texts.values() for tag in tags(text)})

    def page() -> list[str]:
        lines = [f"{t.id}  {_name(t)}", _("Gaps: {gaps}").format(gaps=", ".join(gaps))]
        for code, text in texts.items():
            lines += ["", f"[{code}]", text]
        return lines

    record(run, ONE, {"id": t.id, "name": _name(t), "types": json.loads(t.types), "variables": gaps, "texts": texts,
                      "shipped": bool(t.shipped), "used": t.used}, page)  # fmt: skip
    return 0


def _name(template: Template) -> str:
    """Its title in the reader's language, where it has one."""
    found: str = json.loads(template.names).get(language(), template.name)
    return found
