"""What `deskhand channel add` and `set` need to know: from the line, asked for where somebody can be asked."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.cli.cells import fit
from app.cli.key_values import said
from app.cli.options import Usage, unknown
from app.cli.run import Run
from app.cli.times import moment, span
from app.first_fetch import lines, summary
from app.told import told
from app.words import _
from desk.channels_link import DEAD, Draft, history_from, ident_for, shop_zone_name, slug
from desk.reach import MAIL
from desk.sync import first, schedule
from desk.sync.schedule import Schedule
from store.errors import N_, Invalid, Refused
from store.sql.rows import Channel
from store.values import MINUTE, Instant

if TYPE_CHECKING:
    from connectors.registry import Manifest, Setting

_LOOK_S = 0.5
"""How often the progress of a fetch is drawn."""


def described(run: Run, args: argparse.Namespace) -> Draft:
    """A new account as it was said, or asked for. Raises Usage, Invalid."""
    asking = not args.secret_stdin and sys.stdin.isatty()
    if args.settings and not args.platform and "=" not in args.settings[0]:  # deskhand channel add ebay …
        args.platform = args.settings.pop(0)
    if not args.platform:
        args.platform = _platform() if asking and not args.settings else MAIL
    manifest = manifest_of(args.platform)
    settings = _settings(manifest, args.settings)
    secrets = _from_stdin(manifest, args.secret_stdin)
    if asking:
        _ask(manifest, settings, secrets)
    given = {**settings, **secrets}
    if missing := [s.key for s in manifest.settings if s.required and not given.get(s.key)]:
        raise Invalid(N_("{item} needs {missing}."), item=manifest.id, missing=", ".join(missing),
                      next=N_("Give settings as KEY=VALUE, secrets with --secret-stdin NAME."))  # fmt: skip
    since = _since(run, args.since)
    ident = args.id or slug(args.name) or ident_for(run.conn, manifest.id)
    history = history_from(manifest.id, since, _history(run, args.history), run.now)
    return Draft(ident, manifest.id, args.name, args.label, settings, secrets, since,
                 replace(_plan(args, Schedule(), shop_zone_name(run.conn), manifest), history=history))  # fmt: skip


def changed(run: Run, args: argparse.Namespace) -> Draft:
    """An account that is there, as it will be. Raises NotFound, Usage, Invalid."""
    from desk.channels import need_of

    channel = need_of(run.conn, args.channel)
    manifest = manifest_of(channel.platform)
    before = json.loads(channel.settings)
    secrets = _from_stdin(manifest, args.secret_stdin)
    plan = _plan(args, schedule.of(before), shop_zone_name(run.conn), manifest)
    if not (args.settings or secrets or args.every or args.quiet or args.streams):
        raise Usage(_("Say what to change: KEY=VALUE, --every, --quiet, --streams or --secret-stdin."))
    settings = {**before, **_settings(manifest, args.settings)}
    return Draft(channel.id, channel.platform, channel.name, channel.label, settings, secrets, channel.since, plan,
                 known=channel.id)  # fmt: skip


def manifest_of(platform: str) -> Manifest:
    from connectors.registry import PLATFORMS, manifest

    for name, why in DEAD:
        if platform.casefold() == name.casefold():
            raise Refused(why)
    try:
        return manifest(platform)
    except KeyError as exc:
        raise Usage(unknown(platform, PLATFORMS, _("a platform"))) from exc


def _settings(manifest: Manifest, words: list[str]) -> dict[str, Any]:
    """Settings as given on the line. Raises Usage for an unknown one and for a secret."""
    known = {s.key: s for s in manifest.settings}
    return {key: _typed(known[key], value) for key, value in said(words, manifest.settings, manifest.id).items()}


def fetched(run: Run, channel: Channel) -> int:
    """Fetches an account and shows how far it is; where another process syncs, only watches. Ctrl-C stops after the
    page in hand, and the next fetch goes on there."""
    from desk import channels_health

    result: list[dict[str, Any]] = []
    failed: list[BaseException] = []
    if channels_health.runs(run.conn, run.now):
        run.say(_("Another process syncs this desk and fetches it. Ctrl-C stops watching, not the fetch."))
        return _watched(run, channel)
    sync = run.wired.sync(only=channel.id)

    def work() -> None:
        try:
            result.append(dict(sync.once()))
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    shown = 0
    try:
        while thread.is_alive():
            thread.join(_LOOK_S)
            shown = _draw(run, channel.id, shown)
    except KeyboardInterrupt:
        sync.stop()
        thread.join()
        run.warn(_("Stopped; the next fetch goes on from here."))
    if failed:
        raise failed[0]
    _draw(run, channel.id, shown)
    return _outcome(run, channel, result)


def _watched(run: Run, channel: Channel) -> int:
    """Shows on a terminal how far another process is, until it is over."""
    from desk import channels_health

    shown = 0
    try:
        while sys.stderr.isatty() and channels_health.runs(run.conn, run.now):
            shown = _draw(run, channel.id, shown)
            found = first.of(run.conn, channel.id)
            if found is not None and found.done:
                break
            time.sleep(_LOOK_S)
    except KeyboardInterrupt:
        pass
    return 0


def _outcome(run: Run, channel: Channel, result: list[dict[str, Any]]) -> int:
    from store.sql import shop

    now = shop.channel(run.conn, channel.id) or channel
    if now.fault:
        run.warn(_("{channel}: {fault}").format(channel=now.id, fault=told(now.fault)))
        return 1
    for pulled in (one[channel.id] for one in result if channel.id in one):
        run.say(_("{new} new, {known} known, {bad} unreadable, {tickets} tickets").format(
            new=pulled.fresh, known=pulled.known, bad=pulled.bad, tickets=pulled.tickets))  # fmt: skip
    if (found := first.of(run.conn, channel.id)) is not None and found.done and not sys.stderr.isatty():
        run.say(summary(found, run.now))
    return 0


def _draw(run: Run, channel_id: str, shown: int) -> int:
    """The bars over those drawn before, on a terminal only; how many lines they are."""
    found = first.of(run.conn, channel_id)
    if found is None or not sys.stderr.isatty():
        return shown
    wide = shutil.get_terminal_size().columns - 3  # one that is broken would be two to go up over
    texts = [fit(text, wide).rstrip() for text, _role in lines(found, run.now)]
    up = f"\x1b[{shown}F" if shown else ""
    sys.stderr.write(up + "".join(f"\x1b[2K  {text}\n" for text in texts))
    sys.stderr.flush()
    return len(texts)


def _platform() -> str:
    """Asks which one."""
    from connectors.registry import manifests

    found = manifests()
    for number, m in enumerate(found, 1):
        print(f"  {number:>2}  {_(m.name)}", file=sys.stderr)
    for name, why in DEAD:
        print(f"   –  {name}: {_(why)}", file=sys.stderr)
    print(_("Which one? (number or name) "), end="", file=sys.stderr, flush=True)
    word = sys.stdin.readline().strip()
    if word.isascii() and word.isdigit() and 0 < int(word) <= len(found):
        return found[int(word) - 1].id
    return next((m.id for m in found if word.casefold() in (m.id, m.name.casefold())), word)


def _from_stdin(manifest: Manifest, names: list[str]) -> dict[str, str]:
    known = [s.key for s in manifest.settings if s.kind == "secret"]
    secrets: dict[str, str] = {}
    for name in names:
        if name not in known:
            raise Usage(unknown(name, known, _("a secret")))
        secrets[name] = sys.stdin.readline().strip()
    return secrets


def _ask(manifest: Manifest, settings: dict[str, Any], secrets: dict[str, str]) -> None:
    """Asks for what is required and not said, and for the secrets of the chosen sign-in."""
    from getpass import getpass

    for s in manifest.settings:
        if s.only_if:
            key, _equals, wanted = s.only_if.partition("=")
            default = next((str(o.default) for o in manifest.settings if o.key == key), "")
            if str(settings.get(key, default)) != wanted:
                continue
        if s.kind == "secret":
            asked = s.required or s.only_if or manifest.id != MAIL or s.key in ("password", "refresh_token")
            if asked and (value := getpass(f"{_(s.help)}\n{_(s.label)}: ").strip()):
                secrets[s.key] = value
        elif (s.required or s.only_if) and s.key not in settings:
            print(f"{_(s.help)}\n{_(s.label)}: ", end="", file=sys.stderr, flush=True)
            if answer := sys.stdin.readline().strip():
                settings[s.key] = _typed(s, answer)


def _typed(setting: Setting, text: str) -> Any:
    if setting.kind == "integer" and text.isascii() and text.isdigit():
        return int(text)
    if setting.kind == "list":
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _plan(args: argparse.Namespace, before: Schedule, zone: str, manifest: Manifest) -> Schedule:
    plan = before
    if args.every is not None:
        plan = replace(plan, every=_every(args.every))
    if args.quiet is not None:
        plan = replace(plan, quiet=None if args.quiet == "none" else schedule.quiet_hours(args.quiet, zone))
    if args.streams is not None:
        wanted = () if args.streams == "all" else tuple(w.strip() for w in args.streams.split(",") if w.strip())
        for one in wanted:
            if one not in manifest.streams:
                raise Usage(unknown(one, manifest.streams, _("fetched from {platform}").format(platform=manifest.id)))
        plan = replace(plan, streams=wanted)
    return plan


def _every(text: str) -> int:
    """Minutes; 0 is live. Raises Usage."""
    if text == "live":
        return schedule.LIVE
    try:
        minutes = span(text) // MINUTE
    except ValueError:
        minutes = 0
    if not 1 <= minutes <= schedule.MOST:
        raise Usage(_("{word} is no time between two looks; say live, or 1m to 24h.").format(word=text))
    return minutes


def _since(run: Run, text: str) -> Instant:
    if text == "all":
        return 0
    try:
        return moment(text, run.now, run.zone)
    except ValueError as exc:
        raise Usage(_("{word} is not a date; say 2026-11-01, 30d or all.").format(word=text)) from exc


def _history(run: Run, text: str) -> str | Instant:
    return text if text in ("", "all") else _since(run, text)
