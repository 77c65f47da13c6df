"""What can be said of a script before it runs: nothing happens after an error in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tui.domain.safetext import clean_line
from tui.slash.binding import bind, check_name
from tui.slash.command import Registry
from tui.slash.scope import Value
from tui.slash.syntax import Call, Closure, Script, Text, Word


def check(script: Script, registry: Registry) -> Script:
    """Check every command's arguments as far as they are known before it runs.

    Returns:
        The script itself.

    Raises:
        CommandError: A name, a value or a place is wrong.
    """
    for first, call in _calls(script):
        command = registry.find(call.name, call.start)
        for argument in call.named:
            check_name(command, argument)
        if _is_known(call) and (first or call.broken or call.parts or not command.positional):
            bind(call, command, _AsTyped())
    return script


def remarks(script: Script, registry: Registry) -> list[str]:
    """What of a script means nothing, in lines for the person who typed it."""
    lines = [
        f"{clean_line(text.raw, 40)!r} is no command and was left out: "
        + r"write \| for a bar in text"
        for text in script.ignored
    ]
    for _, call in _calls(script):
        command = registry.find(call.name, call.start)
        lines += [
            f"/{call.name} takes no {argument.name}=, which was left out: it takes "
            + (", ".join(each.name for each in command.named) or "none")
            for argument in call.named
            if not command.takes_any_name and command.parameter(argument.name) is None
        ]
    return lines


def names(script: Script) -> list[str]:
    """The commands that a script uses, each once, in the order in which they appear."""
    return list(dict.fromkeys(call.name for _, call in _calls(script)))


def texts(script: Script) -> list[str]:
    """All that is given to commands as text, as typed, with the macros in it."""
    return [text for _, call in _calls(script) for text in _texts(call)]


def runs_text(script: Script, registry: Registry) -> bool:
    """Whether text may be run as commands that `names` does not know: `/if left=1 "/send a"`."""
    for first, call in _calls(script):
        command = registry.find(call.name, call.start)
        takes = [each for each in command.parameters if each.kind == "closure"]
        if any(not each.named for each in takes):
            if not first and not call.broken and not call.parts:
                return True
            if any(isinstance(part, Text) and _may_be_command(part.raw) for part in call.parts):
                return True
        for argument in call.named:
            value = argument.value
            if command.parameter(argument.name) in takes and isinstance(value, Word):
                return True
    return False


def _may_be_command(text: str) -> bool:
    return "/" in text or "{{" in text


def _calls(script: Script) -> Iterator[tuple[bool, Call]]:
    """Every call, those in closures too, and whether it is the first of its script."""
    for at, call in enumerate(script.calls):
        yield at == 0, call
        for value in (*(each.value for each in call.named), *call.parts):
            yield from _within(value)


def _within(value: Word | Text | Closure) -> Iterator[tuple[bool, Call]]:
    if isinstance(value, Closure):
        yield from _calls(value.body)
        for parameter in value.parameters:
            yield from _within(parameter.value)


def _texts(call: Call) -> list[str]:
    return [
        value.value if isinstance(value, Word) else value.raw
        for value in (*(each.value for each in call.named), *call.parts)
        if not isinstance(value, Closure)
    ]


def _is_known(call: Call) -> bool:
    """Whether its arguments hold neither macros nor closures."""
    texts = _texts(call)
    return len(texts) == len(call.named) + len(call.parts) and not any("{{" in t for t in texts)


@dataclass(frozen=True, slots=True)
class _AsTyped:
    def text(self, text: str) -> str:
        return text

    def trial(self) -> Callable[[str], str]:
        return self.text

    def closure(self, closure: Closure) -> Value:
        return closure.source
