"""What a setting is now and who says so; and writing one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from app import habits, notify
from app.settings.environment import OWN, UNTOLD, VARIABLES
from app.settings.registry import HOLD, KEEPERS, LOW, SETTINGS, Setting
from app.words import LANGUAGES, _, ngettext
from store.errors import N_, Invalid, NotFound, Refused
from store.sql import shop
from store.values import clean_line

if TYPE_CHECKING:
    from store.connection import Connection
    from store.sql.rows import Channel
    from store.unit import UnitOfWork

_HABITS = ("theme", "lang", "mouse", "after", "first")


class Present(NamedTuple):
    """What a setting is: `value` as it is written, `said` as a person reads it, `source` one of `KEEPERS` and `name` what
    that is called; `chosen` is what is kept, which something else may stand above."""

    setting: Setting
    value: str
    said: str
    source: str
    name: str = ""
    chosen: str = ""

    @property
    def editable(self) -> bool:
        return bool(self.setting.form)

    @property
    def where(self) -> str:
        """Who says so, in the person's language."""
        return _(KEEPERS[self.source]).format(name=clean_line(self.name))


class Place(NamedTuple):
    """What is looked at: a connection, who asks ("" for nobody), the folder of the desk, and the environment."""

    conn: Connection
    me: str
    folder: Path
    environ: Mapping[str, str] = os.environ


def every(place: Place) -> Iterator[Present]:
    """All of them, in their order."""
    for setting in SETTINGS.values():
        if place.me or setting.keeper != "person":
            yield present(place, setting.key)
    for channel in shop.channels(place.conn):
        yield present(place, f"hold.{channel.id}")
        if _has_reviews(channel):
            yield present(place, f"low.{channel.id}")
    for name in VARIABLES:
        yield present(place, name)


def present(place: Place, key: str) -> Present:
    """One of them. Raises NotFound."""
    if key in VARIABLES:
        return _variable(place, key)
    if key.startswith("hold."):
        return _hold(place, key)
    if key.startswith("low."):
        return _low(place, key)
    setting = SETTINGS.get(key)
    if setting is None:
        raise NotFound(N_("There is no setting {item}."), item=key, next=N_("See: deskhand setting list"))
    if setting.keeper == "person" and not place.me:
        raise Refused(N_("{item} is a setting of a person."), item=key, next=N_("Say who: --as AGENT"))
    if key == "themes" or key == "keys":
        return _file(setting)
    for name in setting.variables:
        if value := place.environ.get(name):
            return Present(setting, value, value, "environment", name, _kept(place, setting))
    value = _kept(place, setting)
    usual = _usual(setting)
    if value == usual:
        return Present(setting, value, _(setting.default), "default", chosen=value)
    return Present(setting, value, _said(setting, value), "desk" if setting.keeper == "desk" else "person", chosen=value)


def _usual(setting: Setting) -> str:
    """What `_kept` gives where nobody chose."""
    if setting.key.startswith("notify."):
        return ",".join(notify.DEFAULT[setting.key.removeprefix("notify.")])
    if setting.key in _HABITS:
        return next(iter(setting.values), "")
    return {"learning": "auto", "name": "Deskhand", "encrypted": "no"}.get(setting.key, "")


def _kept(place: Place, setting: Setting) -> str:
    """What is kept, as it is written."""
    conn, key = place.conn, setting.key
    if key in _HABITS:
        return habits.chosen(conn, key, place.me) or next(iter(setting.values), "")
    if key.startswith("notify."):
        return ",".join(notify.of_agent(conn, place.me).kinds[key.removeprefix("notify.")])
    if key == "quiet":
        return notify.of_agent(conn, place.me).quiet
    agent = shop.agent(conn, place.me) if place.me else None
    if key == "zone" and agent is not None:
        return "" if agent.zone == _team_zone(conn) else agent.zone
    if key == "signature" and agent is not None:
        return agent.signature
    if key == "name":
        return shop.name(conn)
    if key == "learning":
        row = conn.execute("SELECT value FROM meta WHERE key = 'learner_choice'").fetchone()
        return row[0] if row else "auto"
    if key == "folder":
        from app.first.always_on import usual_desk

        return "" if place.folder == usual_desk() else str(place.folder)
    if key == "encrypted":
        from app.wire import desk_key

        return "yes" if desk_key(place.folder) else "no"
    if key == "hours":
        return _team_hours(conn)
    return ""


def _said(setting: Setting, value: str) -> str:
    """A value as people read it."""
    if setting.form == "ways":
        return ", ".join(way for way in value.split(",") if way) or _("not at all")
    if setting.key == "lang":
        from app.first.guess import LANGUAGE_NAMES

        return LANGUAGE_NAMES.get(value, value)
    if setting.key == "encrypted":
        return _("yes") if value == "yes" else _("no")
    return _(setting.values[value]) if value in setting.values else clean_line(value)


def _variable(place: Place, name: str) -> Present:
    setting = Setting(name, "environment", name, VARIABLES[name], N_("not set"), "environment")
    found = place.environ.get(name, "")
    if name in UNTOLD:
        found = _("set") if any(k.startswith(name) for k in place.environ) else ""
    if not found:
        return Present(setting, "", _(setting.default), "default")
    return Present(setting, found, clean_line(found), "environment", name if name in OWN else _("terminal or shell"))


def _file(setting: Setting) -> Present:
    from app.place import config_folder, theme_folder

    config = config_folder()
    path = theme_folder(config) if setting.key == "themes" else config / "keys.toml"
    there = sorted(p.stem for p in path.glob("*.toml")) if path.is_dir() else [path.name] if path.exists() else []
    said = ", ".join(there) if there else _(setting.default)
    return Present(setting, ", ".join(there), said, "file", str(path))


def _channel(place: Place, key: str) -> Channel:
    """The one a setting of a channel is about."""
    channel = shop.channel(place.conn, key.partition(".")[2])
    if channel is None or channel.state == "removed":
        raise NotFound(N_("There is no setting {item}."), item=key, next=N_("See: deskhand setting list"))
    return channel


def _has_reviews(channel: Channel) -> bool:
    from connectors.registry import PLATFORMS, manifest

    return channel.platform in PLATFORMS and manifest(channel.platform).capabilities.reviews


def _low(place: Place, key: str) -> Present:
    channel = _channel(place, key)
    if not _has_reviews(channel):
        raise NotFound(N_("{item} tells no reviews."), item=channel.name, next=N_("See: deskhand setting list"))
    from desk.review_tickets import LOW as USUAL
    from desk.review_tickets import limit

    most = limit(channel)
    setting = LOW._replace(key=key, label=channel.name)
    said = ngettext("{count} star", "{count} stars", most).format(count=most) if most else _("no review")
    return Present(setting, str(most), said, "default" if most == USUAL else "desk", chosen=str(most))


def _hold(place: Place, key: str) -> Present:
    channel = _channel(place, key)
    from desk.channels import HOLD_MS

    setting = HOLD._replace(key=key, label=channel.name)
    seconds = str(channel.hold_ms // 1000)
    usual = channel.hold_ms == HOLD_MS.get(channel.kind, 10_000)
    return Present(setting, seconds, _("{n} s").format(n=seconds), "default" if usual else "desk", chosen=seconds)


def _team_zone(conn: Connection) -> str:
    import json

    bodies = {name: body for name, body, _version in shop.calendars(conn)}
    return str(json.loads(bodies.get("shop", "{}")).get("zone", "UTC"))


def _team_hours(conn: Connection) -> str:
    """The week of the calendar shop, "" where it is the one that ships."""
    import json

    bodies = {name: body for name, body, _version in shop.calendars(conn)}
    week: Mapping[str, str] = json.loads(bodies.get("shop", "{}")).get("week", {})
    return "" if week == {"mon-fri": "09:00-18:00"} else ", ".join(f"{days} {hours}" for days, hours in week.items())


# Writing ------------------------------------------------------------------------------------------------


def options(place: Place, setting: Setting) -> Sequence[tuple[str, str]]:
    """The values of a choice with their names; "" is as it comes."""
    usual = ("", _("as it comes: {value}").format(value=_(setting.default)))
    if setting.key == "theme":
        from app.place import config_folder, theme_folder
        from themes.loading import names

        return [usual, *((name, name) for name in names(theme_folder(config_folder())))]
    if setting.key == "lang":
        from app.first.guess import LANGUAGE_NAMES

        return [usual, *((one, LANGUAGE_NAMES[one]) for one in LANGUAGES)]
    return [(value, _(name)) for value, name in setting.values.items()]


def put(unit: UnitOfWork, place: Place, key: str, value: str) -> None:
    """Sets it; "" goes back to what it is unless chosen. Raises NotFound, Invalid, Refused where it is set elsewhere."""
    now = present(place._replace(conn=unit.conn), key)
    if not now.editable:
        raise Refused(N_("{item} is not set here."), item=key, next=now.setting.about)
    value = clean_line(value) if key != "signature" else value
    if key in _HABITS:
        _habit(unit, place, now.setting, value)
    elif key.startswith("notify."):
        word = f"{key.removeprefix('notify.')}={value or 'off'}" if value != "default" else ""
        kept = notify.of_agent(unit.conn, place.me)
        usual = notify.DEFAULT[key.removeprefix("notify.")]
        changed = notify.changed(kept, word) if word else replace(kept, kinds={**kept.kinds, key.removeprefix("notify."): usual})
        notify.keep(unit, place.me, changed)
    elif key == "quiet":
        notify.keep(unit, place.me, notify.changed(notify.of_agent(unit.conn, place.me), f"quiet={value or 'off'}"))
    elif key in ("zone", "signature"):
        from desk.agents import change

        change(unit, place.me, {key: value or (_team_zone(unit.conn) if key == "zone" else "")})
    elif key == "name":
        _rename(unit, value or "Deskhand")
    elif key == "learning":
        from desk.learning import choose

        _among(now.setting, value or "auto", now.setting.values)
        choose(unit, value or "auto")
    elif key.startswith("low."):
        from desk.review_tickets import LOW as USUAL
        from desk.reviews import low_limit

        low_limit(unit, key.removeprefix("low."), _number(now.setting, value or str(USUAL)))
    else:
        _put_hold(unit, now.setting, value)


def _habit(unit: UnitOfWork, place: Place, setting: Setting, value: str) -> None:
    known = dict(options(place, setting))
    if value:
        _among(setting, value, known)
    habits.keep(unit, setting.key, place.me, "" if setting.values and value == next(iter(setting.values)) else value)


def _among(setting: Setting, value: str, known: Mapping[str, str]) -> None:
    if value not in known:
        raise Invalid(N_("{item} is no {field}."), item=value, field=setting.key, key=setting.key, next=N_("Known: {known}"),
                      known=", ".join(word for word in known if word))  # fmt: skip


def _rename(unit: UnitOfWork, name: str) -> None:
    before = shop.name(unit.conn)
    if name != before:
        unit.conn.execute("UPDATE meta SET value = ? WHERE key = 'name'", (name,))
        unit.append("desk_renamed", {"changes": {"name": [before, name]}})


def _number(setting: Setting, value: str) -> int:
    if not (value.isascii() and value.isdigit() and int(value) <= setting.most):
        raise Invalid(N_("Write a whole number from {least} to {most}."), least=0, most=setting.most, key=setting.key)
    return int(value)


def _put_hold(unit: UnitOfWork, setting: Setting, value: str) -> None:
    from desk.channels import describe, need

    seconds = _number(setting, value)
    channel = need(unit, setting.key.removeprefix("hold."))
    describe(unit, channel.id, name=channel.name, label=channel.label, hold_ms=seconds * 1000)


