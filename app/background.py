"""What the workstation does beside the keys: coroutines of this session, and calls a moment later."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.at_terminal import AtTerminal
from store.errors import DeskError

if TYPE_CHECKING:
    from themes.roles import Theme


class Background(AtTerminal[int]):
    def __init__(self, theme: Theme | None = None) -> None:
        super().__init__(theme)
        self._later: dict[str, asyncio.TimerHandle] = {}
        self._jobs: set[asyncio.Task[None]] = set()
        self._held: set[asyncio.Task[None]] = set()
        self._passing: set[asyncio.Task[None]] = set()

    @abstractmethod
    def fail(self, error: DeskError) -> None:
        """Says why something was not done."""

    @abstractmethod
    def show_hints(self) -> None:
        """The bottom line as it is now."""

    def job(self, work: object) -> asyncio.Task[None]:
        """Runs a coroutine of this session; its errors become one line."""

        async def run() -> None:
            try:
                await work  # type: ignore[misc]
            except DeskError as error:
                self.fail(error)
            except Exception as exc:  # a fault of ours: end with its traceback rather than go on half done
                self._handle_exception(exc)
            self.show_hints()

        task = asyncio.get_running_loop().create_task(run())
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)
        return task

    def passing(self, work: object) -> asyncio.Task[None]:
        """The same for what nobody waits for once the session ends: a photo being opened."""
        task = self.job(work)
        self._passing.add(task)
        task.add_done_callback(self._passing.discard)
        return task

    def drop_passing(self) -> None:
        """Ends what nobody waits for."""
        for task in self._passing:
            task.cancel()

    def hold(self, work: object) -> None:
        """The same for what the next key depends on, which is read once this is done: else `y` `y` would send twice."""
        task = self.job(work)
        self._held.add(task)
        task.add_done_callback(self._held.discard)

    def soon(self, name: str, seconds: float, call: Callable[[], object]) -> None:
        """Calls once, `seconds` from now; asked again before that, it waits anew."""
        if name in self._later:
            self._later[name].cancel()
        self._later[name] = asyncio.get_running_loop().call_later(seconds, call)

    def seldom(self, name: str, seconds: float, call: Callable[[], object]) -> None:
        """Calls once, `seconds` from now or as was asked before: at most so often, whatever happens."""
        waiting = self._later.get(name)
        if waiting is None or waiting.when() < asyncio.get_running_loop().time():
            self.soon(name, seconds, call)

    def let_go(self) -> None:
        """Something was taken off the screen: what Textual keeps of it goes too, a moment later."""
        from app.upkeep import let_go

        self.soon("let go", 2.0, lambda: let_go(self))

    def load_ahead(self) -> None:
        """What the keys that are pressed first need is loaded before they are."""
        from app.upkeep import load_ahead

        load_ahead()

    def not_now(self, name: str) -> None:
        """What `soon` was to call is not called."""
        if name in self._later:
            self._later.pop(name).cancel()
