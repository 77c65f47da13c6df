"""What the command line of the composer offers while one types; pure but for listing folders."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One row of the popup."""

    insert: str
    """What replaces the text from `start` up to the cursor when the row is chosen."""
    start: int
    """Where the word being completed begins, in characters from the start of the text."""
    label: str
    """What the row shows; untrusted, since it may be a file's name or a chat's title."""
    help: str = ""
    """The dim words beside it; empty for none."""
