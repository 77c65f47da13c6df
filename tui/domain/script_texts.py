"""Cutting texts in scripts: by place, by sentence, by tokens."""

from __future__ import annotations

import re
from bisect import bisect_right
from unicodedata import category

from tui.domain.prompt import estimate_tokens

_SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]+[\"'”’)\]*_]*\s+|[。！？]+[”’」』）】]*\s*|\n\s*")
_ENDS = frozenset(".!?…\"'”’)]}*_`」』】）")
_WIDE_ENDS = frozenset("。！？…")
_VARIANT = "\ufe0f"
"""Behind a sign: it is to be drawn as an emoji."""


def part(text: str, start: float = 0, end: float | None = None) -> str:
    """The characters from one place up to another, by the rules of JavaScript's slice.

    Args:
        text: Counted in characters, never cut inside one.
        start: From 0; a negative number counts from the end, fractions do not count.
        end: The first that is left out; None: none is.
    """
    # Beyond the text all places are the same, and a slice takes no endless numbers.
    most = len(text)
    places = (None if at is None else int(max(-most, min(at, most))) for at in (start, end))
    return text[slice(*places)]


def from_sentence(text: str) -> str:
    """The text from where its first whole sentence begins; all of it when none begins inside."""
    match = _SENTENCE_END.search(text)
    return (text[match.end() :] if match else "") or text


def to_sentence(text: str) -> str:
    """The text up to the end of its last whole sentence; all of it when there is no end.

    A quote, a bracket, an asterisk or an emoji ends one, too, as in the talk of characters.
    """
    for at in range(len(text) - 1, -1, -1):
        if _ends(text, at):
            behind = at + 1
            return text[: behind + text.startswith(_VARIANT, behind)]
    return text.rstrip()


def _ends(text: str, at: int) -> bool:
    letter = text[at]
    if letter in _WIDE_ENDS:
        return True
    if letter in _ENDS:
        # What follows a space opens; what a letter follows is inside a word or a number.
        closes = at > 0 and not text[at - 1].isspace()
        return closes and not text[at + 1 : at + 2].isalnum()
    return letter > "\u2000" and category(letter) in ("So", "Sk")


def to_tokens(text: str, limit: int, *, from_end: bool = False) -> str:
    """As much of the beginning or of the end as fits into a number of tokens (estimated).

    Args:
        text: What is cut.
        limit: The most tokens that are left.
        from_end: Whether the end is kept instead of the beginning.
    """
    if estimate_tokens(text) <= limit:
        return text

    def kept(count: int) -> str:
        return text[len(text) - count :] if from_end else text[:count]

    # A token has at most four characters.
    lengths = range(min(len(text), 4 * max(limit, 0)) + 1)
    fitting = bisect_right(lengths, limit, key=lambda count: estimate_tokens(kept(count)))
    return kept(max(fitting - 1, 0))
