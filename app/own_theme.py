"""A theme of one's own, worn anew as soon as its file changes: whoever makes one sees each colour when it is saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.place import config_folder, theme_folder
from store.errors import DeskError
from themes.loading import BUILT_IN, load

if TYPE_CHECKING:
    from app.workstation import Workstation

_LOOK_S = 1.0
"""How often its file is looked at."""


class OwnTheme:
    def __init__(self, desk: Workstation) -> None:
        self.desk = desk
        self._path, self._changed_at = Path(), 0
        self.watch(desk.look.theme.name)

    def wear(self, name: str) -> None:
        """Raises NotFound and Invalid as `themes.loading.load` does."""
        desk = self.desk
        desk.wear(load(name, theme_folder(config_folder())))
        desk.refresh_css()  # another theme of the same name is no change to Textual
        desk.desk_screen.list.forget()
        desk.refresh()
        self.watch(name)

    def watch(self, name: str) -> None:
        """Looks at the file of the theme that is worn from now on; those that come along do not change."""
        self._path = theme_folder(config_folder()) / f"{name}.toml"
        self._changed_at = _changed_at(self._path)
        if name in BUILT_IN:
            self.desk.not_now("own theme")
        else:
            self.desk.soon("own theme", _LOOK_S, self._look)

    def _look(self) -> None:
        now = _changed_at(self._path)
        if now in (0, self._changed_at):
            self.desk.soon("own theme", _LOOK_S, self._look)
            return
        try:
            self.wear(self._path.stem)
        except DeskError as error:  # what was worn before stays
            self.desk.fail(error)
            self.watch(self._path.stem)


def _changed_at(path: Path) -> int:
    """When a file was written last (nanoseconds), 0 while it is not there."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
