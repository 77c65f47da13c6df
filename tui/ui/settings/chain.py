"""The chain of caption sources: who is asked in turn, and for how long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from tui.domain.safetext import clean_line
from tui.domain.settings import ChainStep
from tui.ui.settings.sources import LABELS, step_label, step_of, steps_to_choose
from tui.ui.widgets.choice_list import ChoiceList
from tui.ui.widgets.dialog import Dialog
from tui.ui.widgets.row_list import Row, RowList
from tui.ui.widgets.value_form import Question, ValueForm

Save = Callable[[list[dict[str, object]]], Awaitable[str]]
"""Keeps the steps; gives back why not, or nothing when they were kept."""


class ChainEditor(Dialog[None]):
    """Adds, removes, moves and times the steps; each change is kept at once."""

    DEFAULT_CSS = """
    ChainEditor > #frame { max-width: 76; max-height: 24; }
    ChainEditor #about { height: auto; max-height: 3; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a,plus", "add", "Add", id="chain.add"),
        Binding("delete", "remove", "Remove", id="chain.remove"),
        Binding("ctrl+up", "shift(-1)", "Up", id="chain.up"),
        Binding("ctrl+down", "shift(1)", "Down", id="chain.down"),
        Binding("enter", "time", "Time limit", id="chain.time", priority=True),
        Binding("m", "model", "Model", id="chain.model"),
    ]
    TITLE = "Chain of sources"
    HELP = (
        "The first source is asked; when it fails, gives nothing or takes too long, the next one. "
        "A adds a source, Delete removes one, Ctrl+Up and Ctrl+Down move it, Enter sets how many "
        "seconds it may take, M names another model than its connection's."
    )
    EMPTY = "Nobody is asked yet: A adds a source"

    def __init__(
        self, steps: Sequence[ChainStep], connections: Mapping[str, str], save: Save
    ) -> None:
        """Make the editor.

        Args:
            steps: As they stand in the settings.
            connections: Label by name.
            save: Keeps the steps.
        """
        super().__init__()
        self._steps = list(steps)
        self._connections = connections
        self._save = save
        self._rows = RowList(id="steps", lines=1, empty=self.EMPTY)

    def body(self) -> ComposeResult:
        """The steps, and what was wrong."""
        yield self._rows
        yield Static(id="about")

    def on_mount(self) -> None:
        """Show the steps."""
        self._show()
        self._rows.focus()

    def _show(self, at: int | None = None) -> None:
        rows = [
            Row(str(i), f"{i + 1}. {step_label(step, self._connections)}", _limit(step))
            for i, step in enumerate(self._steps)
        ]
        self._rows.set_rows(rows, keep="" if at is None else str(at), empty=self.EMPTY)

    @property
    def _at(self) -> int | None:
        row = self._rows.row
        return int(row.id) if row is not None else None

    @work(exclusive=True, group="save")
    async def _keep(self, steps: list[ChainStep], at: int | None = None) -> None:
        problem = await self._save([asdict(step) for step in steps])
        self.query("#about").set_class(bool(problem), "-error")
        self.put("#about", clean_line(problem))
        if not problem:
            self._steps = steps
            self._show(at)

    def action_add(self) -> None:
        """Choose a source and put it last."""

        def taken(chosen: str | None) -> None:
            if chosen is not None:
                self._keep([*self._steps, step_of(chosen)], len(self._steps))

        choices = steps_to_choose(self._connections)
        self.app.push_screen(ChoiceList("Add a source", choices), taken)

    def action_remove(self) -> None:
        """Take the step under the cursor out."""
        at = self._at
        if at is not None:
            self._keep(self._steps[:at] + self._steps[at + 1 :], max(0, at - 1))

    def action_shift(self, by: int) -> None:
        """Let the step under the cursor change places with its neighbour."""
        at = self._at
        if at is not None and 0 <= at + by < len(self._steps):
            steps = list(self._steps)
            steps[at], steps[at + by] = steps[at + by], steps[at]
            self._keep(steps, at + by)

    @on(RowList.Selected, "#steps")
    def _chosen(self, event: RowList.Selected) -> None:
        event.stop()
        self.action_time()

    def action_time(self) -> None:
        """Ask how long the step may take."""
        at = self._at
        if at is None:
            self.action_add()
            return
        step = self._steps[at]

        async def save(typed: str) -> str:
            try:
                changed = replace(step, seconds=float(typed.strip().replace(",", ".") or 0))
            except ValueError:
                return "a number of seconds is needed; 0: no limit"
            self._keep([*self._steps[:at], changed, *self._steps[at + 1 :]], at)
            return ""

        text = f"{step.seconds:g}"
        question = Question("Time limit", "Seconds for the whole caption; 0: no limit.", text, "60")
        self.app.push_screen(ValueForm(question, save))

    def action_model(self) -> None:
        """Ask for another model than the connection's own."""
        at = self._at
        if at is None or self._steps[at].source != "multimodal":
            self.put("#about", f"only {LABELS['multimodal']} has models to choose")
            return
        step = self._steps[at]

        async def save(typed: str) -> str:
            changed = replace(step, model=typed.strip())
            self._keep([*self._steps[:at], changed, *self._steps[at + 1 :]], at)
            return ""

        text = "Model id as the server lists it; empty: the connection's own."
        self.app.push_screen(ValueForm(Question("Model", text, step.model, ""), save))


def _limit(step: ChainStep) -> str:
    return f"up to {step.seconds:g} s" if step.seconds else "no time limit"
