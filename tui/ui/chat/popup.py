"""When the popup of suggestions opens, and which keys it takes from the prompt."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from textual.widgets import TextArea

from tui.ui.widgets.completion_list import MOST_ROWS, CompletionList

if TYPE_CHECKING:
    from tui.slash.offers import Suggestion
    from tui.ui.chat.at_path import AtPaths

Complete: TypeAlias = "Callable[[str, int], list[Suggestion]]"
"""What to offer for a text with the cursor at a place, counted in characters; best first."""

_LONGEST = 20_000
"""Characters; beyond that a key could be felt."""
_COMMAND_BEGINS = re.compile(r"\||\{:")


class Popup:
    """Ties a list of suggestions to a text area."""

    def __init__(
        self,
        area: TextArea,
        shown: CompletionList,
        complete: Complete | None = None,
        take_file: Callable[[Path, str], None] = lambda _path, _word: None,
    ) -> None:
        """Tie them together.

        Args:
            area: Where one writes.
            shown: The list above it.
            complete: What to offer; None: nothing but files behind an @.
            take_file: Takes a picture that was chosen, and the word that stood for it.
        """
        self._area = area
        self._list = shown
        self._complete = complete
        self._take_file = take_file
        self._at: AtPaths | None = None
        self._room = 1
        self._offered_for: tuple[str, int] | None = None

    @property
    def cursor(self) -> int:
        """Where the cursor is, in characters from the start of the text."""
        row, column = self._area.cursor_location
        document = self._area.document
        return sum(len(document[line]) + 1 for line in range(row)) + column

    def offer(self, room: int) -> bool:
        """Ask anew what fits the text and show it; `room` is the rows free above."""
        self._room = room
        text = self._area.text
        place = (text, self.cursor)
        if place == self._offered_for and self._list.is_open:
            return True
        self._offered_for = place
        fits = text and len(text) <= _LONGEST and self._area.selection.is_empty
        self._list.offer(self._rows(*place) if fits else [], min(MOST_ROWS, max(1, room)))
        return self._list.is_open

    def _rows(self, text: str, cursor: int) -> list[Suggestion]:
        if "@" in text[:cursor] and not text.lstrip().startswith("/"):
            return self._paths(text, cursor)
        return self._complete(text, cursor) if self._complete else []

    def _paths(self, text: str, cursor: int) -> list[Suggestion]:
        if self._at is None:
            from tui.ui.chat.at_path import AtPaths  # noqa: PLC0415 - with the first @ only

            self._at = AtPaths(self._offer_again)
        return self._at.suggest(text, cursor)

    def _offer_again(self) -> None:
        """More files were found; ask anew unless something else stands there meanwhile."""
        if self._area.is_attached and (self._area.text, self.cursor) == self._offered_for:
            self._offered_for = None
            self.offer(self._room)

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
        word = self._area.text[suggestion.start : self.cursor]
        start = (before.count("\n"), len(before) - before.rfind("\n") - 1)
        result = self._area.replace(
            suggestion.insert, start, self._area.cursor_location, maintain_selection_offset=False
        )
        self._area.move_cursor(result.end_location)
        if suggestion.picture is not None:
            self._take_file(suggestion.picture, word)

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
    words = _COMMAND_BEGINS.split(before[: chosen.start])[-1].split()
    if typed.startswith("@"):
        # Somebody's name must not turn into a file: only what begins like one does.
        word = typed.lstrip('@"').casefold()
        whole = chosen.label.casefold() == word
        return navigated or (bool(word) and not whole and _begins(chosen.label, word))
    if chosen.insert.strip() == typed.strip():
        return False
    if navigated or not words:
        return True
    # An argument: a word of free text must not turn into a file's name by accident.
    return bool(typed) and len(words) == 1 and chosen.insert.lower().startswith(typed.lower())


def _begins(path: str, word: str) -> bool:
    path = path.casefold()
    return path.startswith(word) or path.rpartition("/")[2].startswith(word)
