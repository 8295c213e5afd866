"""The story of the practice desk, played with real parts and nobody watching: a mail comes in and is answered once.

Every step checks what it says. Time is not slept away: the desk's clock is moved instead.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.practice import linked
from app.story_scene import LANG, Failed, MovedClock, Scene
from app.story_steps import STEPS
from app.wire import fresh_id, reacting
from connectors.sandbox.mail import MailStandIn
from connectors.sandbox.world import make_world, shops
from connectors.sandbox.world.buyers import Buyers, users
from connectors.sandbox.world.living import Pace
from desk import practice
from desk.practice_links import connect_mail
from store.errors import DeskError
from store.unit import Store
from store.values import clean_line

SEED = 7


@dataclass(frozen=True, slots=True)
class Told:
    """One step: its sentence with the facts in it, and whether it held."""

    step: str
    ok: bool
    text: str
    facts: Mapping[str, object]


def play(folder: Path, seed: int = SEED) -> Iterator[Told]:
    """Plays the story on a new desk in `folder`, a step at a time; ends after the first that does not hold."""
    clock = MovedClock()
    with MailStandIn(users=users(shops()), now=lambda: clock.now() / 1000) as server:
        started = time.perf_counter()
        world = make_world(seed, clock.now())
        wired = reacting(Store.create(folder, clock=clock, ids=fresh_id, name=practice.SHOP))
        try:
            buyers = Buyers(world, server, clock.now, pace=Pace(answers=0.0))
            buyers.open_folders()
            wrote = {t.buyer.address for t in world.talks}
            mine = [o for _, o in world.coming if o.buyer.shop.id == "mail" and o.buyer.lang == LANG]
            bought = next(o for o in mine if o.buyer.address not in wrote)
            practice.furnish(wired.store, world, clock.now())
            connect_mail(wired.store, wired.vault, world, server.imap_port, server.smtp_port, users(world.shops))
            with linked(wired, world) as accounts:
                scene = Scene(wired, clock, server, buyers, world, bought, accounts)
                scene.facts["seconds"] = round(time.perf_counter() - started, 1)
                for name, step in STEPS.items():
                    told = _told(name, step, scene)
                    yield told
                    if not told.ok:
                        return
        finally:
            wired.store.close()


def _told(name: str, step: Callable[[Scene], str], scene: Scene) -> Told:
    try:
        text = step(scene)
    except Failed as failure:
        return Told(name, False, str(failure), dict(scene.facts))
    except DeskError as error:
        return Told(name, False, error.english(), dict(scene.facts))
    facts, scene.facts = scene.facts, {}
    return Told(name, True, clean_line(text), facts)
