"""Chinese in an overlay stays whole where panes end beneath it."""

from __future__ import annotations

from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from app.safe import width_of
from app.screens.whole_lines import WholeLines

SENTENCE = "一二三四五六七八九十"


class Row(Widget):
    """One text, filled up with dots; a space before it puts its characters on odd cells."""

    def __init__(self, text: str, id: str) -> None:
        super().__init__(id=id)
        self.text = text

    def render_line(self, y: int) -> Strip:
        text = self.text + "." * (self.size.width - width_of(self.text))
        return Strip([Segment(text)])


class Board(Screen[None]):
    DEFAULT_CSS = """
    Board { layers: base overlay; overflow: hidden hidden; }
    Horizontal { height: 100%; }
    #left { width: 7; height: 100%; }
    #right { width: 1fr; height: 100%; }
    #over { layer: overlay; position: absolute; width: 100%; height: 2; offset: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._compositor = WholeLines()

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Row("left", "left")
            yield Row("right", "right")
        yield Row(SENTENCE, "over")


class Stage(App[None]):
    def get_default_screen(self) -> Board:
        return Board()


def _picture(app: Stage) -> list[str]:
    return ["".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips()]


async def test_a_character_across_a_hidden_edge_is_kept() -> None:
    app = Stage()
    async with app.run_test(size=(30, 4)) as pilot:
        await pilot.pause()
        beside = "left..." + "right" + "." * 18
        over = SENTENCE + "." * 10
        assert _picture(app) == [beside, over, over, beside]
        app.screen.query_one("#over").styles.offset = (0, -4)
        await pilot.pause()
        assert _picture(app) == [beside] * 4
