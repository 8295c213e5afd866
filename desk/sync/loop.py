"""The sync process: one lease, one thread per channel that waits for mail, one round for everything that is due."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from connectors.contract import AuthRevoked, Connector, Fault, Permanent, Throttled
from desk.sync import dispatch, handover, lacking, lease, pull, queue, schedule, timers
from desk.sync.chosen import chosen
from desk.sync.lease import Holder
from desk.sync.reader import Reader
from desk.sync.schedule import Schedule
from store.errors import N_, Conflict, DeskError, Invalid, Refused, Unavailable
from store.sql import people, shop, sync
from store.sql.rows import Channel
from store.unit import Store
from store.values import HOUR, MINUTE, SECOND, SYSTEM, Instant, clean_line

log = logging.getLogger("deskhand.sync")

ROUND_S = 1.0
"""How often the outbox and the timers are looked at."""
POLL_S = 60.0
_BACK_OFF = (5.0, 15.0, 60.0, 300.0)
_DRAIN = 15 * SECOND
"""How often tickets without an owner are looked at."""
_LEARN = 5 * MINUTE
"""How often it is looked whether there is something to learn."""
_PATIENCE = 5 * MINUTE
"""A platform that asks to wait no longer than this is nothing anybody needs to know of."""
_LINGER = 60 * SECOND
"""Without `forever`, sync leaves this long after the last session with nothing due."""

Build = Callable[[Channel], Connector]


@dataclass(slots=True)
class Sync:
    """One run of sync over a desk. `build` makes a channel's connector; `only` limits it to one channel."""

    store: Store
    build: Build
    reader: Reader
    holder_id: str
    only: str = ""
    _connectors: dict[str, Connector] = field(default_factory=dict)
    _settings: dict[str, str] = field(default_factory=dict)
    _wait_until: dict[str, Instant] = field(default_factory=dict)
    """Channel → when its platform wants to be asked again."""
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def once(self) -> dict[str, pull.Pulled]:
        """Recovers, pulls every channel that is due (`only` at any time), sends what is due, keeps time; returns what
        came per channel.

        Raises Refused while another process syncs. A channel's fault is noted on the channel and does not stop the rest.
        """
        holder = self._begin()
        try:
            dispatch.recover(self.store, holder, self.connector)
            found = {c.id: self._pull(holder, c, self.connector)[0] for c in self.channels() if self.only or self._due(c)}
            dispatch.dispatch(self.store, holder, self.connector)
            timers.tick(self.store, holder)
            handover.tick(self.store, holder)
            queue.drain(self.store, holder)
            return found
        finally:
            self._end(holder)

    def run(self, *, forever: bool) -> None:
        """Works until stopped, the lease is lost, or (without `forever`) nobody is there and nothing is due."""
        holder = self._begin()
        watched: dict[str, tuple[Channel, threading.Thread]] = {}
        try:
            dispatch.recover(self.store, holder, self.connector)
            self._watch_channels(holder, watched)
            last_seen = renewed = self.store.clock.now()
            drained = learned = 0
            recovered = renewed
            while not self._stop.wait(ROUND_S):
                now = self.store.clock.now()
                try:
                    if now - renewed > lease.LASTS // 3:
                        if lease.take(self.store, holder.name, holder.id) is None:
                            raise Conflict(N_("Another process has taken over {item}."), item=holder.name,
                                           next=N_("This one stops; nothing is lost."))  # fmt: skip
                        renewed = now
                    if now - recovered > MINUTE:  # what could not be looked up remotely when this began
                        recovered = now
                        dispatch.recover(self.store, holder, self.connector)
                    self._watch_channels(holder, watched)
                    dispatch.dispatch(self.store, holder, self.connector)
                    timers.tick(self.store, holder)
                    if now >= drained + _DRAIN:
                        drained = now
                        handover.tick(self.store, holder)
                        queue.drain(self.store, holder)
                        self.store.tidy()
                    if now >= learned + _LEARN:
                        learned = now
                        threading.Thread(target=self._learn, daemon=True).start()
                except Unavailable as error:  # a full disk, a lock kept too long: that passes
                    log.warning("%s", error.english())
                    self._stop.wait(_BACK_OFF[0])
                    continue
                if people.present(self.store.conn, now - lease.LASTS):
                    last_seen = now
                if not forever and now - last_seen > _LINGER and not self._soon(now):
                    return
        finally:
            self.stop()
            for _, thread in watched.values():
                thread.join(timeout=5)
            self._end(holder)

    def _learn(self) -> None:
        """Trains anew where that is due, and reads with what the desk knows now."""
        from desk import learning

        try:
            learning.refresh(self.store)
            self.reader.teach(learning.saved(self.store.conn))
        except (DeskError, ValueError) as error:
            log.warning("learning: %s", error)

    def stop(self) -> None:
        """Ends `run` from another thread or a signal handler."""
        self._stop.set()
        for connector in list(self._connectors.values()):
            connector.wake()

    def nudge(self, channel_id: str) -> None:
        """Something new is said to be there: a channel that is pulled live is pulled now. From any thread."""
        if (waiting := self._connectors.get(f"{channel_id}/in")) is not None:
            waiting.wake()

    def channels(self) -> list[Channel]:
        """Active channels that have a connector, in order."""
        found = [c for c in shop.channels(self.store.conn) if c.state == "active" and c.settings != "{}"]
        return [c for c in found if not self.only or c.id == self.only]

    def _due(self, channel: Channel) -> bool:
        plan, now = schedule.of(settings_of(channel)), self.store.clock.now()
        return plan.due(channel.last_good_at, now) <= now

    def connector(self, channel_id: str) -> Connector:
        """The channel's connector for sending and looking up; made once, and anew when its settings change. Raises
        Permanent when it is gone."""
        channel = shop.channel(self.store.conn, channel_id)
        if channel is None or channel.state == "removed":
            raise Permanent(f"The channel {channel_id} is no longer connected.")
        with self._lock:
            made, settings = self._connectors.get(channel_id), channel.settings
            if made is None or self._settings[channel_id] != settings:
                if made is not None:
                    made.close()
                made = self._connectors[channel_id] = self.build(channel)
                self._settings[channel_id] = settings
            return made

    def _begin(self) -> Holder:
        holder = lease.take(self.store, lease.SYNC, self.holder_id)
        if holder is None:
            raise Refused(
                N_("Another process is syncing this desk already."), next=N_("Leave it running, or stop it first.")
            )
        return holder

    def _end(self, holder: Holder) -> None:
        with self._lock:
            for connector in self._connectors.values():
                connector.close()
            self._connectors.clear()
            self._settings.clear()
        self.reader.close()
        lease.give_back(self.store, holder)

    def _soon(self, now: Instant) -> bool:
        due = timers.next_tick(self.store)
        return due is not None and due < now + MINUTE

    def _watch_channels(self, holder: Holder, watched: dict[str, tuple[Channel, threading.Thread]]) -> None:
        """A thread per active channel: begun for one that was added or resumed, let go for one that is so no more."""
        for channel, thread in list(watched.values()):
            if not thread.is_alive():
                del watched[channel.id]
            elif not self._as_it_was(channel) and (waiting := self._connectors.get(f"{channel.id}/in")):
                waiting.wake()
        for channel in self.channels():
            if channel.id not in watched:
                thread = threading.Thread(target=self._watch, args=(holder, channel), daemon=True)
                watched[channel.id] = (channel, thread)
                thread.start()

    def _as_it_was(self, channel: Channel) -> bool:
        now = shop.channel(self.store.conn, channel.id)
        return now is not None and (now.state, now.settings) == (channel.state, channel.settings)

    def _watch(self, holder: Holder, channel: Channel) -> None:
        """Pulls one channel again and again on a connection of its own, as its schedule says; waits for push in between.
        Leaves when the channel is paused, removed or set up differently."""
        failures, plan = 0, schedule.of(settings_of(channel))
        last = channel.last_good_at if plan.every else 0
        while self._wait_until_due(channel, plan, last):
            began = self.store.clock.now()
            try:
                _, well = self._pull(holder, channel, lambda _: self._incoming(channel))
            except Conflict:
                self.stop()
                return
            except DeskError as error:  # not even the fault could be noted (a full disk): that passes
                log.warning("channel %s: %s", channel.id, error.english())
                well = False
            failures = 0 if well else failures + 1
            if well and plan.every == schedule.LIVE:
                try:
                    self._incoming(channel).wait(POLL_S)
                except Fault:
                    failures = 1
            elif well:
                last = began
            if self._wait_until.get(channel.id, 0) > self.store.clock.now():  # it said how long, so nobody guesses
                failures = 0
            if failures:
                self._back_off(channel, _BACK_OFF[min(failures, len(_BACK_OFF)) - 1])
        with self._lock:
            gone = self._connectors.pop(f"{channel.id}/in", None)
        if gone is not None:
            gone.close()

    def _wait_until_due(self, channel: Channel, plan: Schedule, last: Instant) -> bool:
        """Waits for the hour and for what the platform asked for; False where the channel is no longer to be pulled."""
        while not self._stop.is_set() and self._as_it_was(channel):
            now = self.store.clock.now()
            if max(plan.due(last, now), self._wait_until.get(channel.id, 0)) <= now:
                return True
            self._stop.wait(ROUND_S)
        return False

    def _back_off(self, channel: Channel, seconds: float) -> None:
        """Waits, unless somebody mends the channel meanwhile."""
        for _ in range(round(seconds / ROUND_S)):
            if self._stop.wait(ROUND_S) or not self._as_it_was(channel):
                return

    def _incoming(self, channel: Channel) -> Connector:
        name = f"{channel.id}/in"
        with self._lock:
            if name not in self._connectors:
                self._connectors[name] = self.build(channel)
            return self._connectors[name]

    def _pull(
        self, holder: Holder, channel: Channel, connect: Callable[[str], Connector]
    ) -> tuple[pull.Pulled, bool]:  # fmt: skip
        """What came, and whether it went well. A fault is told once, and so is its end."""
        found = pull.Pulled()
        try:
            connector = chosen(self.store, holder, channel, connect(channel.id), schedule.of(settings_of(channel)))
            found = pull.pull(self.store, holder, channel, connector, self.reader, stop=self._stop.is_set)
            lacking.fetch(self.store, holder, channel, connect(channel.id))
        except Throttled as pause:
            now = self.store.clock.now()
            self._wait_until[channel.id] = min(pause.until, now + HOUR)
            if pause.until - now > _PATIENCE:
                self._note_fault(holder, channel, pause)
            return found, False
        except (Fault, ValueError, Invalid, Refused) as fault:
            self._note_fault(holder, channel, fault)
            return found, False
        except Conflict:
            raise
        except DeskError as error:
            log.warning("channel %s: %s", channel.id, error.english())
            return found, False
        except Exception as error:  # a fault of this program: the other channels go on
            log.exception("channel %s", channel.id)
            self._note_fault(holder, channel, error)
            return found, False
        now = self.store.clock.now()
        known = shop.channel(self.store.conn, channel.id) or channel
        if known.fault or now - known.last_good_at > 10 * SECOND:
            with self.store.write(SYSTEM) as unit:
                holder.check(unit)
                if sync.good(unit.conn, channel.id, unit.now):
                    unit.append("channel_well", {"channel": channel.id})
                    log.info("channel %s works again", channel.id)
        return found, True

    def _note_fault(self, holder: Holder, channel: Channel, fault: Exception) -> None:
        text = clean_line(str(fault)) or type(fault).__name__
        with self.store.write(SYSTEM) as unit:
            holder.check(unit)
            if sync.bad(unit.conn, channel.id, text, unit.now):
                person = isinstance(fault, AuthRevoked | Permanent | DeskError)
                unit.append("channel_fault", {"channel": channel.id, "fault": text, "person": person})
                log.warning("channel %s: %s", channel.id, text)


def settings_of(channel: Channel) -> Mapping[str, object]:
    """The channel's settings as its connector reads them."""
    found: Mapping[str, object] = json.loads(channel.settings)
    return found
