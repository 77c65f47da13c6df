"""How tall messages are: guesses that become exact, and which message a line belongs to."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate

from tui.domain.chat import Outline


def estimates(outlines: Iterable[Outline], room: int, picture_rows: int) -> list[int]:
    """Rows that messages never laid out will probably take; a millisecond for 10,000.

    Args:
        outlines: What is known without loading them.
        room: Cells for text.
        picture_rows: Rows of a tall picture; 0 when pictures are not drawn.
    """
    room = max(1, room)
    each_picture = picture_rows + 1
    return [
        2 + lines + characters // room + pictures * each_picture
        for _, characters, lines, pictures, _ in outlines
    ]


class Heights:
    """Heights of the items of a list, with running sums that are renewed by need."""

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._heights = list(heights)
        self._ends: list[int] = []

    def __len__(self) -> int:
        return len(self._heights)

    def __iter__(self) -> Iterator[int]:
        return iter(self._heights)

    def __getitem__(self, index: int) -> int:
        return self._heights[index]

    def extend(self, heights: Iterable[int]) -> None:
        """Add items at the end."""
        self._heights.extend(heights)

    def set(self, index: int, height: int) -> int:
        """Change a height; gives back by how much it grew."""
        growth = height - self._heights[index]
        if growth:
            self._heights[index] = height
            del self._ends[index:]
        return growth

    def _sums(self, count: int) -> list[int]:
        """Ends of the first items, at least as many as asked."""
        ends = self._ends
        if len(ends) < count:
            sums = accumulate(self._heights[len(ends) : count], initial=ends[-1] if ends else 0)
            next(sums)
            ends.extend(sums)
        return ends

    @property
    def total(self) -> int:
        """Rows of everything."""
        ends = self._sums(len(self._heights))
        return ends[-1] if ends else 0

    def top(self, index: int) -> int:
        """First row of an item, or the end for the number of items."""
        return self._sums(index)[index - 1] if index else 0

    def at(self, row: int) -> int:
        """The item that a row belongs to; the last one for rows behind the end."""
        row = max(0, row)
        ends = self._ends
        if not ends or ends[-1] <= row:
            ends = self._sums(len(self._heights))
        return min(bisect_right(ends, row), len(self._heights) - 1)
