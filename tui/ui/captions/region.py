"""Marking a part of a picture, by keys or with the mouse, to caption only that."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import ClassVar

from rich.color import Color, blend_rgb
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from tui.domain.image import Box, Image
from tui.ui.captions.frame import Frame
from tui.ui.widgets.dialog import Dialog
from tui.ui.widgets.image_view import half_blocks

_DIM = 0.72
"""How much of what lies outside the frame is taken away."""


@dataclass(frozen=True, slots=True)
class Region:
    """What was marked."""

    box: Box | None
    """None: all of the picture."""


class RegionView(Widget):
    """A picture in half blocks, darker outside the frame."""

    DEFAULT_CSS = "RegionView { width: 1fr; height: 1fr; }"
    ALLOW_SELECT = False

    @dataclass
    class Marked(Message):
        """A frame was drawn with the mouse."""

        start: tuple[int, int]
        """Corner in pixels of the picture."""
        end: tuple[int, int]

    def __init__(self, image: Image, frame: Frame) -> None:
        super().__init__(id="region")
        self._image = image
        self.marking = frame
        self._lines: list[list[Segment]] = []
        self._from: tuple[int, int] | None = None

    def show(self, frame: Frame) -> None:
        """Mark another part."""
        self.marking = frame
        self.refresh()

    def _on_resize(self, event: events.Resize) -> None:
        if self.size.area:
            self._draw()

    @work(exclusive=True, group="region")
    async def _draw(self) -> None:
        size = self.size
        try:
            self._lines = await asyncio.to_thread(
                half_blocks, self._image.data, size.width, size.height
            )
        except (OSError, ValueError, SyntaxError):
            self._lines = []
        self.refresh()

    @property
    def ready(self) -> bool:
        """Whether the picture is drawn."""
        return bool(self._lines)

    @property
    def _shown(self) -> tuple[int, int, int, int]:
        """Left, top, columns and rows of the picture in this widget."""
        rows = len(self._lines)
        columns = len(self._lines[0]) if rows else 0
        return (self.size.width - columns) // 2, (self.size.height - rows) // 2, columns, rows

    def cell_size(self) -> tuple[int, int]:
        """Pixels of the picture that one cell shows, across and down; at least one."""
        _, _, columns, rows = self._shown
        across = self._image.width // max(1, columns)
        return max(1, across), max(1, self._image.height // max(1, rows))

    def render_line(self, y: int) -> Strip:
        """One line, with the picture in the middle."""
        left, top, columns, rows = self._shown
        width = self.size.width
        if not 0 <= y - top < rows:
            return Strip.blank(width, self.rich_style)
        first, above, last, below = self.marking.box
        picture = self._image
        inside_down = above * rows <= (y - top + 0.5) * picture.height < below * rows
        segments = [Segment(" " * left, self.rich_style)]
        for x, segment in enumerate(self._lines[y - top]):
            inside = inside_down and first * columns <= (x + 0.5) * picture.width < last * columns
            segments.append(segment if inside else _darker(segment))
        segments.append(Segment(" " * max(0, width - left - columns), self.rich_style))
        return Strip(segments).crop(0, width)

    # The mouse

    def _pixel(self, event: events.MouseEvent) -> tuple[int, int]:
        left, top, columns, rows = self._shown
        across = round((event.x - left) * self._image.width / max(1, columns))
        return across, round((event.y - top) * self._image.height / max(1, rows))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin a frame."""
        self._from = self._pixel(event)
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Draw it."""
        if self._from is not None:
            across, down = self._pixel(event)
            self.post_message(self.Marked(self._from, (across, down)))

    def on_mouse_up(self) -> None:
        """It is drawn."""
        self._from = None
        self.release_mouse()


def _darker(segment: Segment) -> Segment:
    style = segment.style
    if style is None:
        return segment
    return Segment(segment.text, Style(color=_dimmed(style.color), bgcolor=_dimmed(style.bgcolor)))


def _dimmed(color: Color | None) -> Color | None:
    if color is None or color.triplet is None:
        return color
    return Color.from_triplet(blend_rgb(color.triplet, ColorTriplet(0, 0, 0), _DIM))


class RegionScreen(Dialog[Region | None]):
    """Gives what was marked, or None."""

    DEFAULT_CSS = """
    RegionScreen > #frame { width: 100%; max-width: 100%; height: 100%; max-height: 100%; }
    RegionScreen #said { height: 1; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "mark", "Caption this part", id="region.mark", priority=True),
        Binding("left", "move(-1, 0)", "Move", show=False),
        Binding("right", "move(1, 0)", "Move", show=False),
        Binding("up", "move(0, -1)", "Move", show=False),
        Binding("down", "move(0, 1)", "Move", show=False),
        Binding("shift+left,H", "stretch(-1, 0)", "Narrower", show=False),
        Binding("shift+right,L", "stretch(1, 0)", "Wider", show=False),
        Binding("shift+up,K", "stretch(0, -1)", "Lower", show=False),
        Binding("shift+down,J", "stretch(0, 1)", "Higher", show=False),
        Binding("plus,equals_sign", "grow(1)", "Larger", key_display="+"),
        Binding("minus", "grow(-1)", "Smaller", key_display="-"),
        Binding("a", "whole", "All of it"),
    ]
    TITLE = "Caption a part"
    HELP = (
        "The arrow keys move the frame, with Shift (or H J K L) they stretch it, + and - make it"
        " larger and smaller; or draw it with the mouse. Enter captions what is inside, A takes"
        " all of the picture, Esc goes back."
    )

    def __init__(self, image: Image, box: Box | None) -> None:
        """Make the screen.

        Args:
            image: The picture.
            box: What was marked before; None: nothing.
        """
        super().__init__()
        self._frame = (
            Frame(image.width, image.height, box)
            if box is not None
            else Frame.middle(image.width, image.height)
        )
        self._view = RegionView(image, self._frame)

    def body(self) -> ComposeResult:
        """The picture, and how large the part is."""
        yield self._view
        yield Static(id="said")

    def on_mount(self) -> None:
        """Say how it goes."""
        self._show(self._frame)

    def _show(self, frame: Frame) -> None:
        self._frame = frame
        self._view.show(frame)
        left, top, right, bottom = frame.box
        part = "all of the picture" if frame.is_whole else f"{right - left} × {bottom - top} pixels"
        self.put("#said", f"{part} · arrows move, Shift+arrows stretch, + and - size")

    def action_move(self, across: int, down: int) -> None:
        """Move the frame by a cell."""
        width, height = self._view.cell_size()
        self._show(self._frame.moved(across * width, down * height))

    def action_stretch(self, across: int, down: int) -> None:
        """Move the lower right corner by a cell."""
        width, height = self._view.cell_size()
        self._show(self._frame.stretched(across * width, down * height))

    def action_grow(self, by: int) -> None:
        """Move all sides out, or in."""
        width, height = self._view.cell_size()
        self._show(self._frame.resized(by * 2 * width, by * height))

    def action_whole(self) -> None:
        """Mark everything."""
        frame = self._frame
        self._show(Frame(frame.width, frame.height, (0, 0, frame.width, frame.height)))

    def on_region_view_marked(self, event: RegionView.Marked) -> None:
        """Take what is drawn with the mouse."""
        event.stop()
        self._show(self._frame.between(event.start, event.end))

    def action_mark(self) -> None:
        """Give the part back."""
        self.dismiss(Region(None if self._frame.is_whole else self._frame.box))
