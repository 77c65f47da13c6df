"""A list that draws only the rows in view, so that a folder of 10,000 files stays quick."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.domain.safetext import clean_line

_MARKER = "› "
_GAP = 2
_MIN_LABEL = 12
"""Cells that the label keeps before the detail gives way."""
_TWO_LINE_HEIGHT = 10
"""Lines of the list from which rows may take two each."""


@dataclass(frozen=True, slots=True)
class Row:
    """One entry. All texts may come from elsewhere; they are cleaned when drawn."""

    id: str
    label: str
    detail: str = ""
    """Dim, at the right edge."""
    below: str = ""
    """Dim, on a line of its own, in lists made with `lines=2`."""
    heading: bool = False
    """Names the rows that follow; cannot be chosen."""


def cut(text: str, width: int) -> str:
    """The text in at most `width` cells, with an ellipsis where something was lost."""
    if cell_len(text) <= width:
        return text
    if width < 2:
        return set_cell_size(text, max(width, 0))
    return set_cell_size(text, width - 1).rstrip() + "…"


class RowList(ScrollView, can_focus=True):
    """Rows to choose from with the keyboard or the mouse."""

    DEFAULT_CSS = """
    RowList {
        height: 1fr;
        background: transparent;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        & > .row-list--detail { color: $text-muted; }
        & > .row-list--heading { color: $text-accent; text-style: bold; }
        & > .row-list--empty { color: $text-muted; }
        & > .row-list--highlight { background: $primary 25%; text-style: bold; }
        & > .row-list--highlight-detail { background: $primary 25%; color: $text-muted; }
        &:focus > .row-list--highlight { background: $primary 35%; }
        &:focus > .row-list--highlight-detail { background: $primary 35%; color: $foreground 85%; }
    }
    """
    COMPONENT_CLASSES = {
        "row-list--detail",
        "row-list--empty",
        "row-list--heading",
        "row-list--highlight",
        "row-list--highlight-detail",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "first", "First", show=False),
        Binding("end", "last", "Last", show=False),
        Binding("enter", "select", "Choose", show=False),
    ]

    highlighted: var[int | None] = var(None, always_update=False)
    """Index of the row under the cursor, or None in an empty list."""

    @dataclass
    class Highlighted(Message):
        """The cursor came to another row, or the list became empty."""

        rows: RowList
        row: Row | None

        @property
        def control(self) -> RowList:
            """The list it came from."""
            return self.rows

    @dataclass
    class Selected(Message):
        """A row was chosen."""

        rows: RowList
        row: Row

        @property
        def control(self) -> RowList:
            """The list it came from."""
            return self.rows

    def __init__(
        self,
        rows: Sequence[Row] = (),
        *,
        lines: int = 1,
        empty: str = "Nothing here",
        id: str | None = None,  # noqa: A002 - the name every Textual widget uses
    ) -> None:
        super().__init__(id=id)
        self._rows: list[Row] = list(rows)
        self._wanted_lines = self._lines = lines
        self._empty = empty

    def on_mount(self) -> None:
        """Start on the first row."""
        self.set_rows(self._rows)

    def _on_resize(self, event: events.Resize) -> None:
        """Fall back to one line a row where hardly any would fit."""
        lines = self._wanted_lines if event.size.height >= _TWO_LINE_HEIGHT else 1
        if lines != self._lines:
            self._lines = lines
            self.virtual_size = Size(0, len(self._rows) * lines)
            self._show_highlight()
            self.refresh()

    @property
    def single(self) -> bool:
        """Whether each row has one line now."""
        return self._lines == 1

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        if self.highlighted is None or self.highlighted >= len(self._rows):
            return None
        return self._rows[self.highlighted]

    @property
    def rows(self) -> list[Row]:
        """What is listed."""
        return self._rows

    def set_rows(self, rows: Sequence[Row], *, keep: str = "", empty: str | None = None) -> None:
        """Show other rows.

        Args:
            rows: What to list.
            keep: Id of the row to put the cursor on; the first row when it is not there.
            empty: What to say when there are none; None leaves it as it was.
        """
        self._rows = list(rows)
        if empty is not None:
            self._empty = empty
        wanted = next((i for i, row in enumerate(self._rows) if row.id == keep), None)
        if wanted is None or not keep:
            wanted = next((i for i, row in enumerate(self._rows) if not row.heading), None)
        self.virtual_size = Size(0, len(self._rows) * self._lines)
        self.set_reactive(RowList.highlighted, wanted)
        self.scroll_to(y=0, animate=False, force=True)
        self._show_highlight()
        self.refresh()
        self.post_message(self.Highlighted(self, self.row))

    def watch_highlighted(self) -> None:
        """Bring the row into view and tell about it."""
        self._show_highlight()
        self.refresh()
        self.post_message(self.Highlighted(self, self.row))

    def _show_highlight(self) -> None:
        at = self.highlighted
        if at is None:
            return
        above = 1 if at and self._rows[at - 1].heading else 0
        region = Region(0, (at - above) * self._lines, 1, (1 + above) * self._lines)
        self.scroll_to_region(region, animate=False, force=True)

    def action_move(self, step: int) -> None:
        """Go up or down by rows, over headings, and around at the ends."""
        count = len(self._rows)
        at = self.highlighted
        if at is None or not count:
            return
        for _ in range(count):
            at = (at + step) % count
            if not self._rows[at].heading:
                self.highlighted = at
                return

    def action_page(self, direction: int) -> None:
        """Go up or down by what is in view."""
        if self.highlighted is None:
            return
        step = max(self.scrollable_content_region.height // self._lines - 1, 1)
        self._go_near(self.highlighted + direction * step, direction)

    def action_first(self) -> None:
        """Go to the first row."""
        self._go_near(0, 1)

    def action_last(self) -> None:
        """Go to the last row."""
        self._go_near(len(self._rows) - 1, -1)

    def _go_near(self, index: int, direction: int) -> None:
        if not self._rows:
            return
        index = min(max(index, 0), len(self._rows) - 1)
        for at in (
            *range(index, len(self._rows) if direction > 0 else -1, direction),
            *range(index, -1 if direction > 0 else len(self._rows), -direction),
        ):
            if not self._rows[at].heading:
                self.highlighted = at
                return

    def action_select(self) -> None:
        """Choose the row under the cursor."""
        if self.row is not None:
            self.post_message(self.Selected(self, self.row))

    async def _on_click(self, event: events.Click) -> None:
        event.stop()
        index = (event.y + self.scroll_offset.y) // self._lines
        if 0 <= index < len(self._rows) and not self._rows[index].heading:
            self.highlighted = index
            self.action_select()

    def render_line(self, y: int) -> Strip:
        """Draw one line of the part in view."""
        width = self.scrollable_content_region.width
        base = self.rich_style
        line = y + self.scroll_offset.y
        index, part = divmod(line, self._lines)
        if not self._rows and line == 0:
            style = self.get_component_rich_style("row-list--empty")
            return Strip([Segment(set_cell_size(f"  {self._empty}", width), style)], width)
        if index >= len(self._rows):
            return Strip.blank(width, base)
        return self._render_row(self._rows[index], index == self.highlighted, part, width)

    def _render_row(self, row: Row, here: bool, part: int, width: int) -> Strip:
        plain, dim = self._styles(row, here)
        if row.heading:
            text = clean_line(row.label) if part == self._lines - 1 else ""
            return Strip([Segment(set_cell_size(f"  {cut(text, width - 2)}", width), plain)], width)
        marker = _MARKER if here and part == 0 else "  "
        if part:
            text = cut(clean_line(row.below), width - 4)
            return Strip([Segment(set_cell_size(f"    {text}", width), dim)], width)
        label = clean_line(row.label)
        room = width - len(marker) - 1
        detail = self._shorten(clean_line(row.detail), room, cell_len(label))
        left = room - cell_len(detail) - (_GAP if detail else 0)
        segments = [
            Segment(marker, plain),
            Segment(set_cell_size(cut(label, left), left), plain),
            Segment((" " * _GAP if detail else "") + detail + " ", dim),
        ]
        return Strip(segments, width)

    @staticmethod
    def _shorten(detail: str, room: int, label: int) -> str:
        """Give the detail what the label leaves, at least a third, and nothing in tiny rooms."""
        if not detail or room < _MIN_LABEL + 6:
            return ""
        share = max(room - label - _GAP, room // 3)
        return cut(detail, share)

    def _styles(self, row: Row, here: bool) -> tuple[Style, Style]:
        named = self.get_component_rich_style
        if row.heading:
            return named("row-list--heading"), named("row-list--detail")
        if here:
            return named("row-list--highlight"), named("row-list--highlight-detail")
        return self.rich_style, named("row-list--detail")
