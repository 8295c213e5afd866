"""`deskhand product`: what is known of the products, and bringing it in from files."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

from app.cli.output import At, Column, Record, record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run
from app.words import _
from store.errors import N_, NotFound
from store.sql.history import KnownProduct
from store.values import clean_line, fold

LIST, ONE = "deskhand/products/1", "deskhand/product/1"


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("list", _("every product, by SKU"), _list_arguments, _list),
        ("show", _("its facts and sizes"), _one, _show),
        ("import", _("bring products in from a .csv"), _import_arguments, _import),
    ))  # fmt: skip


run = perform_verb


def _list_arguments(parser: Parser) -> None:
    parser.add_argument("words", nargs="*", metavar="TEXT", help=_("only those with this in their SKU or title"))


def _one(parser: Parser) -> None:
    parser.add_argument("sku", metavar="SKU", help=_("its SKU, as the shop writes it"))


def _import_arguments(parser: Parser) -> None:
    from app.cli.imports import arguments as of_import

    of_import(parser)


def _list(run: Run, args: argparse.Namespace) -> int:
    from store.sql.history import known_products

    words = [fold(word) for word in args.words]

    def rows() -> Iterator[Record]:
        for p in known_products(run.conn):
            if all(word in fold(f"{p.sku} {p.title}") for word in words):
                yield _record(p)

    columns = [
        Column("sku", _("SKU")),
        Column("title", _("Title")),
        Column("channel", _("Channel"), lambda channel: channel or _("all")),
        Column("facts", _("Facts")),
        Column("sizes", _("Sizes"), lambda sizes: _("yes") if sizes else ""),
        Column("updated", _("Updated")),
    ]
    records(run, LIST, "products", columns, rows())
    return 0


def _show(run: Run, args: argparse.Namespace) -> int:
    from store.sql.history import known_products

    found = list(known_products(run.conn, args.sku))
    if not found:
        raise NotFound(N_("There is no product {item}."), item=args.sku, next=N_("See: deskhand product list"))
    rows = [{**_record(p), "specs": _specs(p)} for p in found]

    def page() -> Iterator[str]:
        for p in rows:
            yield f"{p['sku']}  {p['title']}  {p['channel'] or ''}".rstrip()
            yield from (f"  {name}: {value}" for name, value in p["specs"].items())
            yield from (f"  {clean_line(line)}" for line in p["sizes"].split("\n") if line.strip())

    record(run, ONE, {"products": rows}, page)
    return 0


def _import(run: Run, args: argparse.Namespace) -> int:
    from app.cli import imports

    if not args.profile and _generic(args):
        args.profile = "products"
    return imports.run(run, args)


def _generic(args: argparse.Namespace) -> bool:
    """Whether the file is no platform's report: then it is a table of products, whatever else its columns might be."""
    from pathlib import Path

    from desk.sync.importing_csv import table
    from store.errors import Invalid

    try:
        return all(not table(Path(p).expanduser()).columns.profile.required for p in args.paths if Path(p).is_file())
    except (Invalid, OSError):
        return False


def _record(p: KnownProduct) -> dict[str, Any]:
    return {"sku": p.sku, "title": p.title, "channel": p.channel_id or None, "facts": len(_specs(p)), "sizes": p.sizes,
            "updated": At(p.updated_at)}  # fmt: skip


def _specs(p: KnownProduct) -> dict[str, str]:
    return {clean_line(str(k)): clean_line(str(v)) for k, v in json.loads(p.specs or "{}").items()}
