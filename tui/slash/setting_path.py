"""Settings by dotted path: which there are, and turning typed text into their values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from math import isfinite
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from tui.domain.errors import CommandError
from tui.domain.settings import ConnectionSettings, Settings
from tui.slash.fuzzy import did_you_mean

_WORDS = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}
_EMPTY = ("", "null", "none", "default")


def known_paths(settings: Settings) -> Iterator[tuple[str, str]]:
    """Every setting's dotted path with its line of help; each connection's own included."""
    for section in fields(Settings):
        value = getattr(settings, section.name)
        if is_dataclass(value):
            yield from _of(section.name, type(value))
        elif section.name == "connections":
            for name in value:
                yield from _of(f"connections.{name}", ConnectionSettings)


def _of(prefix: str, section: type[Any]) -> Iterator[tuple[str, str]]:
    for each in fields(section):
        yield f"{prefix}.{each.name}", each.metadata.get("help", "")


def current(settings: Settings, path: str, column: int = 0) -> object:
    """The value in force at a path; None when there is no such connection or key.

    Args:
        settings: Those in force.
        path: Dotted, e.g. `captioning.prompt`.
        column: Where the path was typed.

    Raises:
        CommandError: There is no such setting.
    """
    _annotation(settings, path, column)
    section, _, rest = path.partition(".")
    if section == "keys":
        return settings.keys.get(rest)
    if section == "connections":
        name, _, rest = rest.rpartition(".")
        return getattr(settings.connections.get(name), rest, None)
    value: object = getattr(getattr(settings, section), rest)
    return value


def parse_value(settings: Settings, path: str, text: str, column: int = 0) -> object:
    """Turn typed text into the value of a setting.

    Args:
        settings: Those in force, for the names of connections.
        path: Dotted, e.g. `captioning.prompt`.
        text: As typed; empty, `none` or `default` empty a setting that may be empty.
        column: Where the path was typed.

    Raises:
        CommandError: There is no such setting, or the text is no value of it.
    """
    annotation = _annotation(settings, path, column)
    allowed = _parts(annotation)
    text = text.strip()
    if NoneType in allowed and text.casefold() in _EMPTY:
        return None
    if get_origin(annotation) is Literal:
        return _choice(path, text, get_args(annotation), column)
    for kind, convert in ((bool, _switch), (int, int), (float, _finite)):
        if kind in allowed:
            try:
                return convert(text)
            except ValueError:
                continue
    if str in allowed:
        return text
    wanted = "true or false" if bool in allowed else "a number"
    raise CommandError(f"{path} cannot be {text[:40]!r}", hint=f"it can be {wanted}", column=column)


def _switch(text: str) -> bool:
    try:
        return _WORDS[text.casefold()]
    except KeyError:
        raise ValueError(text) from None


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError(text)
    return number


def _choice(path: str, text: str, choices: Sequence[str], column: int) -> str:
    for choice in choices:
        if choice.casefold() == text.casefold():
            return choice
    raise CommandError(
        f"{path} cannot be {text[:40]!r}", hint="it can be " + ", ".join(choices), column=column
    )


def _parts(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) in (Union, UnionType):
        return get_args(annotation)
    return (annotation,)


def _annotation(settings: Settings, path: str, column: int) -> Any:
    section, _, rest = path.partition(".")
    owner: Any = None
    if section == "keys" and rest:
        return str
    if section == "connections":
        _, _, rest = rest.rpartition(".")
        owner = ConnectionSettings
    elif section in {each.name for each in fields(Settings)}:
        owner = type(getattr(settings, section))
    hints = get_type_hints(owner) if is_dataclass(owner) else {}
    if rest not in hints:
        names = [name for name, _ in known_paths(settings)]
        raise CommandError(
            f"there is no setting {path[:60]!r}",
            hint=did_you_mean(path, names) or "F2 shows them all",
            column=column,
        )
    return hints[rest]
