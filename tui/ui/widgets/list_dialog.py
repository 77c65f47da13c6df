"""A dialog with a line to type in and a list below that follows it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.ui.widgets.dialog import Dialog
from tui.ui.widgets.row_list import Row, RowList

T = TypeVar("T")


class ListDialog(Dialog[T]):
    """Typing narrows the list; the arrow keys move in it without leaving the line."""

    DEFAULT_CSS = """
    ListDialog {
        & #query { margin-bottom: 1; }
        &.-short #query { margin-bottom: 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Choose", id="list.choose", priority=True),
        # As early as Enter, which would overtake them where one types ahead.
        Binding("up", "list('move', -1)", "Up", show=False, priority=True),
        Binding("down", "list('move', 1)", "Down", show=False, priority=True),
        Binding("pageup", "list('page', -1)", "Page up", show=False, priority=True),
        Binding("pagedown", "list('page', 1)", "Page down", show=False, priority=True),
        Binding("ctrl+home", "list('first')", "First", show=False),
        Binding("ctrl+end", "list('last')", "Last", show=False),
    ]
    PLACEHOLDER = "Type to search"
    LINES = 1
    EMPTY = "Nothing fits"

    def __init__(self) -> None:
        super().__init__()
        self.line = self.make_line()
        """What is typed in."""
        self.rows = RowList(id="rows", lines=self.LINES, empty=self.EMPTY)
        """The list."""
        self.begin_below = ""
        """The heading whose first row has the cursor at first; empty: that of the whole list."""
        self._narrowed = ""

    def make_line(self) -> Input:
        """The line to type in."""
        return Input(placeholder=self.PLACEHOLDER, id="query", select_on_focus=False)

    def body(self) -> ComposeResult:
        """The line and the list."""
        yield self.line
        yield self.rows

    @property
    def typed(self) -> str:
        """What stands in the line."""
        return self.line.value

    def on_mount(self) -> None:
        """Fill the list, and let the typing begin."""
        self.line.focus()
        self.narrow("")
        if self.begin_below:
            self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        headings = [row.label if row.heading else "" for row in self.rows.rows]
        if self.begin_below in headings:
            # From below, so that the heading comes to the top.
            self.rows.action_last()
            self.rows.highlighted = headings.index(self.begin_below) + 1

    def narrow(self, query: str) -> None:
        """Show the rows that fit what was typed."""

    def choose(self, row: Row) -> None:
        """A row was chosen."""

    @on(Input.Changed, "#query")
    def _narrow(self, event: Input.Changed) -> None:
        event.stop()
        self._narrow_to(event.value)

    def _narrow_to(self, query: str) -> None:
        self._narrowed = query
        self.narrow(query)

    @on(RowList.Selected, "#rows")
    def _chosen(self, event: RowList.Selected) -> None:
        event.stop()
        self.choose(event.row)

    def action_choose(self) -> None:
        """Choose the row under the cursor, once what was typed before has narrowed the list."""
        self._behind_typing(self.rows.action_select)

    def action_list(self, name: str, *arguments: int) -> None:
        """Move in the list while the line has the focus."""
        moves: dict[str, Callable[..., None]] = {
            "move": self.rows.action_move,
            "page": self.rows.action_page,
            "first": self.rows.action_first,
            "last": self.rows.action_last,
        }
        self._behind_typing(partial(moves[name], *arguments))

    def _behind_typing(self, then: Callable[[], None]) -> None:
        # The line still has keys in its queue when one types fast or pastes; this goes behind them.
        self.line.call_later(self._narrowed_first, then)

    def _narrowed_first(self, then: Callable[[], None]) -> None:
        if self._narrowed != self.typed:
            self._narrow_to(self.typed)
        then()
