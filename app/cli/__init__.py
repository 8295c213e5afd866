"""The `deskhand` command: one file per noun, loaded when it is called. Exit 0 done, 1 refused or failed, 2 bad usage.

Data goes to stdout, everything said about it to stderr.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence

from app.cli.options import Options, Usage, split
from app.words import _, render_error, use
from store.errors import DeskError
from store.values import clean

VERSION = "0.1.0"
"""As pyproject.toml has it; asking the installation costs more than everything else `--version` does."""

DONE, FAILED, USAGE, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 130, 141


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code. `argv` is what stands behind the program's name."""
    given = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _run(given)
        sys.stdout.flush()
        return code
    except Usage as error:
        print(clean(_("deskhand: {message}").format(message=error)), file=sys.stderr)
        return USAGE
    except DeskError as error:
        print(clean(_("deskhand: {message}").format(message=render_error(error))), file=sys.stderr)
        return FAILED
    except UnicodeEncodeError:
        print(
            _("deskhand: {message}").format(message=_("The command line holds bytes that are not UTF-8.")),
            file=sys.stderr,
        )
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except SystemExit as stop:  # argparse has said what is wrong, or has printed its help
        return stop.code if isinstance(stop.code, int) else DONE


def _run(argv: list[str]) -> int:
    if argv == ["--version"]:
        return _version()
    options, rest = split(argv)
    use(options.lang)
    if rest[:1] == ["--version"]:
        return _version()
    if not rest:
        return _workstation(options)
    from app.cli.parsing import perform

    return perform(options, rest)


def _version() -> int:
    print(f"deskhand {VERSION}")
    return DONE


def _workstation(options: Options) -> int:
    gc.disable()  # what starting makes stays: looking through it is a sixth of the start. `Workstation` enables it.
    from app import habits
    from app.cli.run import Run

    with Run(options) as run:
        wired, agent = run.wired, run.agent
        habits.speak(run.conn, agent.id, options.lang)
        from app.opening import run as open_workstation

        code: int = open_workstation(wired, agent, theme=options.theme)
        return code
