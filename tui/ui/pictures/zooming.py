"""Which part of a picture is shown, and how large: plain arithmetic.

Sizes of the room are in cells. A cell holds two pixels, one above the other, so that a pixel is
about square; "pixel of the screen" means one of these.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui.domain.image import Box

LARGEST = 16.0
"""Pixels of the screen, across, for one of the picture."""


@dataclass(frozen=True, slots=True)
class Place:
    """A picture and the room there is for it."""

    width: int
    """Of the picture, in pixels."""
    height: int
    columns: int
    """Of the room."""
    rows: int

    @property
    def fitting(self) -> float:
        """The scale at which the whole picture just fits."""
        return min(self.columns / self.width, 2 * self.rows / self.height)

    @property
    def smallest(self) -> float:
        """A picture smaller than the room can be seen as small as it is."""
        return min(1.0, self.fitting)

    @property
    def largest(self) -> float:
        """How far one can go in."""
        return max(LARGEST, self.fitting)


@dataclass(frozen=True, slots=True)
class Look:
    """Where one looks and from how near."""

    scale: float
    """Pixels of the screen for one of the picture."""
    x: float
    """Middle of what is shown, in pixels of the picture."""
    y: float


def whole(place: Place) -> Look:
    """The whole picture, as large as it can be."""
    return Look(place.fitting, place.width / 2, place.height / 2)


def shown(look: Look, place: Place) -> tuple[float, float]:
    """How much of the picture is to be seen: width and height in its pixels."""
    return (
        min(float(place.width), place.columns / look.scale),
        min(float(place.height), 2 * place.rows / look.scale),
    )


def kept_inside(look: Look, place: Place) -> Look:
    """The nearest look that shows nothing beside the picture."""
    scale = min(max(look.scale, place.smallest), place.largest)
    look = replace(look, scale=scale)
    across, down = shown(look, place)
    x = min(max(look.x, across / 2), place.width - across / 2)
    y = min(max(look.y, down / 2), place.height - down / 2)
    return Look(scale, x, y)


def zoomed(look: Look, place: Place, factor: float, at: tuple[float, float] = (0.5, 0.5)) -> Look:
    """Go nearer or further away.

    Args:
        look: As it is now.
        place: The picture and the room.
        factor: More than 1 goes nearer.
        at: The spot of what is shown that stays where it is, as parts of its width and height.
    """
    scale = min(max(look.scale * factor, place.smallest), place.largest)
    before, after = shown(look, place), shown(replace(look, scale=scale), place)
    x = look.x + (at[0] - 0.5) * (before[0] - after[0])
    y = look.y + (at[1] - 0.5) * (before[1] - after[1])
    return kept_inside(Look(scale, x, y), place)


def panned(look: Look, place: Place, right: float, down: float) -> Look:
    """Look further right and down, by parts of what is shown; less than 0: left and up."""
    width, height = shown(look, place)
    return kept_inside(replace(look, x=look.x + right * width, y=look.y + down * height), place)


def box(look: Look, place: Place) -> Box:
    """The part of the picture that is shown, in whole pixels; always inside, never empty."""
    across, down = shown(look, place)
    width = min(place.width, max(1, round(across)))
    height = min(place.height, max(1, round(down)))
    left = min(max(0, round(look.x - across / 2)), place.width - width)
    top = min(max(0, round(look.y - down / 2)), place.height - height)
    return left, top, left + width, top + height


def taken(look: Look, place: Place) -> tuple[int, int]:
    """Columns and rows that the part needs at this scale; at least one, at most the room."""
    across, down = shown(look, place)
    columns = min(place.columns, max(1, round(across * look.scale)))
    rows = min(place.rows, max(1, round(down * look.scale / 2)))
    return columns, rows
