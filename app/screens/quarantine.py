"""What came in and could not be read: why, from which channel, its bytes shown safely; read again, saved, let go."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from app import filing
from app.lines import Line
from app.raw_text import MOST_BYTES, raw_lines
from app.safe import cells
from app.screens.page import Entry, Page
from app.times import size_text, stamp
from app.told import told
from app.words import _, ngettext, render_error
from app.wrap import wrap
from desk import quarantine
from desk.sync.reader import Pooled
from store.errors import N_, DeskError, Refused
from store.sql import shop, sync
from store.sql.sync import Held
from store.values import clean_line

if TYPE_CHECKING:
    from app.acts import Acts
    from app.workstation import Workstation
    from store.unit import Store


class Quarantine(Page):
    place = "quarantine"
    state_width = 14

    def __init__(self, desk: Workstation, acts: Acts) -> None:
        super().__init__(desk, acts)
        self._mails: dict[int, bool] = {}
        """Which records came as mail and can be read again here."""

    def holds(self) -> Collection[str]:
        return ("unreadable_mail",) if self.current and self._is_mail(self.current) else ()

    def _is_mail(self, ident: int) -> bool:
        if ident not in self._mails:
            conn = self.session.store.conn
            held = sync.held(conn, ident)
            self._mails[ident] = held is not None and quarantine.is_mail(quarantine.content(conn, held))
        return self._mails[ident]

    def title(self) -> str:
        if not (count := len(self.pane.entries)):
            return _("Unreadable")
        return ngettext("{count} record could not be read", "{count} records could not be read", count).format(count=count)

    def empty(self) -> Sequence[str]:
        return (_("Everything that came in could be read."),
                _("What cannot be is kept here whole, with the reason; it stops nothing else."))  # fmt: skip

    def entries(self) -> Sequence[Entry]:
        names = {c.id: c.name for c in shop.channels(self.session.store.conn)}
        return [self._entry(held, names.get(held.channel_id, held.channel_id))
                for held in quarantine.listed(self.session.store.conn)]  # fmt: skip

    def _entry(self, held: Held, channel: str) -> Entry:
        when = stamp(held.at, self.session.now, self.session.zone)
        return Entry(held.id, clean_line(channel), "warning", f"{cells(when, 16)} {told(held.reason)}  ·  {clean_line(held.ref)}")

    def details(self, ident: int, width: int) -> Sequence[Line]:
        held = quarantine.get(self.session.store.conn, ident)
        raw = quarantine.content(self.session.store.conn, held)
        lines: list[Line] = [((part, "danger"),) for part in wrap(f"! {told(held.reason)}", width)]
        lines += [((part, "muted"),) for part in wrap(
            _("record {id} · {channel} · {ref} · {size}").format(
                id=held.id, channel=held.channel_id, ref=clean_line(held.ref), size=size_text(len(raw))), width)]  # fmt: skip
        lines += [((part, "muted"),) for part in wrap(_advice(raw), width)]
        lines.append(())
        lines += [((part, "text"),) for part in raw_lines(raw, width)]
        if len(raw) > MOST_BYTES:
            lines.append(((_("… the rest is not shown; s saves all of it"), "muted"),))
        return lines

    # Acts -----------------------------------------------------------------------------------------

    def item_open(self) -> None:
        """The record alone, over the whole screen."""
        ident = self._here()
        lines = self.details(ident, self.desk.size.width - 2)
        again = [("r", _("read again"), self.quarantine_again)] if self._is_mail(ident) else []
        self.acts.confirm(lines, [*again, ("s", _("save"), self.quarantine_save), ("d", _("let go"), self.quarantine_drop)])

    def quarantine_again(self) -> None:
        self._read([self._here()])

    def quarantine_again_all(self) -> None:
        self._here()
        self._read([entry.id for entry in self.pane.entries])

    def _read(self, numbers: Sequence[int]) -> None:
        self.desk.say(_("reading again …"), "muted")
        self.desk.job(self._again(numbers))

    async def _again(self, numbers: Sequence[int]) -> None:
        from desk.learning import saved

        actor = self.session.actor

        def read(store: Store) -> quarantine.Outcome:
            with closing(Pooled(learner=saved(store.conn))) as reader:
                return quarantine.again(store, actor, numbers, reader)

        try:
            done = await self.session.work(read)
        finally:
            self.acts.paging.news()
        count = len(done.came_in)
        said = ngettext("{count} came in", "{count} came in", count).format(count=count) if count else ""
        if done.left:
            number, why = done.left[0]
            left = _("record {id} still cannot be read: {why}").format(id=number, why=told(why))
            more = f" +{len(done.left) - 1}" if len(done.left) > 1 else ""
            said = " · ".join(filter(None, (said, left + more)))
        self.desk.say(said, "warning" if done.left else "done")

    def quarantine_drop(self) -> None:
        number = self._here()

        async def drop() -> None:
            await self.session.act(lambda unit: quarantine.drop(unit, number))
            self.acts.paging.news()
            self.desk.take_in(())
            self.desk.say(_("record {id} let go · z holds it again").format(id=number), "done")

        self.desk.hold(drop())

    def quarantine_save(self) -> None:
        """Its bytes as they came, into the drop folder."""
        held = quarantine.get(self.session.store.conn, self._here())
        raw = quarantine.content(self.session.store.conn, held)
        kind = "eml" if quarantine.is_mail(raw) else "json"
        try:
            path = filing.save(filing.drop_folder(), f"quarantine-{held.id}.{kind}", "", held.id, raw)
        except DeskError as error:
            self.desk.say(render_error(error), "danger")
        else:
            self.desk.say(_("saved on the desk's machine: {path}").format(path=path), "done")

    def _here(self) -> int:
        if not self.current:
            raise Refused(N_("Nothing waits here."), next=N_("q goes back."))
        return self.current


def _advice(raw: bytes) -> str:
    if not raw:
        return _("Nothing of it was kept.")
    if quarantine.is_mail(raw):
        return _("r reads it again, such as after an update; s saves it; d lets it go. Nothing was sent to anybody.")
    return _("What the platform told: it is read anew when it is told again. s saves it, d lets it go.")
