"""When the popup of suggestions opens, and which keys it takes from the prompt."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from textual.widgets import TextArea

from tui.ui.widgets.completion_list import MOST_ROWS, CompletionList

if TYPE_CHECKING:
    from tui.slash.completion import Suggestion

Complete: TypeAlias = "Callable[[str, int], list[Suggestion]]"
"""What to offer for a text with the cursor at a place, counted in characters; best first."""

_LONGEST = 4000
"""Characters; nobody completes words in a text of this length."""


class Popup:
    """Ties a list of suggestions to a text area."""

    def __init__(
        self, area: TextArea, shown: CompletionList, complete: Complete | None = None
    ) -> None:
        self._area = area
        self._list = shown
        self._complete = complete
        self._offered_for: tuple[str, int] | None = None

    @property
    def cursor(self) -> int:
        """Where the cursor is, in characters from the start of the text."""
        row, column = self._area.cursor_location
        document = self._area.document
        return sum(len(document[line]) + 1 for line in range(row)) + column

    def offer(self, room: int) -> bool:
        """Ask anew what fits the text and show it; `room` is the rows free above."""
        if self._complete is None:
            return False
        text = self._area.text
        place = (text, self.cursor)
        if place == self._offered_for and self._list.is_open:
            return True
        self._offered_for = place
        fits = text and len(text) <= _LONGEST and self._area.selection.is_empty
        self._list.offer(self._complete(*place) if fits else [], min(MOST_ROWS, max(1, room)))
        return self._list.is_open

    def take_key(self, key: str, room: int) -> bool:
        """Act on a key if it is the popup's; else it is the prompt's."""
        if not self._list.is_open:
            if key != "tab" or not self._area.text:
                return False
            # In a command it completes or does nothing: leaving the prompt would surprise.
            return self.offer(room) or self._area.text.startswith("/")
        # Keys can be faster than the news of what they typed: never act on an older text's list.
        if not self.offer(room):
            return False
        match key:
            case "up" | "down":
                self._list.move(-1 if key == "up" else 1)
            case "pageup" | "pagedown":
                self._list.move(-MOST_ROWS if key == "pageup" else MOST_ROWS)
            case "escape":
                self._list.close()
            case "tab":
                self._use_chosen()
            case "enter" if self._enter_accepts():
                self._use_chosen()
            case "enter":
                self._list.close()
                return False
            case _:
                return False
        return True

    def use(self, suggestion: Suggestion) -> None:
        """Put a suggestion in place of the word it completes."""
        self._list.close()
        before = self._area.text[: suggestion.start]
        start = (before.count("\n"), len(before) - before.rfind("\n") - 1)
        result = self._area.replace(
            suggestion.insert, start, self._area.cursor_location, maintain_selection_offset=False
        )
        self._area.move_cursor(result.end_location)

    def _use_chosen(self) -> None:
        if self._list.chosen is not None:
            self.use(self._list.chosen)

    def _enter_accepts(self) -> bool:
        chosen = self._list.chosen
        return chosen is not None and enter_accepts(
            self._area.text[: self.cursor], chosen, navigated=self._list.navigated
        )


def enter_accepts(before: str, chosen: Suggestion, *, navigated: bool) -> bool:
    """Whether Enter takes the suggestion: never when what was typed is complete as it is.

    Args:
        before: The text up to the cursor.
        chosen: The highlighted suggestion.
        navigated: Whether it was moved to by hand.
    """
    typed = before[chosen.start :]
    words = before[: chosen.start].split()
    if chosen.insert.strip() == typed.strip():
        return False
    if navigated or not words:
        return True
    # An argument: a word of free text must not turn into a file's name by accident.
    return bool(typed) and len(words) == 1 and chosen.insert.lower().startswith(typed.lower())
