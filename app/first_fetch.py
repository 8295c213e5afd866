"""How the first fetch of an account reads while it runs: a bar per stream, and what honestly can be said of the rest."""

from __future__ import annotations

from app.cli.cells import fit, width
from app.times import ago_text
from app.words import N_, _
from desk.sync.first import First, Stream, left
from store.values import SECOND, Instant

BAR = 20
STREAMS = {
    "orders": N_("orders"), "messages": N_("messages"), "cases": N_("returns and cases"), "reviews": N_("reviews"),
    "returns": N_("returns"), "cancellations": N_("cancellations"), "disputes": N_("disputes"), "feedback": N_("feedback"),
    "inquiries": N_("inquiries"), "products": N_("products"), "customers": N_("customers"),
    "parcels": N_("parcels"),
}  # fmt: skip


def stream_name(name: str) -> str:
    """A stream in the reader's language; a folder of mail goes by its own name."""
    return _(STREAMS[name]) if name in STREAMS else name


def lines(first: First, now: Instant) -> list[tuple[str, str]]:
    """`(text, role)` of each stream, and of the whole."""
    names = [stream_name(s.name) for s in first.streams]
    wide = min(24, max(map(width, names), default=0))
    found = [(f"{fit(name, wide)}  {_said(s, now)}", _role(s)) for name, s in zip(names, first.streams, strict=True)]
    return [*found, (summary(first, now), "done" if first.done else "muted")]


def summary(first: First, now: Instant) -> str:
    """One line about all of it."""
    if first.done:
        took = ago_text(max(SECOND, max(s.done_at for s in first.streams) - first.begun_at))
        return _("All fetched: {count} in {time}.").format(count=f"{first.read:,}", time=took)
    running = next((s for s in first.streams if s.begun_at and not s.done_at), None)
    rest = left(running, now) if running else None
    after = [stream_name(s.name) for s in first.streams if not s.begun_at]
    parts = [_("{count} fetched").format(count=f"{first.read:,}")]
    if running and rest is not None:
        parts.append(_("about {time} more for {stream}").format(time=ago_text(rest), stream=stream_name(running.name)))
    elif running:
        parts.append(_("how long it takes is not known yet"))
    if after:
        parts.append(_("then {streams}").format(streams=", ".join(after)))
    return " · ".join(parts)


def _role(stream: Stream) -> str:
    return "done" if stream.done_at else "accent" if stream.begun_at else "muted"


def _said(stream: Stream, now: Instant) -> str:
    if not stream.begun_at:
        return _("waits")
    count = f"{stream.read:,}"
    if stream.done_at:
        took = ago_text(max(SECOND, stream.done_at - stream.begun_at))
        return f"{'█' * BAR}  {_('done: {count} in {time}').format(count=count, time=took)}"
    if stream.share is None:
        return f"{'░' * BAR}  {_('{count} so far').format(count=count)}"
    full = round(stream.share * BAR)
    if stream.total:
        count = _("{count} of {total}").format(count=count, total=f"{stream.total:,}")
    else:
        count = _("{count} so far").format(count=count)
    rest = left(stream, now)
    more = f" · {_('about {time} more').format(time=ago_text(rest))}" if rest is not None else ""
    return f"{'█' * full}{'░' * (BAR - full)}  {stream.share:.0%} · {count}{more}"
