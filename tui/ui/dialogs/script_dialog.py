"""The frame of what a script asks: its text above, and a way to end the script."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.ui.widgets.dialog import Dialog

T = TypeVar("T")


class ScriptText(VerticalScroll):
    """The script's words, to scroll in when there are many."""

    DEFAULT_CSS = """
    ScriptText {
        height: auto;
        max-height: 30vh;
        scrollbar-size-vertical: 1;
        & Static { height: auto; }
    }
    """

    def __init__(self, text: str) -> None:
        """Show plain text."""
        super().__init__(id="text")
        self._text = text

    def compose(self) -> ComposeResult:
        """The words."""
        yield Static(Content(self._text))

    def on_mount(self) -> None:
        """Take keys only where there is something to scroll."""
        self.can_focus = False
        self.call_after_refresh(self._see)

    def on_resize(self) -> None:
        """Look again."""
        self.call_after_refresh(self._see)

    def _see(self) -> None:
        self.can_focus = self.max_scroll_y > 0


class ScriptDialog(Dialog[T]):
    """A question of a script. Esc is an answer too, so that F10 alone ends the script."""

    DEFAULT_CSS = """
    ScriptDialog > #frame {
        height: auto; max-height: 90%; max-width: 70;
        & #help { height: auto; max-height: 2; color: $text-muted; }
    }
    ScriptDialog.-narrow > #frame { height: auto; max-height: 100%; }
    ScriptDialog.-short > #frame { height: 100%; }
    ScriptDialog.-wide-one > #frame { max-width: 110; }
    ScriptDialog.-large > #frame { width: 100%; max-width: 100%; height: 100%; max-height: 100%; }
    ScriptDialog.-large #text { height: 1fr; max-height: 100%; }
    ScriptDialog.-short #text { max-height: 4; }
    ScriptDialog.-short #help, ScriptDialog.-low #help { max-height: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Cancel", id="script.cancel", priority=True),
        Binding("f10", "end", "End the script", id="script.end", priority=True),
        Binding("shift+up", "scroll(-1)", "Scroll", show=False, priority=True),
        Binding("shift+down", "scroll(1)", "Scroll", show=False, priority=True),
    ]
    TITLE = "A script asks"

    def __init__(self, text: str, help_: str = "", *, wide: bool = False, large: bool = False):
        """Make the dialog.

        Args:
            text: The script's words; plain.
            help_: A dim line below; empty for none.
            wide: More columns.
            large: The whole screen.
        """
        super().__init__()
        self.ended = False
        """Whether the script is to end."""
        self._text = text
        self._help = help_
        self.set_class(wide, "-wide-one")
        self.set_class(large, "-large")

    def body(self) -> ComposeResult:
        """The script's words, the answer, the line below."""
        if self._text.strip():
            yield ScriptText(self._text)
        yield from self.answer()
        if self._help:
            yield Static(Content(self._help), id="help")

    def answer(self) -> ComposeResult:
        """What the answer is given with."""
        yield from ()

    def after_keys(self, widget: Widget, do: Callable[[], object]) -> None:
        """Act when the keys before have come to a widget: a key of the screen overtakes them."""

        def later() -> None:
            if self.is_current:  # else an earlier key has closed it
                do()

        widget.call_later(later)

    def action_scroll(self, step: int) -> None:
        """Scroll the words while the answer has the focus."""
        for text in self.query(ScriptText):
            text.scroll_relative(y=step * 3, animate=False)

    def action_end(self) -> None:
        """End the script that asks."""
        self.ended = True
        self.dismiss(None)
