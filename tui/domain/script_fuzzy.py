"""Which of several names a text means, though it may be misspelt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from tui.domain.errors import CommandError

Mode = Literal["first", "best"]

_MOST_WORK = 2_000_000
"""Characters of the text times names: about three seconds."""


def meant(text: str, names: Sequence[str], threshold: float, mode: Mode = "first") -> str:
    """The name that stands in a text, more or less; empty: none does.

    Args:
        text: What is searched, in any case.
        names: What is looked for.
        threshold: The share of a name that may be wrong, from 0 to 1.
        mode: The first name that fits, or the one that fits best.

    Raises:
        CommandError: That would take too long.
    """
    if len(text) * len(names) > _MOST_WORK:
        raise CommandError("the text is too long to be compared", hint="/substr shortens it")
    found, least = "", threshold
    for name in filter(None, names):
        wrong = errors(name.casefold(), text.casefold()) / len(name.casefold())
        if wrong <= threshold and mode == "first":
            return name
        if wrong < least or (wrong == least and not found):
            found, least = name, wrong
    return found


def errors(wanted: str, text: str) -> int:
    """The fewest letters to change, add or leave out until a name stands in a text.

    The columns of the table of edit distances are kept as the bits of two numbers, one for what
    grows and one for what shrinks (G. Myers, "A fast bit-vector algorithm for approximate string
    matching based on dynamic programming", 1999), so that time goes with the text's length.
    """
    if not wanted:
        return 0
    places: dict[str, int] = {}
    for at, letter in enumerate(wanted):
        places[letter] = places.get(letter, 0) | 1 << at
    last, every = 1 << (len(wanted) - 1), (1 << len(wanted)) - 1
    grows, shrinks = every, 0
    score = least = len(wanted)
    for letter in text:
        equal = places.get(letter, 0)
        kept = equal | shrinks
        along = ((((equal & grows) + grows) ^ grows) | equal) & every
        up, down = shrinks | (~(along | grows) & every), grows & along
        score += bool(up & last) - bool(down & last)
        least = min(least, score)
        up, down = up << 1 & every, down << 1 & every
        grows, shrinks = down | (~(kept | up) & every), up & kept
    return least
