"""Choosing several pictures at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.domain.image import Image
from tui.ui.widgets.file_picker import FilePicker, PathInput
from tui.ui.widgets.folders import Entry
from tui.ui.widgets.row_list import Row

_MARK = "● "


class MarkingInput(PathInput):
    """Leaves Space to the picker, which knows what it means."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether a key is text before it is anything else."""
        return key != "space" and super().check_consume_key(key, character)


class PicturesPicker(FilePicker):
    """Gives the path of a file, or None; what was marked besides is in `chosen`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", id="picker.mark", priority=True),
    ]
    TITLE = "Choose pictures"
    HELP = (
        "Type to filter or type a path (Tab completes it). Space on the empty line marks a file. "
        "Enter opens a folder, or takes the file or all that are marked. Backspace goes up, "
        "Ctrl+A shows all files, Esc cancels."
    )

    def __init__(self, read: Callable[[Path], Awaitable[Image]], folder: Path) -> None:
        super().__init__(read, folder)
        self._marked: list[Path] = []

    def make_line(self) -> Input:
        """The line for a filter or a path."""
        return MarkingInput(placeholder=self.PLACEHOLDER, id="query", select_on_focus=False)

    def chosen(self, taken: Path) -> tuple[Path, ...]:
        """All that were chosen: those marked, in their order, or else the one taken."""
        return tuple(self._marked) or (taken,)

    def make_row(self, entry: Entry) -> Row:
        """A row, with a dot where it is marked."""
        row = super().make_row(entry)
        if self._listed / entry.name in self._marked:
            return Row(row.id, f"{_MARK}{row.label}", row.detail)
        return row

    def action_mark(self) -> None:
        """Mark the file under the cursor, or let it go; in a text it is just a blank."""
        self._behind_typing(self._mark)

    def _mark(self) -> None:
        if self.typed:
            self.line.insert_text_at_cursor(" ")
            return
        row = self.rows.row
        entry = self._entry(row) if row else None
        if entry is None or entry.folder:
            return
        path = self._listed / entry.name
        if path in self._marked:
            self._marked.remove(path)
        else:
            self._marked.append(path)
        self._show_rows("", keep=entry.name)
        if entry.name != self.rows.rows[-1].id:
            self.rows.action_move(1)
        count = len(self._marked)
        self.set_title(self.TITLE, f"{count} marked" if count else "")
