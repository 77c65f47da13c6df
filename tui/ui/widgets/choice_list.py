"""Choosing one of many: characters, personas, themes, connections, models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tui.ui.widgets.fuzzy import best
from tui.ui.widgets.list_dialog import ListDialog
from tui.ui.widgets.row_list import Row, RowList


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be chosen; texts may come from elsewhere."""

    id: str
    label: str
    detail: str = ""
    always: bool = False
    """Stays in the list whatever is typed, as "add new…" does."""


class ChoiceList(ListDialog[str | None]):
    """Gives the id of what was chosen, or None."""

    DEFAULT_CSS = """
    ChoiceList > #frame { max-width: 76; max-height: 26; }
    """
    HELP = "Type to search, Up and Down move, Enter chooses, Esc leaves it as it was."

    def __init__(
        self,
        title: str,
        choices: Sequence[Choice],
        *,
        current: str = "",
        empty: str = "Nothing fits",
        highlighted: Callable[[str], None] | None = None,
    ) -> None:
        """Make the list.

        Args:
            title: What is chosen: "Theme".
            choices: In the order to show them.
            current: Id of the present one; the cursor starts there and it is marked.
            empty: What to say when nothing fits what was typed.
            highlighted: Called with an id whenever the cursor comes to it, for a live preview.
        """
        super().__init__()
        self._title = title
        self._choices = list(choices)
        self._current = current
        self._empty = empty
        self._tell = highlighted

    def on_mount(self) -> None:
        """Name the frame."""
        self.set_title(self._title)

    def add_choices(self, choices: Sequence[Choice]) -> None:
        """List more, before those that always stay; the cursor keeps its row."""
        row = self.rows.row
        fixed = [choice for choice in self._choices if choice.always]
        self._choices = [c for c in self._choices if not c.always] + [*choices, *fixed]
        self.narrow(self.typed)
        if row is not None:
            self.rows.set_rows(self.rows.rows, keep=row.id)

    def narrow(self, query: str) -> None:
        """Show what fits, the best first."""
        fitting = best(query, self._choices, lambda choice: f"{choice.label} {choice.detail}")
        fitting += [each for each in self._choices if each.always and each not in fitting]
        rows = [self._row(choice) for choice in fitting]
        self.rows.set_rows(rows, keep="" if query else self._current, empty=self._empty)

    def _row(self, choice: Choice) -> Row:
        mark = "● " if choice.id == self._current and self._current else ""
        return Row(choice.id, mark + choice.label, choice.detail)

    def choose(self, row: Row) -> None:
        """Give the id back."""
        self.dismiss(row.id)

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        """Pass it on for a preview."""
        event.stop()
        if self._tell is not None and event.row is not None:
            self._tell(event.row.id)
