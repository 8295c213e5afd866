"""What a mail account is made of, checked before anything is connected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from connectors.network import is_loopback

AUTO = "auto"
TLS_MODES = ("tls", "starttls", "plain")
AUTH_MODES = ("password", "xoauth2")

# Servers that file what they submit into Sent by themselves: a copy of ours would stand there twice.
_KEEPS_OWN_COPY = ("imap.gmail.com", "imap.googlemail.com", "outlook.office365.com", "imap-mail.outlook.com")

ADDRESS = re.compile(r"[^\s<>@,;:\"()\[\]\\\x00-\x1f\x7f]+@[^\s<>@,;:\"()\[\]\\\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Server:
    """One end point: host, port, and how TLS is entered."""

    host: str
    port: int
    tls: str


@dataclass(frozen=True, slots=True)
class Settings:
    """A mail account. Sizes in bytes, times in seconds; secrets are not here but in the `Secrets` port.

    `sent` is "auto" (the folder the server marks as Sent), a folder's name, or "" for none; `sent_copy` says whether a
    copy of each reply is filed there. `authserv_id` is what the receiving server calls itself in the
    Authentication-Results it writes; "" believes the topmost. `timeout` bounds one exchange as a whole, however slowly
    the server answers.
    """

    imap: Server
    smtp: Server
    user: str
    smtp_user: str
    auth: str
    mailboxes: tuple[str, ...]
    sent: str
    sent_copy: bool
    from_address: str
    from_name: str
    poll_seconds: int
    timeout: int
    max_mail: int
    page_mails: int
    page_bytes: int
    ca_file: str
    oauth_token_url: str
    oauth_client_id: str
    oauth_scope: str
    authserv_id: str


def read_settings(raw: Mapping[str, object]) -> Settings:
    """The account as written by a person or a file. Raises ValueError with one sentence naming the wrong setting."""
    take = _Reader(raw)
    imap = take.server("imap", {"tls": 993, "starttls": 143, "plain": 143})
    smtp = take.server("smtp", {"tls": 465, "starttls": 587, "plain": 25})
    user = take.text("user", required=True)
    auth = take.choice("auth", AUTH_MODES, "password")
    settings = Settings(
        imap=imap,
        smtp=smtp,
        user=user,
        smtp_user=take.text("smtp_user") or user,
        auth=auth,
        mailboxes=take.names("mailboxes", ("INBOX",)),
        sent=take.text("sent", AUTO),
        sent_copy=take.flag("sent_copy", imap.host.casefold() not in _KEEPS_OWN_COPY),
        from_address=take.address("from_address", user),
        from_name=take.text("from_name"),
        poll_seconds=take.number("poll_seconds", 60, 5, 3600),
        timeout=take.number("timeout_seconds", 30, 1, 600),
        max_mail=take.number("max_mail_mb", 50, 1, 500) << 20,
        page_mails=take.number("page_mails", 50, 1, 200),
        page_bytes=take.number("page_mb", 5, 1, 100) << 20,
        ca_file=take.text("ca_file"),
        oauth_token_url=take.text("oauth_token_url", required=auth == "xoauth2"),
        oauth_client_id=take.text("oauth_client_id", required=auth == "xoauth2"),
        oauth_scope=take.text("oauth_scope"),
        authserv_id=take.text("authserv_id").casefold(),
    )
    if auth == "xoauth2":
        _check_token_url(settings.oauth_token_url)
    take.nothing_left()
    return settings


def _check_token_url(url: str) -> None:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))):
        raise ValueError("oauth_token_url must be an https address such as https://oauth2.googleapis.com/token.")


class _Reader:
    """Takes settings out one by one, so that what is left over is known to be misspelt."""

    def __init__(self, raw: Mapping[str, object]) -> None:
        self._left = dict(raw)

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        value = self._left.pop(key, default)
        if not isinstance(value, str):
            raise ValueError(f"{key} must be text, not {type(value).__name__}.")
        value = value.strip()
        if not value.isprintable():
            raise ValueError(f"{key} must be one line of printable text.")
        if required and not value:
            raise ValueError(f"{key} is missing.")
        return value

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        value = self.text(key, default).casefold()
        if value not in choices:
            raise ValueError(f"{key} must be one of {', '.join(choices)}, not {value!r}.")
        return value

    def number(self, key: str, default: int, low: int, high: int) -> int:
        value = self._left.pop(key, default)
        if isinstance(value, str) and re.fullmatch(r"\s*\d{1,9}\s*", value, re.ASCII):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError(f"{key} must be a whole number from {low} to {high}, not {value!r}.")
        return value

    def flag(self, key: str, default: bool) -> bool:
        value = self._left.pop(key, default)
        if isinstance(value, str):
            value = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}.get(
                value.strip().casefold(), value
            )
        if not isinstance(value, bool):
            raise ValueError(f"{key} must be yes or no, not {value!r}.")
        return value

    def names(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        value = self._left.pop(key, default)
        items = value.split(",") if isinstance(value, str) else value
        if not isinstance(items, list | tuple):
            raise ValueError(f"{key} must be a list of folder names.")
        names = tuple(str(item).strip() for item in items)
        if not names or not all(name and name.isprintable() for name in names):
            raise ValueError(f"{key} must name at least one folder, each as one line of text.")
        if any(name.startswith("\\") for name in names) or len({_inbox(name) for name in names}) < len(names):
            raise ValueError(f"{key} must name each folder once and by its own name.")
        return tuple(_inbox(name) for name in names)

    def address(self, key: str, default: str) -> str:
        value = self.text(key) or default
        if not ADDRESS.fullmatch(value) or not value.isascii():
            raise ValueError(f"{key} must be a mail address such as care@shop.example, not {value!r}.")
        return value

    def server(self, kind: str, ports: Mapping[str, int]) -> Server:
        host = self.text(f"{kind}_host", required=True)
        if not re.fullmatch(r"[\w.\-:\[\]]{1,255}", host):
            raise ValueError(f"{kind}_host must be a host name such as {kind}.shop.example, not {host!r}.")
        host = host.strip("[]")
        tls = self.choice(f"{kind}_tls", TLS_MODES, "tls")
        if tls == "plain" and not is_loopback(host):
            raise ValueError(f"{kind}_tls may be plain only for a server on this machine; use tls or starttls.")
        return Server(host, self.number(f"{kind}_port", ports[tls], 1, 65535), tls)

    def nothing_left(self) -> None:
        if self._left:
            raise ValueError(f"{min(self._left)} is not a setting of a mail channel.")


def _inbox(name: str) -> str:
    return "INBOX" if name.casefold() == "inbox" else name
