"""`deskhand template add|edit|remove|export|import|restore`: changing templates, from the command line and from files."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.options import Usage
from app.cli.output import Column, Record, record, records
from app.cli.parsing import Parser
from app.cli.run import Run
from app.cli.texts import add_text, text_of
from app.words import _, render_error
from store.errors import N_, Invalid, NotFound

if TYPE_CHECKING:
    from desk.automation.library import Template
    from desk.automation.variants import Variant
    from desk.template_book import Saved

SAVED, REMOVED, EXPORTED, IMPORTED = (
    "deskhand/template-saved/1", "deskhand/template-removed/1", "deskhand/template-export/1",
    "deskhand/template-import/1",
)  # fmt: skip
_LARGEST = 20 << 20

Verbs = tuple[tuple[str, str, Callable[[Parser], None], Callable[[Run, Any], int]], ...]


def VERBS() -> Verbs:
    return (
        ("add", _("write a new template"), _add_arguments, _add),
        ("edit", _("change one text of a template, or all of it as TOML"), _edit_arguments, _edit),
        ("remove", _("take a template away; its versions stay"), one, _remove),
        ("export", _("templates as TOML, for git"), _export_arguments, _export),
        ("import", _("bring in TOML, or canned replies of another helpdesk as CSV or JSON"), _import_arguments, _import),
        ("restore", _("put an old version into force again"), _restore_arguments, _restore),
    )


def one(parser: Parser) -> None:
    parser.add_argument("template", metavar="ID", help=_("its id"))


def maybe_one(parser: Parser) -> None:
    parser.add_argument("template", nargs="?", default="", metavar="ID", help=_("its id"))


def _text_arguments(parser: Parser) -> None:
    one(parser)
    parser.add_argument("--name", default="", metavar="TEXT", help=_("what it is called"))
    parser.add_argument("--language", default="", metavar="L", help=_("language of the text (en)"))
    parser.add_argument("--country", default="", metavar="CC", help=_("only for buyers in this country"))
    parser.add_argument("--platform", default="", metavar="P", help=_("only for this platform"))
    parser.add_argument("--type", action="append", default=[], metavar="TYPE", help=_("an issue type it is for"))
    add_text(parser)


def _add_arguments(parser: Parser) -> None:
    _text_arguments(parser)
    parser.add_argument("--internal", action="store_true", help=_("for notes of the team, never sent"))


def _edit_arguments(parser: Parser) -> None:
    _text_arguments(parser)
    parser.add_argument("--note", default="", metavar="TEXT", help=_("why, for the history"))


def _add(run: Run, args: argparse.Namespace) -> int:
    from desk import template_book
    from desk.automation.library import template_from
    from store.sql import shop

    if shop.template(run.conn, args.template) is not None:
        raise Invalid(N_("There is a template {item} already."), item=args.template,
                      next=N_("Change it: deskhand template edit {item}"))  # fmt: skip
    text = _variant(args, text_of(args), "en")
    row = {key: value for key, value in (("language", text.language), ("country", text.country),
                                         ("platform", text.platform), ("text", text.text)) if value}  # fmt: skip
    table = {"id": args.template, "names": {"en": args.name or args.template}, "suits": args.type,
             "internal": args.internal, "variant": [row]}  # fmt: skip
    with run.write() as unit:
        saved = template_book.save(unit, template_from(table))
    return _tell(run, saved)


def _edit(run: Run, args: argparse.Namespace) -> int:
    from desk import template_book
    from desk.automation.library import template_from

    text = text_of(args)
    old = template_book.read(run.conn, args.template)
    plain = bool(args.language or args.country or args.platform)
    with run.write() as unit:
        if text and not plain and not args.name and not args.type:
            saved = _whole(run, args.template, text, args.note, unit)
        else:
            body = old.body()
            body |= {"names": {**body["names"], _face(): args.name}} if args.name else {}
            body |= {"suits": args.type} if args.type else {}
            changed = template_from(body)
            if text:
                changed = template_book.with_text(changed, _variant(args, text, "en"))
            elif not (args.name or args.type):
                raise Usage(_("Say what to change: --text or - with --language, --name, --type, or all of it as TOML on -."))
            saved = template_book.save(unit, changed, note=args.note)
    return _tell(run, saved)


def _whole(run: Run, ident: str, text: str, note: str, unit: Any) -> Saved:
    from desk import template_book
    from desk.automation.library import template_from_text

    template = template_from_text(text, ident)
    if template.id != ident:
        raise Invalid(N_("The text is of template {found}, not of {item}."), item=ident, found=template.id,
                      next=N_("Bring it in: deskhand template import PATH"))  # fmt: skip
    return template_book.save(unit, template, note=note)


def _face() -> str:
    from app.words import language

    return language()


def _variant(args: argparse.Namespace, text: str, language: str) -> Variant:
    from desk.automation.variants import Variant

    if not text.strip():
        raise Usage(_("A template needs a text: --text T or -."))
    return Variant(args.language or language, text, args.country.upper(), args.platform.lower())


def _tell(run: Run, saved: Saved) -> int:
    warnings = [w.render(_) for w in saved.warnings]
    for text in warnings:
        run.say(text)
    ident = saved.template.id
    told = (_("Saved {item} as version {version}.") if saved.version else _("{item} is as it was.")).format(
        item=ident, version=saved.version
    )
    record(run, SAVED, {"id": ident, "version": saved.version or None, "warnings": warnings}, lambda: [told])
    return 0


def _remove(run: Run, args: argparse.Namespace) -> int:
    from desk import template_book

    with run.write() as unit:
        gone = template_book.remove(unit, args.template)
    record(run, REMOVED, {"id": gone.id},
           lambda: [_("Removed {item}; deskhand template restore brings it back.").format(item=gone.id)])  # fmt: skip
    return 0


def _restore_arguments(parser: Parser) -> None:
    one(parser)
    parser.add_argument("version", type=int, metavar="N", help=_("which version; see: deskhand template history ID"))


def _restore(run: Run, args: argparse.Namespace) -> int:
    from desk import template_book

    with run.write() as unit:
        saved = template_book.restore(unit, args.template, args.version)
    return _tell(run, saved)


# Files ------------------------------------------------------------------------------------------------


def _export_arguments(parser: Parser) -> None:
    parser.add_argument("template", nargs="*", metavar="ID", help=_("which ones (all)"))
    parser.add_argument("--to", default="", metavar="FOLDER", help=_("one file each in this folder"))


def _export(run: Run, args: argparse.Namespace) -> int:
    from desk import template_book
    from desk.automation.library import template_toml
    from store.sql import shop

    wanted = args.template or [t.id for t in shop.templates(run.conn)]
    texts = {ident: template_toml(template_book.read(run.conn, ident)) for ident in wanted}
    if args.to:
        return _into_files(run, Path(args.to), texts)
    if len(texts) != 1:
        raise Usage(_("Several templates need a folder: --to FOLDER."))
    ident, text = next(iter(texts.items()))
    record(run, EXPORTED, {"id": ident, "toml": text}, lambda: [text.rstrip("\n")])
    return 0


def _into_files(run: Run, folder: Path, texts: dict[str, str]) -> int:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for ident, text in texts.items():
            (folder / f"{ident}.toml").write_text(text, "utf-8")
    except OSError as exc:
        raise Invalid(N_("{item} cannot be written."), item=str(folder), next=N_("Choose another folder.")) from exc
    rows = ({"id": ident, "path": str(folder / f"{ident}.toml")} for ident in texts)
    records(run, EXPORTED, "templates", [Column("id", _("Id")), Column("path", _("File"))], rows)
    return 0


def _import_arguments(parser: Parser) -> None:
    parser.add_argument("path", nargs="+", metavar="PATH", help=_("files, or a folder of TOML files"))
    parser.add_argument("--dry-run", action="store_true", help=_("say what would come in, and change nothing"))


def _import(run: Run, args: argparse.Namespace) -> int:
    rows: list[Record] = []
    for path in files_of(args.path, (".toml", ".csv", ".json", ".tsv", ".txt")):
        rows += _one_file(run, path, args.dry_run)
    columns = [
        Column("state", _("State")),
        Column("id", _("Id")),
        Column("name", _("Name")),
        Column("languages", _("Languages")),
        Column("unknown", _("Not known here")),
        Column("problem", _("Problem")),
    ]
    records(run, IMPORTED, "templates", columns, rows)
    return int(any(row["state"] == "refused" for row in rows))


class _OnlyLooked(Exception):
    """Undoes a dry run."""


def _one_file(run: Run, path: Path, dry: bool) -> list[Record]:
    """What came of a file. A TOML file is taken or refused whole, a list of canned replies one by one."""
    from desk import template_book
    from desk.automation import canned
    from desk.automation.library import template_from_text

    text = read_file(path)
    if path.suffix.casefold() != ".toml":
        replies = canned.read(text, path.name)
        came: list[canned.Came] = []
        with run.write() as unit, suppress(_OnlyLooked), unit.attempt():
            came = canned.bring_in(unit, replies)
            if dry:
                raise _OnlyLooked
        return [{"state": c.state, "id": c.id or None, "name": c.name, "languages": list(c.languages),
                 "unknown": list(c.unknown), "problem": render_error(c.problem) if c.problem else None}
                for c in came]  # fmt: skip
    template: Template = template_from_text(text, path.name)
    new = _is_new(run, template.id)
    version = -1
    if not dry:
        with run.write() as unit:
            version = template_book.save(unit, template, note=path.name).version
    state = "same" if version == 0 else "new" if new else "changed"
    return [{"state": state, "id": template.id, "name": template.name(_face()),
             "languages": list(dict.fromkeys(v.language for v in template.variants)), "unknown": [],
             "problem": None}]  # fmt: skip


def _is_new(run: Run, ident: str) -> bool:
    from store.sql import shop

    return shop.template(run.conn, ident) is None


def files_of(paths: list[str], endings: tuple[str, ...]) -> list[Path]:
    """The files named, and those with these endings inside the folders named."""
    found: list[Path] = []
    for name in paths:
        path = Path(name).expanduser()
        found += sorted(p for p in path.iterdir() if p.suffix.casefold() in endings) if path.is_dir() else [path]
    return found


def read_file(path: Path) -> str:
    """A text file, whatever its character set. Raises NotFound, Invalid."""
    from desk.reading.charsets import decode

    try:
        if path.stat().st_size > _LARGEST:
            raise Invalid(N_("{item} is larger than {limit} MB."), item=str(path), limit=_LARGEST >> 20,
                          next=N_("Split it."))  # fmt: skip
        text, _held = decode(path.read_bytes(), "")
    except OSError as exc:
        raise NotFound(N_("{item} cannot be read."), item=str(path), next=N_("Check the path.")) from exc
    return text
