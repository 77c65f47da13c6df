"""A row of cells with a part of a picture in it, which survives being cut.

The segments show the picture in half blocks. So whatever only knows of segments, such as a dialog
that dims what is behind it or a screenshot, shows that; the terminal gets the pixels.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip


class PixelRow(Protocol):
    """One row of cells of a picture."""

    @property
    def columns(self) -> int:
        """Cells across."""
        ...

    @property
    def floats(self) -> bool:
        """Whether the pixels lie over cells, instead of being characters that move with text."""
        ...

    def code(self, first: int, last: int) -> str:
        """What draws the cells from one column up to another, and leaves the cursor behind."""
        ...


class PixelStrip(Strip):
    """Knows which columns of a picture's row it shows, and from which of its cells on."""

    __slots__ = ("_at", "_first", "_last", "row")

    def __init__(
        self,
        segments: Iterable[Segment],
        length: int,
        row: PixelRow,
        at: int,
        first: int,
        last: int,
    ) -> None:
        super().__init__(segments, length)
        self.row = row
        self._at = at
        self._first = first
        self._last = last

    def onto(self, strip: Strip, offset: int = 0) -> Strip:
        """The picture's row over other cells, whose first one was `offset` here."""
        if strip is self:
            return self
        return _placed(strip, self.row, self._at - offset, self._first, self._last)

    def render(self, console: Console) -> str:
        """What goes to the terminal."""
        end = self._at + self._last - self._first
        return "".join(
            (
                super().crop(0, self._at).render(console) if self._at else "",
                self.row.code(self._first, self._last),
                super().crop(end).render(console) if end < self.cell_length else "",
            )
        )

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """Cut at cells."""
        out: list[Strip] = []
        offset = 0
        for part in super().divide(cuts):
            out.append(self.onto(part, offset))
            offset += part.cell_length
        return out

    def crop(self, start: int, end: int | None = None) -> Strip:
        """The cells between two places."""
        return self.onto(super().crop(start, end), max(0, start))

    def crop_extend(self, start: int, end: int, style: Style | None) -> Strip:
        """Crop, and fill up with a style."""
        whole = Strip(self._segments, self.cell_length)
        return self.onto(whole.crop_extend(start, end, style), start)

    def adjust_cell_length(self, cell_length: int, style: Style | None = None) -> Strip:
        """Cut or fill up to a length."""
        return self.onto(super().adjust_cell_length(cell_length, style))


def put(strip: Strip, row: PixelRow, at: int) -> Strip:
    """A strip with a picture's row over its cells.

    Args:
        strip: Shows the same in half blocks.
        row: What the terminal gets.
        at: First cell of it; negative when some of it is cut off.
    """
    return _placed(strip, row, at, 0, row.columns)


def _placed(strip: Strip, row: PixelRow, at: int, first: int, last: int) -> Strip:
    hidden = max(0, -at)
    first, at = first + hidden, at + hidden
    last = min(last, first + strip.cell_length - at)
    if first >= last:
        return strip
    return PixelStrip(strip._segments, strip.cell_length, row, at, first, last)
