"""Gives each parameter of a command what was typed for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tui.domain.errors import CommandError
from tui.services.picture_ids import read_id
from tui.slash.arguments import NOT_TYPED, Arguments, Parameter, Typed
from tui.slash.command import Command
from tui.slash.fuzzy import nearest
from tui.slash.reader import Reader
from tui.slash.scope import Bound, Value
from tui.slash.syntax import (
    Argument,
    Call,
    Closure,
    Part,
    Source,
    Text,
    Word,
    plain,
    skip_space,
    unquoted,
)

_TAKES_CLOSURES = ("closure", "any", "script")


class Fill(Protocol):
    """Makes values of what is in a call."""

    def text(self, text: str) -> str:
        """Put in what macros stand for."""
        ...

    def trial(self) -> Callable[[str], str]:
        """Says what macros would give, text by text, and changes nothing."""
        ...

    def closure(self, closure: Closure) -> Value:
        """The closure as a value, or its result when it is run where it stands."""
        ...


@dataclass(slots=True)
class _Binder:
    command: Command
    fill: Fill
    values: dict[str, list[Value]] = field(default_factory=dict)
    columns: dict[str, int] = field(default_factory=dict)
    extra: dict[str, Value] = field(default_factory=dict)
    typed: dict[str, Typed] = field(default_factory=dict)
    absent: list[str] = field(default_factory=list)

    def put(self, parameter: Parameter, value: Value, column: int) -> None:
        known = self.values.setdefault(parameter.name, [])
        if not parameter.several:
            known.clear()
        known.append(value)
        self.columns[parameter.name] = column

    def convert(self, parameter: Parameter, item: Word | Closure) -> Value:
        if isinstance(item, Word):
            text = self.fill.text(item.value)
            return parameter.convert(Word(text, item.start, item.end, item.quoted))
        value = self.fill.closure(item)
        if not isinstance(value, Bound):
            return parameter.convert(Word(str(value), item.start, item.end))
        if parameter.kind not in _TAKES_CLOSURES:
            raise CommandError(
                f"{parameter.name} cannot be a closure",
                hint="() behind it gives its result",
                column=item.start,
            )
        return value

    def defaults(self) -> None:
        for each in self.command.parameters:
            if each.default and each.name not in self.values:
                self.put(each, each.convert(Word(each.default, 0, 0)), 0)
                self.absent.append(each.name)

    def arguments(self) -> Arguments:
        absent = frozenset(self.absent)
        return Arguments(self.values, self.columns, self.extra, self.typed, absent)


def bind(call: Call, command: Command, fill: Fill, piped: Value | None = None) -> Arguments:
    """Give each parameter what was typed for it.

    Args:
        call: As parsed.
        command: The command of that name.
        fill: Makes values of texts and closures.
        piped: The result of the command before, where it comes in; None: nothing does.

    Raises:
        CommandError: Something is missing, too much, unknown, or of the wrong kind.
    """
    binder = _Binder(command, fill)
    for argument in call.named:
        _bind_named(binder, argument)
    if call.parts:
        _bind_places(binder, call)
    elif piped is not None and piped != "":
        _bind_piped(binder, piped, call.end)
    for each in command.parameters:
        if each.required and each.name not in binder.values:
            raise CommandError(
                f"/{call.name} needs {each.name}", hint=each.summary, column=call.end
            )
    binder.defaults()
    return binder.arguments()


def _bind_named(binder: _Binder, argument: Argument) -> None:
    parameter = binder.command.parameter(argument.name)
    if parameter is None:
        value = argument.value
        binder.extra[argument.name] = (
            binder.fill.text(value.value) if isinstance(value, Word) else binder.fill.closure(value)
        )
        return
    binder.put(parameter, binder.convert(parameter, argument.value), argument.value.start)


def check_name(command: Command, argument: Argument) -> None:
    """Refuse a name that looks like a slip of one that the command takes.

    A name that is like none of them is let pass, as scripts from SillyTavern expect.

    Raises:
        CommandError: With the name that was probably meant.
    """
    if command.takes_any_name or command.parameter(argument.name) is not None:
        return
    meant = nearest(argument.name, [each.name for each in command.named])
    if meant:
        raise CommandError(
            f"/{command.name} takes no {argument.name}=",
            hint=f"did you mean {meant}? put text that contains = in quotes",
            column=argument.start,
        )


def _bind_places(binder: _Binder, call: Call) -> None:
    reader = Reader(call)
    for parameter in binder.command.positional:
        if reader.done:
            return
        column = reader.column
        if parameter.unless in binder.values:
            continue
        if parameter.rest:
            _bind_rest(binder, parameter, call, reader.rest(), column)
            return
        item = reader.peek()
        if parameter.kind == "picture" and not _names_picture(item, binder.fill):
            continue
        while True:
            binder.put(parameter, binder.convert(parameter, _closed(reader.take())), column)
            if not parameter.several or reader.done:
                break
    while argument := reader.named() if binder.command.named else None:
        check_name(binder.command, argument)
        _bind_named(binder, argument)
    if not reader.done:
        raise CommandError("that is more than the command takes", column=reader.column)


def _names_picture(item: Word | Closure, fill: Fill) -> bool:
    return isinstance(item, Word) and read_id(fill.trial()(item.value)) is not None


def _closed(item: Word | Closure) -> Word | Closure:
    if isinstance(item, Word) and not item.closed:
        raise CommandError(
            "the closing quote is missing", hint=r"write \" for a quote in text", column=item.start
        )
    return item


def _bind_rest(
    binder: _Binder, parameter: Parameter, call: Call, parts: Sequence[Part], column: int
) -> None:
    if parameter.kind == "path":
        binder.typed[parameter.name] = _typed(call, parts, binder.fill)
    if len(parts) == 1 and isinstance(parts[0], Closure):
        binder.put(parameter, binder.convert(parameter, parts[0]), column)
        return
    raw = parameter.verbatim and binder.values.get("raw", [True])[-1] is not False
    texts: list[str] = []
    for at, part in enumerate(parts):
        if isinstance(part, Closure):
            texts.append(str(binder.fill.closure(part)))
        else:
            meant = plain if raw or at else unquoted
            texts.append(binder.fill.text(meant(part.raw, strict=call.strict)))
    word = Word("".join(texts), column, parts[-1].end)
    binder.put(parameter, parameter.convert(word), column)


def _typed(call: Call, parts: Sequence[Part], fill: Fill) -> Typed:
    if len(parts) != 1 or not isinstance(parts[0], Text):
        return NOT_TYPED
    source = Source(parts[0].raw)
    # The whole text is expanded once, by who binds it; this looks at the same piece by piece.
    expand, expand_behind = fill.trial(), fill.trial()
    words: list[str] = []
    at = behind = 0
    while at < len(source.text):
        word = source.word(at, strict=call.strict)
        words.append(expand(word.value))
        at = skip_space(source.text, max(word.end, at + 1))
        if not behind:
            behind = at
            expand_behind(word.value)
    rest = expand_behind(unquoted(source.text[behind:], strict=call.strict))
    return Typed(tuple(words), rest, plain=fill.trial()(source.text) == source.text)


def _bind_piped(binder: _Binder, piped: Value, column: int) -> None:
    for parameter in binder.command.positional:
        if parameter.unless in binder.values:
            continue
        if parameter.kind == "picture" and read_id(str(piped)) is None:
            continue
        if isinstance(piped, Bound):
            if parameter.kind not in _TAKES_CLOSURES:
                piped = str(piped)
            else:
                binder.put(parameter, piped, column)
                return
        binder.put(parameter, parameter.convert(Word(str(piped), column, column)), column)
        return
