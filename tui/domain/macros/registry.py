"""Every macro by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.domain.macros.builtin import chance, clock, given, scripts, stored, texts
from tui.domain.macros.declaration import Declaration

FAMILIES: Mapping[str, Sequence[Declaration]] = {
    "Who, what and where": given.MACROS,
    "Time": clock.MACROS,
    "Chance": chance.MACROS,
    "Text": texts.MACROS,
    "Variables": stored.MACROS,
    "Scripts": scripts.MACROS,
}
"""All macros under what they have in common."""
_ALL = tuple(each for family in FAMILIES.values() for each in family)
_BY_NAME = {name.lower(): each for each in _ALL for name in (each.name, *each.aliases)}


def known() -> tuple[Declaration, ...]:
    """All macros, family by family, for help and docs."""
    return _ALL


def find(name: str) -> Declaration | None:
    """The macro of a name or alias in lower case."""
    return _BY_NAME.get(name)
