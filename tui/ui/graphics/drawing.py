"""From a picture file to what a terminal draws in some cells. Blocking: call it in a thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.strip import Strip

from tui.domain.image import Box
from tui.ui.graphics import kitty
from tui.ui.graphics.iterm2 import inline
from tui.ui.graphics.sixel import sixel
from tui.ui.graphics.strip import PixelRow, put
from tui.ui.terminal.graphics import Mode

if TYPE_CHECKING:
    from PIL.Image import Image

Rows = list[list[Segment]]
Colour = tuple[int, int, int]

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
_COLOURS = 128
"""As many as a row of sixels is worth: each one costs a pass over it."""


@dataclass(frozen=True, slots=True)
class Pen:
    """How to draw."""

    mode: Mode = "blocks"
    cell: tuple[int, int] = (8, 16)
    """Width and height of a cell in pixels."""
    colours: int = 256
    """Most colours that a sixel can have."""
    number: int = 1
    """What kitty will know the picture by."""
    tmux: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture, drawn."""

    cells: Rows
    """In half blocks."""
    pixels: Sequence[PixelRow] = ()
    """Its rows in pixels, where the terminal draws them."""
    begin: str = ""
    """What the terminal must get before the first row."""
    end: str = ""
    """What the terminal must get after the last one."""

    def over(self, strip: Strip, number: int, at: int) -> Strip:
        """A strip that shows a row in half blocks, with the row in pixels.

        Args:
            strip: A row of cells.
            number: Of the picture's rows.
            at: The picture's first cell in the strip.
        """
        return put(strip, self.pixels[number], at) if self.pixels else strip


class FloatingRow:
    """A row of pixels that is drawn over blank cells, from where the cursor is."""

    floats = True

    def __init__(self, picture: Image, pen: Pen, ground: Colour) -> None:
        self.columns = picture.width // pen.cell[0]
        self._picture = picture
        self._pen = pen
        self._blank = f"\x1b[48;2;{';'.join(map(str, ground))}m"
        self._kept = {(0, self.columns): self._encoded(0, self.columns)}

    def code(self, first: int, last: int) -> str:
        """The cells from one column up to another."""
        pixels = self._kept.get((first, last))
        if pixels is None:
            # A few at most: where something lies above, or an edge of the screen is.
            pixels = self._kept[first, last] = self._encoded(first, last)
        many = last - first
        # What stood in the cells goes first: some terminals keep text and pixels side by side.
        return f"\x1b7{self._blank}{' ' * many}\x1b[0m\x1b8{pixels}\x1b8\x1b[{many}C"

    def _encoded(self, first: int, last: int) -> str:
        width, height = self._pen.cell
        part = self._picture.crop((first * width, 0, last * width, height))
        if self._pen.mode == "sixel":
            return sixel(part.tobytes(), part.width, bytes(self._picture.getpalette() or ()))
        file = BytesIO()
        part.save(file, "PNG", compress_level=1)
        return inline(file.getvalue(), last - first)


def size_of(data: bytes) -> tuple[int, int]:
    """Width and height of a picture file. Raises OSError: it is none."""
    from PIL import Image  # noqa: PLC0415 - only needed once a picture shows

    with Image.open(BytesIO(data), formats=_FORMATS) as opened:
        return opened.size


def draw(
    data: bytes,
    size: tuple[int, int],
    ground: Colour,
    pen: Pen | None = None,
    box: Box | None = None,
) -> Drawing:
    """Decode a picture, or its first frame, and draw it.

    Args:
        data: A picture file.
        size: Columns and rows of cells that it fills.
        ground: Colour behind transparent parts, and beside it where its shape is another one.
        pen: How; None for half blocks.
        box: Only this part of it; None for all.

    Raises:
        OSError: The data is not a picture.
    """
    from PIL import Image  # noqa: PLC0415

    pen = pen or Pen()
    columns, rows = size
    fine = (columns * pen.cell[0], rows * pen.cell[1])
    finest = fine if pen.mode != "blocks" else (columns, rows * 2)
    with Image.open(BytesIO(data), formats=_FORMATS) as opened:
        if box is None:
            opened.draft("RGB", finest)
        picture = opened.convert("RGBA") if box is None else opened.crop(box).convert("RGBA")
    cells = _half_blocks(_on_ground(picture, (columns, rows * 2), ground))
    if pen.mode == "blocks":
        return Drawing(cells)
    across, down = picture.size
    scale = min(fine[0] / across, fine[1] / down)
    inner = (min(fine[0], max(1, round(across * scale))), min(fine[1], max(1, round(down * scale))))
    canvas = Image.new("RGB", fine, ground)
    place = ((fine[0] - inner[0]) // 2, (fine[1] - inner[1]) // 2)
    canvas.paste(_on_ground(picture, inner, ground), place)
    return _in_pixels(canvas, cells, ground, pen)


def _on_ground(picture: Image, size: tuple[int, int], ground: Colour) -> Image:
    from PIL import Image  # noqa: PLC0415

    small = picture.resize(size, Image.Resampling.LANCZOS)
    canvas = Image.new("RGBA", size, (*ground, 255))
    canvas.alpha_composite(small)
    return canvas.convert("RGB")


def _half_blocks(picture: Image) -> Rows:
    from rich_pixels import HalfcellRenderer  # noqa: PLC0415

    out: Rows = [[]]
    for segment in HalfcellRenderer().render(picture, None):
        if segment.text == "\n":
            out.append([])
        else:
            out[-1].append(segment)
    return [row for row in out if row]


def _in_pixels(canvas: Image, cells: Rows, ground: Colour, pen: Pen) -> Drawing:
    from PIL import Image  # noqa: PLC0415

    width, height = pen.cell
    size = (canvas.width // width, canvas.height // height)
    if pen.mode == "kitty":
        return Drawing(
            cells,
            [kitty.KittyRow(pen.number, row, size[0], ground) for row in range(size[1])],
            kitty.upload(pen.number, canvas.tobytes(), canvas.size, size, tmux=pen.tmux),
            kitty.delete(pen.number, tmux=pen.tmux),
        )
    if pen.mode == "sixel":
        colours = min(pen.colours, _COLOURS)
        palette = canvas.quantize(colours, Image.Quantize.MEDIANCUT)
        canvas = canvas.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)
    strips = [
        canvas.crop((0, row * height, canvas.width, (row + 1) * height)) for row in range(size[1])
    ]
    return Drawing(cells, [FloatingRow(strip, pen, ground) for strip in strips])
