"""`deskhand sandbox`: stand-ins of marketplaces on loopback, to link a channel to without an account anywhere."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

from app.cli.output import record
from app.cli.parsing import Parser, perform_verb, verbs
from app.cli.run import Run
from app.words import _
from store.errors import N_, Unavailable

if TYPE_CHECKING:
    from connectors.sandbox.standing import Standing

SCHEMA = "deskhand/sandbox/1"


def arguments(parser: Parser) -> None:
    verbs(parser, (("serve", _("serve them until Ctrl-C, and say how to link each"), _serve_arguments, _serve),))


run = perform_verb


def _serve_arguments(parser: Parser) -> None:
    from connectors.sandbox.standing import STAND_INS

    parser.add_argument("--platform", action="append", default=[], choices=tuple(STAND_INS),
                        help=_("only this one; may be repeated"))  # fmt: skip
    parser.add_argument("--port", type=int, default=0, metavar="N",
                        help=_("the first one's port, the others follow; without it, any that are free"))  # fmt: skip
    parser.add_argument("--seed", type=int, default=7, metavar="N", help=_("another shop: other buyers, other troubles"))


def _serve(run: Run, args: argparse.Namespace) -> int:
    from app.wire import SystemClock
    from connectors.sandbox.shoppers import Shoppers
    from connectors.sandbox.standing import STAND_INS, standing

    stop = threading.Event()
    before = {s: signal.signal(s, lambda *_: stop.set()) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        with standing(args.platform or tuple(STAND_INS), SystemClock(), seed=args.seed, port=args.port) as found:
            record(run, SCHEMA, {"stand_ins": [_row(s) for s in found]}, lambda: [line for s in found for line in _lines(s)])
            sys.stdout.flush()
            run.say(_("Ctrl-C ends them; what happened there is then forgotten."))
            with Shoppers({one.market.platform: one.market for one in found}, str(args.seed)):
                stop.wait()
    except (OSError, OverflowError) as exc:
        raise Unavailable(N_("Port {item} cannot be used: {reason}"), item=args.port, reason=str(exc),
                          next=N_("Give another --port, or none.")) from exc  # fmt: skip
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


def _row(s: Standing) -> dict[str, Any]:
    return {"platform": s.platform, "url": s.url, "settings": dict(s.settings), "secrets": dict(s.secrets)}


def _lines(s: Standing) -> list[str]:
    """The address, and the command that links a channel to it."""
    words = [f"{key}={value}" for key, value in s.settings.items()]
    asked = [word for name in s.secrets for word in ("--secret-stdin", name)]
    given = " ".join(shlex.quote(value) for value in s.secrets.values())
    line = shlex.join(["deskhand", "channel", "add", s.platform, *words, *asked])
    return [f"{s.platform}  {s.url}", f"  printf '%s\\n' {given} | {line}", ""]
