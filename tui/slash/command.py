"""What a command is, and the list of those there are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field

from tui.domain.errors import CommandError
from tui.domain.safetext import clean_line
from tui.slash.arguments import Arguments, Parameter
from tui.slash.context import Context
from tui.slash.fuzzy import did_you_mean
from tui.slash.scope import Value
from tui.slash.syntax import Grammar

Handler = Callable[[Context, Arguments], Awaitable[Value | None]]
"""Gives back the command's result; None is the same as nothing."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command, with all that help and completion need to know of it."""

    name: str
    summary: str
    """One line, lower case, without a full stop."""
    handler: Handler = field(repr=False)
    parameters: tuple[Parameter, ...] = ()
    aliases: tuple[str, ...] = ()
    example: str = ""
    """One line as it could be typed."""
    returns: str = ""
    """What the next command gets, in a few words; empty: nothing."""
    takes_any_name: bool = False
    """Whether `name=value` may have any name: what is run gets it."""
    runs: bool = False
    """Whether it runs a script that does not stand in its own line."""

    def __post_init__(self) -> None:
        rests = [at for at, each in enumerate(self.positional) if each.rest]
        if rests and rests != [len(self.positional) - 1]:
            raise ValueError(f"/{self.name}: only the last parameter can take the rest")

    @property
    def named(self) -> tuple[Parameter, ...]:
        """Parameters given as `name=value`."""
        return tuple(each for each in self.parameters if each.named)

    @property
    def positional(self) -> tuple[Parameter, ...]:
        """Parameters given by their place, in order."""
        return tuple(each for each in self.parameters if not each.named)

    @property
    def grammar(self) -> Grammar:
        """How the parser reads its text."""
        places = self.positional
        names = self.takes_any_name or len(places) < len(self.parameters)
        if not places or not places[-1].rest:
            return Grammar(words=-1, names=names)
        words = -1 if any(each.several for each in places[:-1]) else len(places) - 1
        return Grammar(words, places[-1].verbatim, names)

    @property
    def brief(self) -> str:
        """How it is typed without the arguments that have names, e.g. `/edit N [text]`."""
        return " ".join([f"/{self.name}", *(each.usage for each in self.positional)])

    @property
    def usage(self) -> str:
        """How it is typed, e.g. `/edit N [text]`."""
        return " ".join([f"/{self.name}", *(each.usage for each in self.parameters)])

    def parameter(self, name: str) -> Parameter | None:
        """The named parameter called so, by its name or alias."""
        wanted = name.casefold()
        for each in self.named:
            if wanted in (spelling.casefold() for spelling in (each.name, *each.aliases)):
                return each
        return None


class Registry:
    """The commands there are, by name and alias."""

    def __init__(self, commands: Iterable[Command] = ()) -> None:
        self._commands: list[Command] = []
        self._lent: list[Command] = []
        self._by_name: dict[str, Command] = {}
        for command in commands:
            self.add(command)

    def add(self, command: Command) -> None:
        """Register a command.

        Raises:
            ValueError: Its name or an alias is taken, which is a mistake in the program.
        """
        for name in (command.name, *command.aliases):
            if name in self._by_name:
                raise ValueError(f"/{name} is defined twice")
            self._by_name[name] = command
        self._commands.append(command)

    def lend(self, commands: Iterable[Command]) -> None:
        """Have further commands until others are lent; those whose name is taken are left out."""
        for command in self._lent:
            del self._by_name[command.name]
        self._lent = []
        for command in commands:
            if command.name not in self._by_name:
                self._by_name[command.name] = command
                self._lent.append(command)

    def __iter__(self) -> Iterator[Command]:
        return iter(sorted((*self._commands, *self._lent), key=lambda each: each.name))

    @property
    def registered(self) -> tuple[Command, ...]:
        """The commands in the order in which they were added: the most used families first."""
        return (*self._commands, *self._lent)

    @property
    def lent(self) -> tuple[Command, ...]:
        """Those of them that were lent."""
        return tuple(self._lent)

    def names(self) -> list[str]:
        """Every name and alias."""
        return list(self._by_name)

    def get(self, name: str) -> Command | None:
        """The command of that exact name or alias."""
        return self._by_name.get(name)

    def grammar(self, name: str, column: int) -> Grammar:
        """How the command of that name reads its text. Raises CommandError: there is none."""
        return self.find(name, column).grammar

    def find(self, name: str, column: int = 0) -> Command:
        """The command of that name or alias.

        Raises:
            CommandError: There is none; the hint names the nearest.
        """
        command = self._by_name.get(name)
        if command is None:
            hint = did_you_mean(name, self._by_name, prefix="/") or "/help lists the commands"
            raise CommandError(
                f"there is no command /{clean_line(name, 40)}",
                hint=f"{hint} (// in front sends it as text)",
                column=column,
            )
        return command
