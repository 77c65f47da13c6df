"""A script lets choose."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.services.dialogs import ChoiceQuestion
from tui.ui.dialogs.script_dialog import ScriptDialog
from tui.ui.widgets.row_list import Row, RowList


class AskChoice(ScriptDialog[tuple[int, ...] | None]):
    """Gives the places of what was chosen, in order, or None."""

    DEFAULT_CSS = """
    AskChoice #choices { margin: 1 0; max-height: 30vh; }
    AskChoice.-short #choices { margin: 0; max-height: 4; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "Choose", id="script.choose", priority=True),
        Binding("space", "mark", "Mark", id="script.mark", priority=True),
        # As early as these two, which would overtake them where one types ahead.
        Binding("up", "list('move', -1)", "Up", show=False, priority=True),
        Binding("down", "list('move', 1)", "Down", show=False, priority=True),
        Binding("pageup", "list('page', -1)", "Page up", show=False, priority=True),
        Binding("pagedown", "list('page', 1)", "Page down", show=False, priority=True),
        Binding("home", "list('first')", "First", show=False, priority=True),
        Binding("end", "list('last')", "Last", show=False, priority=True),
    ]

    HELP = (
        "Up and Down move, Space marks where several can be chosen, Enter gives the choice to the "
        "script, Esc cancels, F10 ends the script."
    )

    def __init__(self, question: ChoiceQuestion) -> None:
        super().__init__(question.text)
        self._question = question
        self._marked: set[int] = set()
        self._list = RowList(self._rows(), id="choices")

    def answer(self) -> ComposeResult:
        """The list."""
        yield self._list

    def on_mount(self) -> None:
        """Show all of a short list."""
        self._list.styles.height = len(self._question.choices)
        self._list.focus()

    def _rows(self) -> list[Row]:
        rows = []
        for at, choice in enumerate(self._question.choices):
            mark = f"{'[x]' if at in self._marked else '[ ]'} " if self._question.several else ""
            rows.append(Row(str(at), f"{mark}{choice.label}", choice.help))
        return rows

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Space marks only where several can be chosen; a text with the focus scrolls."""
        return {"mark": self._question.several, "list": self._list.has_focus}.get(action, True)

    def action_list(self, name: str, *arguments: int) -> None:
        """Move in the list."""
        getattr(self._list, f"action_{name}")(*arguments)

    def action_mark(self) -> None:
        """Choose what is under the cursor too, or no longer."""
        row = self._list.row
        if row is not None:
            self._marked ^= {int(row.id)}
            self._list.set_rows(self._rows(), keep=row.id)

    def action_accept(self) -> None:
        """Give back what is marked, or what is under the cursor where only one is chosen."""
        row = self._list.row
        if self._question.several:
            self.dismiss(tuple(sorted(self._marked)))
        elif row is not None:
            self.dismiss((int(row.id),))

    @on(RowList.Selected, "#choices")
    def _clicked(self, event: RowList.Selected) -> None:
        event.stop()
        if self._question.several:
            self.action_mark()
        else:
            self.dismiss((int(event.row.id),))
