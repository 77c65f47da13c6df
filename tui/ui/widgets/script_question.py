"""Asks whether a script from elsewhere may run: what it would do, and the script itself."""

from __future__ import annotations

from time import monotonic
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static

from tui.ui.widgets.dialog import Dialog

SETTLED_SECONDS = 0.5
"""Since the question came, or the last letter: a script may ask while somebody types."""


class ScriptQuestion(Dialog[bool]):
    """Gives True only for a clear yes; what is long scrolls, the answers stay in sight."""

    TITLE = "Run this script?"
    DEFAULT_CSS = """
    ScriptQuestion > #frame {
        width: 80; max-width: 100%; height: auto; max-height: 100%;
        & #told { height: auto; max-height: 60vh; }
        & #script { height: auto; margin-top: 1; padding: 0 1; background: $panel; }
        & #question { height: auto; }
        & #answers { height: auto; margin-top: 1; align-horizontal: right; }
        & Button { margin-left: 2; }
    }
    ScriptQuestion.-narrow > #frame { width: 100%; height: auto; }
    ScriptQuestion.-short > #frame {
        width: 100%; height: 100%; max-height: 100%;
        & #told { height: 1fr; max-height: 100%; }
        & #answers { margin-top: 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "answer(False)", "No", id="script.no"),
        Binding("y", "answer(True)", "Run it", id="script.yes"),
        Binding("left,right", "app.focus_next", "Other answer", show=False),
        Binding("up", "told('scroll_up')", "Scroll", show=False),
        Binding("down", "told('scroll_down')", "Scroll", show=False),
        Binding("pageup", "told('page_up')", "Scroll", show=False),
        Binding("pagedown", "told('page_down')", "Scroll", show=False),
    ]
    HELP = (
        "Y or the first button runs it, and it will not ask again until it is changed. N or Esc"
        " does not. Up, Down and Page Down show the rest of it."
    )

    def __init__(self, question: str, script: str) -> None:
        super().__init__()
        self._question = question
        self._script = script
        self._typed = 0.0

    def body(self) -> ComposeResult:
        """What it would do, the script, and the answers."""
        with VerticalScroll(id="told", can_focus=False):
            yield Static(Content(self._question), id="question")
            yield Static(Content(self._script), id="script")
        with Horizontal(id="answers"):
            yield Button(Content("Run it"), id="yes", variant="error", compact=True)
            yield Button(Content("Don't"), id="no", compact=True)

    def on_mount(self) -> None:
        """Let Enter do the harmless thing."""
        self._typed = monotonic()
        self.query_one("#no").focus()

    @on(Button.Pressed)
    def _by_button(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(event.button.id == "yes")

    def on_key(self, event: events.Key) -> None:
        """Take note of letters that are no answer: somebody goes on typing for the prompt."""
        if event.is_printable and event.key != "y":
            self._typed = monotonic()

    def action_answer(self, answer: bool) -> None:
        """Answer by key; a Y amid other letters, or before the question can be read, is none."""
        if answer and monotonic() - self._typed < SETTLED_SECONDS:
            self._typed = monotonic()
            return
        self.dismiss(answer)

    def action_told(self, step: str) -> None:
        """Scroll what is told."""
        told = self.query_one("#told", VerticalScroll)
        {
            "scroll_up": told.scroll_up,
            "scroll_down": told.scroll_down,
            "page_up": told.scroll_page_up,
            "page_down": told.scroll_page_down,
        }[step](animate=False)
