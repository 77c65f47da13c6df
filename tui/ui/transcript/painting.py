"""From laid-out rows to strips in the colours of the theme."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.selection import Selection
from textual.strip import Strip

from tui.ui.graphics.easel import easel_of
from tui.ui.graphics.strip import PixelStrip
from tui.ui.transcript.document import Document
from tui.ui.transcript.entries import Entry
from tui.ui.transcript.layout import Place
from tui.ui.transcript.lines import Line
from tui.ui.transcript.pictures import Pictures
from tui.ui.transcript.selection import coordinate, highlighted, span
from tui.ui.transcript.strips import StripMaker

if TYPE_CHECKING:
    from textual.widget import Widget

STYLES = (
    "text", "heading", "code", "block", "keyword", "string", "number", "comment", "function",
    "link", "quote", "rule", "marker", "dim", "user", "assistant", "warning", "error",
    "reasoning", "note", "caption", "bar", "scroll",
)  # fmt: skip
"""Style keys; each is a component class `transcript--KEY`."""
_FLAGS = {"b": Style(bold=True), "i": Style(italic=True), "s": Style(strike=True)}


class Painter:
    """Makes and keeps the strips of a document for a widget."""

    def __init__(self, widget: Widget, document: Document, pictures: Pictures) -> None:
        self._widget = widget
        self._document = document
        self._pictures = pictures
        self._styles: dict[str, Style] = {}
        self._base: tuple[object, ...] = ()
        self.maker: StripMaker | None = None

    def restyle(self) -> bool:
        """Read the theme's colours; says whether something changed."""
        widget = self._widget
        cells = self._document.look.cells
        styles = [widget.get_component_rich_style(f"transcript--{key}") for key in STYLES]
        filters = list(widget.app.get_line_filters())
        background = widget.background_colors[1]
        base = (cells, *styles, *filters, background)
        if base == self._base:
            return False
        ground = self._base and self._base[-1] != background
        self._base = base
        self._styles = dict(zip(STYLES, styles, strict=True))
        self.maker = StripMaker(cells, self.style, filters, background)
        self.ground = background.rgb
        if ground:
            self._pictures.forget()
        self._document.restyle()
        return True

    def style(self, key: str) -> Style:
        """The style of a key such as `text` or `heading:bi`."""
        style = self._styles.get(key)
        if style is None:
            base, _, flags = key.partition(":")
            style = self._styles[base]
            for flag in flags:
                style += _FLAGS[flag]
            self._styles[key] = style
        return style

    def strips(self, row: int, count: int, selection: Selection | None) -> Iterator[Strip]:
        """The strips of some rows; fewer at the end.

        Args:
            row: First row, counted from the top of the whole transcript.
            count: How many.
            selection: What is selected in this widget, in coordinates of `selection`.
        """
        for entry, item, line in self._document.rows(row, count):
            strip = entry.strips[line] or self._draw(entry, line)
            if selection is not None and not isinstance(strip, PixelStrip):
                part = span(selection, coordinate(item, line))
                if part is not None:
                    chosen = self._widget.screen.get_component_rich_style("screen--selection")
                    strip = highlighted(strip, *part, chosen)
            yield strip

    def floats(self, row: int, count: int) -> bool:
        """Whether some rows have pixels that lie over the terminal's cells."""
        strips = (entry.strips[line] for entry, _, line in self._document.rows(row, count))
        return any(isinstance(strip, PixelStrip) and strip.row.floats for strip in strips)

    def _draw(self, entry: Entry, line: int) -> Strip:
        assert self.maker is not None
        bar = "bar" if entry.state.focused and line < len(entry.laid.lines) - 1 else ""
        place = entry.laid.place(line) if entry.laid.has_pictures() else None
        if place is not None and place.columns and line < place.end - 1:
            return self._picture(entry, place, line, bar)
        strip = self.maker.line(entry.laid.lines[line], bar)
        entry.strips[line] = strip
        return strip

    def _picture(self, entry: Entry, place: Place, line: int, bar: str) -> Strip:
        assert self.maker is not None
        assert place.attachment is not None
        height = place.end - 1 - place.start
        key = (place.attachment.digest, place.columns, height)
        easel = easel_of(self._widget.app)
        drawing = self._pictures.get(key, self.ground, easel)
        number = line - place.start
        if drawing is None:
            failed = self._pictures.failed(key)
            text = "" if number != height // 2 else "picture is gone" if failed else "loading …"
            shown = text[: place.columns].center(place.columns)
            return self.maker.line(Line([(shown, "block", "")]), bar)
        lead = Segment("▎ " if bar else "  ", self.style(bar or "text"))
        cells = self.maker.strip([lead, *drawing.cells[number]])
        strip = drawing.over(cells, number, len(lead.text))
        entry.strips[line] = strip
        return strip
