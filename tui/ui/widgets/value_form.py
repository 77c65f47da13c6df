"""Writing one value: a setting, a part of a connection."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static, TextArea

from tui.domain.safetext import clean
from tui.ui.widgets.dialog import Dialog

Preview = Callable[[str], tuple[str, str]]
"""From the text to what comes of it and a warning; each may be empty."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for."""

    title: str
    help: str
    value: str
    default: str
    long: bool = False
    """Several lines."""
    secret: bool = False
    """Shown as dots."""
    preview: Preview | None = None


class ValueForm(Dialog[bool]):
    """Gives True when a value was saved."""

    DEFAULT_CSS = """
    ValueForm > #frame {
        height: auto; max-width: 84;
        & #help, & #default { height: auto; color: $text-muted; }
        & #value { margin: 1 0; }
        & TextArea {
            height: auto; min-height: 3; max-height: 8;
            border: none; padding: 0 1; background: $panel;
        }
        & #preview-box {
            height: auto; max-height: 5; border-left: wide $secondary; padding-left: 1;
        }
        & #preview { height: auto; }
        & #problem { height: auto; min-height: 1; color: $text-error; }
        & #problem.-soft { color: $text-warning; }
    }
    ValueForm.-narrow > #frame { height: auto; max-height: 100%; }
    ValueForm.-short > #frame {
        height: auto; max-height: 100%;
        & #value { margin: 0; }
        & #help { display: none; }
        & TextArea { max-height: 4; }
        & #preview-box { max-height: 2; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", id="value.save", priority=True),
        Binding("ctrl+d", "default", "Default", id="value.default", priority=True),
        Binding("escape", "close", "Cancel", id="value.cancel", priority=True),
    ]
    HELP = "Ctrl+S saves (Enter too, in a single line), Ctrl+D takes the default, Esc cancels."

    def __init__(self, question: Question, save: Callable[[str], Awaitable[str]]) -> None:
        """Make the form.

        Args:
            question: What is asked for.
            save: Keeps the typed text; gives back why not, or nothing when it was kept.
        """
        super().__init__()
        self._question = question
        self._save = save
        self._refused: str | None = None
        self._field: Input | TextArea = (
            TextArea(question.value, id="value", highlight_cursor_line=False)
            if question.long
            else Input(question.value, id="value", password=question.secret)
        )

    def body(self) -> ComposeResult:
        """Help, the field, and what comes of it."""
        question = self._question
        yield Static(Content(question.help), id="help")
        yield self._field
        if question.preview is not None:
            with VerticalScroll(id="preview-box", can_focus=False):
                yield Static(id="preview")
        yield Static(id="problem")
        if not question.secret:
            yield Static(Content(f"Default: {question.default or '—'}"), id="default")

    def on_mount(self) -> None:
        """Name the frame and begin."""
        self.set_title(self._question.title)
        self._field.focus()
        self._look()

    @property
    def text(self) -> str:
        """What is typed."""
        return self._field.text if isinstance(self._field, TextArea) else self._field.value

    def on_input_changed(self) -> None:
        """Follow the typing."""
        self._look()

    def on_text_area_changed(self) -> None:
        """Follow the typing."""
        self._look()

    def on_input_submitted(self) -> None:
        """Save by Enter."""
        self.action_save()

    def _look(self) -> None:
        preview, warning = "", ""
        if self._question.preview is not None:
            preview, warning = self._question.preview(self.text)
            self.put("#preview", clean(preview))
        # The news of the last key may come after the answer to Save: that stays.
        if self.text != self._refused:
            self._complain(warning, soft=True)

    def _complain(self, text: str, *, soft: bool = False) -> None:
        self.query("#problem").set_class(soft, "-soft")
        self.put("#problem", clean(text))

    def action_default(self) -> None:
        """Put the default into the field."""
        field, default = self._field, self._question.default
        if isinstance(field, TextArea):
            field.replace(default, field.document.start, field.document.end)
        else:
            field.value = default

    @work(exclusive=True, group="save")
    async def action_save(self) -> None:
        """Keep the value, or say why not."""
        text = self.text
        problem = await self._save(text)
        if problem:
            self._refused = text
            self._complain(problem)
        else:
            self.dismiss(True)

    def action_close(self) -> None:
        """Leave the value as it was."""
        self.dismiss(False)
