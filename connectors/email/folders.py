"""Which folder is which: Sent and All by the server's own marks (RFC 6154), else by the names servers give them."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.email.imap import Folder
from store.values import fold

_SENT_NAMES = (
    "sent", "sent items", "sent messages", "sent mail", "inbox.sent", "inbox/sent", "inbox.sent items",
    "已发送", "已发送邮件", "已傳送", "寄件備份", "gesendet", "gesendete elemente", "gesendete objekte", "envoyés",
    "éléments envoyés", "enviados", "elementos enviados", "inviata", "posta inviata", "verzonden", "送信済み",
)  # fmt: skip


def sent_folder(folders: Sequence[Folder]) -> str | None:
    """The Sent folder's name, None if there is none."""
    for folder in folders:
        if "\\SENT" in folder.attributes:
            return folder.name
    by_name = {fold(folder.name): folder.name for folder in reversed(folders)}
    return next((by_name[name] for name in _SENT_NAMES if name in by_name), None)


def places_of_sent_mail(folders: Sequence[Folder], sent: str | None) -> list[str]:
    """Where a mail of ours can be found after it left: Sent, the folder of all mail, the inbox."""
    every = [folder.name for folder in folders if "\\ALL" in folder.attributes]
    return list(dict.fromkeys([*([sent] if sent else []), *every, "INBOX"]))
