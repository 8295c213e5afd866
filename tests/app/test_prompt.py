"""The prompt asks for one line, says what is wrong with it under the column that is meant, and gives the keys back."""

from __future__ import annotations

from dataclasses import dataclass

from app.widgets.prompt import Question, ask
from store.errors import N_, Invalid
from tests.app.stage import Stage, picture


@dataclass(frozen=True)
class Word:
    text: str
    start: int
    end: int


def complete(text: str, cursor: int) -> list[Word]:
    start = text.rfind(" ", 0, cursor) + 1
    return [Word(word, start, cursor) for word in ("platform:", "priority:") if word.startswith(text[start:cursor])]


def strict(text: str) -> None:
    if "?" in text:
        raise Invalid(N_("Column {column}: no {item} here."), item="?", column=text.index("?") + 1)


async def test_enter_gives_the_answer_and_the_keys_back() -> None:
    app, taken, closed = Stage(), list[str](), list[bool]()
    async with app.run_test(size=(80, 24)) as pilot:
        ask(app.screen, Question("filter", taken.append, "is:open", closed=closed.append))
        await pilot.pause()
        assert picture(app)[-2].startswith(" filter is:open")
        await pilot.press(*" vip", "enter")
        await pilot.pause()
        assert (taken, closed) == (["is:open vip"], [True])
        assert app.sheet is None
        await pilot.press("e")
        assert app.done == ["ticket.done"]


async def test_escape_gives_no_answer() -> None:
    app, taken, closed = Stage(), list[str](), list[bool]()
    async with app.run_test(size=(80, 24)) as pilot:
        ask(app.screen, Question("search", taken.append, closed=closed.append))
        await pilot.pause()
        await pilot.press("x", "escape")
        await pilot.pause()
        assert (taken, closed, app.done) == ([], [False], [])


async def test_a_refused_answer_stays_with_its_fault_under_it() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        ask(app.screen, Question("filter", strict, "退款 ?x"))
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        field, below = picture(app)[-2:]
        assert below.strip() == "▲ Column 4: no ? here."
        # The two characters before it take a cell more each than their place in the string tells.
        assert below.index("▲") == field.index("?") + 2
        await pilot.press("backspace", "backspace", "enter")
        await pilot.pause()
        assert app.sheet is None


async def test_a_fault_far_right_is_said_to_the_left_of_its_mark() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        ask(app.screen, Question("filter", strict, "x" * 64 + "?"))
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert picture(app)[-1].rstrip().endswith("Column 65: no ? here. ▲")


async def test_a_long_fault_is_said_whole() -> None:
    def refuse(text: str) -> None:
        raise Invalid(N_("Column {column}: {item}."), item="why " * 15, column=len(text))

    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        ask(app.screen, Question("filter", refuse, "x" * 30))
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert "Column 30: " + "why " * 14 + "why." in picture(app)[-1]


async def test_tab_goes_on_with_what_is_proposed() -> None:
    app, taken = Stage(), list[str]()
    async with app.run_test(size=(80, 24)) as pilot:
        ask(app.screen, Question("filter", taken.append, complete=complete))
        await pilot.pause()
        await pilot.press(*"vip p")
        await pilot.pause()
        assert "platform:  priority:" in picture(app)[-1]
        await pilot.press("r", "tab", *"high", "enter")
        await pilot.pause()
        assert taken == ["vip priority:high"]


async def test_every_change_is_told_for_searching_while_one_types() -> None:
    app, told = Stage(), list[str]()
    async with app.run_test(size=(80, 24)) as pilot:
        ask(app.screen, Question("search", lambda text: None, changed=told.append))
        await pilot.pause()
        await pilot.press(*"lam")
        await pilot.pause()
        assert told == ["l", "la", "lam"]


async def test_a_second_question_takes_the_place_of_the_first() -> None:
    app, closed = Stage(), list[bool]()
    async with app.run_test(size=(80, 24)) as pilot:
        ask(app.screen, Question("one", lambda text: None, closed=closed.append))
        await pilot.pause()
        ask(app.screen, Question("two", lambda text: None))
        await pilot.pause()
        assert closed == [False]
        assert picture(app)[-2].startswith(" two ")
        await pilot.press("escape")
        await pilot.pause()
        assert app.sheet is None and app.focused is None
