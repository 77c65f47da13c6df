"""A question with two answers, for what cannot be undone."""

from __future__ import annotations

from typing import ClassVar

from textual import events, on
from textual._time import get_time
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Static

from tui.ui.widgets.dialog import Dialog


class Confirm(Dialog[bool]):
    """Asks; gives True only for a clear yes."""

    DEFAULT_CSS = """
    Confirm > #frame, Confirm.-narrow > #frame, Confirm.-short > #frame {
        width: 60; max-width: 100%; height: auto; max-height: 100%;
        & #question { height: auto; margin-bottom: 1; }
        & #answers { height: auto; align-horizontal: right; }
        & Button { margin-left: 2; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "answer(False)", "No", id="confirm.no"),
        Binding("y", "answer(True)", "Yes", id="confirm.yes"),
        Binding("left,right", "app.focus_next", "Other answer", show=False),
    ]
    HELP = "Y or the first button says yes, N or Esc says no."

    def __init__(self, question: str, *, yes: str = "Yes", no: str = "No") -> None:
        super().__init__()
        self._question = question
        self._yes = yes
        self._no = no
        self._drawn: float | None = None
        """When the question could first be read, on the clock of events."""

    def body(self) -> ComposeResult:
        """The question and its answers."""
        yield Static(Content(self._question), id="question")
        with Horizontal(id="answers"):
            yield Button(Content(self._yes), id="yes", variant="error", compact=True)
            yield Button(Content(self._no), id="no", compact=True)

    def on_mount(self) -> None:
        """Let Enter do the harmless thing."""
        self.query_one("#no").focus()
        self.call_after_refresh(self._is_drawn)

    def _is_drawn(self) -> None:
        self._drawn = get_time()

    def on_key(self, event: events.Key) -> None:
        """Drop keys that were typed before the question could be read: they answer nothing."""
        if self._drawn is None or event.time < self._drawn:
            event.stop()

    @on(Button.Pressed)
    def _by_button(self, event: Button.Pressed) -> None:
        event.stop()
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        """Answer by key."""
        self.dismiss(answer)
