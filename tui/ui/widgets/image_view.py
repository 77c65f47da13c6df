"""A picture as the terminal can draw it, redrawn when there is more or less room for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from rich.segment import Segment
from textual import events, work
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from tui.domain.image import Box, Image, ImageFacts
from tui.ui.graphics.drawing import Colour, Drawing, Pen, Rows, draw, size_of
from tui.ui.graphics.easel import Easel, easel_of
from tui.ui.graphics.kitty import MOST

_NOTHING = Drawing([])


def fit(
    width: int, height: int, columns: int, rows: int, cell: tuple[int, int] = (1, 2)
) -> tuple[int, int]:
    """The largest size in half-block pixels that keeps the shape of a picture.

    A cell holds two pixels, one above the other.

    Args:
        width: Of the picture, in pixels.
        height: Of the picture, in pixels.
        columns: Cells there are.
        rows: Cells there are.
        cell: Width and height of a cell, in any unit.

    Returns:
        Width in cells, and height in pixels: even, at most twice `rows`. (0, 0) when there is no
        room.
    """
    if min(width, height, columns, rows) < 1:
        return 0, 0
    wide, high = cell
    scale = min(columns * wide / width, rows * high / height)
    fitted = max(1, round(height * scale / high))
    return max(1, min(columns, round(width * scale / wide))), 2 * min(fitted, rows)


def half_blocks(data: bytes, columns: int, rows: int, box: Box | None = None) -> Rows:
    """Decode and shrink a picture, and give its lines. Blocking: call it in a thread.

    Args:
        data: A picture file.
        columns: Cells there are.
        rows: Cells there are.
        box: Only this part; None: all of it.

    Raises:
        OSError: The data is not a picture.
    """
    return _fitted(data, (columns, rows), (0, 0, 0), Pen(), box).cells


def _fitted(
    data: bytes, room: tuple[int, int], ground: Colour, pen: Pen, box: Box | None
) -> Drawing:
    """Draw a picture as large as there is room. Blocking. Raises OSError: no picture."""
    across, down = (box[2] - box[0], box[3] - box[1]) if box else size_of(data)
    columns, rows = min(room[0], MOST), min(room[1], MOST)
    width, halves = fit(across, down, columns, rows, pen.cell)
    return draw(data, (width, halves // 2), ground, pen, box) if width else _NOTHING


def facts_line(image: Image) -> str:
    """Size in pixels and bytes, for people: "4032 × 3024, 2.1 MB"."""
    facts = image.facts
    frames = f", {facts.frames} frames" if facts.frames > 1 else ""
    return f"{facts.width} × {facts.height}, {size_text(facts)}{frames}"


def size_text(facts: ImageFacts) -> str:
    """The size of the original file, in decimal units as file managers use."""
    if facts.bytes >= 1_000_000:
        return f"{facts.bytes / 1_000_000:.1f} MB"
    return f"{max(1, round(facts.bytes / 1000))} KB"


@dataclass(frozen=True, slots=True)
class _Drawn:
    digest: str
    room: Size
    box: Box | None
    ground: Colour
    easel: str
    """How it was drawn, as far as that can change."""


class ImageView(Widget):
    """Shows one picture, or nothing: also where its bytes are damaged."""

    DEFAULT_CSS = """
    ImageView { width: 1fr; height: 1fr; background: transparent; }
    """
    ALLOW_SELECT = False

    def __init__(self, image: Image | None = None, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._image = image
        self._box: Box | None = None
        self._drawing = _NOTHING
        self._drawn: _Drawn | None = None

    @property
    def ready(self) -> bool:
        """Whether the present picture is drawn at the present size."""
        if self._image is None:
            return not self._drawing.cells
        return self._drawn == self._wanted(self._image)

    def show(self, image: Image | None, box: Box | None = None) -> None:
        """Show another picture or none, or another part of the same one."""
        self._image, self._box = image, box
        self._refit()

    def notify_style_update(self) -> None:
        """The theme changed, and with it what is behind the picture."""
        super().notify_style_update()
        self._refit()

    def on_unmount(self) -> None:
        """Let the terminal forget the picture."""
        easel_of(self.app).take(self._drawing)

    def _on_resize(self, event: events.Resize) -> None:
        easel_of(self.app).measure()
        self._refit()

    def _wanted(self, image: Image) -> _Drawn:
        easel = easel_of(self.app)
        how = f"{easel.choice.mode} {easel.cell}"
        return _Drawn(image.digest, self.size, self._box, self.background_colors[1].rgb, how)

    def _refit(self) -> None:
        if not self.is_attached:
            return
        if self._image is None:
            self._replace(_NOTHING, None)
        elif self.size.area and not self.ready:
            self._draw(self._image, self._wanted(self._image), easel_of(self.app))

    @work(exclusive=True, group="picture")
    async def _draw(self, image: Image, wanted: _Drawn, easel: Easel) -> None:
        try:
            drawing = await asyncio.to_thread(
                _fitted, image.data, wanted.room, wanted.ground, easel.pen(), wanted.box
            )
        except (OSError, ValueError, SyntaxError):
            drawing = _NOTHING
        self._replace(drawing, wanted)

    def _replace(self, drawing: Drawing, drawn: _Drawn | None) -> None:
        """The new one goes to the terminal before the old one leaves it: nothing flickers."""
        easel = easel_of(self.app)
        easel.put(drawing)
        easel.take(self._drawing)
        self._drawing, self._drawn = drawing, drawn
        self.refresh()

    def _corner(self) -> tuple[int, int]:
        """Column and row of the picture's first cell: it is in the middle."""
        rows = self._drawing.cells
        columns = sum(segment.cell_length for segment in rows[0]) if rows else 0
        return max(0, (self.size.width - columns) // 2), (self.size.height - len(rows)) // 2

    def render_line(self, y: int) -> Strip:
        """One line, with the picture in half blocks."""
        width = self.size.width
        left, top = self._corner()
        if not 0 <= y - top < len(self._drawing.cells):
            return Strip.blank(width, self.rich_style)
        line = self._drawing.cells[y - top]
        right = width - left - sum(segment.cell_length for segment in line)
        segments = [
            Segment(" " * left, self.rich_style),
            *line,
            Segment(" " * max(0, right), self.rich_style),
        ]
        return Strip(segments).crop(0, width)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines with the picture in pixels, where the terminal draws them."""
        strips = super().render_lines(crop)
        if not self._drawing.pixels:
            return strips
        left, top = self._corner()
        left += self.gutter.left - crop.x
        top += self.gutter.top
        last = self.app.size.height - 1 - self.region.y
        return [
            self._drawing.over(strip, y - top, left)
            # Pixels in the last row of the screen would make it scroll.
            if 0 <= y - top < len(self._drawing.pixels)
            and (y != last or not self._drawing.pixels[0].floats)
            else strip
            for y, strip in zip(crop.line_range, strips, strict=False)
        ]
