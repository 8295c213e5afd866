"""Pictures of the workstation for the documentation: `python -m bench.shots [NAME…]`.

Each scene runs a command in a terminal of its size, plays its steps, and leaves NAME-COLUMNSxLINES.svg and .png in
docs/pictures. A step is `wait REGEX`, `type KEY…` (names of `bench.terminal.KEYS`, `^x`, text) or `settle SECONDS`.
"""

from __future__ import annotations

import shlex
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from bench.picture import png, svg
from bench.terminal import Terminal

PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"
DESKHAND = str(Path(sysconfig.get_path("scripts")) / "deskhand")
SIZES = ((120, 40), (80, 24))


@dataclass(frozen=True, slots=True)
class Scene:
    """What is shown. `steps` are played in order before the picture is taken."""

    name: str
    steps: tuple[str, ...]
    command: tuple[str, ...] = (DESKHAND, "demo", "--fresh")
    sizes: tuple[tuple[int, int], ...] = SIZES


_START = (r"wait \d+ open", "settle 1")
_WIDE = (SIZES[0],)
SCENES = (
    Scene("inbox", _START),
    Scene("ticket", (*_START, "type j Enter", "settle 1")),
    Scene("templates", (*_START, "type j t", "settle 1")),
    Scene("review", (*_START, "type j t photo", "settle 1", "type Enter", "settle 1")),
    Scene("clocks", (*_START, "type C", "settle 1")),
    Scene("palette", (*_START, "type :", "settle 1", "type rep", "settle 1")),
    Scene("keys", (*_START, "type ?", "settle 1")),
    Scene("setup-groups", (*_START, "type g S", "settle 1", "type j Enter", "settle 1"), sizes=_WIDE),
    Scene("setup-rules", (*_START, "type g S", "settle 1", "type j j j Enter", "settle 1"), sizes=_WIDE),
    Scene("setup-packs", (*_START, "type g S", "settle 1", "type j j j j Enter", "settle 1", "type j j j j", "settle 1"),
          sizes=_WIDE),
    Scene("setup-incidents", (*_START, "type g S", "settle 1", f"type {'j ' * 12}Enter", "settle 1"), sizes=_WIDE),
)


def play(terminal: Terminal, step: str) -> None:
    """One step. Raises ValueError for a verb that is not one, TimeoutError where a wait is in vain."""
    verb, _space, rest = step.partition(" ")
    match verb:
        case "wait":
            terminal.wait(rest)
        case "type":
            terminal.type(*shlex.split(rest))
        case "settle":
            terminal.settle(float(rest))
        case _:
            raise ValueError(f"not a step: {step!r}")


def shoot(scene: Scene, folder: Path) -> list[Path]:
    """Takes the scene at each of its sizes and returns the files written."""
    written = []
    for columns, lines in scene.sizes:
        with Terminal(scene.command, columns, lines) as terminal:
            for step in scene.steps:
                play(terminal, step)
            drawing = svg(terminal.screen, f"Deskhand: {scene.name}, {columns} by {lines}")
        path = folder / f"{scene.name}-{columns}x{lines}.svg"
        path.write_text(drawing, "utf-8")
        path.with_suffix(".png").write_bytes(png(drawing))
        written += [path, path.with_suffix(".png")]
    return written


def main(names: list[str]) -> int:
    PICTURES.mkdir(parents=True, exist_ok=True)
    wanted = [scene for scene in SCENES if not names or scene.name in names]
    if not wanted:
        print(f"No such scene. There are: {', '.join(scene.name for scene in SCENES)}", file=sys.stderr)
        return 2
    for scene in wanted:
        try:
            for path in shoot(scene, PICTURES):
                print(path.name)
        except TimeoutError as error:
            print(f"{scene.name}: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
