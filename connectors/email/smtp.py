"""Submission by SMTP (RFC 6409), with the one moment that matters kept apart: the final dot.

Until the dot is sent nothing has happened; once it is, only the server's answer tells. smtplib speaks the protocol,
over our wire, which keeps the time.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Sequence
from email.utils import parsedate_to_datetime
from typing import cast

from connectors.contract import AuthRevoked, Fault, OutcomeUnknown, Permanent, SchemaSurprise, Temporary, Throttled
from connectors.email.faults import PAUSE, said
from connectors.email.wire import Wire, bearer
from connectors.redaction import mask_address
from store.values import Instant

_LOST = (OSError, smtplib.SMTPException)
_DATE = re.compile(r"(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}")


class Smtp:
    """One submission session. Everything raises faults of the contract, except `login` and `xoauth2`, which raise
    smtplib.SMTPResponseException with the server's reply."""

    def __init__(self, wire: Wire, host: str, timeout: float) -> None:
        self._wire = wire
        self._host = host
        self._timeout = timeout
        self._smtp = smtplib.SMTP(local_hostname="[127.0.0.1]")
        self._smtp.sock = cast(socket.socket, wire)
        self._smtp.file = wire
        self._in_data = False
        self.server_time: Instant | None = None
        """The server's clock, where its greeting tells (Exim and Exchange do)."""

    def greet(self, now: Instant) -> None:
        self._wire.allow(self._timeout)
        try:
            code, text = self._smtp.getreply()
            self.server_time = _date_in(text)
            self._expect(code, text, "saying hello", now)
            code, text = self._smtp.ehlo()
            self._expect(code, text, "saying hello", now)
        except _LOST as exc:
            raise self._lost(exc, "saying hello") from exc

    def start_tls(self, context: ssl.SSLContext, now: Instant) -> None:
        """Raises `Permanent` when the server offers no TLS: no credential goes out then."""
        self._wire.allow(self._timeout)
        if not self._smtp.has_extn("starttls"):
            raise Permanent(f"{self._host} does not offer TLS; nothing was sent. Somebody may be in between.")
        try:
            code, text = self._smtp.docmd("STARTTLS")
            self._expect(code, text, "entering TLS", now)
            self._wire.start_tls(context)
            # What it said before TLS may have been said by anybody.
            self._smtp.esmtp_features = {}
            code, text = self._smtp.ehlo()
            self._expect(code, text, "saying hello", now)
        except _LOST as exc:
            raise self._lost(exc, "entering TLS") from exc

    def login(self, user: str, password: str) -> None:
        self._wire.allow(self._timeout)
        self._smtp.user, self._smtp.password = user, password
        offered = self._smtp.esmtp_features.get("auth", "").upper().split()
        try:
            if "LOGIN" in offered and "PLAIN" not in offered:
                self._smtp.auth("LOGIN", self._smtp.auth_login)
            elif "PLAIN" in offered:
                self._smtp.auth("PLAIN", self._smtp.auth_plain)
            else:
                raise smtplib.SMTPAuthenticationError(535, b"basic auth is not offered")
        except smtplib.SMTPResponseException:
            raise
        except UnicodeEncodeError:
            raise AuthRevoked(f"The password holds characters {self._host} cannot take.") from None
        except _LOST as exc:
            raise self._lost(exc, "signing in") from exc
        except ValueError as exc:
            raise SchemaSurprise(f"{self._host} answered the sign-in in no known way.") from exc
        finally:
            self._smtp.user = self._smtp.password = ""

    def xoauth2(self, user: str, token: str) -> None:
        self._wire.allow(self._timeout)

        def answer(challenge: bytes | None = None) -> str:
            # A challenge after the first response is the failure in JSON; an empty line fetches the 535.
            return bearer(user, token) if challenge is None else ""

        try:
            self._smtp.auth("XOAUTH2", answer)
        except smtplib.SMTPResponseException:
            raise
        except _LOST as exc:
            raise self._lost(exc, "signing in") from exc
        except ValueError as exc:
            raise SchemaSurprise(f"{self._host} answered the sign-in in no known way.") from exc

    def submit(
        self, sender: str, recipients: Sequence[str], raw: bytes, now: Instant, before_dot: Callable[[], None]
    ) -> None:
        """Hands one mail to the server, for all recipients or for none. `before_dot` is called when everything but the
        final dot is sent; if it raises, the mail is not.

        Raises `Temporary`, `Throttled`, `Permanent`, `AuthRevoked` when it was surely not taken, `OutcomeUnknown` when
        the connection was lost after the final dot.
        """
        self._wire.allow(self._timeout + len(raw) / 32768)
        self._fits(raw)
        try:
            size = [f"SIZE={len(raw)}"] if self._smtp.has_extn("size") else []
            eight = ["BODY=8BITMIME"] if self._smtp.has_extn("8bitmime") and not raw.isascii() else []
            code, text = self._smtp.mail(sender, [*size, *eight])
            self._expect(code, text, "the sender", now)
            for recipient in recipients:
                code, text = self._smtp.rcpt(recipient)
                self._expect(code, text, mask_address(recipient), now)
            code, text = self._smtp.docmd("DATA")
            if code != 354:
                raise self._refusal(code, text, "the mail", now)
            self._in_data = True
            self._wire.sendall(_stuffed(raw))
        except _LOST as exc:
            raise self._lost(exc, "the mail was handed over; it was not sent") from exc
        before_dot()
        try:
            self._wire.allow(max(self._timeout, 60.0))
            self._wire.sendall(b".\r\n")
            code, text = self._smtp.getreply()
            self._in_data = False
        except _LOST as exc:
            raise OutcomeUnknown(
                f"{self._host} did not confirm the mail; it may have been sent. Look for it before sending again."
            ) from exc
        if not 200 <= code < 600 or 300 <= code < 400:
            raise OutcomeUnknown(f"{self._host} answered {code} to the mail, which says neither yes nor no.")
        self._expect(code, text, "the mail", now)

    def close(self) -> None:
        """Says good-bye if that is quick, and not in the middle of a mail."""
        try:
            self._wire.allow(2.0)
            if not self._in_data:
                self._wire.sendall(b"QUIT\r\n")
        except OSError:
            pass
        finally:
            self._wire.close()

    def _fits(self, raw: bytes) -> None:
        limit = self._smtp.esmtp_features.get("size", "")
        if limit.isdigit() and 0 < int(limit) < len(raw):
            raise Permanent(
                f"The mail is {len(raw) >> 20} MB, and {self._host} takes at most {int(limit) >> 20} MB; "
                "send fewer or smaller attachments."
            )

    def _expect(self, code: int, text: bytes, what: str, now: Instant) -> None:
        if not 200 <= code < 300:
            raise self._refusal(code, text, what, now)

    def _refusal(self, code: int, raw: bytes, what: str, now: Instant) -> Fault:
        text = raw.decode("utf-8", "replace")
        if "5.7.30" in text:
            return AuthRevoked(f"{self._host} no longer takes passwords: set auth to xoauth2 and sign in again.")
        if code == 530:
            return AuthRevoked(f"{self._host} wants a sign-in first; check the sign-in settings.{said(text)}")
        if "5.4.5" in text or (code < 500 and re.search(r"(?i)too many|rate limit|4\.7\.28", text)):
            return Throttled(f"{self._host} says that too much was sent; it is left alone for a while.", now + PAUSE)
        if code >= 500:
            return Permanent(f"{self._host} refused {what} ({code}).{said(text)}")
        return Temporary(f"{self._host} put off {what} ({code}); it is tried again.{said(text)}")

    def _lost(self, exc: Exception, doing: str) -> Fault:
        if isinstance(exc, TimeoutError | smtplib.SMTPServerDisconnected) and "deadline" in str(exc):
            return Temporary(f"{self._host} did not answer in time while {doing}.")
        return Temporary(f"{self._host} closed the connection while {doing}.")


def _stuffed(raw: bytes) -> bytes:
    """The mail as DATA carries it: CRLF ends, leading dots doubled, one CRLF at the end."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", raw)
    body = re.sub(rb"(?m)^\.", b"..", lines)
    return body if body.endswith(b"\r\n") else body + b"\r\n"


def _date_in(greeting: bytes) -> Instant | None:
    match = _DATE.search(greeting.decode("ascii", "replace"))
    try:
        return int(parsedate_to_datetime(match[0]).timestamp() * 1000) if match else None
    except (ValueError, OverflowError):
        return None
