"""Finding what was meant from a few typed characters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from tui.slash.fuzzy import score

T = TypeVar("T")


def fit(query: str, text: str) -> int | None:
    """Tell how well a text fits; the words of the query may stand anywhere in it.

    Args:
        query: As typed, in any case.
        text: What it is compared with.

    Returns:
        Higher is better; None: it does not fit.
    """
    whole = score(query, text)
    if " " not in query or (whole is not None and query.casefold() in text.casefold()):
        return whole
    found = [score(word, text) for word in query.split()]
    known = [value for value in found if value is not None]
    return min(known) if known and len(known) == len(found) else None


def best(query: str, items: Iterable[T], text: Callable[[T], str]) -> list[T]:
    """The items that fit, the best first; equally good ones keep their order.

    Scattered letters count only where nothing holds the words themselves: in long texts they
    would find almost everything.

    Args:
        query: As typed, in any case.
        items: What there is to choose from.
        text: What of an item is compared.
    """
    words = query.casefold().split()
    everything = [(item, text(item).casefold()) for item in items]
    holding = [pair for pair in everything if all(word in pair[1] for word in words)]
    if not words:
        return [item for item, _ in everything]
    scored = ((fit(query.strip(), compared), item) for item, compared in holding or everything)
    fitting = [(value, item) for value, item in scored if value is not None]
    fitting.sort(key=lambda pair: -pair[0])
    return [item for _, item in fitting]
