"""What an account lets us do. Asked before a person writes or decides, so that it is refused now and not when it leaves."""

from __future__ import annotations

from connectors.contract import Capabilities
from desk.reason import Reason
from store.errors import N_, Refused
from store.sql.rows import Channel

MAIL = "email"
"""The one platform whose messages are mails."""
IMPORTED = N_("It is not connected to anything; it only holds what was imported.")
UNKNOWN = N_("There is no connector for it.")
_CANNOT = N_("The platform offers no way to do it.")


def is_api(channel: Channel) -> bool:
    """Whether it speaks through a platform's API instead of by mail."""
    return channel.platform != MAIL


def why_not(channel: Channel, deed: str = "reply") -> str:
    """Why a deed that takes a capability of `contract.Capabilities` cannot be done here (a message id), "" where it can.
    A note beside a capability that is there says why it is only read."""
    if channel.settings == "{}":
        return IMPORTED
    if deed == "reply" and channel.platform == MAIL:
        return ""
    able = _capabilities(channel.platform)
    if able is None:
        return UNKNOWN
    note = able.notes.get(deed, "")
    return note if getattr(able, deed) else note or _CANNOT


def insist(channel: Channel, deed: str = "reply") -> None:
    """Raises Refused with the reason where it cannot be done."""
    if why := why_not(channel, deed):
        if deed == "reply":
            raise Refused(N_("{item} takes no replies: {reason}"), item=channel.name, reason=Reason(why),
                          next=N_("Answer where the buyer wrote."))  # fmt: skip
        raise Refused(N_("{item} cannot do this: {reason}"), item=channel.name, reason=Reason(why),
                      next=N_("Do it in the shop's own console."))  # fmt: skip


def _capabilities(platform: str) -> Capabilities | None:
    from connectors.registry import manifest

    try:
        return manifest(platform).capabilities
    except KeyError:
        return None
