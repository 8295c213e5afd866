"""What the form of an account asks, and what its answers mean: the platform's own questions with their help, what is
fetched, how often and how far back. Used by the set-up's room, and by anybody else who links an account."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from app.first_fetch import stream_name
from app.setup.fields import Field, Line, Secret, Seen, Words
from app.setup.figures import Number
from app.setup.picks import Choice, Choices, Option, Toggle
from app.setup.rooms import Reading
from app.words import _
from connectors.registry import Manifest, Setting, manifest, manifests
from desk.channels_link import DEAD, Draft, history_from, ident_for, shop_zone_name, slug
from desk.sync import schedule
from desk.sync.schedule import Schedule
from store.errors import N_, DeskError, Invalid, Refused
from store.sql.rows import Channel
from store.values import DAY, Instant
from store.vault import Vault

SINCE = (("now", N_("only from now on")), ("3", N_("3 days")), ("7", N_("7 days")), ("14", N_("14 days")),
         ("30", N_("30 days")), ("60", N_("60 days")), ("all", N_("all there is")))  # fmt: skip
HISTORY = (("", N_("no further")), ("30", N_("30 days")), ("90", N_("90 days")), ("365", N_("1 year")),
           ("730", N_("2 years")), ("all", N_("all there is")))  # fmt: skip
EVERY = ((0, N_("live, as soon as the platform lets us")), (2, N_("every 2 minutes")), (5, N_("every 5 minutes")),
         (15, N_("every 15 minutes")), (30, N_("every 30 minutes")), (60, N_("every hour")), (240, N_("every 4 hours")),
         (1440, N_("once a day")))  # fmt: skip


def fields(desk: Reading, channel: Channel | None) -> Sequence[Field]:
    """The form of an account, or of a new one."""
    found = _manifests(channel)
    kept = _kept(desk, channel)
    asked = [_asked(m, s, kept, new=channel is None) for m in found for s in m.settings if not _rare(s)]
    rare = [_asked(m, s, kept, new=channel is None) for m in found for s in m.settings if _rare(s)]
    name = Line(key="name", label=_("Name"), needed=channel is not None,
                help=_("What the team calls it, such as eBay UK. Empty: the platform's name."))  # fmt: skip
    short = Line(key="label", label=_("Short"), help=_("At most four letters for the list. Empty: the platform's."))
    hold = Number(key="hold", label=_("Take-back, s"), most=600,
                  help=_("Seconds in which a reply can be taken back before it leaves."))  # fmt: skip
    if channel is not None and not found:
        return Line(key="platform", label=_("Platform"), fixed=True), name, hold, short
    return (
        *((Line(key="platform", label=_("Platform"), fixed=True),) if channel else (_platforms(found),)),
        name,
        *asked,
        *(_streams(m) for m in found if m.streams),
        Choice(key="every", label=_("How often"), options=tuple(Option(str(n), _(label)) for n, label in _rates(desk, channel)),
               help=_("How often it is asked for news. Replies never wait for it.")),
        Line(key="quiet", label=_("Quiet hours"), check=lambda text: schedule.quiet_hours(str(text)),
             help=_("Hours in which nothing is fetched, such as 22:00-07:00 in the shop's zone. Replies leave all the same.")),
        *((
            Choice(key="since", label=_("Open work from"), options=tuple(Option(k, _(label)) for k, label in SINCE),
                   help=_("What is older comes in closed: to look up, without clocks, rules, alerts or automatic answers.")),
            Choice(key="history", label=_("History"), options=tuple(Option(k, _(label)) for k, label in HISTORY),
                   help=_("How much further back the first fetch goes. More takes longer; it comes in closed.")),
        ) if channel is None else (hold,)),
        short,
        Toggle(key="more", label=_("All settings"), help=_("Shows the settings that nearly nobody changes, too.")),
        *rare,
        *((Line(key="id", label=_("Short name"), when=_more, help=_("Small letters; commands name it so. It stays for good.")),)
          if channel is None else ()),
    )  # fmt: skip


def values(desk: Reading, channel: Channel | None) -> dict[str, Any]:
    """An account as its form takes it; a new one as it begins. No secret is among them."""
    if channel is None:
        found: dict[str, Any] = {"platform": manifests()[0].id, "name": "", "label": "", "id": "", "every": "0", "quiet": "",
                                 "since": "14", "history": "", "more": False}  # fmt: skip
        for m in manifests():
            found |= _defaults(m)
        return found
    settings = json.loads(channel.settings)
    plan, plain = schedule.of(settings), {"platform": channel.platform, "name": channel.name, "label": channel.label,
                                          "hold": channel.hold_ms // 1000}  # fmt: skip
    if not _manifests(channel):
        return plain
    m = manifest(channel.platform)
    given = {f"{m.id}_{s.key}": _as_raw(s, settings[s.key]) for s in m.settings if s.key in settings and s.kind != "secret"}
    return {**_defaults(m), **given, **plain, "every": str(plan.every), "quiet": str(plan.quiet or ""), "more": False,
            _of(m, "streams"): list(plan.streams or m.streams)}  # fmt: skip


def draft(desk: Reading, channel: Channel | None, said: Mapping[str, Any]) -> Draft:
    """What a filled-in form describes. Raises Refused for a platform that is no more."""
    m = _alive(str(said["platform"]))
    before = json.loads(channel.settings) if channel else {}
    known = {s.key for s in m.settings}
    settings = {key: value for key, value in before.items() if key not in known}
    secrets: dict[str, str] = {}
    for s in m.settings:
        if f"{m.id}_{s.key}" not in said and s.key in before:  # its field does not show
            settings[s.key] = before[s.key]
            continue
        value = said.get(f"{m.id}_{s.key}")
        if s.kind == "secret":
            secrets |= {s.key: str(value)} if value else {}
        elif value not in ("", None, []) and (s.key in before or value != _default(s)):
            settings[s.key] = int(value) if s.kind == "integer" else value == "yes" if value in ("yes", "no") else value
    wanted = tuple(said.get(_of(m, "streams")) or ())
    streams = () if set(wanted) >= set(m.streams) else wanted
    zone = shop_zone_name(desk.conn)
    quiet = schedule.quiet_hours(str(said.get("quiet") or ""), zone)
    name, label = str(said.get("name") or ""), str(said.get("label") or "")
    if channel is not None:
        plan = schedule.of(before)
        kept = Schedule(int(said["every"]), quiet, streams, plan.history)
        return Draft(channel.id, m.id, name, label, settings, secrets, channel.since, kept, known=channel.id)
    since = _moment(str(said["since"]), desk.now)
    history = str(said["history"])
    far = history_from(m.id, since, history if history in ("", "all") else desk.now - int(history) * DAY, desk.now)
    ident = str(said.get("id") or "") or _free(desk, m.id, name)
    return Draft(ident, m.id, name, label, settings, secrets, since, Schedule(int(said["every"]), quiet, streams, far))


def field_of(platform: str, error: DeskError) -> DeskError:
    """An error beside the field of this form that its gap names."""
    key = error.gaps.get("field") or error.gaps.get("key")
    if key and any(s.key == key for s in manifest(platform).settings):
        error.gaps["field"] = f"{platform}_{key}"
    return error


# One field ----------------------------------------------------------------------------------------


def _platforms(found: Sequence[Manifest]) -> Field:
    options = [Option(m.id, _(m.name), m.id) for m in found] + [Option(name, name, _("no more")) for name, _why in DEAD]
    return Choice(key="platform", label=_("Platform"), options=tuple(options), check=_alive,
                  help=_("Where the account is. Enter shows the list; the questions below follow it."))  # fmt: skip


def _alive(platform: str) -> Manifest:
    for name, why in DEAD:
        if platform == name:
            raise Refused(why)
    return manifest(platform)


def _asked(m: Manifest, s: Setting, kept: frozenset[str], *, new: bool) -> Field:
    """One question of a platform, shown where it applies. What an account lacks that is there already is said when it
    is tried."""
    key, label, help = f"{m.id}_{s.key}", _(s.label), _(s.help)
    when, needed = _when(m, s), s.required and new
    match s.kind:
        case "secret":
            return Secret(key=key, label=label, help=help, needed=needed, kept=s.key in kept, when=when)
        case "flag" if s.default is None:
            options = (Option("", _("as usual")), Option("yes", _("yes")), Option("no", _("no")))
            return Choice(key=key, label=label, help=help, options=options, when=when)
        case "flag":
            return Toggle(key=key, label=label, help=help, when=when)
        case "choice":
            return Choice(key=key, label=label, help=help, options=tuple(Option(c, c) for c in s.choices), when=when)
        case "list":
            return Words(key=key, label=label, help=help, needed=needed, when=when)
        case "integer":
            return Line(key=key, label=label, help=help, needed=needed, check=_whole, when=when)
    return Line(key=key, label=label, help=help, needed=needed, when=when)


def _when(m: Manifest, s: Setting) -> Seen:
    condition, _equals, wanted = s.only_if.partition("=")

    def applies(said: Mapping[str, Any]) -> bool:
        if said.get("platform") != m.id:
            return False
        if condition and str(said.get(f"{m.id}_{condition}")) != wanted:
            return False
        return bool(said.get("more")) or not _rare(s) or said.get(f"{m.id}_{s.key}", ordinary) not in (ordinary, "", [])

    ordinary = _default(s)
    return applies


def _rare(s: Setting) -> bool:
    """Whether nearly nobody needs to see it."""
    return not s.required and not s.only_if and s.kind in ("text", "integer", "list") and s.default is not None


def _streams(m: Manifest) -> Field:
    options = tuple(Option(name, stream_name(name)) for name in m.streams)
    return Choices(key=_of(m, "streams"), label=_("What is fetched"), options=options, needed=True,
                   when=lambda said: said.get("platform") == m.id,
                   help=_("Enter ticks them. What is left out is never asked for."))  # fmt: skip


def _rates(desk: Reading, channel: Channel | None) -> Sequence[tuple[int, str]]:
    own = schedule.of(json.loads(channel.settings)).every if channel else 0
    if own in (n for n, _label in EVERY):
        return EVERY
    return (*EVERY, (own, _("every {n} minutes").format(n=own)))


def _more(said: Mapping[str, Any]) -> bool:
    return bool(said.get("more"))


def _whole(value: Any) -> None:
    if not (str(value).isascii() and str(value).isdigit()):
        raise Invalid(N_("Write a whole number."))


# Values ----------------------------------------------------------------------------------------------


def _of(m: Manifest, key: str) -> str:
    return f"{m.id}_{key}"


def _defaults(m: Manifest) -> dict[str, Any]:
    found = {f"{m.id}_{s.key}": _default(s) for s in m.settings if s.kind != "secret" and _default(s) is not None}
    return {**found, _of(m, "streams"): list(m.streams)}


def _default(s: Setting) -> Any:
    """The ordinary answer as its field holds it; None where there is none."""
    value = s.choices[0] if s.kind == "choice" and s.default is None else s.default
    return None if value is None else _as_raw(s, value)


def _as_raw(s: Setting, value: Any) -> Any:
    match s.kind:
        case "list":
            return list(value) if isinstance(value, list | tuple) else [value]
        case "flag":
            said = value if isinstance(value, bool) else str(value).strip().lower() in ("yes", "true")
            return said if s.default is not None else "yes" if said else "no"
    return str(value)


def _kept(desk: Reading, channel: Channel | None) -> frozenset[str]:
    """Names of the secrets an account has."""
    if channel is None or desk.store is None:
        return frozenset()
    prefix = f"channel/{channel.id}/"
    with suppress(DeskError, OSError):
        return frozenset(n.removeprefix(prefix) for n in Vault(desk.store.folder).names() if n.startswith(prefix))
    return frozenset()


def _moment(days: str, now: Instant) -> Instant:
    return now if days == "now" else 0 if days == "all" else now - int(days) * DAY


def _manifests(channel: Channel | None) -> list[Manifest]:
    """What can be connected; of an account only its own, and none of one that only holds what was imported."""
    if channel is None:
        return list(manifests())
    return [m for m in manifests() if m.id == channel.platform and channel.settings != "{}"]


def _free(desk: Reading, platform: str, name: str) -> str:
    from desk.channels import refuse_taken

    if name:
        with suppress(DeskError):
            refuse_taken(desk.conn, slug(name))
            return slug(name)
    return ident_for(desk.conn, platform)
