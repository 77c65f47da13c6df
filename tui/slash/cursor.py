"""Which command of an unfinished script the cursor is in, for completion."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from tui.domain.errors import CommandError
from tui.slash.command import Registry
from tui.slash.parser import Parser
from tui.slash.syntax import Argument, Call, Closure, Grammar, Text, Word

_NAME = re.compile(r'[^\s\[\]{}|":=]+')


@dataclass(frozen=True, slots=True)
class Place:
    """The command that is being typed."""

    start: int
    """Column of its slash."""
    typed: str
    """All text up to the cursor; closures and lists of this command are letters of one word."""
    variables: tuple[str, ...]
    """Names of variables that the text makes, the latest first."""
    closures: Mapping[str, tuple[str, ...]]
    """Variables that hold a closure, with the names of what that takes."""


def find(typed: str, registry: Registry) -> Place | None:
    """Say which command ends the text; None: the cursor is in none, or in a comment or a list."""
    tracker = _Tracker(typed, registry)
    with suppress(CommandError):  # it is not finished
        tracker.script()
    return tracker.place()


class _Tracker(Parser):
    """Parses, and remembers what is open where the text ends."""

    def __init__(self, text: str, registry: Registry) -> None:
        super().__init__(text, self._any_grammar, strict=False)
        self._registry = registry
        self._calls: list[tuple[int, int]] = []
        """Commands that have not ended: where they begin, and in how many closures."""
        self._solid: list[tuple[int, int]] = []
        self._is_hidden = False
        self._variables: dict[str, None] = {}
        self._closures: dict[str, tuple[str, ...]] = {}

    def _any_grammar(self, name: str, _column: int) -> Grammar:
        command = self._registry.get(name)
        return command.grammar if command else Grammar()

    def place(self) -> Place | None:
        """Where the text ends."""
        if self._is_hidden or not self._calls:
            return None
        start, depth = self._calls[-1]
        if len(self._opened) > depth:
            return None
        pieces: list[str] = []
        at = 0
        for first, end in sorted(self._solid):
            if first >= max(at, start):
                pieces += [self._text[at:first], "x" * (end - first)]
                at = end
        typed = "".join(pieces) + self._text[at:]
        return Place(start, typed, tuple(reversed(self._variables)), self._closures)

    def _call(self, broken: bool) -> Call:
        self._calls.append((self._at, len(self._opened)))
        call = super()._call(broken)
        if self._at < len(self._text):
            self._calls.pop()
            self._learn(call)
        return call

    def _closure(self) -> Closure:
        start = self._at
        closure = super()._closure()
        self._solid.append((start, self._at))
        return closure

    def _parameters(self) -> tuple[Argument, ...]:
        parameters = super()._parameters()
        self._variables.update((each.name, None) for each in parameters)
        return parameters

    def _list(self) -> Word:
        self._is_hidden = True
        word = super()._list()
        self._is_hidden = False
        self._solid.append((word.start, word.end))
        return word

    def _comment(self) -> bool:
        self._is_hidden = True
        found = super()._comment()
        self._is_hidden = False
        return found

    def _learn(self, call: Call) -> None:
        """Remember which variable a command makes, and what the closure in it takes."""
        command = self._registry.get(call.name)
        if call.name != "let" and not (
            command and any(each.kind == "variable" for each in command.parameters)
        ):
            return
        named = [each.value for each in call.named if each.name == "key"]
        first = call.parts[0] if call.parts else None
        if named and isinstance(named[-1], Word):
            name = named[-1].value
        elif isinstance(first, Text):
            name = first.raw.split(maxsplit=1)[0] if first.raw.strip() else ""
        else:
            return
        if not _NAME.fullmatch(name):
            return
        self._variables.pop(name, None)
        self._variables[name] = None
        closure = call.parts[-1] if call.parts else None
        if isinstance(closure, Closure):
            self._closures[name] = tuple(each.name for each in closure.parameters)
