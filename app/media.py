"""Acts on what comes with messages: photos, files, links; files that leave with a reply; leaving for the shell."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from app import filing
from app.lines import Line
from app.times import size_text, stamp
from app.words import _, ngettext, render_error
from app.wrap import wrap
from desk import enclosing
from desk import thread as threads
from desk.aside import channel_for
from store.errors import N_, DeskError, Refused
from store.sql import messages
from store.values import clean

if TYPE_CHECKING:
    from app.acts import Acts
    from app.screens.composer import Writing
    from app.widgets.photos import Photo
    from app.widgets.shelf import Shelf
    from app.workstation import Workstation
    from desk.enclosing import Enclosed
    from desk.thread import Thread
    from store.sql.rows import Attachment, Channel
    from store.unit import UnitOfWork

PREVIEW = 2_000
"""Lines of a text file that are shown."""
_READABLE = ("text/", "application/json", "application/xml", "application/csv", "message/")


def is_photo(file: Attachment) -> bool:
    """Whether it says of itself that it is a picture; opening it decides."""
    return file.type.casefold().startswith("image/") and "svg" not in file.type.casefold()


class MediaActs:
    """Methods named after acts, as in `app.acts`."""

    def __init__(self, desk: Workstation, acts: Acts) -> None:
        self.desk, self.session, self.acts = desk, desk.session, acts

    def _thread(self) -> Thread:
        return threads.read(self.session.store.conn, self.acts.one())

    # Photos -------------------------------------------------------------------------------------

    def ticket_photos(self) -> None:
        thread = self._thread()
        # What stands in a signature comes last: it is rarely why one looks.
        files = [(n, a) for n, a in enumerate(thread.attachments, 1) if is_photo(a)]
        files.sort(key=lambda one: bool(one[1].inline) and one[1].size < 20_000)
        if not files:
            raise Refused(N_("{item} has no photos."), item=f"#{thread.ticket.id}", next=N_("D lists its files."))
        self._show_photos(thread, files, files[0][0])

    def _show_photos(self, thread: Thread, files: list[tuple[int, Attachment]], number: int) -> None:
        from app.widgets.photos import Photo, Photos

        ticket = thread.ticket.id
        photos = [
            Photo(n, a.name, a.size, self._from(thread, a), self._loading(a), self._fetch(ticket, n, a.name)) for n, a in files
        ]
        by_number = dict(files)

        def save(photo: Photo) -> tuple[str, str]:
            return self._saved(photo.number, by_number[photo.number])

        at = next(i for i, (n, _file) in enumerate(files) if n == number)
        Photos(self.desk, photos, at, save, self._copied).lay(self.desk.desk_screen)

    def _loading(self, file: Attachment) -> Callable[[], bytes | None]:
        return lambda: messages.blob(self.session.store.conn, file.sha256)

    def _from(self, thread: Thread, file: Attachment) -> str:
        """Whose it is and from when."""
        message = next((m for m in thread.messages if m.id == file.message_id), None)
        if message is None:
            return ""
        return f"{message.sender_name} {stamp(message.sent_at, self.session.now, self.session.zone)}"

    # Files --------------------------------------------------------------------------------------

    def ticket_files(self) -> None:
        from app.widgets.rows import Row
        from app.widgets.shelf import Key, Shelf

        thread = self._thread()
        ticket, files = thread.ticket.id, dict(enumerate(thread.attachments, 1))
        if not files:
            raise Refused(N_("{item} has no files."), item=f"#{ticket}", next=N_("^f attaches one to a reply."))
        rows = [
            Row(str(n), f"{'▦' if is_photo(a) else '⎙'} {n}  {a.name}", size_text(a.size), self._from(thread, a))
            for n, a in files.items()
        ]

        def fetch(number: int) -> str:
            return self._fetch(ticket, number, files[number].name)

        def details(row: str, width: int) -> list[Line]:
            file = files[int(row)]
            lines: list[Line] = [((f"{file.type}  {size_text(file.size)}", "muted"),),
                                 ((_("To have it on your own machine, type there:"), "muted"),)]  # fmt: skip
            return [*lines, *(((part, "text"),) for part in wrap(fetch(int(row)), width))]

        def show(row: str) -> None:
            file = files[int(row)]
            if is_photo(file):
                self._show_photos(thread, [(n, a) for n, a in files.items() if is_photo(a)], int(row))
            elif lines := self._text(file):
                self._preview(lines, int(row), file)
            else:
                shelf.say(_("{name} cannot be shown here: save or fetch it").format(name=file.name), "warning")

        def every(_row: str) -> None:
            said = [self._saved(n, a) for n, a in files.items()]
            wrong = next((one for one in said if one[1] == "danger"), None)
            done = ngettext("{count} file saved in {folder}", "{count} files saved in {folder}", len(said))
            shelf.say(*(wrong or (done.format(count=len(said), folder=filing.drop_folder()), "done")))

        shelf = Shelf(_("Files of #{id}").format(id=ticket), rows, details, (
            Key("enter", _("show"), show), Key("s", _("save"), lambda row: shelf.say(*self._saved(int(row), files[int(row)]))),
            Key("S", _("save all"), every),
            Key("y", _("copy how to fetch it"), lambda row: shelf.say(*self._copied(fetch(int(row))))),
        ))  # fmt: skip
        shelf.lay(self.desk.desk_screen)

    def _fetch(self, ticket: int, number: int, name: str) -> str:
        return filing.fetch_line(ticket, number, name, desk=self.session.store.folder, agent=self.session.agent.id)

    def _saved(self, number: int, file: Attachment) -> tuple[str, str]:
        """Writes it into the drop folder; what became of it."""
        data = messages.blob(self.session.store.conn, file.sha256)
        if data is None:
            return _("Its content is no longer on the desk."), "danger"
        try:
            path = filing.save(filing.drop_folder(), file.name, file.type, number, data)
        except DeskError as error:
            return render_error(error), "danger"
        return _("saved on the desk's machine: {path}").format(path=path), "done"

    def _copied(self, text: str) -> tuple[str, str]:
        """Sends a text to the clipboard; what can honestly be said of that."""
        if self.desk.copy(text):
            return _("sent to your terminal's clipboard; whether it took it, no terminal says: {text}").format(text=text), "text"
        return _("your terminal takes nothing into its clipboard; here it is: {text}").format(text=text), "warning"

    def _text(self, file: Attachment) -> list[str]:
        """The lines of a text file; none for what is no text."""
        from desk.reading.file_text import LARGEST, text_of

        data = messages.blob(self.session.store.conn, file.sha256) or b""
        text = "" if "html" in file.type.casefold() else text_of(file.name, file.type, data)
        if not text and file.type.casefold().startswith(_READABLE) and b"\0" not in data[:4096]:
            text = clean(data[:LARGEST].decode("utf-8", "replace"))
        return text.split("\n")[:PREVIEW] if text.strip() else []

    def _preview(self, lines: list[str], number: int, file: Attachment) -> None:
        width = self.desk.size.width - 2
        shown: list[Line] = [((f"{file.name}  {size_text(file.size)}", "strong"),), ()]
        for line in lines:
            shown += [((part, "text"),) for part in wrap(line, width)]
        self.acts.confirm(shown[:PREVIEW], [("s", _("save"), lambda: self.desk.say(*self._saved(number, file)))])

    # Links --------------------------------------------------------------------------------------

    def ticket_links(self) -> None:
        from app.links import DOUBTS, links
        from app.widgets.rows import Row
        from app.widgets.shelf import Key, Shelf

        thread = self._thread()
        found = links(text for m in reversed(thread.messages) for text in (m.body, m.quoted))
        if not found:
            raise Refused(N_("{item} names no links."), item=f"#{thread.ticket.id}")
        rows = [Row(str(n), link.shown or link.target, "▲" if link.doubts else "", link.host) for n, link in enumerate(found)]

        def details(row: str, width: int) -> list[Line]:
            link = found[int(row)]
            said: list[Line] = []
            if link.doubts:
                said.append(((f"▲ {', '.join(_(DOUBTS[d]) for d in link.doubts)}", "warning"),))
            return [((_("leads to {host}").format(host=link.host or "?"), "strong"),), *said,
                    *(((part, "text"),) for part in wrap(link.target, width))]  # fmt: skip

        shelf: Shelf = Shelf(_("Links of #{id}: none is opened here").format(id=thread.ticket.id), rows, details, (
            Key("y", _("copy"), lambda row: shelf.say(*self._copied(found[int(row)].target))),
        ))  # fmt: skip
        shelf.lay(self.desk.desk_screen)

    # Files that leave ---------------------------------------------------------------------------

    def composer_attach(self) -> None:
        """Asks for a path and puts the file beside the text; where none can leave it says so before it asks."""
        writing = self._leaving()
        self._carries(writing)
        folder = filing.drop_folder()

        def accept(text: str) -> None:
            if text.strip():
                file = enclosing.take(filing.path_of(text, folder))
                self._fits(writing, [*writing.files, file])
                self.desk.hold(self._attach(writing, file))

        self.acts.prompt(
            _("Attach ({folder})").format(folder=folder), accept,
            complete=lambda text, cursor: filing.completions(text, cursor, folder),
        )  # fmt: skip

    async def _attach(self, writing: Writing, file: enclosing.Taken) -> None:
        def put(unit: UnitOfWork) -> tuple[Enclosed, ...]:
            stored = enclosing.store(unit, file)
            files = (*(f for f in writing.files if f != stored), stored)
            enclosing.put(unit, writing.ticket_id, self.session.agent.id, files)
            return files

        self._show(writing, await self.session.act(put))

    def composer_detach(self, sha256: str = "") -> None:
        """Takes a file out again; of several one is chosen."""
        writing = self._leaving()
        if not writing.files:
            raise Refused(N_("No file is attached."), next=N_("^f attaches one."))
        if not sha256 and len(writing.files) > 1:
            self.acts.choose([(f"composer.detach:{f.sha256}", f.name, size_text(f.size)) for f in writing.files], _("Take out"))
            return
        left = tuple(f for f in writing.files if sha256 and f.sha256 != sha256)

        async def run() -> None:
            await self.session.act(lambda unit: enclosing.put(unit, writing.ticket_id, self.session.agent.id, left))
            self._show(writing, left)

        self.desk.hold(run())

    def _leaving(self) -> Writing:
        composer = self.desk.composer
        if composer is None or composer.writing.kind == "note":
            raise Refused(N_("Files leave with a reply."), next=N_("r writes one."))
        return composer.writing

    def _fits(self, writing: Writing, files: Sequence[Enclosed | enclosing.Taken]) -> None:
        """Raises Refused and Invalid where these cannot leave with it."""
        if writing.sort == "form":
            self.acts.forms.fits(writing, files)
        else:
            enclosing.fit(files)

    def _carries(self, writing: Writing) -> None:
        if writing.sort == "review":
            raise Refused(N_("A public answer carries no files."))
        if writing.sort != "form":
            enclosing.carries(self._account(writing))

    def _account(self, writing: Writing) -> Channel | None:
        """What it leaves through."""
        conn = self.session.store.conn
        thread = threads.read(conn, writing.ticket_id, shown=1)
        return channel_for(conn, thread.ticket) if writing.kind == "aside" else thread.channel

    def _show(self, writing: Writing, files: tuple[Enclosed, ...]) -> None:
        writing.files = files
        if self.desk.composer is not None and self.desk.composer.writing is writing:
            self.desk.composer.head.refresh()
            self.desk.composer.review.refresh()

    # Leaving for the shell ----------------------------------------------------------------------

    def app_redraw(self) -> None:
        """Everything again."""
        self.desk.redraw()

    def app_suspend(self) -> None:
        """Back to the shell that started us, until `fg`."""
        from app.editors import NO_SHELL

        if os.environ.get(NO_SHELL) or self.desk.is_headless or os.getsid(0) == os.getpid() or os.getpgrp() != os.getpid():
            raise Refused(N_("No shell is there to come back to."), next=N_("q leaves; all you wrote is kept."))
        if self.desk.composer is not None:
            self.acts.writing.save_draft_now()
        os.kill(os.getpid(), signal.SIGTSTP)
