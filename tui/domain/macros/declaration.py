"""One declaration for each macro: the engine, the help and the docs read the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tui.domain.macros.environment import Environment

MANY = 1_000_000
"""As many arguments as one likes."""


@dataclass(frozen=True, slots=True)
class Call:
    """A macro at work, its arguments expanded."""

    environment: Environment
    arguments: Sequence[str] = ()
    place: str = ""
    """Which text and where in it: for choices that stay."""

    def argument(self, index: int, default: str = "") -> str:
        """The argument at a place, counted from 0."""
        return self.arguments[index] if index < len(self.arguments) else default


Run = Callable[[Call], str | None]
"""Gives what the macro stands for; None leaves it as typed."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """One macro, with all that help needs to know of it."""

    name: str
    """As it is usually written, `lastMessage`; case does not matter."""
    help: str
    """What it stands for: one line, lower case, without a full stop."""
    run: Run | None = field(default=None, repr=False)
    """None: the place where it is used gives it, or the engine itself does it."""
    usage: str = ""
    """What follows the name, e.g. `::NAME::VALUE`."""
    least: int = 0
    """Fewest arguments."""
    most: int = 0
    aliases: tuple[str, ...] = ()

    @property
    def written(self) -> str:
        """How it is typed."""
        return f"{{{{{self.name}{self.usage}}}}}"

    def takes(self, count: int) -> bool:
        """Whether it can be called with so many arguments."""
        return self.least <= count <= self.most
