"""`deskhand channel`: connected accounts. Secrets are asked for without echo, or read from standard input."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from app.cli.options import Usage, unknown
from app.cli.output import At, Column, Record, record, records
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run, confirmed
from app.cli.times import moment
from app.labels import CHANNEL, column
from app.told import told
from app.words import _
from store.errors import N_, Invalid, NotFound, Refused, Unavailable
from store.sql.rows import Channel
from store.values import Instant, clean_line

if TYPE_CHECKING:
    from connectors.contract import Connector, Health
    from connectors.registry import Manifest, Setting

LIST, ONE, TEST = "deskhand/channels/1", "deskhand/channel/1", "deskhand/channel-test/1"


def arguments(parser: Parser) -> None:
    verbs(parser, (
        ("list", _("every account and how it does"), _no_arguments, _list),
        ("add", _("connect an account"), _add_arguments, _add),
        ("set", _("change settings of an account"), _set_arguments, _set),
        ("test", _("sign in and look, sending and changing nothing"), _one, _test),
        ("pause", _("neither fetch nor send for now"), _one, _pause),
        ("resume", _("go on"), _one, _resume),
        ("remove", _("let an account go; its tickets stay"), _remove_arguments, _remove),
    ))  # fmt: skip


run = perform_verb


def _no_arguments(parser: Parser) -> None:
    """None of its own."""


def _one(parser: Parser) -> None:
    parser.add_argument("channel", metavar="ID", help=_("its id"))


def _remove_arguments(parser: Parser) -> None:
    _one(parser)
    parser.add_argument("--yes", action="store_true", help=_("do not ask; needed where nobody can be asked"))


def _add_arguments(parser: Parser) -> None:
    parser.add_argument("--platform", default="email", metavar="NAME", help=_("what kind of account (email)"))
    parser.add_argument("--id", default="", metavar="ID", help=_("a short id that stays, such as mail"))
    parser.add_argument("--name", default="", metavar="TEXT", help=_("what the team calls it"))
    parser.add_argument("--label", default="", metavar="XXXX", help=_("at most four letters for the list"))
    parser.add_argument("--since", default="14d", metavar="WHEN", help=_("older mail comes in closed; all: none (14d)"))
    parser.add_argument("--secret-stdin", action="append", default=[], metavar="NAME",
                        help=_("read this secret from standard input; may be repeated, one line each"))  # fmt: skip
    parser.add_argument("--no-test", action="store_true", help=_("do not sign in before it is kept"))
    parser.add_argument(
        "settings",
        nargs="*",
        metavar="KEY=VALUE",
        help=_("the platform, if not said otherwise, and what is asked for, such as imap_host=imap.shop.example"),
    )


def _set_arguments(parser: Parser) -> None:
    _one(parser)
    parser.add_argument("--no-test", action="store_true", help=_("do not sign in before it is kept"))
    parser.add_argument("settings", nargs="+", metavar="KEY=VALUE", help=_("such as imap_host=imap.shop.example"))


def channel_record(c: Channel) -> Record:
    return {
        "id": c.id, "platform": c.platform, "name": c.name, "label": c.label, "kind": c.kind, "state": c.state,
        "settings": json.loads(c.settings), "hold_seconds": c.hold_ms / 1000, "since": At(c.since),
        "last_good": At(c.last_good_at), "fault": c.fault or None, "fault_at": At(c.fault_at),
    }  # fmt: skip


def _list(run: Run, args: argparse.Namespace) -> int:
    from store.sql import shop

    columns = [
        Column("id", _("Id")),
        Column("name", _("Name")),
        Column("platform", _("Platform")),
        Column("state", _("State"), column(CHANNEL)),
        Column("last_good", _("Last fetched")),
        Column("fault", _("Fault"), told),
    ]
    records(run, LIST, "channels", columns, map(channel_record, shop.channels(run.conn)))
    return 0


def _add(run: Run, args: argparse.Namespace) -> int:
    from connectors.registry import PLATFORMS
    from desk import channels
    from desk.reach import MAIL
    from store.sql import shop
    from store.values import fold
    from store.vault import ChannelSecrets

    if args.settings and args.settings[0] in PLATFORMS:  # deskhand channel add ebay …
        args.platform = args.settings.pop(0)
    manifest = _manifest(args.platform)
    ident = args.id or fold(args.name).replace(" ", "-") or manifest.id
    settings, secrets = _settings(manifest, args)
    channels.refuse_shared_mailbox(shop.channels(run.conn), manifest.id, settings)
    if (old := shop.channel(run.conn, ident)) is not None and old.state != "removed":
        raise Invalid(N_("There is a channel {item} already."), item=ident, next=N_("See: deskhand channel list"))
    connector = _connector(run, manifest.id, ident, settings, secrets)
    try:
        if not args.no_test:
            _insist(run, connector.test())
    finally:
        connector.close()
    kept = ChannelSecrets(run.wired.vault, ident)
    for name, value in secrets.items():
        kept.put(name, value)
    with run.write() as unit:
        made = channels.add(
            unit,
            ident,
            platform=manifest.id,
            name=args.name or manifest.name,
            label=args.label or manifest.label,
            settings=settings,
            since=_since(run, args.since),
            kind="email" if manifest.id == MAIL else "marketplace",
        )
    record(
        run,
        ONE,
        channel_record(made),
        lambda: [_("{name} is connected. deskhand sync fetches it.").format(name=made.name)],
    )
    return 0


def _set(run: Run, args: argparse.Namespace) -> int:
    from desk import channels
    from store.vault import ChannelSecrets

    with run.write() as unit:
        channel = channels.need(unit, args.channel)
    manifest = _manifest(channel.platform)
    settings = {**json.loads(channel.settings), **_said(manifest, args.settings)}
    kept = ChannelSecrets(run.wired.vault, channel.id)
    secrets = {}
    for setting in manifest.settings:
        if setting.kind == "secret":
            with suppress(KeyError):
                secrets[setting.key] = kept.get(setting.key)
    connector = _connector(run, manifest.id, channel.id, settings, secrets)
    try:
        if not args.no_test:
            _insist(run, connector.test())
    finally:
        connector.close()
    with run.write() as unit:
        made = channels.configure(unit, channel.id, settings)
    record(run, ONE, channel_record(made), lambda: [_("{name} is set.").format(name=made.name)])
    return 0


def _manifest(platform: str) -> Manifest:
    from connectors.registry import PLATFORMS, manifest

    try:
        return manifest(platform)
    except KeyError as exc:
        raise Usage(unknown(platform, PLATFORMS, _("a platform"))) from exc


def _settings(manifest: Manifest, args: argparse.Namespace) -> tuple[dict[str, Any], dict[str, str]]:
    """`(settings, secrets)`: from the line, and asked for where a person can be asked. Raises Usage, Invalid."""
    settings = _said(manifest, args.settings)
    known = {s.key: s for s in manifest.settings}
    secrets: dict[str, str] = {}
    for name in args.secret_stdin:
        if name not in known or known[name].kind != "secret":
            raise Usage(unknown(name, [k for k, s in known.items() if s.kind == "secret"], _("a secret")))
        secrets[name] = sys.stdin.readline().rstrip("\r\n")
    if not args.secret_stdin and sys.stdin.isatty():
        _ask(manifest, settings, secrets)
    if missing := [s.key for s in manifest.settings if s.required and not {**settings, **secrets}.get(s.key)]:
        raise Invalid(
            N_("{item} needs {missing}."),
            item=manifest.id,
            missing=", ".join(missing),
            next=N_("Give them as KEY=VALUE."),
        )
    return settings, secrets


def _said(manifest: Manifest, words: list[str]) -> dict[str, Any]:
    """Settings as given on the line. Raises Usage for an unknown one and for a secret."""
    known = {s.key: s for s in manifest.settings}
    settings: dict[str, Any] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            raise Usage(_("{word} is not KEY=VALUE.").format(word=clean_line(word)))
        if key not in known:
            raise Usage(unknown(key, known, _("a setting of {platform}").format(platform=manifest.id)))
        if known[key].kind == "secret":
            raise Usage(
                _("A command line is no place for {name}; it is asked for, or say --secret-stdin {name}.").format(
                    name=key
                )
            )
        settings[key] = _typed(known[key], value)
    return settings


def _ask(manifest: Manifest, settings: dict[str, Any], secrets: dict[str, str]) -> None:
    """Asks for what is required and not said, and for the secrets of the chosen sign-in."""
    from getpass import getpass

    from desk.reach import MAIL

    for s in manifest.settings:
        if s.only_if:
            key, _equals, wanted = s.only_if.partition("=")
            default = next((str(o.default) for o in manifest.settings if o.key == key), "")
            if str(settings.get(key, default)) != wanted:
                continue
        if s.kind == "secret":
            asked = s.required or s.only_if or manifest.id != MAIL or s.key in ("password", "refresh_token")
            if asked and (value := getpass(f"{_(s.label)}: ")):
                secrets[s.key] = value
        elif (s.required or s.only_if) and s.key not in settings:
            print(f"{_(s.label)} ({_(s.help)}): ", end="", file=sys.stderr, flush=True)
            if said := sys.stdin.readline().strip():
                settings[s.key] = _typed(s, said)


def _typed(setting: Setting, text: str) -> Any:
    if setting.kind == "integer" and text.isascii() and text.isdigit():
        return int(text)
    if setting.kind == "list":
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _connector(run: Run, platform: str, ident: str, settings: Mapping[str, Any], secrets: dict[str, str]) -> Connector:
    """A connector for settings that are not kept yet. Raises Invalid naming the wrong one."""
    from connectors.contract import Ports
    from connectors.registry import connect
    from desk.sync.lease import this_process
    from desk.sync.quota import ChannelQuota
    from desk.sync.tokens import ChannelTokens
    from store.vault import ChannelSecrets

    class Memory(ChannelSecrets):
        """Secrets that are not kept yet."""

        def __init__(self) -> None:
            """Without a vault."""

        def get(self, name: str) -> str:
            return secrets[name]

        def put(self, name: str, value: str) -> None:
            secrets[name] = value

    memory = Memory()
    tokens = ChannelTokens(run.store, memory, ident, this_process())
    try:
        return connect(platform, settings, Ports(memory, tokens, run.store.clock, ChannelQuota(run.store, ident)))
    except ValueError as exc:
        raise Invalid(
            N_("Channel {item}: {reason}"), item=ident, reason=told(str(exc)), next=N_("Correct it and try again.")
        ) from exc


def _insist(run: Run, health: Health) -> None:
    for text in health.lines:
        run.warn(f"  {told(clean_line(text))}")
    if not health.ok:
        raise Unavailable(N_("The account does not answer as it should; nothing was kept."),
                          next=N_("Mend the line above, or keep it untested with --no-test."))  # fmt: skip


def _since(run: Run, text: str) -> Instant:
    if text == "all":
        return 0
    try:
        return moment(text, run.now, run.zone)
    except ValueError as exc:
        raise Usage(_("{word} is not a date; say 2026-11-01, 30d or all.").format(word=text)) from exc


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
    record(run, TEST, {"channel": channel.id, "ok": health.ok, "lines": lines}, lambda: map(told, lines))
    if not health.ok:
        raise Unavailable(
            N_("Channel {item} does not work."), item=channel.id, next=N_("Mend what the lines above name first.")
        )
    return 0


def _pause(run: Run, args: argparse.Namespace) -> int:
    return _state(run, args.channel, "paused")


def _resume(run: Run, args: argparse.Namespace) -> int:
    return _state(run, args.channel, "active")


def _remove(run: Run, args: argparse.Namespace) -> int:
    if not confirmed(_("Remove {name} and its secrets? Tickets stay. (y/n)").format(name=args.channel), args.yes):
        raise Refused(N_("Nothing was changed."))
    code = _state(run, args.channel, "removed")
    run.wired.vault.drop(f"channel/{args.channel}/")
    return code


def _state(run: Run, channel_id: str, state: str) -> int:
    from desk import channels

    with run.write() as unit:
        found = channels.set_state(unit, channel_id, state)
    record(run, ONE, channel_record(found), lambda: [f"{found.id}: {found.state}"])
    return 0
