"""Every command there is: where it lives and what it is for. Nothing here is loaded but names.

A command's module offers `arguments(parser)`, which says what it takes, and `run(run, args) -> int`, which does it and
returns the exit code. One that has verbs makes them with `app.cli.parsing.verbs`.
"""

from __future__ import annotations

from typing import NamedTuple

from app.words import N_


class Noun(NamedTuple):
    """A command. `module` is below `app.cli`; `help` is a message id; a hidden one is for programs only."""

    module: str
    help: str
    group: str
    hidden: bool = False


GROUPS = {
    "tickets": N_("Tickets"),
    "sending": N_("What leaves"),
    "sorting": N_("Sorting and clocks"),
    "shop": N_("Shop and team"),
    "desk": N_("The desk"),
}

NOUNS = {
    "list": Noun("lists", N_("tickets that fulfil a query"), "tickets"),
    "count": Noun("counts", N_("how many tickets fulfil a query"), "tickets"),
    "show": Noun("show", N_("one ticket whole"), "tickets"),
    "log": Noun("log", N_("what happened to a ticket"), "tickets"),
    "new": Noun("new", N_("open a ticket by hand (phone, counter)"), "tickets"),
    "reply": Noun("reply", N_("answer the buyer"), "tickets"),
    "note": Noun("note", N_("write an internal note"), "tickets"),
    "assign": Noun("assign", N_("give tickets to an agent or a group"), "tickets"),
    "set": Noun("fields", N_("change fields of tickets"), "tickets"),
    "tag": Noun("tag", N_("add and remove tags"), "tickets"),
    "snooze": Noun("snooze", N_("hide tickets until later"), "tickets"),
    "spam": Noun("spam", N_("say tickets are spam, or that they are none"), "tickets"),
    "block": Noun("block", N_("send a sender's mail to the spam view from now on"), "tickets"),
    "unblock": Noun("unblock", N_("let a sender write to the inbox again"), "tickets"),
    "merge": Noun("merge", N_("put tickets of one matter together"), "tickets"),
    "split": Noun("splitting", N_("make messages a ticket of their own"), "tickets"),
    "link": Noun("link", N_("say that tickets belong together"), "tickets"),
    "unlink": Noun("unlink", N_("take a link between tickets away"), "tickets"),
    "task": Noun("task", N_("parts of a ticket's work, and who does them"), "tickets"),
    "checklist": Noun("checklist", N_("steps for one kind of trouble, ticked off on tickets"), "tickets"),
    "mention": Noun("mention", N_("notes that name you"), "tickets"),
    "undo": Noun("undo", N_("take back your newest step"), "tickets"),
    "redo": Noun("redo", N_("do again what you undid last"), "tickets"),
    "attachment": Noun("attachment", N_("files of a ticket"), "tickets"),
    "explain": Noun("explain", N_("what a mail or ticket is about, and why"), "tickets"),
    "review": Noun("review", N_("what buyers write in public, and answering it there"), "tickets"),
    "form": Noun("form", N_("a platform's own forms of message about an order"), "sending"),
    "outbox": Noun("outbox", N_("replies that wait, left or failed"), "sending"),
    "template": Noun("template", N_("reply templates"), "sending"),
    "macro": Noun("macro", N_("a reply and the acts that go with it, as one step"), "sending"),
    "view": Noun("view", N_("saved queries"), "sorting"),
    "rule": Noun("rule", N_("rules of automation: try, enable, measure, keep in git"), "sorting"),
    "pack": Noun("pack", N_("rules for a whole matter, ready to enable"), "sorting"),
    "incident": Noun("incident", N_("one cause behind many tickets: link, answer and close them together"), "sorting"),
    "field": Noun("field", N_("fields of your own"), "sorting"),
    "notice": Noun("notice", N_("tell the team elsewhere: webhooks, ntfy, mail, chats"), "sorting"),
    "sla": Noun("sla", N_("reply-time policies, and due times computed"), "sorting"),
    "learn": Noun("learn", N_("learning from the team's corrections of types"), "sorting"),
    "channel": Noun("channel", N_("connected accounts"), "shop"),
    "agent": Noun("agent", N_("the people of the team"), "shop"),
    "group": Noun("group", N_("departments, and how their work is shared out"), "shop"),
    "customer": Noun("customer", N_("a buyer and their tickets"), "shop"),
    "order": Noun("order", N_("an order, its items and parcels"), "shop"),
    "product": Noun("product", N_("what is known of the products: facts, sizes"), "shop"),
    "setting": Noun("setting", N_("every setting, what it does and who says what it is"), "desk"),
    "init": Noun("init", N_("make a desk"), "desk"),
    "demo": Noun("demo", N_("open a practice desk"), "desk"),
    "sandbox": Noun("sandbox", N_("stand-ins of marketplaces on this machine, to try a channel on"), "desk"),
    "sync": Noun("sync", N_("fetch and send"), "desk"),
    "import": Noun("imports", N_("bring in mail, conversations and the platforms' reports from files"), "desk"),
    "quarantine": Noun("quarantine", N_("what could not be read"), "desk"),
    "status": Noun("status", N_("the desk in one line"), "desk"),
    "doctor": Noun("doctor", N_("check the desk and say what to mend"), "desk"),
    "audit": Noun("audit", N_("verify the event chain"), "desk"),
    "secret": Noun("secret", N_("store a secret in the vault"), "desk"),
    "migrate": Noun("migrate", N_("bring an older desk up to date"), "desk"),
    "completion": Noun("completion", N_("completion for your shell"), "desk"),
    "__complete": Noun("complete", N_("what may follow on a command line"), "desk", hidden=True),
}
