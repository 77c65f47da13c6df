"""The popup that offers words while one types; it never takes the focus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.domain.safetext import clean_line

if TYPE_CHECKING:
    from tui.slash.offers import Suggestion

MOST_ROWS = 8
_MOST_LABEL = 40
"""Cells; longer labels are cut so that the words beside them stay readable."""


class CompletionList(Widget):
    """Rows of suggestions above the line being typed, one of them chosen.

    Keys stay with the text: its owner calls `move`, and reads `chosen`.

    Args:
        host: Where it is mounted, before all else, when it first opens.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES = {
        "completion-list--row",
        "completion-list--help",
        "completion-list--chosen",
        "completion-list--chosen-help",
    }
    DEFAULT_CSS = """
    CompletionList {
        overlay: screen;
        display: none;
        width: 100vw;
        max-width: 84;
        background: $panel;
        color: $foreground;
        & > .completion-list--row { background: $panel; color: $foreground; }
        & > .completion-list--help { background: $panel; color: $text-muted; }
        & > .completion-list--chosen {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
        }
        & > .completion-list--chosen-help {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
        }
    }
    """

    @dataclass
    class Picked(Message, bubble=True):
        """A row was clicked."""

        suggestion: Suggestion

    def __init__(self, host: Widget) -> None:
        super().__init__()
        self._host = host
        self._rows: list[tuple[str, str]] = []
        self._suggestions: list[Suggestion] = []
        self._index = 0
        self._top = 0
        self._label_width = 0
        self.navigated = False
        """Whether the chosen row was moved to, not just offered first."""

    @property
    def is_open(self) -> bool:
        """Whether it shows."""
        return bool(self._suggestions)

    @property
    def chosen(self) -> Suggestion | None:
        """The highlighted row; None when it is closed."""
        return self._suggestions[self._index] if self._suggestions else None

    def offer(self, suggestions: Sequence[Suggestion], room: int) -> None:
        """Show these, best first; none closes it.

        Args:
            suggestions: What to offer.
            room: Rows free above; it never grows over them.
        """
        self._suggestions = list(suggestions)
        self._index = self._top = 0
        self.navigated = False
        self._rows = [(clean_line(each.label), clean_line(each.help)) for each in suggestions]
        self._label_width = min(
            max((cell_len(row[0]) for row in self._rows), default=0), _MOST_LABEL
        )
        height = min(len(self._rows), MOST_ROWS, max(1, room))
        if self._rows:
            if not self.is_attached:
                self._host.mount(self, before=0)
            self.styles.height = height
            self.styles.offset = (0, -height)
        self.display = bool(self._rows)
        self.refresh()

    def close(self) -> None:
        """Take it away."""
        if self._suggestions:
            self.offer((), 0)

    def move(self, rows: int) -> None:
        """Choose another row; a single step wraps around at the ends."""
        if not self._suggestions:
            return
        last = len(self._suggestions) - 1
        target = self._index + rows
        if abs(rows) == 1:
            self._index = target % (last + 1)
        else:
            self._index = min(max(target, 0), last)
        self.navigated = True
        height = max(1, self.size.height)
        self._top = min(max(self._top, self._index - height + 1), self._index)
        self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Rows it wants."""
        return min(len(self._rows), MOST_ROWS)

    def render_line(self, y: int) -> Strip:
        """Draw one row: label, words beside it, and a mark where rows are hidden."""
        width = self.size.width
        index = self._top + y
        if index >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        kind = "chosen" if index == self._index else "row"
        style = self.get_component_rich_style(f"completion-list--{kind}")
        dim = self.get_component_rich_style(
            "completion-list--chosen-help" if kind == "chosen" else "completion-list--help"
        )
        label, words = self._rows[index]
        left = min(self._label_width, max(1, width - 3))
        right = max(0, width - left - 5)
        more = self._mark(y, index)
        line = [
            Segment(f" {set_cell_size(label, left)}  ", style),
            Segment(_fit(words, right), dim),
            Segment(f" {more}", dim),
        ]
        return Strip(line).adjust_cell_length(width, style)

    def _mark(self, y: int, index: int) -> str:
        if y == 0 and self._top:
            return "↑"
        if y == self.size.height - 1 and index < len(self._rows) - 1:
            return "↓"
        return " "

    def on_click(self, event: events.Click) -> None:
        """Take the clicked row."""
        event.stop()
        index = self._top + event.y
        if index < len(self._suggestions):
            self.post_message(self.Picked(self._suggestions[index]))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Choose the next row."""
        event.stop()
        if self._index < len(self._suggestions) - 1:
            self.move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Choose the row before."""
        event.stop()
        if self._index:
            self.move(-1)


def _fit(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return set_cell_size(text, width)
    return set_cell_size(text, width - 1) + "…" if width > 1 else " " * width
