"""All pictures of a chat, or of all chats: to look at, to search, to go to."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from tui.domain.chat import PictureUse
from tui.domain.errors import AppError
from tui.domain.safetext import clean_line
from tui.ui.pictures.grid import PictureGrid
from tui.ui.pictures.means import Means
from tui.ui.pictures.viewer import Viewer
from tui.ui.widgets.ago import ago
from tui.ui.widgets.dialog import Dialog
from tui.ui.widgets.fuzzy import best

NONE_HERE = (
    "No picture in this chat yet.\n"
    "Ctrl+O attaches one, /caption describes one.\n"
    "Ctrl+A shows those of all chats."
)
NONE_AT_ALL = "No picture in any chat yet.\nCtrl+O attaches one, /caption describes one."


class SearchLine(Input):
    """A line to type in that leaves a few keys to the grid while it is empty."""

    @dataclass
    class Passed(Message):
        """A key that means nothing in an empty line."""

        key: str

    def on_key(self, event: events.Key) -> None:
        """Let them go on; Textual asks here before the line itself sees a key."""
        if not self.value and event.key in ("space", "left", "right"):
            event.stop()
            event.prevent_default()
            self.post_message(self.Passed(event.key))


class Gallery(Dialog[PictureUse | None]):
    """Gives the picture whose message is to be shown, or None."""

    DEFAULT_CSS = """
    Gallery {
        & > #frame { width: 96%; max-width: 200; height: 94%; max-height: 80; }
        & #scope { height: 1; margin-bottom: 1; color: $text-muted; }
        & #about { height: 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
        &.-short #scope { margin-bottom: 0; }
        &.-short #about { display: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Go there", id="gallery.go", priority=True),
        Binding("v", "view", "View", id="gallery.view"),
        Binding("space", "view", "View", show=False),
        Binding("ctrl+a", "scope", "All chats", id="gallery.scope", priority=True),
        Binding("tab", "switch", "Search or pictures", show=False),
        # As early as Enter, which would overtake them where one types ahead.
        Binding("up", "grid('row', -1)", "Up", show=False, priority=True),
        Binding("down", "grid('row', 1)", "Down", show=False, priority=True),
        Binding("pageup", "grid('page', -1)", "Page up", show=False, priority=True),
        Binding("pagedown", "grid('page', 1)", "Page down", show=False, priority=True),
    ]
    TITLE = "Gallery"
    HELP = (
        "Type to search names and captions. Arrows move among the pictures, Tab goes between them "
        "and the search. Space or V looks closely, Enter goes to the message, Ctrl+A changes "
        "between this chat and all chats."
    )

    def __init__(
        self,
        list_pictures: Callable[[bool], Awaitable[list[PictureUse]]],
        means: Means,
        *,
        draws: bool = True,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Make the screen.

        Args:
            list_pictures: Gives the pictures, newest first: True for those of all chats, False
                for those of the chat that is open. Raises AppError.
            means: Where pictures come from and go to.
            draws: Whether pictures are drawn, or only their texts listed.
            now: Seconds since the epoch.
        """
        super().__init__()
        self._list = list_pictures
        self._means = means
        self._now = now
        self._everywhere = False
        self._all: list[PictureUse] | None = None
        self._narrowed = ""
        self.line = SearchLine(
            placeholder="Type to search names and captions", id="query", select_on_focus=False
        )
        """What is searched."""
        self.grid = PictureGrid(means.load, draws=draws, id="grid")
        """The pictures."""

    def body(self) -> ComposeResult:
        """Search, which chats, the grid, and what the cursor is on."""
        yield self.line
        yield Static(id="scope")
        yield self.grid
        yield Static(id="about")

    def on_mount(self) -> None:
        """Fill the grid, and let the typing begin."""
        self.line.focus()
        self._refill()

    # -- what is listed

    @work(exclusive=True, group="list")
    async def _refill(self) -> None:
        self._tell_scope()
        try:
            self._all = await self._list(self._everywhere)
        except AppError as error:
            self._all = []
            self.notify(error.line(), severity="error", markup=False)
        self._narrow()

    def _narrow(self) -> None:
        self._narrowed = self.line.value
        if self._all is None:
            return
        found = best(self._narrowed, self._all, _words)
        nothing = NONE_AT_ALL if self._everywhere else NONE_HERE
        self.grid.set_uses(found, empty="No picture fits" if self._all else nothing)
        self._tell_scope()

    def _tell_scope(self) -> None:
        chosen = "bold $text-accent"
        listed = "" if self._all is None else _counted(len(self.grid.uses), len(self._all))
        line = Content.assemble(
            ("this chat", "" if self._everywhere else chosen),
            "  |  ",
            ("all chats", chosen if self._everywhere else ""),
            f"   {listed}",
        )
        for scope in self.query("#scope").results(Static):
            scope.update(line)

    @on(Input.Changed, "#query")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value != self._narrowed:
            self._narrow()

    def action_scope(self) -> None:
        """Change between this chat and all chats."""
        self._everywhere = not self._everywhere
        self._refill()

    @on(events.Click, "#scope")
    def _scope_clicked(self) -> None:
        self.action_scope()

    # -- what is under the cursor

    @on(PictureGrid.Highlighted)
    def _highlighted(self, event: PictureGrid.Highlighted) -> None:
        event.stop()
        use = event.use
        if use is None:
            self.put("#about", "")
            return
        where = clean_line(use.chat_title, 60) or "a chat without a name"
        parts = (
            clean_line(use.attachment.name, 60),
            f"#{use.position} in {where}" if self._everywhere else f"#{use.position}",
            ago(use.created, self._now()),
        )
        self.put("#about", " · ".join(parts))

    def action_choose(self) -> None:
        """Go to the message of the picture under the cursor."""
        self._behind_typing(self._choose)

    def _choose(self) -> None:
        if self.grid.use is not None and self.is_current:
            self.dismiss(self.grid.use)

    @on(PictureGrid.Selected)
    def _clicked(self, event: PictureGrid.Selected) -> None:
        event.stop()
        self.action_view()

    def action_view(self) -> None:
        """Look closely at the picture under the cursor, and from there at the others."""
        at = self.grid.highlighted
        if at is None or not self.is_current:
            return

        def came_back(last: int | None) -> None:
            if last is not None and last < len(self.grid.uses):
                self.grid.highlighted = last

        pictures = [use.attachment for use in self.grid.uses]
        self.app.push_screen(Viewer(pictures, at, self._means), came_back)

    # -- between the line and the grid

    def action_grid(self, name: str, step: int) -> None:
        """Move among the pictures, from the line too."""
        move = self.grid.action_row if name == "row" else self.grid.action_page
        self.set_focus(self.grid)
        self._behind_typing(partial(move, step))

    def action_switch(self) -> None:
        """Go to the pictures, or back to the search."""
        self.set_focus(self.grid if self.focused is self.line else self.line)

    @on(SearchLine.Passed)
    def _passed(self, event: SearchLine.Passed) -> None:
        event.stop()
        if event.key == "space":
            self.action_view()
        else:
            self.set_focus(self.grid)
            self.grid.action_move(1 if event.key == "right" else -1)

    def on_key(self, event: events.Key) -> None:
        """Typing goes to the search, wherever the focus is."""
        if self.focused is not self.grid:
            return
        if event.key == "backspace":
            self.set_focus(self.line)
            self.line.action_delete_left()
        elif event.is_printable and event.character and event.character not in "v ":
            self.set_focus(self.line)
            self.line.insert_text_at_cursor(event.character)
        else:
            return
        event.stop()
        event.prevent_default()

    def _behind_typing(self, then: Callable[[], None]) -> None:
        # When one types fast or pastes, keys still wait at the grid, on their way from there to
        # the line, or at the line; this goes behind them all.
        self.grid.call_later(self.call_later, self.line.call_later, self._narrowed_first, then)

    def _narrowed_first(self, then: Callable[[], None]) -> None:
        if self._narrowed != self.line.value:
            self._narrow()
        then()


def _words(use: PictureUse) -> str:
    return f"{use.attachment.name} {use.attachment.caption}"


def _counted(shown: int, of: int) -> str:
    if shown != of:
        return f"{shown} of {of}"
    return {0: "", 1: "1 picture"}.get(of, f"{of} pictures")
