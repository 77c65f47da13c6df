"""Finding what was meant from a few typed characters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")

_BOUNDARIES = " _-./:#"


def score(query: str, text: str) -> float | None:
    """Tell how well a text fits a query, or None when it does not fit at all.

    A run of characters beats the same characters spread out; the start of the text, or of a word
    in it, beats the middle; a shorter text beats a longer one.

    Args:
        query: Lower case, as typed; empty fits everything equally.
        text: Lower case.
    """
    if not query:
        return 0.0
    at = text.find(query)
    if at >= 0:
        start = 3.0 if at == 0 else 2.0 if text[at - 1] in _BOUNDARIES else 1.0
        return start + len(query) / (len(text) + 1)
    if " " in query:
        return _every_word(query.split(), text)
    return _scattered(query, text)


def _every_word(words: list[str], text: str) -> float | None:
    found = [score(word, text) for word in words]
    known = [value for value in found if value is not None]
    return min(known) if known and len(known) == len(found) else None


def _scattered(query: str, text: str) -> float | None:
    at = -1
    gaps = 0
    for character in query:
        found = text.find(character, at + 1)
        if found < 0:
            return None
        gaps += found - at - 1 if at >= 0 else 0
        at = found
    return 1.0 / (2.0 + gaps)


def best(query: str, items: Iterable[T], text: Callable[[T], str]) -> list[T]:
    """The items that fit, the best first; equally good ones keep their order.

    Args:
        query: As typed, in any case.
        items: What there is to choose from.
        text: What of an item is compared.
    """
    query = query.strip().lower()
    if not query:
        return list(items)
    scored = ((score(query, text(item).lower()), item) for item in items)
    fitting = [(value, item) for value, item in scored if value is not None]
    fitting.sort(key=lambda pair: -pair[0])
    return [item for _, item in fitting]
