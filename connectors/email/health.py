"""Is this account all right? One line per thing checked; the first bad one is the one to mend."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.contract import AuthRevoked, Fault, Health, Ports
from connectors.email.faults import imap_fault
from connectors.email.folders import sent_folder
from connectors.email.imap import Imap
from connectors.email.imap_conversation import Garbled, No
from connectors.email.imap_syntax import date_time
from connectors.email.login import Door
from connectors.email.oauth import OAuth
from connectors.email.settings import AUTO, Settings
from connectors.findings import SKEW, Findings
from store.values import SECOND, Instant

_FAULTS = (Fault, No, Garbled, OSError)


def check(settings: Settings, ports: Ports, door: Door, oauth: OAuth | None) -> Health:
    """Connects, signs in, opens every mailbox and signs in to submission. Sends nothing, changes nothing."""
    examiner, found = _Examiner(settings, ports, door, oauth), Findings()
    for good, text in examiner.findings():
        (found.good if good else found.bad)(text)
    return found.health()


class _Examiner:
    def __init__(self, settings: Settings, ports: Ports, door: Door, oauth: OAuth | None) -> None:
        self._settings, self._ports, self._door, self._oauth = settings, ports, door, oauth
        self._ahead: Instant | None = None

    def findings(self) -> Iterator[tuple[bool, str]]:
        token = ""
        if self._oauth:
            try:
                token = self._oauth.token()
                yield self._good("Sign-in server: the consent is valid.")
            except Fault as fault:
                yield self._bad("Sign-in server", fault)
        if token or not self._oauth:
            yield from self._imap(token)
            yield from self._smtp()
        yield self._clock()

    def _imap(self, token: str) -> Iterator[tuple[bool, str]]:
        server = self._settings.imap
        imap: Imap | None = None
        try:
            imap = self._door.connect_imap()
            yield self._good(f"IMAP: {server.host}:{server.port} answers{_guarded(server.tls)}.")
            imap = self._signed_in(imap, token)
            yield self._good(f"IMAP sign-in: {self._settings.user} is let in.")
            for mailbox in self._settings.mailboxes:
                yield self._mailbox(imap, mailbox)
            yield self._sent(imap)
        except _FAULTS as exc:
            yield self._bad("IMAP", imap_fault(exc, server.host, "checking it", self._ports.clock.now()))
        finally:
            if imap is not None:
                imap.logout()

    def _signed_in(self, imap: Imap, token: str) -> Imap:
        try:
            self._door.sign_in_imap(imap, token)
            return imap
        except AuthRevoked:
            imap.drop()
            if self._oauth is None:
                raise
            return self._door.imap()

    def _mailbox(self, imap: Imap, mailbox: str) -> tuple[bool, str]:
        try:
            box = imap.examine(mailbox)
        except No as no:
            return self._bad(
                "Mailbox",
                imap_fault(no, self._settings.imap.host, f"opening {mailbox}", self._ports.clock.now()),
            )
        self._look_at_newest(imap, box.exists)
        push = "new mail is announced at once" if "IDLE" in imap.capabilities else "the server cannot announce new mail"
        return self._good(f"Mailbox: {mailbox} opens with {box.exists} mails; {push}.")

    def _look_at_newest(self, imap: Imap, exists: int) -> None:
        if not exists:
            return
        for uid in imap.search(b"UID *")[-1:]:
            stamp = imap.fetch([uid], b"(UID INTERNALDATE)").get(uid, {}).get("INTERNALDATE")
            moment = date_time(stamp) if isinstance(stamp, bytes) else None
            if moment is not None and moment > self._ports.clock.now():
                self._ahead = max(self._ahead or 0, moment - self._ports.clock.now())

    def _sent(self, imap: Imap) -> tuple[bool, str]:
        wanted = self._settings.sent
        folders = imap.folders()
        found = sent_folder(folders) if wanted == AUTO else wanted
        if not wanted:
            return self._good("Sent folder: not used.")
        if found is None or found not in {folder.name for folder in folders}:
            names = ", ".join(folder.name for folder in folders[:12])
            return False, f"Sent folder: none found. Name one of these in the setting sent, or leave it empty: {names}."
        return self._good(f"Sent folder: {found}.")

    def _smtp(self) -> Iterator[tuple[bool, str]]:
        server = self._settings.smtp
        smtp = None
        try:
            smtp = self._door.connect_smtp()
            yield self._good(f"SMTP: {server.host}:{server.port} answers{_guarded(server.tls)}.")
            if smtp.server_time is not None:
                self._ahead = smtp.server_time - self._ports.clock.now()
            self._door.sign_in_smtp(smtp, self._oauth.token() if self._oauth else "")
            yield self._good(f"SMTP sign-in: {self._settings.smtp_user} may send.")
        except _FAULTS as exc:
            yield self._bad("SMTP", imap_fault(exc, server.host, "checking it", self._ports.clock.now()))
        finally:
            if smtp is not None:
                smtp.close()

    def _clock(self) -> tuple[bool, str]:
        ahead = self._ahead or 0
        if abs(ahead) <= SKEW:
            return self._good("Clock: no difference to the server seen.")
        way = "behind" if ahead > 0 else "ahead of"
        seconds = abs(ahead) // SECOND
        return False, f"Clock: this machine is {seconds} s {way} the server; switch on time synchronisation."

    def _good(self, text: str) -> tuple[bool, str]:
        return True, text

    def _bad(self, what: str, fault: Fault) -> tuple[bool, str]:
        return False, f"{what}: {fault}"


def _guarded(tls: str) -> str:
    return " without TLS (this machine)" if tls == "plain" else ", and its certificate is good"
