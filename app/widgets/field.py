"""One line to type into, as palette and prompt use it: no box, no blink, nothing marked when it gets the keys."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from app.safe import cells, width_of


class Field(Input):
    DEFAULT_CSS = """
    Field, Field:focus, Field:ansi {
        height: 1;
        width: 1fr;
        padding: 0;
        border: none;
        background: $dh-panel-bg;
        background-tint: transparent;
        color: $dh-text;
        & > .input--cursor {
            background: $input-cursor-background;
            color: $input-cursor-foreground;
            text-style: $input-cursor-text-style;
        }
        & > .input--placeholder, & > .input--suggestion {
            color: $dh-muted;
            text-style: $dh-muted-style;
        }
    }
    """

    def __init__(self, value: str = "") -> None:
        super().__init__(value, select_on_focus=False)
        self.cursor_blink = False


class Tag(Widget):
    """The word before a field."""

    DEFAULT_CSS = """
    Tag {
        width: auto;
        height: 1;
        background: $dh-panel-bg;
        color: $dh-key;
        text-style: $dh-key-style;
    }
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._shown = f" {cells(text, width_of(text))} "

    def render(self) -> Content:
        return Content(self._shown)
