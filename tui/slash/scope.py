"""What a running script remembers: variables, the last result, and closures as values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tui.domain.errors import CommandError
from tui.domain.safetext import clean_line
from tui.slash.fuzzy import did_you_mean
from tui.slash.syntax import Closure


@dataclass(frozen=True, slots=True)
class Bound:
    """A closure with the variables that it sees."""

    closure: Closure
    scope: Scope
    elsewhere: bool = False
    """Whether it stands in another text than the script: columns in it mean nothing there."""

    def __str__(self) -> str:
        return "[Closure]"


Value = str | int | float | Bound
"""What a parameter or a variable can hold. Lists and objects are JSON text."""


@dataclass(slots=True)
class Scope:
    """The variables of one closure; what it does not have is looked for in the one around it."""

    parent: Scope | None = None
    names: dict[str, Value] = field(default_factory=dict)
    times_index: int | None = None
    """Which round of a `/times` it is the scope of."""
    given: Mapping[str, Value] = field(default_factory=dict)
    """What `/run` was given by name, for `{{arg::name}}`."""
    pipe: Value | None = None
    """The last command's result; None: no command ran yet, that around it counts."""

    def _around(self) -> Iterator[Scope]:
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent

    def has(self, name: str) -> bool:
        """Whether there is such a variable, here or around."""
        return any(name in each.names for each in self._around())

    def get(self, name: str) -> Value:
        """A variable's value; empty when there is none."""
        return next((each.names[name] for each in self._around() if name in each.names), "")

    def declare(self, name: str, value: Value, column: int = 0) -> None:
        """Make a variable here. Raises CommandError: there is one of that name."""
        if name in self.names:
            raise CommandError(
                f"the variable {clean_line(name, 40)} is there already",
                hint="/var changes it",
                column=column,
            )
        self.names[name] = value

    def assign(self, name: str, value: Value, column: int = 0) -> None:
        """Change the nearest variable of that name. Raises CommandError: there is none."""
        for each in self._around():
            if name in each.names:
                each.names[name] = value
                return
        raise self.missing(name, column)

    def missing(self, name: str, column: int = 0) -> CommandError:
        """The error that says that there is no such variable."""
        return CommandError(
            f"there is no variable {clean_line(name, 40)}",
            hint=did_you_mean(name, self.known()) or "/let makes one",
            column=column,
        )

    def known(self) -> list[str]:
        """Names of all variables that are seen from here."""
        return list(dict.fromkeys(name for each in self._around() for name in each.names))

    def piped(self) -> Value:
        """What `{{pipe}}` stands for."""
        return next((each.pipe for each in self._around() if each.pipe is not None), "")

    @property
    def round(self) -> int | None:
        """Which round of the nearest `/times` it is, from 0; None outside."""
        return next((e.times_index for e in self._around() if e.times_index is not None), None)

    def arguments(self) -> Mapping[str, str]:
        """What `/run` was given by name, here and around."""
        outermost_first = reversed([each.given for each in self._around()])
        return {name: str(value) for given in outermost_first for name, value in given.items()}

    def has_argument(self, name: str) -> bool:
        """Whether a `/run` around gave an argument of that name; an empty `*` is none."""
        return any(
            name in each.given and (name != "*" or each.given[name] != "")
            for each in self._around()
        )
