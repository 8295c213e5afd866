"""Signed-in sessions: connect, enter TLS before any credential, sign in, refresh a dead token once."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from typing import TypeVar

from connectors.contract import AuthRevoked, Fault, Ports
from connectors.email.faults import imap_fault, login_fault, smtp_login_fault
from connectors.email.imap import Imap
from connectors.email.imap_conversation import Garbled, No
from connectors.email.oauth import OAuth
from connectors.email.settings import Settings
from connectors.email.smtp import Smtp
from connectors.email.wire import Wire
from connectors.network import tls_context

S = TypeVar("S")


class Door:
    """Opens sessions of one account."""

    def __init__(self, settings: Settings, ports: Ports, oauth: OAuth | None) -> None:
        self._settings = settings
        self._ports = ports
        self._oauth = oauth

    def connect_imap(self) -> Imap:
        """A session in TLS, not signed in yet. Raises faults."""
        server = self._settings.imap
        tls = tls_context(self._settings.ca_file) if server.tls != "plain" else None
        imap = Imap(Wire.connect(server, tls, self._settings.timeout), self._settings.timeout)
        try:
            imap.greet()
            if tls is not None and server.tls == "starttls":
                imap.start_tls(tls)
        except (No, Garbled, OSError, Fault) as exc:
            imap.drop()
            raise imap_fault(exc, server.host, "saying hello", self._ports.clock.now()) from exc
        return imap

    def connect_smtp(self) -> Smtp:
        """The same for submission."""
        server = self._settings.smtp
        tls = tls_context(self._settings.ca_file) if server.tls != "plain" else None
        smtp = Smtp(Wire.connect(server, tls, self._settings.timeout), server.host, self._settings.timeout)
        try:
            smtp.greet(self._ports.clock.now())
            if tls is not None and server.tls == "starttls":
                smtp.start_tls(tls, self._ports.clock.now())
        except Exception:
            smtp.close()
            raise
        return smtp

    def imap(self) -> Imap:
        """A signed-in session."""
        return self._signed_in(self.connect_imap, self.sign_in_imap, Imap.drop)

    def smtp(self) -> Smtp:
        """A signed-in session."""
        return self._signed_in(self.connect_smtp, self.sign_in_smtp, Smtp.close)

    def sign_in_imap(self, imap: Imap, token: str) -> None:
        """Raises faults; `AuthRevoked` when the server does not accept the credential."""
        host, auth, now = self._settings.imap.host, self._settings.auth, self._ports.clock.now()
        try:
            if auth == "xoauth2":
                imap.xoauth2(self._settings.user, token)
            else:
                imap.login(self._settings.user, self._password("password"))
        except No as no:
            raise login_fault(no, host, auth, now) from no
        except (Garbled, OSError) as exc:
            raise imap_fault(exc, host, "signing in", now) from exc

    def sign_in_smtp(self, smtp: Smtp, token: str) -> None:
        """The same for submission; the secret "smtp_password" goes before "password"."""
        host, auth, now = self._settings.smtp.host, self._settings.auth, self._ports.clock.now()
        try:
            if auth == "xoauth2":
                smtp.xoauth2(self._settings.smtp_user, token)
            else:
                smtp.login(self._settings.smtp_user, self._password("smtp_password", "password"))
        except smtplib.SMTPResponseException as exc:
            raise smtp_login_fault(exc.smtp_code, _text(exc.smtp_error), host, auth, now) from exc

    def _signed_in(self, connect: Callable[[], S], sign_in: Callable[[S, str], None], drop: Callable[[S], None]) -> S:
        token = self._oauth.token() if self._oauth else ""
        session = connect()
        try:
            sign_in(session, token)
            return session
        except AuthRevoked:
            drop(session)
            if self._oauth is None:
                raise
        except BaseException:
            drop(session)
            raise
        # The token may have died early: one refresh, one more try, on a new connection as some servers hang up.
        token = self._oauth.token(rejected=token)
        session = connect()
        try:
            sign_in(session, token)
        except BaseException:
            drop(session)
            raise
        return session

    def _password(self, *names: str) -> str:
        for name in names:
            try:
                return self._ports.secrets.get(name)
            except KeyError:
                continue
        raise AuthRevoked("There is no password for this mailbox; set one and try again.")


def _text(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words
