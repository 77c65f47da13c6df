"""What the command line of the composer offers while one types; pure but for listing folders."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from tui.domain.safetext import clean_line
from tui.services.picture_ids import read_id
from tui.slash.arguments import Kind, Parameter
from tui.slash.command import Command, Registry
from tui.slash.cursor import Place, find
from tui.slash.fuzzy import score
from tui.slash.macro_offers import macros, short_run, variables
from tui.slash.offers import LABEL, Offer, Suggestion, Values, ranked
from tui.slash.parser import NAMED_ARGUMENT, is_command
from tui.slash.path_listing import matching
from tui.slash.syntax import Source, Word, quote, skip_space

_MOST = 200
_NUMBERED = ("message", "range")
_FREE = ("text", "number", "decimal", "closure", "any")
"""Kinds of which nobody knows the values."""


def nothing(_kind: Kind) -> Iterable[Offer]:
    """Offer no values: for callers that have none."""
    return ()


def suggest(
    text: str,
    cursor: int,
    registry: Registry,
    values: Values = nothing,
    folder: Path | None = None,
) -> list[Suggestion]:
    """Say how the command being typed could go on, best first.

    Looks at one folder of the disk at most; call it in a thread where that may be slow.

    Args:
        text: The whole line.
        cursor: Column of the cursor; what stands behind it does not matter.
        registry: The commands there are.
        values: The values there are, by kind.
        folder: What relative paths are relative to; None: the working folder.
    """
    typed = text[:cursor]
    place = find(typed, registry) if is_command(typed) else None
    if place is None:
        return []
    end = next((at for at in range(place.start, len(typed)) if typed[at].isspace()), len(typed))
    name = typed[place.start + 1 : end]
    if name.startswith(":"):
        return short_run(place, name, end, values)[:_MOST]
    if len(typed) <= end:
        return _commands(name, place.start, registry)
    if (rows := macros(place, values)) is not None:
        return rows[:_MOST]
    command = registry.get(name)
    if command is None:
        return []
    return _Completion(place, end, command, registry, values, folder).rows()[:_MOST]


def _commands(typed: str, start: int, registry: Registry) -> list[Suggestion]:
    scored = []
    for place, command in enumerate(registry.registered):
        names = (command.name, *command.aliases)
        fits = {name: points for name in names if (points := score(typed, name)) is not None}
        if fits:
            best = [typed.casefold(), command.name, max(fits, key=lambda each: fits[each])]
            name = next(each for each in best if each in fits)
            row = _command_row(command, name, start)
            # What begins as typed comes in the order of use, /caption first; the rest by fit.
            begins = name.startswith(typed.casefold())
            rank = (name != typed.casefold(), not begins, place if begins else -fits[name])
            scored.append((rank, row))
    return [row for _, row in sorted(scored, key=lambda each: each[0])][:_MOST]


def _command_row(command: Command, name: str, start: int) -> Suggestion:
    shown = name if name == command.name else f"{name} = /{command.name}"
    gap = " " if command.parameters else ""
    return Suggestion(f"/{name}{gap}", start, f"/{shown}", command.summary)


class _Completion:
    """Completing the arguments of one command, which begins at a column and ends at the cursor."""

    def __init__(
        self,
        place: Place,
        end: int,
        command: Command,
        registry: Registry,
        values: Values,
        folder: Path | None,
    ) -> None:
        self.place = place
        self.typed = place.typed
        self.source = Source(place.typed)
        self.end = end
        self.command = command
        self.registry = registry
        self.values = values
        self.folder = folder

    def _word(self, start: int) -> Word:
        """The word at a column; a bar, which only a macro can bring here, is one of its letters."""
        word = self.source.word(start)
        if word.end == start < len(self.typed):
            return Word(self.typed[start], start, start + 1)
        return word

    def rows(self) -> list[Suggestion]:
        position = skip_space(self.typed, self.end)
        given: set[str] = set()
        while self.command.named and (match := NAMED_ARGUMENT.match(self.typed, position)):
            word = self.source.word(match.end())
            parameter = self.command.parameter(match.group(1))
            if self._at_cursor(word):
                return self._value(parameter, word) if parameter else []
            given.add(parameter.name if parameter else "")
            position = skip_space(self.typed, word.end)
        return self._places(position, given)

    def _at_cursor(self, word: Word) -> bool:
        """Whether the cursor is in or right behind the word, which is not yet finished."""
        return word.end >= len(self.typed) and not (word.quoted and word.closed)

    def _places(self, position: int, given: set[str]) -> list[Suggestion]:
        first = position
        ids: list[Suggestion] = []
        for parameter in self.command.positional:
            if parameter.rest and parameter.kind != "path":
                return [*self._names(first, position, given), *self._rest(parameter, position)]
            word = self._word(position)
            if parameter.kind == "picture":
                ids = self._ids(parameter, word) if self._at_cursor(word) else []
                if not self._at_cursor(word) and read_id(word.value) is not None:
                    position = skip_space(self.typed, word.end)
                continue
            while parameter.several and not self._at_cursor(word):
                position = skip_space(self.typed, word.end)
                word = self._word(position)
            if self._at_cursor(word):
                return [*ids, *self._value(parameter, word), *self._names(first, position, given)]
            if parameter.rest:
                return []
            position = skip_space(self.typed, word.end)
        return [*ids, *self._names(first, position, given)]

    def _ids(self, parameter: Parameter, word: Word) -> list[Suggestion]:
        """Ids of pictures, once the word can be one: before that there are better things."""
        typed = word.value.casefold()
        return [
            Suggestion(f"{value} ", word.start, value, clean_line(about, LABEL))
            for value, about in (self._offers(parameter) if typed else ())
            if value.startswith(typed)
        ]

    def _names(self, first: int, position: int, given: set[str]) -> list[Suggestion]:
        typed = self.typed[position:]
        if position != first or any(letter.isspace() for letter in typed):
            return []
        return [
            Suggestion(f"{each.name}=", position, f"{each.name}=", each.summary)
            for each in self.command.named
            if each.name.casefold().startswith(typed.casefold())
            and (each.several or each.name not in given)
        ]

    def _value(self, parameter: Parameter, word: Word) -> list[Suggestion]:
        if parameter.kind == "path":
            return self._paths(word, all_files=not parameter.rest)
        typed = word.value.removeprefix("#") if parameter.kind in _NUMBERED else word.value
        return [
            Suggestion(quote(value) + " ", word.start, clean_line(value, LABEL), about)
            for value, about in ranked(typed, self._offers(parameter))
        ]

    def _rest(self, parameter: Parameter, position: int) -> list[Suggestion]:
        return [
            Suggestion(_as_rest(value), position, clean_line(value, LABEL), about)
            for value, about in ranked(self.typed[position:], self._offers(parameter))
        ]

    def _offers(self, parameter: Parameter) -> Iterable[Offer]:
        if parameter.kind == "switch":
            return [("true", ""), ("false", "")]
        if parameter.choices:
            return [(choice, "") for choice in parameter.choices]
        known: dict[Kind, Callable[[], Iterable[Offer]]] = {
            "command": lambda: [(each.name, each.summary) for each in self.registry],
            "variable": lambda: variables(self.place, self.values),
            "script": lambda: [
                *((name, "closure") for name in self.place.closures),
                *self.values("script"),
            ],
            "range": lambda: self.values("message"),
        }
        if parameter.kind in known:
            return known[parameter.kind]()
        return () if parameter.kind in _FREE else self.values(parameter.kind)

    def _paths(self, word: Word, *, all_files: bool) -> list[Suggestion]:
        rows = []
        for entry in matching(word.value, self.folder, all_files=all_files):
            if entry.sort == "folder":
                insert = quote(f"{entry.path}/", close=False)
                rows.append(Suggestion(insert, word.start, f"{entry.name}/", "folder"))
            else:
                about = "picture" if entry.sort == "picture" else ""
                rows.append(Suggestion(f"{quote(entry.path)} ", word.start, entry.name, about))
        return rows


def _as_rest(value: str) -> str:
    """Written bare where a parameter takes the rest of the text, unless that would change it."""
    return (
        quote(value) if value.startswith('"') or "|" in value or value != value.strip() else value
    )
