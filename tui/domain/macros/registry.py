"""Every macro by name."""

from __future__ import annotations

from tui.domain.macros.builtin import chance, clock, given, scripts, stored, texts
from tui.domain.macros.declaration import Declaration

_ALL = (
    *given.MACROS,
    *clock.MACROS,
    *chance.MACROS,
    *texts.MACROS,
    *stored.MACROS,
    *scripts.MACROS,
)
_BY_NAME = {name.lower(): each for each in _ALL for name in (each.name, *each.aliases)}


def known() -> tuple[Declaration, ...]:
    """All macros, family by family, for help and docs."""
    return _ALL


def find(name: str) -> Declaration | None:
    """The macro of a name or alias in lower case."""
    return _BY_NAME.get(name)
