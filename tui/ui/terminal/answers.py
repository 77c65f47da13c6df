"""Where the terminal's answers go while somebody waits for one; otherwise they are dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

CLIPBOARD = "\x1b]5522;"
"""How kitty's answers about the clipboard begin."""


class Answers:
    """Hands answers from the thread that reads the terminal to whoever listens."""

    def __init__(self) -> None:
        self._take: Callable[[str], None] | None = None

    @contextmanager
    def listening(self, take: Callable[[str], None]) -> Iterator[None]:
        """Give answers to `take`, which is called in the reading thread; one at a time listens."""
        self._take = take
        try:
            yield
        finally:
            self._take = None

    def tell(self, sequence: str) -> None:
        """Pass a control string on, without its end, if it is one that is waited for."""
        take = self._take
        if take is not None and sequence.startswith(CLIPBOARD):
            take(sequence)


ANSWERS = Answers()
"""Textual makes the parser itself, so that there is no other way to reach it."""
