"""How each account does, in the reader's language and zone. The sentences are those of `desk.channels_health`."""

from __future__ import annotations

from datetime import tzinfo

from app.times import ago_text, stamp
from app.told import told
from app.words import _, ngettext
from desk.channels_health import Health
from desk.reason import Reason
from store.values import DAY, Instant

ROLES = {"well": "text", "first": "accent", "waiting": "muted", "quiet": "muted", "late": "warning", "stopped": "warning",
         "fault": "danger", "paused": "muted", "imported": "muted"}  # fmt: skip


def sentence(health: Health, now: Instant, zone: tzinfo) -> str:
    """How it does, in one line."""
    fault = health.says.gaps.get("fault")
    return told(str(fault)) if fault is not None else _rendered(health.says, now, zone)


def cure(health: Health, now: Instant, zone: tzinfo) -> str:
    """What to do, "" where nothing is."""
    return _rendered(health.cure, now, zone) if health.cure else ""


def lag(health: Health) -> str:
    """How long ago it last worked, in a word or two."""
    if health.lag is None:
        return _("never")
    if health.lag >= 2 * DAY:
        days = health.lag // DAY
        return ngettext("{n} day", "{n} days", days).format(n=days)
    return ago_text(health.lag)


def quota(health: Health, now: Instant) -> str:
    """What was left of the platform's limits; "" where none is known."""
    parts = [f"{left.bucket} {left.calls:,.0f}" for left in health.quota[:3]]
    if not parts:
        return ""
    at = max(left.at for left in health.quota[:3])
    return _("{calls} ({ago} ago)").format(calls=", ".join(parts), ago=ago_text(max(0, now - at)))


def _rendered(reason: Reason, now: Instant, zone: tzinfo) -> str:
    return reason.render(_, lambda at: stamp(at, now, zone))
