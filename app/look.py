"""Themes as Textual and Rich want them, and the base of the app that wears one.

`Face` is what the workstation and every test app stand on: it chooses the theme the terminal can show, cleans every
line on its way out, and switches off what blinks, moves or listens for keys behind our back.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from rich.style import Style
from textual import events
from textual.app import App
from textual.filter import LineFilter, NoColor
from textual.theme import Theme as TextualTheme

from app.clean_filter import FILTER
from app.place import theme_folder as theme_folder
from themes.loading import load
from themes.roles import ATTRIBUTES, Role, Theme

if TYPE_CHECKING:
    from textual.widget import Widget

    from app.widgets.sheet import Sheet

Result = TypeVar("Result")

PAGES = ("background", "panel")
"""Roles that are a ground to read on; the others that have a background are bars laid over one."""

_NO_COLOUR = NoColor()


class Look:
    """One theme's styles for Rich. Each is complete, ground and all: lines we draw ourselves inherit nothing."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._styles: dict[tuple[str, str], Style] = {}

    def style(self, role: str) -> Style:
        """A role as it looks on the page."""
        return self.on(role, "background")

    def on(self, role: str, ground: str) -> Style:
        """A role on another ground. On a sheet (`panel`) it keeps its colour. On a bar such as `selection` it keeps
        its weight only: a colour chosen for the page may not be readable there."""
        found = self._styles.get((role, ground))
        if found is None:
            found = self._styles[role, ground] = self._made(role, ground)
        return found

    def _made(self, name: str, ground: str) -> Style:
        role, under = self.theme.roles[name], self.theme.roles[ground]
        text = under.fg or self.theme.roles["text"].fg
        if ground in PAGES:
            return Style(color=role.fg or text, bgcolor=role.bg or under.bg) + _weight(role.attributes)
        return Style(color=text, bgcolor=under.bg) + _weight(under.attributes | (role.attributes - {"reverse", "dim"}))


def depth(environ: Mapping[str, str]) -> str:
    """What colours the terminal has, by its own word: none, 16, 256 or true."""
    term = environ.get("TERM", "").lower()
    if environ.get("NO_COLOR") or term in ("", "dumb", "unknown"):
        return "none"
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit") or term.endswith(("-direct", "-truecolor")):
        return "true"
    return "256" if term.endswith(("256color", "-kitty", "kitty")) else "16"


def choose(asked: str | None, environ: Mapping[str, str]) -> str:
    """The name of the theme to wear: what was asked for, else $DESKHAND_THEME, else what the terminal can show."""
    return asked or environ.get("DESKHAND_THEME") or {"none": "mono", "16": "ansi16"}.get(depth(environ), "dark")


class Face(App[Result], inherit_bindings=False):
    """An app in one of our themes. `look` holds its styles; `wear` changes it."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS = []
    DEFAULT_CSS = "Face Screen { layers: base overlay; overflow: hidden; }"

    def __init__(self, theme: Theme | None = None, **more: Any) -> None:
        """`theme` defaults to the one `choose` finds. Raises NotFound or Invalid as `themes.loading.load` does."""
        self.look = Look(theme or load(choose(None, os.environ)))
        self.sheet: Sheet | None = None
        """What lies over the screen and has the keys."""
        # Textual would turn colours into greys; what is shown without colour is the theme's to say.
        hidden = os.environ.pop("NO_COLOR", None)
        try:
            super().__init__(ansi_color=self.look.theme.ansi, **more)
        finally:
            if hidden is not None:
                os.environ["NO_COLOR"] = hidden
        self.animation_level = "none"
        self.wear(self.look.theme)

    def wear(self, theme: Theme) -> None:
        """Changes the theme of everything shown."""
        self.look = Look(theme)
        self.register_theme(textual_theme(theme))
        self.ansi_color = theme.ansi
        self.theme = _named(theme)

    def refresh_css(self, animate: bool = True) -> None:
        """Before there is a screen no sheet has been read with other colours: nothing is to be read again."""
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    @property
    def focused(self) -> Widget | None:
        """Who gets the keys: the overlay while a sheet is open, else the focused widget. The overlay takes no focus, as
        a change of focus makes Textual send the whole screen again."""
        if self.sheet is not None and self.sheet.is_open and self.sheet.overlay.screen is self.screen:
            return self.sheet.overlay
        return super().focused

    def on_resize(self, event: events.Resize) -> None:
        from app.widgets.overlay import Overlay

        for screen in self.screen_stack:
            for overlay in screen.query(Overlay):
                overlay.fit(event.size)

    def get_line_filters(self) -> Sequence[LineFilter]:
        own = (FILTER, _NO_COLOUR) if self.look.theme.colourless else (FILTER,)
        return [*super().get_line_filters(), *own]


def of(widget: Widget) -> Look:
    """The look of the app a widget is in."""
    app = widget.app
    if not isinstance(app, Face):
        raise TypeError(f"{type(app).__name__} is no Face")
    return app.look


# Roles in the words of Rich and of Textual's style sheets --------------------------------------------


def textual_theme(theme: Theme) -> TextualTheme:
    """The theme for Textual's own widgets and for style sheets, where a role is `$dh-danger`, `$dh-danger-bg` and
    `$dh-danger-style` (the underscore of a name becomes a hyphen)."""
    roles = theme.roles
    text, ground = _css(roles["text"].fg), _css(roles["background"].bg)
    rule = _css(roles["rule"].fg, text)
    variables = {
        "border": rule, "border-blurred": rule,
        "input-cursor-background": text, "input-cursor-foreground": ground, "input-cursor-text-style": "reverse",
        "scrollbar": rule, "scrollbar-hover": rule, "scrollbar-active": rule,
        "scrollbar-background": ground, "scrollbar-background-hover": ground, "scrollbar-background-active": ground,
        "scrollbar-corner-color": ground, "ansi-background": ground, "ansi-foreground": text,
    }  # fmt: skip
    if not theme.ansi:
        variables["input-cursor-text-style"] = "none"
    for kind in ("input-selection", "screen-selection", "block-cursor"):
        variables[f"{kind}-background"] = _css(roles["selection"].bg)
        variables[f"{kind}-foreground"] = _css(roles["selection"].fg, text)
    variables["block-cursor-text-style"] = _attributes(roles["selection"])
    for name, role in roles.items():
        word = "dh-" + name.replace("_", "-")
        variables[word] = _css(role.fg, text)
        variables[f"{word}-bg"] = _css(role.bg, ground)
        variables[f"{word}-style"] = _attributes(role)
    return TextualTheme(
        _named(theme), primary=_css(roles["accent"].fg), secondary=_css(roles["accent"].fg),
        warning=_css(roles["warning"].fg), error=_css(roles["danger"].fg), success=_css(roles["done"].fg),
        accent=_css(roles["accent"].fg), foreground=text, background=ground, surface=ground,
        panel=_css(roles["panel"].bg), boost=ground, dark=theme.dark, ansi=theme.ansi, variables=variables,
    )  # fmt: skip


def _named(theme: Theme) -> str:
    return f"deskhand-{theme.name}"


def _weight(attributes: Collection[str]) -> Style:
    bold, dim, italic, underline, reverse = (True if name in attributes else None for name in ATTRIBUTES)
    return Style(bold=bold, dim=dim, italic=italic, underline=underline, reverse=reverse)


def _css(colour: str | None, otherwise: str = "ansi_default") -> str:
    if colour is None:
        return otherwise
    return colour if colour.startswith("#") else f"ansi_{colour}"


def _attributes(role: Role) -> str:
    return " ".join(sorted(role.attributes)) or "none"
