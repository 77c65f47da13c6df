"""A picture in half blocks, redrawn when there is more or less room for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from rich.segment import Segment
from textual import events, work
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from tui.domain.image import Box, Image, ImageFacts


def fit(width: int, height: int, columns: int, rows: int) -> tuple[int, int]:
    """The largest size in half-block pixels that keeps the shape of a picture.

    A cell holds two pixels, one above the other, and is about twice as high as wide.

    Args:
        width: Of the picture, in pixels.
        height: Of the picture, in pixels.
        columns: Cells there are.
        rows: Cells there are.

    Returns:
        Width in cells, and height in pixels: even, at most twice `rows`. (0, 0) when there is no
        room.
    """
    if min(width, height, columns, rows) < 1:
        return 0, 0
    scale = min(columns / width, 2 * rows / height)
    fitted = max(2, 2 * round(height * scale / 2))
    return max(1, min(columns, round(width * scale))), min(fitted, 2 * rows)


def half_blocks(
    data: bytes, columns: int, rows: int, box: Box | None = None
) -> list[list[Segment]]:
    """Decode and shrink a picture, and give its lines. Blocking: call it in a thread.

    Args:
        data: JPEG or PNG that intake made.
        columns: Cells there are.
        rows: Cells there are.
        box: Only this part; None: all of it.
    """
    from io import BytesIO  # noqa: PLC0415

    from PIL import Image as Pillow  # noqa: PLC0415 - not before the first picture
    from rich_pixels import HalfcellRenderer  # noqa: PLC0415

    with Pillow.open(BytesIO(data), formats=("JPEG", "PNG")) as opened:
        across, down = (box[2] - box[0], box[3] - box[1]) if box else opened.size
        width, height = fit(across, down, columns, rows)
        if not width:
            return []
        if box is None:
            opened.draft("RGB", (width * 2, height * 2))
        mode = "RGBA" if opened.has_transparency_data else "RGB"
        part = opened.convert(mode) if box is None else opened.crop(box).convert(mode)
        small = part.resize((width, height), Pillow.Resampling.LANCZOS)
    lines: list[list[Segment]] = [[]]
    for segment in HalfcellRenderer().render(small, None):
        if segment.text == "\n":
            lines.append([])
        else:
            lines[-1].append(segment)
    return [line for line in lines if line]


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
        self._lines: list[list[Segment]] = []
        self._drawn: _Drawn | None = None

    @property
    def ready(self) -> bool:
        """Whether the present picture is drawn at the present size."""
        if self._image is None:
            return not self._lines
        return self._drawn == _Drawn(self._image.digest, self.size, self._box)

    def show(self, image: Image | None, box: Box | None = None) -> None:
        """Show another picture or none, or another part of the same one."""
        self._image, self._box = image, box
        self._refit()

    def _on_resize(self, event: events.Resize) -> None:
        self._refit()

    def _refit(self) -> None:
        if self._image is None:
            self._lines, self._drawn = [], None
            self.refresh()
        elif self.size.area and not self.ready:
            self._draw(self._image, self.size, self._box)

    @work(exclusive=True, group="picture")
    async def _draw(self, image: Image, room: Size, box: Box | None) -> None:
        try:
            self._lines = await asyncio.to_thread(
                half_blocks, image.data, room.width, room.height, box
            )
        except (OSError, ValueError, SyntaxError):
            self._lines = []
        self._drawn = _Drawn(image.digest, room, box)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line, with the picture in the middle."""
        width = self.size.width
        top = (self.size.height - len(self._lines)) // 2
        if not 0 <= y - top < len(self._lines):
            return Strip.blank(width, self.rich_style)
        line = self._lines[y - top]
        left = max(0, (width - len(line)) // 2)
        segments = [
            Segment(" " * left, self.rich_style),
            *line,
            Segment(" " * max(0, width - left - len(line)), self.rich_style),
        ]
        return Strip(segments).crop(0, width)
