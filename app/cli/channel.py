"""`deskhand channel`: connected accounts. Secrets are asked for without echo, or read from standard input."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from app.channels_said import cure, quota, sentence
from app.cli.output import At, Column, Record, record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run, confirmed
from app.labels import CHANNEL, column
from app.told import told
from app.words import _
from store.errors import N_, NotFound, Refused, Unavailable
from store.sql.rows import Channel
from store.values import clean_line

if TYPE_CHECKING:
    from connectors.contract import Health
    from desk.channels_link import Draft

LIST, ONE, TEST, PLATFORMS_LIST = ("deskhand/channels/1", "deskhand/channel/1", "deskhand/channel-test/1",
                                   "deskhand/platforms/1")  # fmt: skip


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("list", _("every account and how it does"), _no_arguments, _list),
        ("platforms", _("what can be connected, and what each asks for"), _no_arguments, _platforms),
        ("add", _("connect an account"), _add_arguments, _add),
        ("set", _("change settings, secrets or the schedule of an account"), _set_arguments, _set),
        ("test", _("sign in and look, sending and changing nothing"), _one, _test),
        ("fetch", _("fetch now, and watch it"), _one, _fetch),
        ("pause", _("neither fetch nor send for now"), _one, _pause),
        ("resume", _("go on"), _one, _resume),
        ("remove", _("let an account and its secrets go, for good; its tickets stay"), _remove_arguments, _remove),
    ))  # fmt: skip


run = perform_verb


def _no_arguments(parser: Parser) -> None:
    """None of its own."""


def _one(parser: Parser) -> None:
    parser.add_argument("channel", metavar="ID", help=_("its id"))


def _remove_arguments(parser: Parser) -> None:
    _one(parser)
    parser.add_argument("--yes", action="store_true", help=_("do not ask; needed where nobody can be asked"))


def _schedule_arguments(parser: Parser) -> None:
    parser.add_argument("--every", default=None, metavar="TIME",
                        help=_("how often it is fetched: live, or such as 5m or 2h (live)"))  # fmt: skip
    parser.add_argument("--quiet", default=None, metavar="HOURS",
                        help=_("hours without fetching, such as 22:00-07:00; none: any hour. Replies leave always"))  # fmt: skip
    parser.add_argument("--streams", default=None, metavar="NAMES",
                        help=_("only these, such as orders,cases; all: everything"))  # fmt: skip
    parser.add_argument("--secret-stdin", action="append", default=[], metavar="NAME",
                        help=_("read this secret from standard input; may be repeated, one line each"))  # fmt: skip
    parser.add_argument("--no-test", action="store_true", help=_("do not sign in before it is kept"))


def _add_arguments(parser: Parser) -> None:
    parser.add_argument("--platform", default="", metavar="NAME", help=_("what kind of account (email)"))
    parser.add_argument("--id", default="", metavar="ID", help=_("a short id that stays, such as mail"))
    parser.add_argument("--name", default="", metavar="TEXT", help=_("what the team calls it"))
    parser.add_argument("--label", default="", metavar="XXXX", help=_("at most four letters for the list"))
    parser.add_argument("--since", default="14d", metavar="WHEN", help=_("what is older comes in closed; all: nothing is (14d)"))
    parser.add_argument("--history", default="", metavar="WHEN",
                        help=_("how far back the first fetch goes, such as 90d; all: everything (as --since)"))  # fmt: skip
    _schedule_arguments(parser)
    parser.add_argument("--fetch", action="store_true", help=_("fetch at once, and watch it"))
    parser.add_argument(
        "settings",
        nargs="*",
        metavar="KEY=VALUE",
        help=_("the platform, if not said otherwise, and what is asked for, such as imap_host=imap.shop.example"),
    )


def _set_arguments(parser: Parser) -> None:
    _one(parser)
    _schedule_arguments(parser)
    parser.add_argument("settings", nargs="*", metavar="KEY=VALUE", help=_("such as imap_host=imap.shop.example"))


def channel_record(c: Channel) -> Record:
    return {
        "id": c.id, "platform": c.platform, "name": c.name, "label": c.label, "kind": c.kind, "state": c.state,
        "settings": json.loads(c.settings), "hold_seconds": c.hold_ms / 1000, "since": At(c.since),
        "last_good": At(c.last_good_at), "fault": c.fault or None, "fault_at": At(c.fault_at),
    }  # fmt: skip


def _list(run: Run, args: argparse.Namespace) -> int:
    from desk import channels_health

    columns = [
        Column("id", _("Id")),
        Column("name", _("Name")),
        Column("platform", _("Platform")),
        Column("state", _("State"), column(CHANNEL)),
        Column("says", _("How it does")),
        Column("cure", _("What to do")),
        Column("quota", _("Left to ask")),
    ]
    rows = [
        {
            **channel_record(h.channel), "health": h.state, "says": sentence(h, run.now, run.zone),
            "cure": cure(h, run.now, run.zone) or None, "lag_seconds": None if h.lag is None else h.lag / 1000,
            "failing_since": At(h.failing_since), "quota": quota(h, run.now) or None,
        }
        for h in channels_health.every(run.conn, run.now)
    ]  # fmt: skip
    records(run, LIST, "channels", columns, rows)
    return 0


def _platforms(run: Run, args: argparse.Namespace) -> int:
    from connectors.registry import manifests
    from desk.channels_link import DEAD

    rows: list[Record] = []
    for m in manifests():
        asked = ", ".join(_(s.label) for s in m.settings if s.required)
        settings = [{"key": s.key, "label": _(s.label), "help": _(s.help), "kind": s.kind, "required": s.required}
                    for s in m.settings]  # fmt: skip
        rows.append({"id": m.id, "name": _(m.name), "asks": asked, "streams": list(m.streams), "settings": settings})
    rows += [{"id": None, "name": name, "asks": _(why), "streams": [], "settings": []} for name, why in DEAD]
    columns = [Column("id", _("Id")), Column("name", _("Name")), Column("asks", _("Asks for"))]
    records(run, PLATFORMS_LIST, "platforms", columns, rows)
    return 0


def _add(run: Run, args: argparse.Namespace) -> int:
    from app.cli import linking
    from desk import channels_link as link

    draft = linking.described(run, args)
    keeping = _untried(run, draft) if args.no_test else _tried(run, draft)
    link.keep_secrets(run.wired.vault, draft.id, keeping)
    with run.write() as unit:
        made = link.keep(unit, draft)
    said = [] if args.fetch else [_("{name} is connected. deskhand sync fetches it.").format(name=made.name)]
    record(run, ONE, channel_record(made), lambda: said)
    return linking.fetched(run, made) if args.fetch else 0


def _set(run: Run, args: argparse.Namespace) -> int:
    from app.cli import linking
    from desk import channels_link as link

    draft = linking.changed(run, args)
    keeping = _untried(run, draft) if args.no_test or not (args.settings or draft.secrets) else _tried(run, draft)
    link.keep_secrets(run.wired.vault, draft.id, keeping)
    with run.write() as unit:
        made = link.keep(unit, draft)
    record(run, ONE, channel_record(made), lambda: [_("{name} is set.").format(name=made.name)])
    return 0


def _untried(run: Run, draft: Draft) -> dict[str, str]:
    """The secrets to keep of an account that nobody asks; its settings must make sense all the same. Raises Invalid."""
    from desk import channels_link as link

    link.check(run.conn, draft)
    link.connector(run.store, draft, link.Held(run.wired.vault, draft)).close()
    return dict(link.untried(run.wired.vault, draft))


def _tried(run: Run, draft: Draft) -> dict[str, str]:
    """The secrets to keep, once the account answered as it should. Raises Unavailable."""
    from desk import channels_link as link

    health, keeping, _streams = link.try_out(run.store, run.wired.vault, draft)
    _insist(run, health)
    return dict(keeping)


def _insist(run: Run, health: Health) -> None:
    for text in health.lines:
        run.warn(f"  {told(clean_line(text))}")
    if not health.ok:
        raise Unavailable(N_("Nothing was kept: {reason}"), reason=told(clean_line(health.mend)),
                          next=N_("Or keep it untested with --no-test."))  # fmt: skip


def _test(run: Run, args: argparse.Namespace) -> int:
    from store.sql import shop

    channel = shop.channel(run.conn, args.channel)
    if channel is None or channel.state == "removed":
        raise NotFound(N_("There is no channel {item}."), item=args.channel, next=N_("See: deskhand channel list"))
    if channel.settings == "{}":
        raise Refused(
            N_("Channel {item} is not connected to anything; it only holds what was imported."), item=channel.id
        )
    connector = run.wired.connector(channel)
    try:
        health = connector.test()
    finally:
        connector.close()
    lines = [clean_line(text) for text in health.lines]
    mend = clean_line(health.mend)
    record(run, TEST, {"channel": channel.id, "ok": health.ok, "lines": lines, "mend": mend or None},
           lambda: map(told, lines))  # fmt: skip
    if not health.ok:
        raise Unavailable(N_("Channel {item} does not work: {reason}"), item=channel.id, reason=told(mend))
    return 0


def _fetch(run: Run, args: argparse.Namespace) -> int:
    from app.cli import linking
    from desk.channels import need_of

    channel = need_of(run.conn, args.channel)
    if channel.state == "paused":
        raise Refused(N_("Channel {item} is paused."), item=channel.id, next=N_("Go on with: deskhand channel resume {item}"))
    return linking.fetched(run, channel)


def _pause(run: Run, args: argparse.Namespace) -> int:
    return _state(run, args.channel, "paused")


def _resume(run: Run, args: argparse.Namespace) -> int:
    return _state(run, args.channel, "active")


def _remove(run: Run, args: argparse.Namespace) -> int:
    asked = _("Remove {name} and its secrets? That cannot be undone; tickets stay. (y/n)")
    if not confirmed(asked.format(name=args.channel), args.yes):
        raise Refused(N_("Nothing was changed."))
    code = _state(run, args.channel, "removed")
    run.wired.vault.drop(f"channel/{args.channel}/")
    run.say(_("Its secrets are gone. To connect it again, enter them anew: deskhand channel add"))
    return code


def _state(run: Run, channel_id: str, state: str) -> int:
    from desk import channels

    with run.write() as unit:
        found = channels.set_state(unit, channel_id, state)
    record(run, ONE, channel_record(found), lambda: [f"{found.id}: {found.state}"])
    return 0
