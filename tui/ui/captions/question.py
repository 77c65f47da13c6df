"""Asking something about the picture while its caption is refined."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from tui.domain.caption import Asked
from tui.domain.errors import AppError
from tui.domain.generation import Progress, Restarted, TextDelta
from tui.domain.safetext import clean, clean_line
from tui.services.refinement import Refinement
from tui.ui.widgets.dialog import Dialog


class QuestionDialog(Dialog[str | None]):
    """Gives the answer that is to be put into the caption, or None."""

    DEFAULT_CSS = """
    QuestionDialog > #frame { max-width: 84; max-height: 24; }
    QuestionDialog #answer-box {
        height: 1fr; margin: 1 0; border-left: wide $secondary; padding-left: 1;
    }
    QuestionDialog #answer { height: auto; }
    QuestionDialog #status { height: auto; max-height: 3; color: $text-muted; }
    QuestionDialog.-short #answer-box { margin: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "ask", "Ask", id="question.ask", priority=True),
        Binding("ctrl+s", "insert", "Insert the answer", id="question.insert", priority=True),
    ]
    TITLE = "Ask about the picture"
    HELP = (
        "Write a question and press Enter; ask as often as you like. Ctrl+S puts the last answer"
        " at the cursor of the caption, Esc goes back without it."
    )

    def __init__(self, refinement: Refinement, asked: Asked) -> None:
        """Make the dialog.

        Args:
            refinement: Of the picture.
            asked: Who captioned last, and is asked.
        """
        super().__init__()
        self._refinement = refinement
        self._asked = asked
        self._answer = ""

    def body(self) -> ComposeResult:
        """The question, the answer, how it goes."""
        yield Input(placeholder="What is written on the sign?", id="question")
        with VerticalScroll(id="answer-box", can_focus=False):
            yield Static(id="answer")
        yield Static(id="status")

    def on_mount(self) -> None:
        """Begin to write."""
        self.query_one(Input).focus()

    def action_ask(self) -> None:
        """Ask what is written."""
        # The line still has keys in its queue when one types fast; this goes behind them.
        line = self.query_one(Input)
        line.call_later(self._ask_written, line)

    def _ask_written(self, line: Input) -> None:
        question = line.value.strip()
        if question:
            self._ask(question)

    @work(exclusive=True, group="question")
    async def _ask(self, question: str) -> None:
        start = self._refinement.question
        if start is None:
            return
        self._answer = ""
        self._show("asking…")
        try:
            asked = replace(self._asked, prompt=question, preset="", fresh=False)
            async with aclosing(start(asked)) as events:
                async for event in events:
                    match event:
                        case TextDelta(text):
                            self._answer += clean(text)
                            self._show("answering…")
                        case Restarted(reason):
                            self._answer = ""
                            self._show(clean_line(reason))
                        case Progress(what):
                            self._show(f"{clean_line(what)}…")
        except AppError as error:
            self.query("#status").add_class("-error")
            self.put("#status", clean_line(error.line()))
            return
        self._show("Ctrl+S inserts it" if self._answer.strip() else "there was no answer")

    def _show(self, status: str) -> None:
        self.query("#status").remove_class("-error")
        self.put("#status", status)
        self.put("#answer", self._answer.strip())

    def action_insert(self) -> None:
        """Take the answer along."""
        if self._answer.strip():
            self.dismiss(self._answer.strip())
        else:
            self._show("there is no answer yet: write a question and press Enter")

    def action_close(self) -> None:
        """Go back without an answer."""
        self.workers.cancel_group(self, "question")
        self.dismiss(None)
