"""The keys that move by rows. A place that has rows says how it moves, and how many of them it shows."""

from __future__ import annotations

from abc import ABC, abstractmethod


class RowKeys(ABC):
    """Methods named after acts, as in `app.acts`; `count` is the number typed before the key, 0 for none."""

    @abstractmethod
    def move(self, by: int) -> None:
        """Moves so many rows down, up where it is negative, as far as there are rows."""

    @abstractmethod
    def page_rows(self) -> int:
        """Rows of one page, at least 1."""

    def move_down(self, count: int) -> None:
        self.move(count or 1)

    def move_up(self, count: int) -> None:
        self.move(-(count or 1))

    def move_half_down(self, count: int) -> None:
        self.move(max(1, self.page_rows() // 2) * (count or 1))

    def move_half_up(self, count: int) -> None:
        self.move(-max(1, self.page_rows() // 2) * (count or 1))

    def move_page_down(self, count: int) -> None:
        self.move(self.page_rows() * (count or 1))

    def move_page_up(self, count: int) -> None:
        self.move(-self.page_rows() * (count or 1))

    def move_top(self, count: int) -> None:
        self.move(-(10**6))
        if count > 1:
            self.move(count - 1)

    def move_bottom(self, count: int) -> None:
        if count:
            self.move_top(count)
        else:
            self.move(10**6)
