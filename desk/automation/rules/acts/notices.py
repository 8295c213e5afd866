"""Acts that tell somebody of a ticket, and the one that blocks its sender."""

from __future__ import annotations

from desk import spam
from desk.automation.rules.registry import Args, Doing, register
from desk.automation.rules.tables import Table, missing
from desk.notices import queue
from desk.tickets import note
from store.errors import N_, NotFound
from store.sql import mentions, shop


def _read_notify(t: Table) -> Args:
    args = {key: value for key in ("agent", "target") if (value := t.text(key))}
    if len(args) != 1:
        raise missing(t.item, f"{t.at}agent, target")
    text = t.text("text")
    return {**args, "text": text} if text else args


def _notify(doing: Doing, args: Args) -> None:
    text = args.get("text") or doing.rule.name
    if "target" in args:
        _outside(doing, args["target"], text)
        return
    unit = doing.unit
    agent = shop.agent(unit.conn, args["agent"])
    if agent is None or not agent.active:
        raise NotFound(N_("There is no agent {item}."), item=args["agent"], next=N_("See: deskhand agent list"))
    seq = note(unit, doing.ticket_id, f"@{agent.id} {text}")
    (told,) = (event for event in unit.told if event.seq == seq)
    mentions.put(unit.conn, told.payload["message_id"], (agent.id,), unit.now)


def _outside(doing: Doing, target: str, text: str) -> None:
    key = f"notice:{doing.rule.id}:{doing.at}:{doing.ticket_id}:{doing.message_id}"
    queue(doing.unit, target, text, doing.ticket_id, key=key)


def _read_block(t: Table) -> Args:
    return {}


def _block(doing: Doing, args: Args) -> None:
    spam.block_sender(doing.unit, doing.ticket_id)


register("notify", N_("tells an agent, or a target outside the desk"), _read_notify, _notify, outward=True)
register("block", N_("marks as spam and blocks the sender"), _read_block, _block)
