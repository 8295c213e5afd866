"""Mails in files, for `deskhand explain`: read as sync reads them and, where there is a desk, taken in and undone again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.explain_row import blank, fate, meaning
from app.cli.output import iso
from app.cli.run import Run
from app.words import _, render_error
from store.errors import N_, DeskError, NotFound

if TYPE_CHECKING:
    from desk.reading.records import Address, Mail, Understanding
    from desk.sync.importing_sources import RawItem
    from desk.sync.inbound import Inbound
    from store.sql.rows import Channel


def files(run: Run, path: Path, channel: str) -> Iterator[dict[str, Any]]:
    """A line for each mail below `path`, as if it came into `channel` ("": the first mailbox)."""
    from desk.sync.importing_sources import mails
    from desk.sync.reader import Pooled

    waiting: list[RawItem] = []

    def raws() -> Iterator[bytes]:
        for source in _sources(path):
            for item in mails(source):
                waiting.append(item)
                yield item.raw

    trial = _trial(run, channel)
    from desk.learning import saved

    learned = saved(run.conn) if (run.folder / "desk.db").exists() else ""
    with closing(Pooled(workers=2, learner=learned)) as reader:
        for mail, understood in reader.mails(raws()):
            item = waiting.pop(0)
            if isinstance(mail, str) or understood is None:
                yield {**blank(item.name), "error": mail if isinstance(mail, str) else None}
            else:
                read, found = meaning(understood), trial(item, mail, understood)
                notes = [_(warning) for warning in mail.warnings]
                why = [*(read["why"] or []), *(found.get("why") or []), *notes] or None
                yield {**blank(item.name), **_mail(mail), **read, **found, "why": why}


def _sources(path: Path) -> Iterable[Any]:
    """Every file of a folder, whatever it is called: what cannot be read is told as such."""
    from desk.sync.importing_sources import Source, sources

    if path.is_dir() and not (path / "cur").is_dir() and not (path / "new").is_dir():
        found = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
        return [Source(p, "mbox" if p.suffix == ".mbox" else "mail", p.stat().st_size) for p in found]
    if path.is_file() and path.suffix.casefold() not in (".mbox", ".jsonl", ".ndjson"):
        return [Source(path, "mail", path.stat().st_size)]
    return [s for s in sources([path]) if s.kind != "lines"]


def _mail(mail: Mail) -> dict[str, Any]:
    def people(found: tuple[Address, ...]) -> list[dict[str, str]]:
        return [{"name": a.name, "address": a.address} for a in found]

    return {
        "from": {"name": mail.sender.name, "address": mail.sender.address},
        "to": people(mail.to),
        "cc": people(mail.cc),
        "reply_to": people(mail.reply_to),
        "subject": mail.subject,
        "date": iso(mail.date) if mail.date is not None else None,
        "text": mail.text,
        "quoted": mail.quoted,
        "automatic": mail.automatic,
        "attachments": [{"name": a.name, "type": a.type, "size": a.size, "md5": a.md5} for a in mail.attachments],
    }


class _Undone(Exception):
    """Ends a trial: the transaction is rolled back."""


def _trial(run: Run, named: str) -> Callable[[RawItem, Mail, Understanding], dict[str, Any]]:
    """What a desk would do with a mail; nothing where there is no desk or no channel."""
    from desk.sync.inbound import Inbound
    from desk.sync.intake import take

    channel = _channel(run, named)
    if channel is None:
        return lambda item, mail, understood: {}
    from store.values import Actor

    def tried(item: RawItem, mail: Mail, understood: Understanding) -> dict[str, Any]:
        inbound: Inbound = Inbound.from_mail(mail, understood, b"", run.now)
        answer: dict[str, Any] = {}
        try:
            with run.store.write(Actor("connector", channel.id)) as unit:
                answer = fate(run, unit, take(unit, channel.id, inbound).ticket_id)
                raise _Undone
        except _Undone:
            return answer
        except DeskError as error:
            return {"error": render_error(error)}

    return tried


def _channel(run: Run, named: str) -> Channel | None:
    if not (run.folder / "desk.db").exists():
        if named or run.options.desk:
            run.wired  # noqa: B018 - says that there is no desk
        return None
    from store.sql import shop

    known = shop.channels(run.conn)
    if named and not any(named in (c.id, c.name) for c in known):
        raise NotFound(N_("There is no channel {item}."), item=named, next=N_("See: deskhand channel list"))
    return next((c for c in known if (named in (c.id, c.name) if named else c.kind == "email")), None)
