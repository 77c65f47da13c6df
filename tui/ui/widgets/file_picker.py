"""Choosing a picture on disk, with a look at it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from tui.domain.errors import AppError
from tui.domain.image import Image
from tui.domain.safetext import clean_line
from tui.ui.widgets.folders import Entry, scan, shorten, size_text, split
from tui.ui.widgets.fuzzy import best
from tui.ui.widgets.image_view import ImageView, facts_line
from tui.ui.widgets.list_dialog import ListDialog
from tui.ui.widgets.row_list import Row, RowList

_SETTLE = 0.08
"""Seconds the cursor rests on a file before it is opened."""


def _common(names: list[str]) -> str:
    """What all the names begin with."""
    first, last = min(names, default=""), max(names, default="")
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return first[:same]


class PathInput(Input):
    """A line for a filter or a path."""

    class Up(Message):
        """Backspace in an empty line."""

    class Complete(Message):
        """Tab."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete", id="picker.complete"),
    ]

    def action_complete(self) -> None:
        """Ask for the rest of the name."""
        self.post_message(self.Complete())

    def action_delete_left(self) -> None:
        """Delete a character; in an empty line go to the folder above."""
        if self.value:
            super().action_delete_left()
        else:
            self.post_message(self.Up())


class FilePicker(ListDialog[Path | None]):
    """Gives the path of a file, or None."""

    DEFAULT_CSS = """
    FilePicker {
        & #query { margin-bottom: 0; }
        & #folder { height: 1; color: $text-accent; text-wrap: nowrap; }
        & #note { height: 1; color: $text-error; text-wrap: nowrap; text-overflow: ellipsis; }
        & #side { width: 45%; padding-left: 2; }
        & #facts { height: auto; max-height: 4; color: $text-muted; }
        &.-narrow #side { width: 40%; padding-left: 1; }
        &.-tiny #side { display: none; }
    }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (100, "-wide")]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Open", id="picker.open", priority=True),
        Binding("escape", "close", "Cancel", id="picker.cancel"),
        Binding("ctrl+a", "toggle_all", "All", id="picker.all", priority=True),
        Binding("backspace", "parent", "Folder above", id="picker.parent"),
    ]
    TITLE = "Choose a picture"
    EMPTY = ""
    PLACEHOLDER = "Type to filter, or a path: ~/Pictures/"
    HELP = (
        "Type to filter or type a path (Tab completes it). Enter opens a folder or takes the "
        "file, Backspace goes up, Ctrl+A shows all files, Esc cancels."
    )

    def __init__(
        self, read: Callable[[Path], Awaitable[Image]], folder: Path, *, title: str = ""
    ) -> None:
        """Make a picker.

        Args:
            read: Opens a picture for the preview; raises AppError.
            folder: Where to begin, e.g. the folder used last.
            title: What the picture is for; empty for the usual one.
        """
        super().__init__()
        self._read = read
        self._folder = folder
        self._listed = folder
        self._entries: list[Entry] = []
        self._all = False
        self._title = title or self.TITLE

    def make_line(self) -> Input:
        """The line for a filter or a path."""
        return PathInput(placeholder=self.PLACEHOLDER, id="query", select_on_focus=False)

    def body(self) -> ComposeResult:
        """Path, filter, and the list beside the picture."""
        yield Static(id="folder")
        yield self.line
        yield Static(id="note")
        with Horizontal():
            yield self.rows
            with Vertical(id="side"):
                yield ImageView(id="picture")
                yield Static(id="facts")

    def on_mount(self) -> None:
        """Read the first folder."""
        self.set_title(self._title)
        self._list(self._folder)

    def narrow(self, query: str) -> None:
        """Show what fits; read another folder when the text names one."""
        folder, _, wanted = split(query, self._folder)
        if folder != self._listed:
            self._list(folder)
            return
        self._show_rows(wanted)

    @work(exclusive=True, group="folder")
    async def _list(self, folder: Path, keep: str = "") -> None:
        problem = ""
        try:
            self._entries = await asyncio.to_thread(scan, folder)
        except OSError as error:
            self._entries = []
            problem = f"Cannot open this folder: {(error.strerror or str(error)).lower()}"
        self._listed = folder
        where = clean_line(shorten(folder, max(self.size.width - 12, 20)))
        self.put("#folder", where)
        self.put("#note", problem)
        self._show_rows(split(self.typed, self._folder)[2], keep)

    def _show_rows(self, wanted: str, keep: str = "") -> None:
        entries = [entry for entry in self._entries if self._visible(entry, wanted)]
        rows = [self.make_row(entry) for entry in best(wanted, entries, lambda entry: entry.name)]
        if not wanted and self._listed != self._listed.parent:
            rows.insert(0, Row("..", "../", "folder above"))
        empty = "Nothing fits" if wanted else "No pictures here"
        hint = "" if self._all else "; Ctrl+A shows all files"
        if not keep and len(rows) > 1 and not wanted:
            keep = rows[1].id
        self.rows.set_rows(rows, keep=keep, empty=empty + hint)

    def _visible(self, entry: Entry, wanted: str) -> bool:
        if entry.name == wanted:
            return True
        if entry.hidden and not (self._all or wanted.startswith(".")):
            return False
        return entry.folder or entry.picture or self._all

    def make_row(self, entry: Entry) -> Row:
        """How a file or folder stands in the list."""
        if entry.folder:
            return Row(entry.name, entry.name + "/")
        return Row(entry.name, entry.name, size_text(entry.size))

    def choose(self, row: Row) -> None:
        """Go into a folder, or take a file."""
        entry = self._entry(row)
        if row.id == "..":
            self.action_parent()
        elif entry is not None and entry.folder:
            self._go(self._listed / row.id)
        else:
            self.dismiss(self._listed / row.id)

    def _entry(self, row: Row) -> Entry | None:
        return next((entry for entry in self._entries if entry.name == row.id), None)

    def _go(self, folder: Path, keep: str = "") -> None:
        self._folder = Path(os.path.normpath(folder))
        with self.prevent(Input.Changed):
            self.line.value = ""
        self._list(self._folder, keep)

    def action_parent(self) -> None:
        """Go to the folder above."""
        self._go(self._listed.parent, keep=self._listed.name)

    def action_toggle_all(self) -> None:
        """Show all files, or pictures only."""
        self._all = not self._all
        row = self.rows.row
        self._show_rows(split(self.typed, self._folder)[2], keep=row.id if row else "")

    @on(PathInput.Up)
    def _go_up(self) -> None:
        self.action_parent()

    @on(PathInput.Complete)
    def _complete(self) -> None:
        line = self.line
        _, named, wanted = split(line.value, self._folder)
        names = [row.id for row in self.rows.rows if row.id.lower().startswith(wanted.lower())]
        here = self.rows.row
        common = _common(names) if wanted else ""
        if len(common) <= len(wanted) and here is not None and here.id != "..":
            common, names = here.id, [here.id]
        if not common or clean_line(common) != common:
            return
        whole = len(names) == 1 and any(e.folder and e.name == common for e in self._entries)
        line.value = named + common + ("/" if whole else "")
        line.cursor_position = len(line.value)

    @on(RowList.Highlighted, "#rows")
    def _look(self, event: RowList.Highlighted) -> None:
        event.stop()
        entry = self._entry(event.row) if event.row else None
        if entry is None or entry.folder:
            self.workers.cancel_group(self, "preview")
            self._show_picture(None, "")
        else:
            self._preview(self._listed / entry.name)

    @work(exclusive=True, group="preview")
    async def _preview(self, path: Path) -> None:
        await asyncio.sleep(_SETTLE)
        try:
            image = await self._read(path)
        except AppError as error:
            self._show_picture(None, clean_line(error.line()))
        else:
            self._show_picture(image, f"{clean_line(path.name)}\n{facts_line(image)}")

    def _show_picture(self, image: Image | None, facts: str) -> None:
        for view in self.query(ImageView):
            view.show(image)
        self.put("#facts", facts)
