"""A ticket as lines of text with colour roles: what the reading pane shows and what `show --plain` prints."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, tzinfo

from app.beside import Beside, failed_here, head_lines, work_lines
from app.cards import case_lines, parcel_lines, product_lines, whence_lines
from app.happened import Reader, event_lines
from app.labels import ORDER, named, titled
from app.lines import Line, Page
from app.safe import width_of
from app.times import size_text, stamp
from app.told import told
from app.words import _, ngettext
from app.wrap import wrap
from desk import reach
from desk.reason import reason_from
from desk.thread import Thread, speaker
from desk.vocabulary import CLOCK_KINDS, PRIORITIES, STATUSES, TYPES
from store.events import Event
from store.sql.reviews import is_public
from store.sql.rows import Attachment, Message, OutboxRow, Ticket
from store.values import NEVER, Instant, Money

LONGEST = 6000
"""Characters of one message shown at first; `v` shows the rest."""


def thread_page(
    thread: Thread, width: int, reader: Reader, beside: Beside, *, unfolded: bool = False, cards: bool = True,
    history: bool = False,
) -> Page:  # fmt: skip
    """The whole pane, top to bottom. Without `cards`, what `card_lines` shows is left to a column beside it; `history`
    puts what happened between the messages."""
    now, zone = reader.now, reader.zone
    lines: list[Line] = list(_head(thread, width, reader, beside))
    if cards:
        lines += card_lines(thread, width, reader, beside)
    if thread.older:
        lines += [(), ((_("… older messages: k at the top goes on to them"), "muted"),)]
    day = ""
    files: dict[int, list[tuple[int, Attachment]]] = {}
    for number, file in enumerate(thread.attachments, 1):
        files.setdefault(file.message_id, []).append((number, file))
    happened = list(event_lines(beside.log, reader)) if history else []
    if thread.older and thread.messages:
        happened = [one for one in happened if one[0] >= thread.messages[0].sent_at]
    starts: dict[int, int] = {}
    for message in thread.messages:
        lines += _happened(happened, message.sent_at, width, reader)
        today = _day(message.sent_at, now, zone)
        starts[message.id] = len(lines)
        who, said_on = speaker(thread, message) or "?", today if today != day else ""
        lines += _message(message, who, files.get(message.id, []), width, zone, said_on, unfolded)
        day = today
    if thread.newer:
        return Page([*lines, (), ((_("… newer messages: j at the end goes on to them"), "muted"),)], starts)
    lines += _happened(happened, NEVER, width, reader)
    for row in thread.waiting:
        lines += _waiting(row, width, now)
    if thread.channel is not None and (why := reach.why_not(thread.channel)):
        lines += [(), *(((line, "muted"),) for line in wrap(_("No replies from here: {reason}").format(reason=_(why)), width))]
    if not history:
        lines += _why(next((e for e in reversed(beside.log) if e.verb == "assigned"), None), width)
    return Page(lines, starts)


def _happened(waiting: list[tuple[Instant, Line]], until: Instant, width: int, reader: Reader) -> Iterator[Line]:
    """What happened before `until`, taken off the front of what waits to be shown."""
    while waiting and waiting[0][0] < until:
        at, line = waiting.pop(0)
        clock = reader.when(at)
        for number, (text, role) in enumerate(line):
            pad = " " * (len(clock) + 4)
            for at_line, part in enumerate(wrap(text.strip(), max(8, width - len(pad)))):
                first = number == 0 and at_line == 0
                yield ((f"·· {clock} " if first else pad, "muted"), (part, role))


def _head(thread: Thread, width: int, reader: Reader, beside: Beside) -> Iterator[Line]:
    ticket, customer, now, zone = thread.ticket, thread.customer, reader.now, reader.zone
    kind = _(TYPES.get(ticket.type, TYPES["other"]))
    if ticket.ask and ticket.ask != ticket.type:
        kind += " · " + _("wants {what}").format(what=_(TYPES.get(ticket.ask, ticket.ask)).lower())
    state = _(STATUSES[ticket.status])
    if ticket.snoozed_until > now:
        state += " · " + _snoozed(ticket, reader)
    whose = [reader.name(ticket.assignee_id) if ticket.assignee_id else _("nobody"),
             *([reader.name(ticket.group_id)] if ticket.group_id else [])]  # fmt: skip
    first = ((f"#{ticket.id}  ", "accent"), (kind, "strong"), (f"   {state}", "muted"))
    behind = (f" · {' · '.join(whose)}", "muted")
    if sum(width_of(text) for text, _role in (*first, behind)) <= width:
        yield (*first, behind)
    else:
        yield first
        yield ((" · ".join(whose), "muted"),)
    for line in wrap(ticket.subject or _("(no subject)"), width):
        yield ((line, "strong"),)
    if customer:
        bits = [customer.tier.upper()] if customer.tier else []
        if thread.customer_orders:
            bits.append(
                ngettext("{count} order", "{count} orders", thread.customer_orders).format(count=thread.customer_orders)
            )
        if thread.others:
            bits.append(
                ngettext("{count} other ticket", "{count} other tickets", len(thread.others)).format(
                    count=len(thread.others)
                )
            )
        yield ((customer.name or customer.email, "buyer"), ("  " + " · ".join(bits), "muted"))
    facts = [thread.channel.name if thread.channel else ticket.channel_id, ticket.lang]
    if ticket.priority != 1:
        facts.append(_(list(PRIORITIES.values())[ticket.priority]))
    facts += [f"#{tag}" for tag in thread.tags]
    yield ((" · ".join(f for f in facts if f), "muted"),)
    for row in head_lines(ticket, beside, reader):
        yield from _wrapped(row, width)
    if ticket.needs_review and not failed_here(ticket, beside.log):
        yield ((_("▲ sorted with doubt: check type and sender"), "warning"), ("  =", "key"), (" " + _("right"), "muted"))
    if ticket.escalation:
        yield ((_("▲ the buyer threatens a claim, a review or a lawyer"), "warning"),)
    for clock in thread.clocks:
        if clock.state == "running":
            left = clock.due_at - now
            text = _("{clock}: due {when}").format(
                clock=_(CLOCK_KINDS.get(clock.kind, clock.kind)), when=stamp(clock.due_at, now, zone)
            )
            role = "danger" if left < 0 else "warning" if now >= clock.warn_at else "muted"
            yield ((("! " if left < 0 else "▲ " if now >= clock.warn_at else "  ") + text, role),)


def _snoozed(ticket: Ticket, reader: Reader) -> str:
    """Until when it sleeps: a time, an event, or whichever comes first."""
    from desk.waking import WORDS

    event = _(WORDS[ticket.wake_on].help) if ticket.wake_on in WORDS else ""
    if ticket.snoozed_until >= NEVER:
        return _("snoozed until {event}").format(event=event) if event else _("snoozed until the buyer replies")
    when = _("snoozed until {when}").format(when=reader.when(ticket.snoozed_until))
    return _("{when} or {event}").format(when=when, event=event) if event else when


def _wrapped(line: Line, width: int) -> Iterator[Line]:
    """A line that may be too long: its first piece is broken, the others stand on a line below where they do not fit."""
    (text, role), *others = line
    behind = sum(width_of(piece) for piece, _role in others)
    if width_of(text) + behind <= width:
        yield line
        return
    parts = list(wrap(text, width))
    yield from (((part, role),) for part in parts[:-1])
    if width_of(parts[-1]) + behind <= width:
        yield ((parts[-1], role), *others)
    else:
        yield ((parts[-1], role),)
        yield from (((part, others[0][1]),) for part in wrap("".join(piece for piece, _role in others), width))


def card_lines(thread: Thread, width: int, reader: Reader, beside: Beside) -> Iterator[Line]:
    """What is to do here, then the orders the ticket is about, their items and parcels."""
    for row in work_lines(thread.ticket, beside, reader):
        yield from _wrapped(row, width) if row else ((),)
    for row in case_lines(beside.cases, reader):
        yield from _wrapped(row, width) if row else ((),)
    for order in thread.orders[:2]:
        yield ()
        yield ((_("ORDER") + f" {order.number}", "strong"), (f"   {named(ORDER, order.status)}", "muted"))
        for item in thread.items:
            if item.order_id == order.id:
                price = str(Money(order.currency, item.price_minor)) if order.currency else ""
                yield ((f"{item.title} ×{item.quantity}", "text"), (f"   {price}", "muted"))
        if order.currency:
            yield ((_("total {amount}").format(amount=Money(order.currency, order.total_minor)), "muted"),)
        for row in whence_lines(order):
            yield from _wrapped(row, width)
        for parcel in thread.shipments:
            if parcel.order_id == order.id:
                news = thread.news.get((order.id, parcel.tracking))
                for row in parcel_lines(parcel, news, reader):
                    yield from _wrapped(row, width)
    if not thread.orders and thread.ticket.order_number:
        yield ()
        yield ((_("ORDER") + f" {thread.ticket.order_number}", "strong"), ("   " + _("not synced"), "muted"))
    for row in product_lines(beside.products):
        yield from _wrapped(row, width) if row else ((),)


def _message(
    message: Message, who: str, files: list[tuple[int, Attachment]], width: int, zone: tzinfo, day: str, unfolded: bool
) -> Iterator[Line]:
    yield ()
    clock = datetime.fromtimestamp(message.sent_at / 1000, zone).strftime("%H:%M")
    role = {"in": "buyer", "out": "us", "note": "note"}[message.direction]
    label = {"in": who, "out": f"↩ {who}", "note": "¶ " + _("note by {who}").format(who=who)}[message.direction]
    automatic = "  " + _("automatic: {kind}").format(kind=message.automatic) if message.automatic else ""
    public = ""
    if is_public(message.remote_key):
        public = "  " + (_("★ public, under the review") if role == "us" else _("★ review"))
    yield (("── ", "rule"), (f"{day + ' ' if day else ''}{clock}  ", "muted"), (label, role), (automatic + public, "muted"))
    body = message.body if unfolded or len(message.body) <= LONGEST else message.body[:LONGEST]
    text_role = "note" if message.direction == "note" else "text"
    for line in wrap(body.strip() or _("(no text)"), width):
        yield ((line, text_role),)
    if len(body) < len(message.body):
        yield ((_("▸ {count} more characters (v)").format(count=len(message.body) - len(body)), "muted"),)
    for number, file in files:
        yield ((f"[{number}] {file.name}", "accent"), (f"  {size_text(file.size)}", "muted"))
    if message.quoted.strip():
        count = message.quoted.strip().count("\n") + 1
        if unfolded:
            for line in wrap(message.quoted.strip(), width - 2):
                yield ((f"│ {line}", "muted"),)
        else:
            yield (
                (
                    ngettext("▸ {count} line quoted (v)", "▸ {count} lines quoted (v)", count).format(count=count),
                    "muted",
                ),
            )


def _waiting(row: OutboxRow, width: int, now: Instant) -> Iterator[Line]:
    payload = json.loads(row.payload)
    heads = {
        "held": (
            _("leaves in {seconds} s (z takes it back)").format(seconds=max(0, -(-(row.hold_until - now) // 1000))),
            "us",
        ),
        "claimed": (_("is being sent"), "us"),
        "failed": (_("! not sent: {error}").format(error=told(row.error)), "danger"),
        "unknown": (_("! nobody knows whether it was sent: {error}").format(error=told(row.error)), "danger"),
    }
    text, role = heads[row.state]
    if row.state == "held" and row.hold_until <= now:
        text = (
            _("leaves as soon as sync runs")
            if not row.error
            else _("tried again soon: {error}").format(error=told(row.error))
        )
    yield ()
    yield (("── ", "rule"), (f"↩ {row.agent_id}  ", "us"), (text, role))
    for line in wrap(payload["text"], width):
        yield ((line, "muted"),)


def _why(assigned: Event | None, width: int) -> Iterator[Line]:
    if assigned is None or not assigned.payload:
        return
    owner = assigned.payload.get("changes", {}).get("assignee_id", [None, None])[1]
    reason = assigned.payload.get("why")
    text = _("{agent} has it").format(agent=owner) if owner else _("nobody has it")
    if reason:
        text = titled(text, reason_from(reason).render(_))
    yield ()
    for line in wrap(f"── {text}", width):
        yield ((line, "muted"),)


def _day(at: Instant, now: Instant, zone: tzinfo) -> str:
    there, here = datetime.fromtimestamp(at / 1000, zone).date(), datetime.fromtimestamp(now / 1000, zone).date()
    ago = (here - there).days
    if ago == 0:
        return _("today")
    return _("yesterday") if ago == 1 else there.isoformat()
