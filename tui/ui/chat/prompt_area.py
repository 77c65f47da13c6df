"""The text area of the composer: its keys, its history, its pastes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import monotonic
from typing import ClassVar, Literal

from textual import events, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import Selection

from tui.ui.terminal import clipboard
from tui.ui.terminal.compositor import paint_at_once

NEWLINE_KEYS = frozenset({"ctrl+j", "shift+enter", "alt+enter", "ctrl+enter"})
"""Only ctrl+j arrives everywhere; the others where the terminal tells them apart."""
MOST_ROWS = 10
_MOST_HISTORY = 200
_TYPED = 1 / 30
"""Seconds between two keys below which nobody typed them: the second is painted with others."""
_OFFERED = frozenset({"up", "down", "tab", "enter", "escape", "pageup", "pagedown"})

_EDITS = ("cursor_", "delete_", "undo", "redo")
"""How the names of actions begin that move the cursor or change the text."""

EdgeKey = Literal["pageup", "pagedown", "home", "end"]


class PromptArea(TextArea):
    """A text area in which Enter sends.

    Keys that choose in a popup are offered to `take_key` before they mean anything here.
    """

    DEFAULT_CSS = """
    PromptArea {
        height: auto;
        min-height: 1;
        border: none;
        padding: 0;
        background: transparent;
        color: $foreground;
        scrollbar-size-vertical: 1;
        &:focus { border: none; }
        & .text-area--cursor-line { background: transparent; }
        & .text-area--placeholder { color: $text-muted; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        # Early, for a letter with Alt would be typed.
        Binding("ctrl+v,alt+v", "paste", "Paste", id="prompt.paste", show=False, priority=True),
    ]

    @dataclass
    class Pasted(Message):
        """Text came in one piece from the terminal; nothing of it has been inserted."""

        text: str

    @dataclass
    class ScrollKey(Message):
        """A key that scrolls what is above, since it has nothing to do in here."""

        key: EdgeKey

    @dataclass
    class ClipboardAsked(Message):
        """Paste was pressed, or the terminal pasted nothing: perhaps a picture was copied."""

    def __init__(
        self, take_key: Callable[[str], bool], submit: Callable[[], None], placeholder: str
    ) -> None:
        """Make the area.

        Args:
            take_key: Takes a key that the popup has a use for, or Ctrl+Z.
            submit: Takes the text when Enter is pressed. Called, not told by a message: what is
                typed right behind Enter must not get into the text.
            placeholder: Shown while there is no text.
        """
        super().__init__(
            tab_behavior="focus",
            highlight_cursor_line=False,
            placeholder=Content(placeholder),
        )
        self._take_key = take_key
        self._submit = submit
        self._history: list[str] = []
        self._place = 0
        self._draft = ""
        self._coloured: object = None
        self._painted = 0.0

    def notify_style_update(self) -> None:
        """The theme or the style sheet changed."""
        super().notify_style_update()
        self._coloured = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw rows, in colours that TextArea would work out anew for each frame."""
        if self._coloured is self._theme:
            return super(TextArea, self).render_lines(crop)
        self._coloured = self._theme
        return super().render_lines(crop)

    def _toggle_cursor_blink_visible(self) -> None:
        """Blink at once: it is most of what an idle program does.

        Textual would have the row painted by the screen's timer, behind messages to both, which
        costs as much again.
        """
        if not self.screen.is_active:
            return
        self.set_reactive(TextArea._cursor_visible, not self._cursor_visible)
        row = self._cursor_offset[1] - self.scroll_offset.y
        if 0 <= row < self.size.height:
            paint_at_once(self, Region(0, row, self.size.width, 1))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Grow with the text, to ten rows or a third of the screen."""
        most = min(MOST_ROWS, max(1, viewport.height // 3))
        return min(most, super().get_content_height(container, viewport, width))

    def set_history(self, lines: Iterable[str]) -> None:
        """Replace what Up walks through, oldest first."""
        self._history = list(lines)[-_MOST_HISTORY:]
        self._place = len(self._history)

    def remember(self, text: str) -> None:
        """Add what was sent to the history."""
        if text.strip() and self._history[-1:] != [text]:
            self._history.append(text)
            del self._history[:-_MOST_HISTORY]
        self._place = len(self._history)

    def put(self, text: str, cursor: int | None = None) -> None:
        """Replace the whole text; the cursor goes to a character, or to its end."""
        self.load_text(text)
        if cursor is None:
            self.move_cursor(self.document.end)
        else:
            before = text[:cursor].split("\n")
            self.move_cursor((len(before) - 1, len(before[-1])))

    async def _on_key(self, event: events.Key) -> None:
        key = event.key
        if (key in _OFFERED and self._take_key(key)) or self._own_key(key) or self._edit(key):
            event.stop()
            event.prevent_default()
            return
        await super()._on_key(event)
        now = monotonic()
        if now - self._painted > _TYPED:
            # Else it waits for the rest of the screen: a reply that streams in is painted often.
            paint_at_once(self)
        self._painted = now

    def _edit(self, key: str) -> bool:
        """Do at once what a key does to the text; whether it does anything.

        As a binding it would be done by the app, after the letters that came behind it: over a
        slow line, `abx`, Backspace, `c` would become `abx`.
        """
        for binding in self._bindings.key_to_bindings.get(key, ()):
            name, _, selecting = binding.action.partition("(")
            if name.startswith(_EDITS):
                self._restart_blink()
                do = getattr(self, f"action_{name}")
                do(True) if selecting else do()
                return True
        return False

    def _own_key(self, key: str) -> bool:
        if key in NEWLINE_KEYS:
            self._insert("\n")
            return True
        if key == "enter":
            self._enter()
            return True
        match key:
            case "pageup" | "pagedown":
                self.post_message(self.ScrollKey(key))
                return True
            case "home" if not self.text:
                self.post_message(self.ScrollKey(key))
                return True
            case "end" if self.selection == Selection.cursor(self.document.end):
                self.post_message(self.ScrollKey(key))
                return True
        return False

    def _enter(self) -> None:
        row, column = self.cursor_location
        if self.document[row][:column].endswith("\\"):
            self.replace("\n", (row, column - 1), (row, column), maintain_selection_offset=False)
            self.move_cursor((row + 1, 0))
        else:
            self._submit()

    def _insert(self, text: str) -> None:
        if result := self._replace_via_keyboard(text, *self.selection):
            self.move_cursor(result.end_location)

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.post_message(self.Pasted(event.text) if event.text else self.ClipboardAsked())

    def action_paste(self) -> None:
        """Ask for what the system's clipboard holds: a picture, or text."""
        self.post_message(self.ClipboardAsked())

    def action_cut(self) -> None:
        """Cut, for the system's clipboard too: that is what is pasted."""
        super().action_cut()
        self._copy_outside()

    def action_copy(self) -> None:
        """Copy, for the system's clipboard too."""
        super().action_copy()
        self._copy_outside()

    @work(group="copy", exclusive=True, exit_on_error=False)
    async def _copy_outside(self) -> None:
        await clipboard.copy(self.app, self.app.clipboard)

    def action_undo(self) -> None:
        """Undo: first what the owner of this area did to a paste, then the last edits."""
        if not self._take_key("ctrl+z"):
            super().action_undo()

    def insert_text(self, text: str) -> None:
        """Put text in place of the selection."""
        self._insert(text)

    def action_cursor_up(self, select: bool = False) -> None:
        """Move up; from the first row back through what was sent."""
        if select or self._place == 0 or self._row_shown > 0:
            super().action_cursor_up(select)
            return
        if self._place == len(self._history):
            self._draft = self.text
        self._show(self._place - 1)
        self.move_cursor((0, len(self.document[0])))

    def action_cursor_down(self, select: bool = False) -> None:
        """Move down; from the last row forward to the draft."""
        at_end = self._row_shown >= self.wrapped_document.height - 1
        if select or self._place >= len(self._history) or not at_end:
            super().action_cursor_down(select)
            return
        self._show(self._place + 1)

    @property
    def _row_shown(self) -> int:
        """The cursor's row, counted as wrapped."""
        return self.wrapped_document.location_to_offset(self.cursor_location).y

    def _show(self, place: int) -> None:
        self._place = place
        self.put(self._draft if place == len(self._history) else self._history[place])
