"""What the command line of the composer offers while one types; pure but for listing folders."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tui.domain.safetext import clean_line
from tui.services.picture_ids import read_id
from tui.slash.arguments import Kind, Parameter
from tui.slash.command import Command, Registry
from tui.slash.fuzzy import score
from tui.slash.parser import NAMED_ARGUMENT, is_command
from tui.slash.path_listing import matching
from tui.slash.syntax import Word, quote, read_word, skip_space

_MOST = 200
_LABEL = 80

Offer = tuple[str, str]
"""A value and the words beside it."""
Values = Callable[[Kind], Iterable[Offer]]
"""Gives the values there are of a kind: names of connections, titles of chats."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One row of the popup."""

    insert: str
    """What replaces the text from `start` up to the cursor when the row is chosen."""
    start: int
    """Where the word being completed begins, in characters from the start of the text."""
    label: str
    """What the row shows; may be a file's name or a chat's title, cleaned, still plain data."""
    help: str = ""
    """The dim words beside it; empty for none."""
    picture: Path | None = None
    """A file that is attached when the row is chosen; then `insert` is empty."""


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
    if not is_command(typed):
        return []
    start = skip_space(typed, 0)
    name = typed[start + 1 :].split(maxsplit=1)[0] if typed[start + 1 :].strip() else ""
    end = start + 1 + len(name)
    if len(typed) <= end:
        return _commands(name, start, registry)
    command = registry.get(name)
    if command is None:
        return []
    return _Completion(typed, end, command, registry, values, folder).rows()[:_MOST]


def _commands(typed: str, start: int, registry: Registry) -> list[Suggestion]:
    scored = []
    for place, command in enumerate(registry.registered):
        names = (command.name, *command.aliases)
        fits = {name: points for name in names if (points := score(typed, name)) is not None}
        if fits:
            name = command.name if command.name in fits else max(fits, key=lambda each: fits[each])
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


@dataclass(slots=True)
class _Completion:
    """Completing the arguments of one command; `typed` ends at the cursor."""

    typed: str
    end: int
    """Column behind the command's name."""
    command: Command
    registry: Registry
    values: Values
    folder: Path | None

    def rows(self) -> list[Suggestion]:
        position = skip_space(self.typed, self.end)
        given: set[str] = set()
        while self.command.named and (match := NAMED_ARGUMENT.match(self.typed, position)):
            word = read_word(self.typed, match.end())
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
            word = read_word(self.typed, position)
            if parameter.kind == "picture":
                ids = self._ids(parameter, word) if self._at_cursor(word) else []
                if not self._at_cursor(word) and read_id(word.value) is not None:
                    position = skip_space(self.typed, word.end)
                continue
            while parameter.several and not self._at_cursor(word):
                position = skip_space(self.typed, word.end)
                word = read_word(self.typed, position)
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
            Suggestion(f"{value} ", word.start, value, clean_line(about, _LABEL))
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
        return [
            Suggestion(quote(value) + " ", word.start, clean_line(value, _LABEL), about)
            for value, about in _ranked(word.value, self._offers(parameter))
        ]

    def _rest(self, parameter: Parameter, position: int) -> list[Suggestion]:
        return [
            Suggestion(_as_rest(value), position, clean_line(value, _LABEL), about)
            for value, about in _ranked(self.typed[position:], self._offers(parameter))
        ]

    def _offers(self, parameter: Parameter) -> Iterable[Offer]:
        match parameter.kind:
            case "switch":
                return [("true", ""), ("false", "")]
            case _ if parameter.choices:
                return [(choice, "") for choice in parameter.choices]
            case "command":
                return [(each.name, each.summary) for each in self.registry]
            case "text" | "number":
                return ()
            case kind:
                return self.values(kind)

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


def _ranked(typed: str, offers: Iterable[Offer]) -> Sequence[Offer]:
    """Those that fit, best first; with nothing typed all, in the order given."""
    scored = [
        (-points, at, offer)
        for at, offer in enumerate(offers)
        if (points := score(typed.strip().removeprefix('"'), offer[0])) is not None
    ]
    return [offer for _, _, offer in sorted(scored, key=lambda each: each[:2])]


def _as_rest(value: str) -> str:
    """Written bare where a parameter takes the rest of the text, unless that would change it."""
    return (
        quote(value) if value.startswith('"') or "|" in value or value != value.strip() else value
    )
