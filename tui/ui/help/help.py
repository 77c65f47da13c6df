"""Help: a short guide, the keys, the commands; searched by typing."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.domain.safetext import clean_line
from tui.ui.help.guide import GUIDE
from tui.ui.widgets.list_dialog import ListDialog
from tui.ui.widgets.row_list import Row, RowList

_KEY_COLUMN = 14
_MARGIN = 6
"""Cells of a line that are not text: frame, marker, scrollbar."""


class HelpScreen(ListDialog[str | None]):
    """Gives a command to try, or None."""

    DEFAULT_CSS = """
    HelpScreen {
        & #about-box {
            height: 35%; margin-top: 1; border-left: wide $secondary; padding-left: 1;
            scrollbar-size-vertical: 1;
        }
        & #about { height: auto; color: $text-muted; }
        &.-short #about-box { height: 4; margin-top: 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Try the command", id="help.try", priority=True),
        Binding("f1", "close", "Close", show=False),
        Binding("shift+up", "scroll(-1)", "Scroll", show=False),
        Binding("shift+down", "scroll(1)", "Scroll text", key_display="shift+↓"),
    ]
    TITLE = "Help"
    PLACEHOLDER = "Type to search keys and commands"
    HELP = (
        "Type to search, Enter puts a command into the prompt, Shift+Down scrolls what is said of "
        "it, Esc closes."
    )

    def __init__(
        self,
        keys: Sequence[tuple[str, str, str]],
        commands: Sequence[tuple[str, str, str]],
        *,
        here: str = "",
    ) -> None:
        """Make the screen.

        Args:
            keys: Key, what it does, and the command that does the same or "".
            commands: A command ("/caption"), what it does, and all that is to be said of it.
            here: Help on the screen that was open; empty for none.
        """
        super().__init__()
        self._keys = keys
        self._commands = commands
        self._here = here

    def body(self) -> ComposeResult:
        """Search, list, and all that is to be said of the line under the cursor."""
        yield from super().body()
        with VerticalScroll(id="about-box", can_focus=False):
            yield Static(id="about")

    def on_resize(self, event: events.Resize) -> None:
        """Break the guide's lines anew."""
        self.call_after_refresh(self._break_anew)

    def _break_anew(self) -> None:
        # What stands in the line now: more may have been typed since the size changed.
        self.narrow(self.typed)

    def narrow(self, query: str) -> None:
        """Show the parts that have something fitting."""
        query = query.strip()
        rows: list[Row] = []
        for heading, part in self._parts():
            fitting = [row for row in part if not query or self._fits(query, row)]
            if fitting:
                space = [Row("", "", heading=True)] if rows and not query else []
                rows += [*space, Row(heading, heading, heading=True), *fitting]
        useful = (row.id for row in rows if row.id.startswith(("key ", "command ")))
        self.rows.set_rows(rows, keep=next(useful, "") if query else "")

    def _parts(self) -> Iterator[tuple[str, list[Row]]]:
        if self._here:
            yield "Here", list(self._lines("here", (self._here,)))
        for heading, paragraphs in GUIDE:
            yield heading, list(self._lines(heading, paragraphs))
        yield (
            "Keys",
            [
                Row(f"key {index}", f"{key:<{_KEY_COLUMN}}{what}", command)
                for index, (key, what, command) in enumerate(self._keys)
            ],
        )
        yield (
            "Commands",
            [
                Row(f"command {index}", name, what)
                for index, (name, what, _) in enumerate(self._commands)
            ],
        )

    def _lines(self, heading: str, paragraphs: Sequence[str]) -> Iterator[Row]:
        width = max(self.rows.size.width - _MARGIN, 24)
        for number, paragraph in enumerate(paragraphs):
            lines = textwrap.wrap(paragraph, width, initial_indent="· ", subsequent_indent="  ")
            for at, line in enumerate(lines):
                yield Row(f"{heading} {number} {at}", line)

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        """Show the whole of what may be cut in the list."""
        event.stop()
        row = event.row
        text = ""
        if row is not None and row.id.startswith("command "):
            text = self._about(row)
        elif row is not None and row.id.startswith("key "):
            text = " · ".join(part for part in self._keys[int(row.id.removeprefix("key "))] if part)
        self.put("#about", "\n".join(clean_line(line) for line in text.split("\n")))
        for box in self.query("#about-box"):
            box.scroll_home(animate=False)

    def action_scroll(self, step: int) -> None:
        """Scroll what is said while the search has the focus."""
        for box in self.query("#about-box"):
            box.scroll_relative(y=step * 3, animate=False)

    def _about(self, row: Row) -> str:
        return self._commands[int(row.id.removeprefix("command "))][2]

    def choose(self, row: Row) -> None:
        """Give the command of a row back."""
        if row.id.startswith("command "):
            self.dismiss(row.label)
        elif row.id.startswith("key ") and row.detail:
            self.dismiss(row.detail)

    def _fits(self, query: str, row: Row) -> bool:
        """Whether all the words stand there; scattered letters would find too much here."""
        about = self._about(row) if row.id.startswith("command ") else ""
        text = f"{row.label} {row.detail} {about}".casefold()
        return all(word in text for word in query.casefold().split())
