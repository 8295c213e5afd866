"""The one registry of everything a person can do. Key bindings, footer hints, which-key strip, palette, menu, help and
docs/keys.md are all made from it, so none of them can say what another does not.

Pure data; named tuples, because somebody waits while this loads and a dataclass takes a millisecond to make. An id is
`noun.verb` or `noun.verb:argument`; who carries it out takes it apart with `split`. Rows made at run time (a colleague
to assign to, a view to open) use ids of the same form without being listed here.

    python -m app.actions --docs        docs/keys.md
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from store.errors import N_


class Action(NamedTuple):
    """One act. `label`, `help` and `short` are message ids."""

    id: str
    keys: tuple[str, ...]
    """Key sequences as people write them (`j`, `^d`, `g i`, `Space`, `F10`), the one to show first; `q@list` works in
    that place only."""
    label: str
    help: str
    group: str
    """The section of help and menu it stands in, one of `GROUPS`."""
    places: tuple[str, ...]
    """Where its keys work, of `PLACES`."""
    when: str = "always"
    """What must hold for it to make sense, one of `STATES`."""
    menu: str = ""
    """The leader whose strip lists it."""
    short: str = ""
    """A word or two for the footer and the strip; "" takes the label."""
    motion: bool = False
    """Only motions take a count: `5j` moves five rows, `5e` still finishes one ticket."""


class Leader(NamedTuple):
    """A key that waits for a second one and meanwhile shows what may follow."""

    id: str
    key: str
    """One key; the keys of what may follow begin with it."""
    label: str
    help: str
    group: str
    places: tuple[str, ...]
    when: str = "always"
    short: str = ""


GROUPS = {
    "moving": N_("Moving"),
    "list": N_("List"),
    "ticket": N_("Ticket"),
    "composer": N_("Writing"),
    "outbox": N_("Outbox"),
    "records": N_("Records"),
    "setup": N_("Set up"),
    "go": N_("Go to"),
    "everywhere": N_("Everywhere"),
}

PLACES = {
    "list": N_("in the list"),
    "ticket": N_("in a ticket"),
    "views": N_("in the views"),
    "clocks": N_("in the clocks"),
    "outbox": N_("in the outbox"),
    "composer": N_("while writing"),
    "review": N_("before sending"),
    "templates": N_("choosing a template"),
    "setup": N_("in the set-up"),
    "form": N_("in a form"),
    "field": N_("filling in a field"),
    "first": N_("making a desk"),
    "quarantine": N_("in the unreadable"),
    "audit": N_("in an audit"),
    "past": N_("in the undo history"),
    "incidents": N_("in the incidents"),
    "reviews": N_("in the reviews"),
}

RECORDS = ("quarantine", "audit", "past", "incidents", "reviews")
"""Places where a page of records lies over list and ticket."""

TYPING = ("composer", "templates", "field")
"""Places where one types: a printable key is text there and never an act."""

STATES = {
    "always": N_("always"),
    "ticket": N_("with a ticket under the cursor or marked"),
    "marks": N_("with tickets marked"),
    "filtered": N_("with a filter set"),
    "searched": N_("after a search"),
    "undo": N_("with something to undo"),
    "redo": N_("with something undone"),
    "repeat": N_("after a first act"),
    "arrivals": N_("when new tickets wait"),
    "order": N_("when the ticket has an order"),
    "replying": N_("when it goes to the buyer"),
    "leaving": N_("when it leaves as mail"),
    "aside": N_("when it goes to somebody other than the buyer"),
    "outbox_held": N_("while a message is held"),
    "outbox_stuck": N_("when a message failed or its fate is unknown"),
    "page_row": N_("with something there"),
    "unreadable_mail": N_("on a record that came as mail"),
    "setup_long": N_("on a text of several lines"),
    "past_mine": N_("on a step of your own that stands"),
    "audit_filtered": N_("while one person's events show"),
    "reviews_filtered": N_("while only some reviews show"),
    "incident_open": N_("on an open incident"),
    "incident_closed": N_("on a closed incident"),
    "setup_field": N_("on a line of a form"),
    "setup_query": N_("on a query"),
    "setup_new": N_("where something can be added"),
    "setup_record": N_("with something there to change"),
    "setup_remove": N_("where it can be removed"),
    "setup_move": N_("where order matters"),
    "setup_toggle": N_("where it can be on or off"),
    "setup_test": N_("where it can be tried out"),
    "setup_history": N_("where versions are kept"),
    "setup_version": N_("with a version under the cursor"),
    "setup_unsaved": N_("with something to save"),
    "first_next": N_("until the desk is made"),
    "first_back": N_("after the first step"),
}

_PANES = ("list", "ticket", "views", "clocks", "outbox", "setup", "form", *RECORDS)
_SETUP = ("setup", "form")
_FORM = ("form", "first")
_MOVES = (*_PANES, "first")
_WORK = ("list", "ticket")
_ALL = tuple(PLACES)
_DESK = tuple(place for place in PLACES if place != "first")

LEADERS: tuple[Leader, ...] = (
    Leader("ticket.assign", "a", N_("Assign…"), N_("Give the ticket to a person or a group."),
           "ticket", _WORK, "ticket", N_("assign")),
    Leader("ticket.snooze", "b", N_("Snooze…"), N_("Put the ticket away until later."),
           "ticket", _WORK, "ticket", N_("snooze")),
    Leader("ticket.status", "s", N_("Status…"), N_("Set the status of the ticket."),
           "ticket", _WORK, "ticket", N_("status")),
    Leader("ticket.priority", "p", N_("Priority…"), N_("Set the priority of the ticket."),
           "ticket", _WORK, "ticket", N_("priority")),
    Leader("ticket.work", "w", N_("Work…"), N_("Tasks, checklists, fields of your own and rules."),
           "ticket", _WORK, "ticket", N_("work")),
    Leader("ticket.together", "M", N_("Put together…"), N_("Merge, split and link tickets; incidents."),
           "ticket", _WORK, "ticket", N_("together")),
    Leader("list.marks", "*", N_("Marks…"), N_("Mark all rows or none."), "list", ("list",), "always", N_("marks")),
    Leader("app.go", "g", N_("Go to…"), N_("Jump to a view or a screen."), "go", _PANES, "always", N_("go to")),
    Leader("outbox.resolve", "x", N_("Resolve…"), N_("Say what became of a message that failed or is in doubt."),
           "outbox", ("outbox",), "outbox_stuck", N_("resolve")),
)  # fmt: skip

ACTIONS: tuple[Action, ...] = (
    # Moving
    Action("move.down", ("j", "Down"), N_("Down"), N_("Next row or line; 5j moves five."),
           "moving", _MOVES, motion=True),
    Action("move.up", ("k", "Up"), N_("Up"), N_("Previous row or line."), "moving", _MOVES, motion=True),
    Action("move.top", ("g g", "Home"), N_("Top"), N_("First row; 12gg goes to the twelfth."),
           "moving", _PANES, menu="app.go", short=N_("top"), motion=True),
    Action("move.bottom", ("G", "End"), N_("Bottom"), N_("Last row; 12G goes to the twelfth."),
           "moving", _MOVES, motion=True),
    Action("move.half_down", ("^d",), N_("Half a page down"), N_("Move half a page down."),
           "moving", _PANES, motion=True),
    Action("move.half_up", ("^u",), N_("Half a page up"), N_("Move half a page up."), "moving", _PANES, motion=True),
    Action("move.page_down", ("PageDown",), N_("Page down"), N_("Move a page down."), "moving", _PANES, motion=True),
    Action("move.page_up", ("PageUp",), N_("Page up"), N_("Move a page up."), "moving", _PANES, motion=True),
    Action("item.open", ("Enter", "o"), N_("Open it"), N_("Open what is under the cursor."),
           "moving", ("list", "views", "clocks", "outbox", "setup", *RECORDS), short=N_("open it")),
    Action("item.back", ("q", "Esc"), N_("Back"), N_("Go back to where you came from; nothing is lost."),
           "moving", ("ticket", "views", "clocks", "outbox", "setup", "form", *RECORDS), short=N_("back")),
    Action("ticket.next", ("J",), N_("Next ticket"), N_("Read the next ticket of the list."),
           "moving", ("ticket",), short=N_("next"), motion=True),
    Action("ticket.previous", ("K",), N_("Previous ticket"), N_("Read the previous ticket of the list."),
           "moving", ("ticket",), motion=True),
    Action("ticket.due_next", ("u",), N_("Next due"), N_("Open what is due next among yours and nobody's."),
           "moving", _WORK, short=N_("next due")),
    Action("pane.next", ("Tab",), N_("Next pane"), N_("Move to the next pane."), "moving", _PANES),
    Action("pane.previous", ("S-Tab",), N_("Previous pane"), N_("Move to the previous pane."), "moving", _PANES),
    # List
    Action("list.mark", ("Space",), N_("Mark"), N_("Mark the row and go on; acts then reach all marked tickets."),
           "list", ("list",), "ticket", short=N_("mark")),
    Action("list.range", ("V",), N_("Mark a range"), N_("Mark from here to where the cursor goes; V again ends it."),
           "list", ("list",), "ticket"),
    Action("list.mark_all", ("* a",), N_("Mark all shown"), N_("Mark every ticket the filter shows, 2,000 at most."),
           "list", ("list",), menu="list.marks", short=N_("all shown")),
    Action("list.mark_none", ("* n",), N_("Unmark all"), N_("Take all marks away."),
           "list", ("list",), "marks", "list.marks", N_("none")),
    Action("list.unwind", ("Esc",), N_("Clear"), N_("Take away the marks; without marks, the filter."),
           "list", ("list",)),
    Action("search.open", ("/",), N_("Search"), N_("Find words in all tickets, newest first; sort:rank best first."),
           "list", _WORK, short=N_("search")),
    Action("search.next", ("n",), N_("Next hit"), N_("In a ticket the next hit, in the list the next ticket found."),
           "list", _WORK, "searched"),
    Action("search.previous", ("N",), N_("Previous hit"), N_("The one before, in a ticket as in the list."),
           "list", _WORK, "searched"),
    Action("filter.edit", ("f",), N_("Filter"), N_("Write a query such as is:open due:..2h lang:de."),
           "list", ("list", "views"), short=N_("filter")),
    Action("filter.clear", ("F",), N_("Clear the filter"), N_("Show the whole view again."),
           "list", ("list", "views"), "filtered", short=N_("no filter")),
    Action("list.arrivals", ("R",), N_("Show new arrivals"), N_("Let the waiting new tickets into the list."),
           "list", _WORK, "arrivals", short=N_("show new")),
    Action("pane.clocks", ("C",), N_("Clocks"), N_("Show or hide the next deadlines."), "list", _PANES),
    # Ticket
    Action("ticket.reply", ("r",), N_("Reply"), N_("Write to the buyer."), "ticket", _WORK, "ticket",
           short=N_("reply")),
    Action("ticket.template", ("t",), N_("Reply from a template"), N_("Choose a template, filled in for this ticket."),
           "ticket", _WORK, "ticket", short=N_("template")),
    Action("ticket.note", ("c",), N_("Internal note"), N_("Write a note only colleagues see."),
           "ticket", _WORK, "ticket", short=N_("note")),
    Action("ticket.forward", (">",), N_("Forward…"), N_("Pass the conversation on; it stays in the ticket as a note."),
           "ticket", _WORK, "ticket", short=N_("forward")),
    Action("ticket.aside", ("@",), N_("Write to somebody else…"), N_("To a carrier or supplier, outside the buyer's thread."),
           "ticket", _WORK, "ticket", short=N_("to others")),
    Action("ticket.compose", ("W",), N_("Write to a buyer…"), N_("Begin a conversation by mail, on a ticket of its own."),
           "ticket", _WORK, short=N_("write")),
    Action("ticket.take", ("A", "a m"), N_("Take it myself"), N_("Assign the ticket to yourself."),
           "ticket", _WORK, "ticket", "ticket.assign", N_("me")),
    Action("ticket.unassign", ("a n",), N_("Assign to nobody"), N_("Give the ticket back to the pool."),
           "ticket", _WORK, "ticket", "ticket.assign", N_("nobody")),
    Action("ticket.assign_find", ("a /",), N_("Assign to…"), N_("Find a person or group by name."),
           "ticket", _WORK, "ticket", "ticket.assign", N_("find")),
    Action("ticket.transfer", ("a r",), N_("Assign with a reason…"), N_("Type to whom, and why they should have it."),
           "ticket", _WORK, "ticket", "ticket.assign", N_("with a reason")),
    Action("ticket.done", ("e", "s s"), N_("Done"), N_("Solve the ticket and go on to the next."),
           "ticket", _WORK, "ticket", "ticket.status", N_("done")),
    Action("ticket.reopen", ("E", "s o"), N_("Reopen"), N_("Open the ticket again."),
           "ticket", _WORK, "ticket", "ticket.status", N_("open")),
    Action("ticket.status:pending", ("s p",), N_("Wait for the buyer"), N_("Set pending: the buyer must answer."),
           "ticket", _WORK, "ticket", "ticket.status", N_("pending")),
    Action("ticket.status:on_hold", ("s h",), N_("Wait for others"), N_("Set on hold: carrier, supplier, platform."),
           "ticket", _WORK, "ticket", "ticket.status", N_("on hold")),
    Action("ticket.status:closed", ("s c",), N_("Close for good"), N_("Close; an answer of the buyer opens it again."),
           "ticket", _WORK, "ticket", "ticket.status", N_("closed")),
    Action("ticket.no_reply", ("s r",), N_("No reply needed"), N_("Say that the buyer waits for nothing: the clock stops."),
           "ticket", _WORK, "ticket", "ticket.status", N_("no reply needed")),
    Action("ticket.spam", ("!", "s j"), N_("Spam"), N_("Close it as spam; the sender may still write."),
           "ticket", _WORK, "ticket", "ticket.status", N_("spam")),
    Action("ticket.block", ("s b",), N_("Block the sender"), N_("Spam, and so is all they write from now on."),
           "ticket", _WORK, "ticket", "ticket.status", N_("block sender")),
    Action("ticket.not_spam", ("s n",), N_("Not spam"), N_("Open it again, on its clock and with an owner."),
           "ticket", _WORK, "ticket", "ticket.status", N_("not spam")),
    Action("ticket.priority:urgent", ("p u",), N_("Urgent"), N_("Set the priority to urgent."),
           "ticket", _WORK, "ticket", "ticket.priority", N_("urgent")),
    Action("ticket.priority:high", ("p h",), N_("High priority"), N_("Set the priority to high."),
           "ticket", _WORK, "ticket", "ticket.priority", N_("high")),
    Action("ticket.priority:normal", ("p n",), N_("Normal priority"), N_("Set the priority to normal."),
           "ticket", _WORK, "ticket", "ticket.priority", N_("normal")),
    Action("ticket.priority:low", ("p l",), N_("Low priority"), N_("Set the priority to low."),
           "ticket", _WORK, "ticket", "ticket.priority", N_("low")),
    Action("ticket.type", ("T",), N_("Issue type…"), N_("Say what the ticket is about."), "ticket", _WORK, "ticket"),
    Action("ticket.right_type", ("=",), N_("The type is right"), N_("Say that the type is right: nobody needs to check it."),
           "ticket", _WORK, "ticket", short=N_("type is right")),
    Action("ticket.flag", ("i",), N_("Flag or unflag"), N_("Flag the ticket for everybody, or take the flag off."),
           "ticket", _WORK, "ticket", short=N_("flag")),
    Action("ticket.tag", ("l",), N_("Labels…"), N_("Type labels to add, and -label to take one off."),
           "ticket", _WORK, "ticket", short=N_("label")),
    Action("ticket.snooze:1h", ("b h",), N_("Snooze for an hour"), N_("Put the ticket away for an hour."),
           "ticket", _WORK, "ticket", "ticket.snooze", N_("1 hour")),
    Action("ticket.snooze:tomorrow", ("b t",), N_("Snooze until tomorrow"), N_("Put it away until work starts tomorrow."),
           "ticket", _WORK, "ticket", "ticket.snooze", N_("tomorrow")),
    Action("ticket.snooze:week", ("b w",), N_("Snooze until next week"), N_("Put it away until work starts on Monday."),
           "ticket", _WORK, "ticket", "ticket.snooze", N_("next week")),
    Action("ticket.snooze:reply", ("b r",), N_("Snooze until the buyer replies"), N_("Put it away until the buyer writes."),
           "ticket", _WORK, "ticket", "ticket.snooze", N_("until reply")),
    Action("ticket.snooze:task_done", ("b k",), N_("Snooze until a task is done"), N_("Put it away until a task of it is done."),
           "ticket", _WORK, "ticket", "ticket.snooze", N_("task done")),
    Action("ticket.snooze:delivered", ("b p",), N_("Snooze until delivery"), N_("Put it away until its parcel is delivered."),
           "ticket", _WORK, "ticket", "ticket.snooze", N_("delivered")),
    Action("ticket.snooze_until", ("b d",), N_("Snooze until…"), N_("Put it away until 2h, mon 9:00, 2026-12-01 or an event."),
           "ticket", _WORK, "ticket", "ticket.snooze", N_("date")),
    Action("ticket.wake", ("b b",), N_("Wake now"), N_("End the snooze."),
           "ticket", _WORK, "ticket", "ticket.snooze", N_("wake now")),
    # Work on a ticket
    Action("ticket.macro", ("m",), N_("Macro…"), N_("Choose a reply with its acts as one step; fitting ones first."),
           "ticket", _WORK, "ticket", short=N_("macro")),
    Action("ticket.tick", ("x",), N_("Tick off"), N_("Tick tasks and checklist steps off, or open them again."),
           "ticket", _WORK, "ticket", short=N_("tick off")),
    Action("ticket.task", ("w t",), N_("Add a task…"), N_("Add a task; @name says whose it is, due:2d until when."),
           "ticket", _WORK, "ticket", "ticket.work", N_("task")),
    Action("ticket.task_state", ("w s",), N_("State of a task…"), N_("Set a task to open, doing, done or dropped."),
           "ticket", _WORK, "ticket", "ticket.work", N_("task state")),
    Action("ticket.checklist", ("w c",), N_("Attach a checklist…"), N_("Put a checklist on the ticket; x ticks its steps off."),
           "ticket", _WORK, "ticket", "ticket.work", N_("checklist")),
    Action("ticket.field", ("w f",), N_("Set a field…"), N_("Fill in one of the fields of your own."),
           "ticket", _WORK, "ticket", "ticket.work", N_("field")),
    Action("ticket.rule", ("w r",), N_("Run a rule…"), N_("Run a rule by hand on the ticket, if its condition holds."),
           "ticket", _WORK, "ticket", "ticket.work", N_("run rule")),
    Action("ticket.undo_rule", ("w z",), N_("Undo a rule here…"), N_("Take back what a rule did to this ticket."),
           "ticket", _WORK, "ticket", "ticket.work", N_("undo rule")),
    Action("ticket.merge", ("M m",), N_("Merge…"), N_("Merge the marked tickets into this one; without marks, this one."),
           "ticket", _WORK, "ticket", "ticket.together", N_("merge")),
    Action("ticket.split", ("M s",), N_("Split…"), N_("Make some of its messages a ticket of their own."),
           "ticket", _WORK, "ticket", "ticket.together", N_("split")),
    Action("ticket.link", ("M l",), N_("Link…"), N_("Say that the marked tickets belong to this one."),
           "ticket", _WORK, "ticket", "ticket.together", N_("link")),
    Action("ticket.unlink", ("M u",), N_("Unlink…"), N_("Take a link to another ticket away."),
           "ticket", _WORK, "ticket", "ticket.together", N_("unlink")),
    Action("incident.link", ("M i",), N_("Link to an incident…"), N_("Link it to an incident, or open one by its cause."),
           "ticket", _WORK, "ticket", "ticket.together", N_("incident")),
    Action("incident.unlink", ("M o",), N_("Take out of its incident…"), N_("Take the ticket out of its incident."),
           "ticket", _WORK, "ticket", "ticket.together", N_("out of incident")),
    Action("incident.answer", ("M a",), N_("Answer an incident…"), N_("Answer all tickets of an incident, each in its language."),
           "ticket", _WORK, "always", "ticket.together", N_("answer all")),
    Action("incident.close", ("M c",), N_("Close an incident…"), N_("Solve the tickets of an incident and close it."),
           "ticket", _WORK, "always", "ticket.together", N_("close incident")),
    Action("ticket.copy_order", ("y",), N_("Copy the order number"), N_("Send the order number to your terminal's clipboard."),
           "ticket", _WORK, "order", short=N_("copy order")),
    Action("ticket.copy_tracking", ("Y",), N_("Copy the tracking number"),
           N_("Send the number of its parcel to your terminal's clipboard."),
           "ticket", _WORK, "order", short=N_("copy tracking")),
    Action("ticket.refetch", ("U", "F5"), N_("Ask the platform again"),
           N_("Fetch the order, return or case of the ticket from its platform now."),
           "ticket", _WORK, "ticket", short=N_("ask again")),
    Action("ticket.review", ("S",), N_("Its review"),
           N_("The review behind the ticket, among the others; r answers it publicly."),
           "ticket", _WORK, "ticket", short=N_("review")),
    Action("ticket.form", ("L",), N_("The platform's own form…"),
           N_("Ask which of Amazon's forms of message the order allows now; choose one and fill it in."),
           "ticket", _WORK, "order", short=N_("form of message")),
    Action("ticket.photos", ("P",), N_("Photos"), N_("Look at the photos of the ticket; + goes closer, s saves."),
           "ticket", _WORK, "ticket", short=N_("photos")),
    Action("ticket.files", ("D",), N_("Files…"), N_("Its files: show, save, or fetch them to your own machine."),
           "ticket", _WORK, "ticket", short=N_("files")),
    Action("ticket.links", ("O",), N_("Links…"), N_("Where its links really lead; copied, never opened here."),
           "ticket", _WORK, "ticket", short=N_("links")),
    Action("ticket.buyer", ("B",), N_("The buyer's history…"), N_("Their other tickets, cases, reviews and orders."),
           "ticket", _WORK, "ticket", short=N_("buyer")),
    Action("thread.quoted", ("v", "Q"), N_("Quoted text"), N_("Show or fold what was quoted."),
           "ticket", ("ticket",), short=N_("quotes")),
    Action("thread.form", ("V",), N_("Original and source"), N_("As read, the whole original, the raw source."),
           "ticket", ("ticket",), short=N_("original")),
    Action("thread.history", ("h",), N_("What happened"), N_("Show or hide events and rules between the messages."),
           "ticket", ("ticket",), short=N_("history")),
    Action("ticket.audit", ("H",), N_("Audit"), N_("Every event of the ticket: who, what, before and after, what caused it."),
           "ticket", _WORK, "ticket", short=N_("audit")),
    Action("thread.page", ("Space",), N_("Read on"), N_("A page down in the conversation."), "ticket", ("ticket",)),
    # Writing
    Action("composer.review", ("Esc",), N_("Finish writing"), N_("To the review bar: send, edit, park or discard."),
           "composer", ("composer",), short=N_("send, park, discard")),
    Action("composer.editor", ("^o",), N_("External editor"), N_("Write in your own $EDITOR."),
           "composer", ("composer",), short=N_("editor")),
    Action("composer.template", ("^t",), N_("Insert a template"), N_("Put a template where the cursor is."),
           "composer", ("composer",), short=N_("template")),
    Action("composer.attach", ("^f", "a@review"), N_("Attach a file…"), N_("Send a file along; Tab completes its path."),
           "composer", ("composer", "review"), "leaving", short=N_("attach")),
    Action("composer.detach", ("x@review",), N_("Take a file out…"), N_("Do not send an attached file."),
           "composer", ("composer", "review"), "leaving", short=N_("take out")),
    Action("composer.complete", ("Tab",), N_("Next gap"),
           N_("Put in the template ;name, complete @name in a note; else to the next gap."),
           "composer", ("composer",), short=N_("next gap")),
    Action("review.send", ("y",), N_("Send"), N_("Send, with ten seconds to take it back; or keep the note."),
           "composer", ("review",), short=N_("send")),
    Action("review.send_solve", ("s",), N_("Send and solve"), N_("Send and set the ticket to solved."),
           "composer", ("review",), "replying", short=N_("send+solve")),
    Action("review.send_wait", ("w",), N_("Send and wait"), N_("Send, and let the ticket wait for the answer."),
           "composer", ("review",), "leaving", short=N_("send+wait")),
    Action("review.cc", ("c",), N_("Copy to…"), N_("Say who else gets it (Cc)."),
           "composer", ("review",), "leaving", short=N_("Cc")),
    Action("review.to", ("t",), N_("Other recipient…"), N_("Change to whom a mail to somebody else goes."),
           "composer", ("review",), "aside", short=N_("to")),
    Action("review.edit", ("e", "Esc"), N_("Edit on"), N_("Back to the text."),
           "composer", ("review",), short=N_("edit")),
    Action("review.park", ("p",), N_("Park"), N_("Keep the draft and leave it for later."),
           "composer", ("review",), short=N_("park")),
    Action("review.discard", ("n",), N_("Discard"), N_("Throw the draft away; z brings it back."),
           "composer", ("review",), short=N_("discard")),
    Action("template.use", ("Enter",), N_("Use the template"), N_("Fill it in and go to the review bar."),
           "composer", ("templates",), short=N_("use")),
    Action("template.edit", ("^e",), N_("Use and edit"), N_("Fill it in and edit before sending."),
           "composer", ("templates",), short=N_("edit")),
    Action("template.language", ("^l",), N_("Other language"), N_("Show the template in its next language."),
           "composer", ("templates",), short=N_("language")),
    Action("template.close", ("Esc",), N_("No template"), N_("Leave without choosing."),
           "composer", ("templates",), short=N_("back")),
    # Outbox
    Action("outbox.take_back", ("t",), N_("Take back"), N_("Stop a held message; its text becomes a draft again."),
           "outbox", ("outbox",), "outbox_held", short=N_("take back")),
    Action("outbox.resolve:sent", ("x s",), N_("It was sent"), N_("You have seen that it arrived."),
           "outbox", ("outbox",), "outbox_stuck", "outbox.resolve", N_("it was sent")),
    Action("outbox.resolve:again", ("x a",), N_("Send it again"), N_("It did not arrive: queue it once more."),
           "outbox", ("outbox",), "outbox_stuck", "outbox.resolve", N_("send again")),
    Action("outbox.resolve:drop", ("x d",), N_("Drop it"), N_("Do not send it; its text becomes a draft."),
           "outbox", ("outbox",), "outbox_stuck", "outbox.resolve", N_("drop it")),
    # Records
    Action("page.more", ("Space",), N_("Read on"), N_("What is known of this row: a page down, then from its top."),
           "records", RECORDS, "page_row", short=N_("read on")),
    Action("quarantine.again", ("r",), N_("Try to read it again"),
           N_("Read the record anew; what can be read now becomes a ticket."),
           "records", ("quarantine",), "unreadable_mail", short=N_("read again")),
    Action("quarantine.again_all", ("R",), N_("Read all again"), N_("Try to read every record again, such as after an update."),
           "records", ("quarantine",), "page_row", short=N_("read all again")),
    Action("quarantine.save", ("s",), N_("Save"), N_("Save the record as it came into your folder for files."),
           "records", ("quarantine",), "page_row", short=N_("save")),
    Action("quarantine.drop", ("d",), N_("Let go"), N_("Let the record go; z holds it again."),
           "records", ("quarantine",), "page_row", short=N_("let go")),
    Action("audit.who", ("f",), N_("Only…"), N_("Show what one person, rule or connector did."),
           "records", ("audit",), short=N_("only…")),
    Action("audit.all", ("F",), N_("Everybody"), N_("Show the events of everybody again."),
           "records", ("audit",), "audit_filtered", short=N_("everybody")),
    Action("audit.verify", ("c",), N_("Check the log"), N_("Walk the whole log: it shows what was changed or taken out."),
           "records", ("audit",), short=N_("check the log")),
    Action("past.undo", ("u",), N_("Undo this"), N_("Undo this step, whatever you did since; Z does it again."),
           "records", ("past",), "past_mine", short=N_("undo this")),
    Action("past.everybody", ("a",), N_("Yours or everybody's"), N_("Show what colleagues did as well, or only what you did."),
           "records", ("past",), short=N_("everybody")),
    Action("reviews.answer", ("r",), N_("Answer publicly"), N_("Write an answer that everybody reads under the review."),
           "records", ("reviews",), "page_row", short=N_("answer publicly")),
    Action("reviews.write", ("w",), N_("Write to its author"), N_("Write to the author alone, in the ticket of the review."),
           "records", ("reviews",), "page_row", short=N_("write to author")),
    Action("reviews.unanswered", ("u",), N_("Only unanswered"), N_("Show only reviews without an answer, or all again."),
           "records", ("reviews",), short=N_("unanswered")),
    Action("reviews.low", ("l",), N_("Only low ones"), N_("Show only reviews of one and two stars, or all again."),
           "records", ("reviews",), short=N_("low ones")),
    Action("reviews.all", ("F",), N_("All reviews"), N_("Show all reviews again."),
           "records", ("reviews",), "reviews_filtered", short=N_("all")),
    Action("incidents.new", ("n",), N_("Open an incident…"), N_("One cause behind many tickets."),
           "records", ("incidents",), short=N_("new")),
    Action("incidents.answer", ("a",), N_("Answer all…"), N_("One answer to all its tickets, each in its buyer's language."),
           "records", ("incidents",), "incident_open", short=N_("answer all")),
    Action("incidents.close", ("c",), N_("Close it…"), N_("Solve its tickets and close it; you are asked first."),
           "records", ("incidents",), "incident_open", short=N_("close")),
    Action("incidents.reopen", ("r",), N_("Open it again"), N_("The incident takes tickets again."),
           "records", ("incidents",), "incident_closed", short=N_("open again")),
    # Set up
    Action("setup.new", ("n",), N_("New"), N_("Add another one; in a list of steps, another step."),
           "setup", _SETUP, "setup_new", short=N_("new")),
    Action("channel.add", (), N_("Connect an account…"), N_("Link a shop or a mailbox: its questions, a test, the first fetch."),
           "setup", _PANES),
    Action("setup.edit", ("e",), N_("Edit"), N_("Go into its form."),
           "setup", ("setup",), "setup_record", short=N_("edit")),
    Action("setup.fill", ("Enter", "o", "e"), N_("Fill in"), N_("Type into the field, choose, or open the step."),
           "setup", _FORM, "setup_field", short=N_("fill in")),
    Action("setup.rows", ("w",), N_("As rows"), N_("Fill the query in as rows: a field, how it compares, a value."),
           "setup", ("form",), "setup_query", short=N_("as rows")),
    Action("setup.turn", ("Space",), N_("On or off"),
           N_("Its next state; in a form the next choice, or the hours of the day above."),
           "setup", (*_SETUP, "first"), "setup_toggle", short=N_("turn")),
    Action("setup.choice_next", ("Right", "l"), N_("Next choice"), N_("The choice after this one."),
           "setup", _FORM, "setup_toggle"),
    Action("setup.choice_previous", ("Left",), N_("Previous choice"), N_("The choice before this one."),
           "setup", _FORM, "setup_toggle"),
    Action("setup.remove", ("d",), N_("Remove"), N_("Take it away; z brings it back, or you are asked first."),
           "setup", (*_SETUP, "first"), "setup_remove", short=N_("remove")),
    Action("setup.move_down", ("J",), N_("Move down"), N_("One place further down."), "setup", _SETUP, "setup_move",
           short=N_("move")),
    Action("setup.move_up", ("K",), N_("Move up"), N_("One place further up."), "setup", _SETUP, "setup_move"),
    Action("setup.filter", ("/", "f"), N_("Find in the list"), N_("Show only what holds these words."),
           "setup", ("setup",), short=N_("find")),
    Action("setup.test", ("t",), N_("Try it out"), N_("See what it would do, before it does it."),
           "setup", _SETUP, "setup_test", short=N_("try")),
    Action("setup.history", ("h",), N_("History"), N_("Its versions, and what each changed."),
           "setup", _SETUP, "setup_history", short=N_("history")),
    Action("setup.restore", ("r",), N_("Restore this version"), N_("Save the version under the cursor anew."),
           "setup", ("form",), "setup_version", short=N_("restore")),
    Action("setup.save", ("^s",), N_("Save"), N_("Save the form; what is not right is said beside its field."),
           "setup", ("setup", "form", "field"), "setup_unsaved", short=N_("save")),
    Action("field.accept", ("Enter",), N_("Next line"), N_("On to the next line; in a long text a new line."),
           "setup", ("field",), short=N_("next")),
    Action("field.next", ("Tab",), N_("Complete, or next"), N_("Take the first proposal, else type in the next field."),
           "setup", ("field",), short=N_("complete, next")),
    Action("field.previous", ("S-Tab",), N_("Previous field"), N_("Type in the field before."), "setup", ("field",)),
    Action("field.editor", ("^o",), N_("External editor"), N_("Write a long text in your own $EDITOR."),
           "setup", ("form", "field"), "setup_long", short=N_("editor")),
    Action("field.leave", ("Esc",), N_("Done typing"), N_("Back to the form; what you typed stays."),
           "setup", ("field",), short=N_("done")),
    Action("first.next", ("n", "^s", "PageDown"), N_("Next step"),
           N_("On to the next step; the last one makes the desk. Nothing is made before."), "setup", ("first",), "first_next",
           short=N_("next step")),
    Action("first.previous", ("p", "PageUp"), N_("Step before"), N_("Back to the step before; what you filled in stays."),
           "setup", ("first",), "first_back", short=N_("step before")),
    Action("first.leave", ("Esc", "q"), N_("Where am I?"), N_("Say what is made and what is not, and leave if you like."),
           "setup", ("first",), short=N_("explain, leave")),
    # Go to
    Action("go.setup", ("g S",), N_("Set up…"), N_("Forms for everything the team works by."),
           "go", _PANES, menu="app.go", short=N_("set up")),
    Action("go.view:inbox", ("g i",), N_("Inbox"), N_("All that is open, by due time."),
           "go", _PANES, menu="app.go", short=N_("inbox")),
    Action("go.view:mine", ("g m",), N_("Mine"), N_("What is assigned to you."),
           "go", _PANES, menu="app.go", short=N_("mine")),
    Action("go.view:urgent", ("g u",), N_("Urgent"), N_("What cannot wait: late, due soon, or priority urgent."),
           "go", _PANES, menu="app.go", short=N_("urgent")),
    Action("go.view:due", ("g d",), N_("Due next"), N_("What is due next, most urgent first, whoever owns it."),
           "go", _PANES, menu="app.go", short=N_("due next")),
    Action("go.view:new", ("g n",), N_("New"), N_("What nobody has touched."),
           "go", _PANES, menu="app.go", short=N_("new")),
    Action("go.view:waiting", ("g w",), N_("Waiting"), N_("What waits for the buyer."),
           "go", _PANES, menu="app.go", short=N_("waiting")),
    Action("go.view:snoozed", ("g s",), N_("Snoozed"), N_("What was put away until later."),
           "go", _PANES, menu="app.go", short=N_("snoozed")),
    Action("go.view:mentions", ("g @",), N_("Mentions"), N_("Notes that name you and that you have not seen."),
           "go", _PANES, menu="app.go", short=N_("mentions")),
    Action("go.incidents", ("g I",), N_("Incidents"), N_("One cause behind many tickets: see them, answer all, close."),
           "go", _PANES, menu="app.go", short=N_("incidents")),
    Action("go.reviews", ("g r",), N_("Reviews"), N_("What buyers of all shops write in public; answer them."),
           "go", _PANES, menu="app.go", short=N_("reviews")),
    Action("go.outbox", ("g o",), N_("Outbox"), N_("What is about to leave, and what got stuck."),
           "go", _PANES, menu="app.go", short=N_("outbox")),
    Action("go.past", ("g z",), N_("Undo history"), N_("What was done lately; undo any step of yours."),
           "go", _PANES, menu="app.go", short=N_("undo history")),
    Action("go.quarantine", ("g q",), N_("Unreadable"), N_("What came in and could not be read; read it again or let it go."),
           "go", _PANES, menu="app.go", short=N_("unreadable")),
    Action("go.templates", ("g t",), N_("Templates"), N_("Read, write and try the templates of the team."),
           "go", _PANES, menu="app.go", short=N_("templates")),
    Action("go.team", ("g T",), N_("Team"), N_("Who is on duty, their hours, load and leave, and who comes next."),
           "go", _PANES, menu="app.go", short=N_("team")),
    Action("go.first_steps", ("g f",), N_("First steps"), N_("What a new desk still lacks, and the way to each."),
           "go", _PANES, menu="app.go", short=N_("first steps")),
    Action("go.channels", ("g h",), N_("Health of the channels"),
           N_("Each account: last good fetch, limits, since when it fails, what to do; test it, pause it."),
           "go", _PANES, menu="app.go", short=N_("channels")),
    Action("go.clocks", ("g c",), N_("Clocks"), N_("The next deadlines."),
           "go", _PANES, menu="app.go", short=N_("clocks")),
    Action("go.views", ("g v",), N_("Views…"), N_("Choose among all views."),
           "go", _PANES, menu="app.go", short=N_("views")),
    # Everywhere
    Action("app.palette", (":", "^p"), N_("Palette"), N_("Find any act, view, ticket or template by a few letters."),
           "everywhere", _ALL, short=N_("palette")),
    Action("app.help", ("?", "F1"), N_("Keys"), N_("All keys that work here."), "everywhere", _ALL, short=N_("keys")),
    Action("app.menu", ("F10",), N_("Menu"), N_("Every act by arrow keys."), "everywhere", _ALL, short=N_("menu")),
    Action("edit.undo", ("z",), N_("Undo"), N_("Take your last act back; a held message too."),
           "everywhere", _PANES, "undo", short=N_("undo")),
    Action("edit.redo", ("Z",), N_("Redo"), N_("Do again what you undid."), "everywhere", _PANES, "redo",
           short=N_("redo")),
    Action("edit.repeat", (".",), N_("Repeat"), N_("Do your last act again, here."),
           "everywhere", _WORK, "repeat", short=N_("repeat")),
    Action("app.after", (), N_("When a ticket is done…"), N_("Go on to the next ticket, back to the list, or stay."),
           "everywhere", _DESK),
    Action("app.theme", (), N_("Theme…"), N_("Choose other colours."), "everywhere", _ALL),
    Action("app.redraw", ("^l",), N_("Draw the screen again"), N_("For when something else wrote over it."),
           "everywhere", (*_PANES, "review")),
    Action("app.suspend", ("^z",), N_("To the shell"), N_("Back to your shell; fg brings you here again."),
           "everywhere", (*_PANES, "review")),
    Action("app.quit", ("q@list", "^q"), N_("Quit"), N_("Leave; drafts and held messages are safe."),
           "everywhere", _ALL, short=N_("quit")),
)  # fmt: skip

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
