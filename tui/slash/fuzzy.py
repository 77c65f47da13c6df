"""How well a few typed letters fit a name, and which name was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_PREFIX, _WORD, _INSIDE, _SCATTERED = 1000, 700, 500, 200
_BREAKS = "-_ ./"


def score(typed: str, name: str) -> int | None:
    """Say how well the letters fit, higher is better; None: they do not.

    They fit when they all occur in order; best at the beginning, then at the beginning of a
    word, then together, then scattered. Shorter names win a draw.
    """
    wanted, text = typed.casefold(), name.casefold()
    if not wanted:
        return 0
    at = text.find(wanted)
    if at == 0:
        return _PREFIX - len(text)
    if at > 0:
        return (_WORD if text[at - 1] in _BREAKS else _INSIDE) - len(text) - at
    gaps = _gaps(wanted, text)
    return None if gaps is None else _SCATTERED - gaps - len(text)


def _gaps(wanted: str, text: str) -> int | None:
    at, gaps = -1, 0
    for letter in wanted:
        found = text.find(letter, at + 1)
        if found < 0:
            return None
        gaps += found - at - 1
        at = found
    return gaps


def nearest(typed: str, names: Iterable[str]) -> str:
    """The name that was probably meant, or nothing."""
    known = {name.casefold(): name for name in names}
    wanted = typed.casefold()
    if wanted in known:
        return known[wanted]
    close = get_close_matches(wanted, known, n=1, cutoff=0.6)
    if close:
        return known[close[0]]
    longer = [name for name in known if len(wanted) > 2 and name.startswith(wanted)]
    return known[min(longer, key=len)] if longer else ""


def did_you_mean(typed: str, names: Iterable[str], *, prefix: str = "") -> str:
    """A hint "did you mean …?", or nothing when no name is near."""
    name = nearest(typed, names)
    return f"did you mean {prefix}{name}?" if name else ""
