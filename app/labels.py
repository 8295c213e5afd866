"""Names for ids a table or a card shows. In English an id reads as it is; elsewhere it has a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.words import LANGUAGES, N_, _, language

OUTBOX = {
    "held": N_("held"),
    "claimed": N_("sending"),
    "sent": N_("sent"),
    "failed": N_("not sent"),
    "unknown": N_("in doubt"),
    "cancelled": N_("taken back"),
}
CHANNEL = {"active": N_("active"), "paused": N_("paused"), "removed": N_("removed")}
ROLES = {"agent": N_("agent"), "lead": N_("lead"), "admin": N_("admin")}
PRESENCE = {"on": N_("on"), "away": N_("away"), "auto": N_("by shift")}
STRATEGIES = {
    "least_load": N_("who has the least to do"),
    "round_robin": N_("in turn"),
    "weighted": N_("by share"),
    "skill": N_("by skill"),
    "language": N_("by language"),
    "country": N_("by country and time zone"),
    "sticky": N_("the buyer's previous agent"),
    "previous": N_("the ticket's previous agent"),
}
"""How work is shared out in a group."""
ORDER = {
    "processing": N_("processing"),
    "unshipped": N_("not shipped"),
    "paid": N_("paid"),
    "announced": N_("announced, not handed over"),
    "shipped": N_("shipped"),
    "in_transit": N_("in transit"),
    "out_for_delivery": N_("out for delivery"),
    "delivered": N_("delivered"),
    "exception": N_("held up"),
    "collect": N_("waits to be collected"),
    "expired": N_("no news any more"),
    "lost": N_("lost"),
    "returned": N_("returned"),
    "refunded": N_("refunded"),
    "cancelled": N_("cancelled"),
}
"""States of orders and parcels, as most platforms call them."""
VERBS = {
    "agent_added": N_("agent added"),
    "agent_changed": N_("agent changed"),
    "answered_elsewhere": N_("answered elsewhere"),
    "answered_there": N_("answered from the buyer's mailbox now"),
    "assigned": N_("assigned"),
    "blocked": N_("sender blocked"),
    "buyer_cleared": N_("what was written here is cleared"),
    "buyer_clears": N_("is cleared soon"),
    "buyers_purged": N_("buyers' data cleared"),
    "channel_added": N_("channel added"),
    "channel_changed": N_("channel changed"),
    "channel_fault": N_("channel does not work"),
    "channel_well": N_("channel works again"),
    "case_changed": N_("case changed"),
    "case_opened": N_("case opened"),
    "changed": N_("changed"),
    "checklist_attached": N_("checklist attached"),
    "cleared_spam": N_("no spam"),
    "clock_breached": N_("deadline missed"),
    "clock_warned": N_("deadline is near"),
    "created": N_("opened"),
    "composed": N_("opened to write to the buyer"),
    "delivered": N_("delivered"),
    "desk_made": N_("desk made"),
    "desk_renamed": N_("shop renamed"),
    "erased": N_("buyer's data erased"),
    "field_set": N_("field set"),
    "leave_began": N_("leave began"),
    "leave_cut": N_("back before leave was over"),
    "leave_ended": N_("leave over"),
    "leave_planned": N_("leave planned"),
    "leave_removed": N_("leave taken back"),
    "linked": N_("linked"),
    "macro_run": N_("macro run"),
    "marked_spam": N_("spam"),
    "merged": N_("merged into another"),
    "merged_in": N_("another merged in"),
    "incident_answered": N_("answered with its incident"),
    "incident_closed": N_("incident closed"),
    "incident_linked": N_("put into an incident"),
    "incident_opened": N_("incident opened"),
    "incident_reopened": N_("incident opened again"),
    "incident_unlinked": N_("taken out of an incident"),
    "no_reply_needed": N_("no reply needed"),
    "noted": N_("note written"),
    "notice_failed": N_("notice not sent"),
    "notice_queued": N_("notice queued"),
    "notice_resolved": N_("notice settled"),
    "notice_sent": N_("notice sent"),
    "notice_target_added": N_("target for notices added"),
    "notice_target_changed": N_("target for notices changed"),
    "notice_target_removed": N_("target for notices removed"),
    "quarantined": N_("could not be read"),
    "quarantine_dropped": N_("record let go"),
    "queued": N_("waits for an owner"),
    "received": N_("message came in"),
    "redone": N_("done again"),
    "deed_cancelled": N_("act at the platform given up"),
    "deed_done": N_("done at the platform"),
    "deed_failed": N_("not done at the platform"),
    "deed_queued": N_("act at the platform queued"),
    "deed_taken_back": N_("act at the platform taken back"),
    "deed_unknown": N_("act at the platform in doubt"),
    "reply_cancelled": N_("reply given up"),
    "reply_failed": N_("reply not sent"),
    "reply_queued": N_("reply queued"),
    "reply_sent": N_("reply sent"),
    "reply_taken_back": N_("reply taken back"),
    "reply_unknown": N_("reply in doubt"),
    "review_came": N_("review came in"),
    "review_changed": N_("review changed by its author"),
    "rule_fired": N_("rule fired"),
    "rule_state": N_("rule turned on or off"),
    "rules_arranged": N_("order of rules changed"),
    "rules_stopped": N_("rules stopped: they set each other off"),
    "setup_removed": N_("set-up removed"),
    "setup_saved": N_("set-up saved"),
    "snoozed": N_("put off"),
    "split": N_("split"),
    "split_from": N_("split off from another"),
    "step_ticked": N_("step done"),
    "step_unticked": N_("step open again"),
    "tagged": N_("tags changed"),
    "told": N_("a colleague was told"),
    "task_added": N_("task added"),
    "task_changed": N_("task changed"),
    "type_confirmed": N_("type confirmed"),
    "unattended": N_("due before anybody is there"),
    "template_reviewed": N_("template read again"),
    "unblocked": N_("sender unblocked"),
    "undone": N_("undone"),
    "unlinked": N_("link taken away"),
    "woke": N_("woke up"),
}
"""What happened to a ticket or a desk: an event's verb."""


def named(names: Mapping[str, str], ident: str) -> str:
    """`ident` for the reader; itself if `names` does not know it."""
    return _(names[ident]) if language() != LANGUAGES[0] and ident in names else ident


def column(names: Mapping[str, str]) -> Callable[[Any], str]:
    """How a table shows one id, or several."""

    def show(value: Any) -> str:
        if isinstance(value, list):
            return ", ".join(named(names, str(v)) for v in value)
        return named(names, value) if value else ""

    return show


def titled(title: str, value: object) -> str:
    """`Status: open`, with the colon of the language."""
    return _("{title}: {value}").format(title=title, value=value)
