"""The frame by which a part of a picture is marked, as plain geometry."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui.domain.image import Box

_LEAST = 8
"""Pixels of the shortest side that can be marked; less shows nothing."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle inside a picture, in its pixels."""

    width: int
    """Of the picture."""
    height: int
    box: Box

    @classmethod
    def middle(cls, width: int, height: int) -> Frame:
        """The middle half of a picture."""
        return cls(width, height, (0, 0, width, height)).resized(-width // 4, -height // 4)

    @property
    def is_whole(self) -> bool:
        """Whether it holds all of the picture."""
        return self.box == (0, 0, self.width, self.height)

    def moved(self, across: int, down: int) -> Frame:
        """Moved by so many pixels, as far as there is room."""
        left, top, right, bottom = self.box
        across = max(-left, min(across, self.width - right))
        down = max(-top, min(down, self.height - bottom))
        return replace(self, box=(left + across, top + down, right + across, bottom + down))

    def resized(self, across: int, down: int) -> Frame:
        """Grown on every side by so many pixels; less than nothing shrinks it."""
        left, top, right, bottom = self.box
        return self.between((left - across, top - down), (right + across, bottom + down))

    def stretched(self, across: int, down: int) -> Frame:
        """With its lower right corner moved by so many pixels."""
        left, top, right, bottom = self.box
        return self.between(
            (left, top), (max(left + _LEAST, right + across), max(top + _LEAST, bottom + down))
        )

    def between(self, start: tuple[int, int], end: tuple[int, int]) -> Frame:
        """The rectangle between two corners, kept inside the picture and large enough to see."""
        left, right = _span(start[0], end[0], self.width)
        top, bottom = _span(start[1], end[1], self.height)
        return replace(self, box=(left, top, right, bottom))


def _span(one: int, other: int, most: int) -> tuple[int, int]:
    low, high = sorted((one, other))
    low, high = max(0, min(low, most)), max(0, min(high, most))
    least = min(_LEAST, most)
    if high - low < least:
        middle = (low + high) // 2
        low = max(0, min(middle - least // 2, most - least))
        high = low + least
    return low, high
