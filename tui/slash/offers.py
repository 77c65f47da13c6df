"""What completion offers: its rows, where their values come from, and which fit best."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tui.slash.arguments import Kind
from tui.slash.fuzzy import score

LABEL = 80
"""Characters of a value that are shown."""
Offer = tuple[str, str]
"""A value and the words beside it."""
Values = Callable[[Kind], Iterable[Offer]]
"""Gives the values there are of a kind: names of connections, titles of chats."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One row of the popup."""

    insert: str
    """What replaces the text from `start` up to the cursor when the row is chosen."""
    start: int
    """Where the word being completed begins, in characters from the start of the text."""
    label: str
    """What the row shows; may be a file's name or a chat's title, cleaned, still plain data."""
    help: str = ""
    """The dim words beside it; empty for none."""
    picture: Path | None = None
    """A file that is attached when the row is chosen; then `insert` is empty."""


def ranked(typed: str, offers: Iterable[Offer]) -> Sequence[Offer]:
    """Those that fit, best first; with nothing typed all, in the order given."""
    scored = [
        (-points, at, offer)
        for at, offer in enumerate(offers)
        if (points := score(typed.strip().removeprefix('"'), offer[0])) is not None
    ]
    return [offer for _, _, offer in sorted(scored, key=lambda each: each[:2])]
