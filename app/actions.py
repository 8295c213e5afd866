"""The one registry of everything a person can do. Key bindings, footer hints, which-key strip, palette, menu, help and
docs/keys.md are all made from it, so none of them can say what another does not.

Pure data, in tables by place (`acts_on_tickets`, `acts_elsewhere`). An id is `noun.verb` or `noun.verb:argument`; who
carries it out takes it apart with `split`. Rows made at run time (a colleague to assign to, a view to open) use ids of
the same form without being listed here.

    python -m app.actions --docs        docs/keys.md
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from app.act import PANES, WORK, Action, Leader
from app.acts_elsewhere import ELSEWHERE
from app.acts_on_tickets import ON_TICKETS
from store.errors import N_

LEADERS: tuple[Leader, ...] = (
    Leader("ticket.assign", "a", N_("Assign…"), N_("Give the ticket to a person or a group."),
           "ticket", WORK, "ticket", N_("assign")),
    Leader("ticket.snooze", "b", N_("Snooze…"), N_("Put the ticket away until later."),
           "ticket", WORK, "ticket", N_("snooze")),
    Leader("ticket.status", "s", N_("Status…"), N_("Set the status of the ticket."),
           "ticket", WORK, "ticket", N_("status")),
    Leader("ticket.priority", "p", N_("Priority…"), N_("Set the priority of the ticket."),
           "ticket", WORK, "ticket", N_("priority")),
    Leader("ticket.work", "w", N_("Work…"), N_("Tasks, checklists, fields of your own and rules."),
           "ticket", WORK, "ticket", N_("work")),
    Leader("ticket.together", "M", N_("Put together…"), N_("Merge, split and link tickets; incidents."),
           "ticket", WORK, "ticket", N_("together")),
    Leader("list.marks", "*", N_("Marks…"), N_("Mark all rows or none."), "list", ("list",), "always", N_("marks")),
    Leader("app.go", "g", N_("Go to…"), N_("Jump to a view or a screen."), "go", PANES, "always", N_("go to")),
    Leader("outbox.resolve", "x", N_("Resolve…"), N_("Say what became of a message that failed or is in doubt."),
           "outbox", ("outbox",), "outbox_stuck", N_("resolve")),
)  # fmt: skip

ACTIONS = (*ON_TICKETS, *ELSEWHERE)

HINTS: dict[str, tuple[str, ...]] = {
    "list": ("list.arrivals", "list.mark_none", "ticket.reply", "ticket.template", "ticket.assign", "ticket.done",
             "ticket.snooze", "filter.clear", "search.open", "app.palette", "app.help", "app.quit"),
    "ticket": ("ticket.reply", "ticket.template", "ticket.macro", "ticket.note", "ticket.assign", "ticket.done", "ticket.next",
               "item.back", "app.help"),
    "views": ("item.open", "app.go", "filter.edit", "pane.next", "item.back", "app.help"),
    "clocks": ("item.open", "pane.next", "item.back", "app.go", "app.help"),
    "outbox": ("outbox.take_back", "outbox.resolve", "item.open", "edit.undo", "item.back", "app.go", "app.help"),
    "quarantine": ("quarantine.again", "quarantine.save", "quarantine.drop", "item.open", "page.more", "item.back",
                   "quarantine.again_all", "app.help"),
    "audit": ("audit.all", "audit.who", "audit.verify", "item.open", "page.more", "item.back", "app.help"),
    "past": ("past.undo", "item.open", "past.everybody", "edit.redo", "page.more", "item.back", "app.help"),
    "incidents": ("item.open", "incidents.answer", "incidents.close", "incidents.reopen", "incidents.new", "item.back",
                  "app.help"),
    "reviews": ("reviews.all", "item.open", "reviews.answer", "reviews.write", "reviews.unanswered", "reviews.low", "page.more",
                "item.back", "app.help"),
    "composer": ("composer.review", "composer.editor", "composer.template", "app.palette", "app.help"),
    "review": ("review.send", "review.send_solve", "review.send_wait", "review.edit", "review.park",
               "review.discard", "app.help"),
    "templates": ("template.use", "template.edit", "template.language", "template.close", "app.help"),
    "setup": ("setup.save", "item.open", "setup.new", "setup.turn", "setup.test", "setup.remove", "setup.history",
              "setup.move_down", "setup.filter", "item.back", "app.help"),
    "form": ("setup.restore", "setup.save", "setup.rows", "setup.turn", "setup.fill", "setup.test", "setup.history",
             "setup.remove",
             "setup.move_down", "item.back", "app.help"),
    "field": ("setup.save", "field.accept", "field.editor", "field.next", "field.leave", "app.palette", "app.help"),
    "first": ("first.next", "first.previous", "setup.fill", "setup.turn", "setup.remove", "first.leave", "app.help"),
}  # fmt: skip
"""By place, the acts worth the bottom line, the weightiest first; what does not hold just now gives way to the next."""

MOST_HINTS = 7

BY_ID: dict[str, Action | Leader] = {**{act.id: act for act in LEADERS}, **{act.id: act for act in ACTIONS}}


def split(id: str) -> tuple[str, str]:
    """`"ticket.status:pending"` → `("ticket.status", "pending")`; the argument is "" if there is none."""
    verb, _colon, argument = id.partition(":")
    return verb, argument


def allowed(act: Action | Leader, holds: Collection[str]) -> bool:
    """Whether the act makes sense while the states in `holds` do."""
    return act.when == "always" or act.when in holds


def available(place: str, holds: Collection[str]) -> Iterator[Action | Leader]:
    """What can be done in `place` now, in the order of the registry with leaders first."""
    return (act for act in BY_ID.values() if place in act.places and allowed(act, holds))


def hints(place: str, holds: Collection[str]) -> list[Action | Leader]:
    """At most `MOST_HINTS` acts for the bottom line. Help stays, whatever else has to give way."""
    ranked = [BY_ID[id] for id in HINTS[place]]
    shown = [act for act in ranked if allowed(act, holds) and place in act.places and act.id != "app.help"]
    return [*shown[: MOST_HINTS - 1], BY_ID["app.help"]]


def main(arguments: list[str]) -> int:
    import sys

    if arguments != ["--docs"]:
        print(__doc__, file=sys.stderr)
        return 2
    from app.keys_page import page

    sys.stdout.write(page())
    return 0


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))
