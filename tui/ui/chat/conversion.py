"""A paste that became pictures, for as long as Ctrl+Z can make it text again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Conversion:
    """What took the place of what."""

    text: str
    """As it was pasted."""
    keys: tuple[str, ...]
    """The pictures that came of it."""
    prompt: str
    """What stood in the prompt then; with another text it is the text's own undo."""


class Conversions:
    """Remembers the last one.

    Args:
        prompt: Gives what stands in the prompt.
        drop: Takes a picture away.
        put: Puts a text at the cursor.
    """

    def __init__(
        self, prompt: Callable[[], str], drop: Callable[[str], None], put: Callable[[str], None]
    ) -> None:
        self._prompt = prompt
        self._drop = drop
        self._put = put
        self._last: Conversion | None = None

    def note(self, text: str, keys: Sequence[str]) -> None:
        """These pictures came of this text."""
        self._last = Conversion(text, tuple(keys), self._prompt())

    def forget(self) -> None:
        """Too much has happened since."""
        self._last = None

    def undo(self) -> bool:
        """Put the text back; False when there is none, or the prompt was changed since."""
        last, self._last = self._last, None
        if last is None or last.prompt != self._prompt():
            return False
        for key in last.keys:
            self._drop(key)
        self._put(last.text)
        return True
