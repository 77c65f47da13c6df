"""How a grid of pictures divides its room, and how captions fit below them."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len, chop_cells

from tui.domain.safetext import clean_line
from tui.ui.widgets.row_list import cut

GAP = 2
_NARROWEST = 22
"""Cells across that a picture needs to be told from others."""
_FLATTEST = 4
_WORDS = 2
"""Lines below a picture."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Sizes in cells of the terminal."""

    columns: int
    """Pictures beside each other."""
    width: int
    """Of one of them."""
    picture: int
    """Rows of a picture; 0 where there is only room for text."""

    @property
    def height(self) -> int:
        """Rows from one picture to the one below."""
        return self.picture + _WORDS + 1 if self.picture else _WORDS

    def left(self, column: int) -> int:
        """Where a column begins."""
        return column * (self.width + GAP)


def divide(width: int, height: int, *, draws: bool = True) -> Cells:
    """Divide the room so that about two rows of pictures are in view.

    Args:
        width: Of the room.
        height: Of the room.
        draws: Whether pictures are drawn at all.
    """
    columns = (width + GAP) // (_NARROWEST + GAP)
    picture = height // 2 - _WORDS - 1
    if not draws or columns < 2 or picture < _FLATTEST:
        return Cells(1, max(width, 1), 0)
    each = (width - GAP * (columns - 1)) // columns
    return Cells(columns, each, min(picture, each * 3 // 8))


def two_lines(text: str, width: int) -> tuple[str, str]:
    """The beginning of a text from elsewhere, broken at a space where there is one."""
    text = clean_line(text).strip()
    if cell_len(text) <= width or width < 2:
        return cut(text, width), ""
    first = chop_cells(text, width)[0]
    rest = text[len(first) :]
    if not rest.startswith(" ") and " " in first.strip():
        first = first[: first.rstrip().rindex(" ")]
    return first.rstrip(), cut(text[len(first) :].strip(), width)
