"""Rows of cells made cheaply: strips without caches, drawn once, with the fewest colour codes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip

from tui.domain.safetext import clean_line
from tui.ui.graphics.strip import PixelStrip
from tui.ui.transcript.lines import Line, width

Codes = tuple[str, str, str]
"""Codes of attributes, foreground and background."""
_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "7": "27", "9": "29"}
"""What switches an attribute off."""


@lru_cache(maxsize=4096)
def _codes(style: Style, system: ColorSystem) -> Codes:
    """The codes of a style's attributes, foreground and background."""
    plain = Style(color=style.color)
    ground = Style(bgcolor=style.bgcolor)
    return (
        Strip.render_ansi(style.without_color, system),
        Strip.render_ansi(plain, system),
        Strip.render_ansi(ground, system),
    )


def _change(old: Codes, new: Codes) -> str:
    """The shortest code from one style to another."""
    if (old[1] and not new[1]) or (old[2] and not new[2]):
        return ";".join(["0", *filter(None, new)])
    parts: list[str] = []
    if new[0] != old[0]:
        now = new[0].split(";")
        parts += [_OFF.get(code, "0") for code in old[0].split(";") if code and code not in now]
        if "0" in parts:
            return ";".join(["0", *filter(None, new)])
        parts += filter(None, now)
    parts += [code for code, before in zip(new[1:], old[1:], strict=True) if code != before]
    return ";".join(parts)


class FastStrip(Strip):
    """A strip without the seven caches that a Strip builds; unusual wishes go to a real one."""

    __slots__ = ()

    def __init__(self, segments: Iterable[Segment], cell_length: int | None = None) -> None:
        self._segments = list(segments)
        self._cell_length = cell_length
        self._render_cache = None
        self._link_ids = None
        self._cell_count = None

    def full(self) -> Strip:
        """The same row as a real Strip."""
        return Strip(self._segments, self._cell_length)

    def render(self, console: Console) -> str:
        """The row for the terminal; a colour is only sent where it changes."""
        if self._render_cache is None:
            self._render_cache = self._draw(console._color_system or ColorSystem.TRUECOLOR)
        return self._render_cache

    def _draw(self, system: ColorSystem) -> str:
        out: list[str] = []
        now: Codes = ("", "", "")
        for text, style, _ in self._segments:
            codes = ("", "", "") if style is None else _codes(style, system)
            if codes != now:
                out.append(f"\x1b[{_change(now, codes)}m")
                now = codes
            out.append(text)
        if any(now):
            out.append("\x1b[0m")
        return "".join(out)

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """Cut at cells; the usual cut is at the end and costs nothing."""
        places = list(cuts)
        if len(places) == 1 and places[0] >= self.cell_length:
            return [self]
        return self.full().divide(places)

    def crop(self, start: int, end: int | None = None) -> Strip:
        """The cells between two places."""
        if start <= 0 and (end is None or end >= self.cell_length):
            return self
        return self.full().crop(start, end)

    def crop_extend(self, start: int, end: int, style: Style | None) -> Strip:
        """Crop, and fill up with a style."""
        return self.full().crop_extend(start, end, style)

    def adjust_cell_length(self, cell_length: int, style: Style | None = None) -> Strip:
        """Cut or fill up to a length."""
        if cell_length == self.cell_length:
            return self
        return self.full().adjust_cell_length(cell_length, style)

    def apply_style(self, style: Style) -> Strip:
        """Put a style under all segments."""
        return self.full().apply_style(style)

    def apply_filter(self, filter: LineFilter, background: Color) -> Strip:  # noqa: A002
        """Put the segments through a filter."""
        return self.full().apply_filter(filter, background)

    def apply_offsets(self, x: int, y: int) -> Strip:
        """Note in the segments where they are, for selecting."""
        return self.full().apply_offsets(x, y)


class StripMaker:
    """Makes strips of one width in the present colours."""

    def __init__(
        self,
        cells: int,
        style: Callable[[str], Style],
        filters: Sequence[LineFilter],
        background: Color,
    ) -> None:
        self.cells = cells
        self._style = style
        self._filters = filters
        self._background = background
        self.blank = self.strip([])

    def line(self, line: Line, bar: str) -> FastStrip:
        """A row of text.

        Args:
            line: What it says.
            bar: Style key of the bar at the left; empty for none.
        """
        style = self._style
        segments = [Segment("▎ " if bar else "  ", style(bar or "text"))]
        before = None
        for text, key, _ in line.runs:
            if not text.isprintable():
                text = clean_line(text)  # noqa: PLW2901 - the only way in for control characters
            now = style(key)
            if now is before:
                segments[-1] = Segment(segments[-1].text + text, now)
            else:
                segments.append(Segment(text, now))
                before = now
        return self.strip(segments, line.fill)

    def strip(self, segments: list[Segment], fill: str = "") -> FastStrip:
        """Segments as a strip of the full width; the last two cells stay empty.

        Args:
            segments: At most two cells less than the width.
            fill: Style key of what is left of the row.
        """
        for each in self._filters:
            segments = each.apply(segments, self._background)
        used = sum(width(segment.text) for segment in segments)
        missing = self.cells - used
        tail: list[Segment] = []
        if fill and missing > 2:
            tail.append(Segment(" " * (missing - 2), self._style(fill)))
            missing = 2
        if missing > 0:
            tail.append(Segment(" " * missing, self._style("text")))
        for each in self._filters:
            tail = each.apply(tail, self._background)
        return FastStrip([*segments, *tail], used + max(0, self.cells - used))

    def marked(self, strip: Strip, key: str) -> Strip:
        """The strip with the scroll mark in its last cell."""
        mark = [Segment("▐", self._style(key))]
        for each in self._filters:
            mark = each.apply(mark, self._background)
        *rest, last = strip._segments
        if not last.text.endswith(" "):
            return strip
        marked = FastStrip([*rest, Segment(last.text[:-1], last.style), *mark], strip.cell_length)
        return strip.onto(marked) if isinstance(strip, PixelStrip) else marked


class ScrollStrip(FastStrip):
    """A row that first makes the terminal itself scroll, the one time that it is drawn."""

    __slots__ = ("_before", "_strip")

    def __init__(self, strip: Strip, before: Callable[[], str]) -> None:
        super().__init__(strip._segments, strip.cell_length)
        self._before = before
        self._strip = strip

    def render(self, console: Console) -> str:
        """The terminal's scrolling, if it is still due, and the row."""
        return self._before() + self._strip.render(console)
