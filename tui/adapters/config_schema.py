"""The tree of settings as dotted paths: which there are, their types, putting a value in."""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Literal

from tui.domain.errors import ConfigError
from tui.domain.safetext import clean_line
from tui.domain.settings import ConnectionSettings, Settings

Path = tuple[str, ...]
"""("chat", "connection"), ("connections", "kitchen", "url"), ("keys", "chat.stop")."""

ALIASES: Mapping[Path, Path] = {
    ("extensions", "models", "captioning"): ("extras", "captioningModel"),
}
"""Other names that are accepted: SillyTavern calls the local model so."""


@cache
def hints(kind: type[object]) -> dict[str, Any]:
    """The fields of a section with their types, resolved."""
    return typing.get_type_hints(kind)


@cache
def sections() -> dict[str, Any]:
    """The sections that have fields of their own: all but `connections` and `keys`."""
    found = hints(Settings).items()
    return {name: kind for name, kind in found if dataclasses.is_dataclass(kind)}


def dotted(path: Path) -> str:
    """The path as people write it."""
    return ".".join(path)


def split(text: str) -> Path:
    """Turn a dotted path into its parts; names of connections and keys may contain dots.

    Raises:
        ConfigError: There is no such setting, with the likeliest one as hint.
    """
    parts = tuple(text.split("."))
    path = ALIASES.get(parts, parts)
    head, rest = path[0], ".".join(path[1:])
    if head == "keys" and rest:
        return ("keys", rest)
    if head == "connections" and rest:
        name, _, last = rest.rpartition(".")
        if name and last in hints(ConnectionSettings):
            return ("connections", name, last)
        return ("connections", rest)
    if len(path) == 2 and head in sections() and path[1] in hints(sections()[head]):
        return path
    raise unknown(path)


def unknown(path: Path) -> ConfigError:
    """The error for a setting that does not exist."""
    found = _nearest(path)
    return ConfigError(
        f"unknown setting {clean_line(dotted(path), 80)}",
        hint=f"did you mean {found}?" if found else "",
        key=dotted(path),
    )


def _nearest(path: Path) -> str:
    if path[0] == "connections" and len(path) == 3:
        near = _close(path[2], hints(ConnectionSettings))
        return dotted((*path[:2], near)) if near else ""
    known: dict[str, str] = {f"{s}.{f}": f for s, kind in sections().items() for f in hints(kind)}
    if len(path) == 1:
        top = _close(path[0].lower(), hints(Settings))
        if top:
            return top
    same = [full for full, leaf in known.items() if leaf == path[-1].lower()]
    if same:
        return same[0]
    lower = {full.lower(): full for full in known}
    leaves = {leaf.lower(): full for full, leaf in known.items()}
    near = _close(dotted(path).lower(), lower)
    if near:
        return lower[near]
    near = _close(path[-1].lower(), leaves, 0.75)
    return leaves.get(near, "")


def _close(word: str, names: Iterable[str], cutoff: float = 0.6) -> str:
    found: list[str] = difflib.get_close_matches(word, list(names), 1, cutoff)
    return found[0] if found else ""


def assign(settings: Settings, path: Path, value: object, text: str | None = None) -> Settings:
    """Give the settings with one value replaced.

    Args:
        settings: Stay as they are.
        path: From `split`, of a single value.
        value: As YAML gave it; None for a setting that may not be empty means its default.
        text: How an unquoted scalar was written: a text setting takes `1.10` as it stands.

    Raises:
        ConfigError: Wrong type, not one of the choices, out of range.
    """
    head = path[0]
    if head == "keys":
        key = _convert(path, value, str, text)
        return dataclasses.replace(settings, keys={**settings.keys, path[1]: key})
    if head == "connections":
        if len(path) == 2 and value is not None:
            return _whole(settings, path, value)
        present = settings.connections.get(path[1], ConnectionSettings())
        if len(path) == 3:
            present = _replaced(present, path, value, text)
        return dataclasses.replace(settings, connections={**settings.connections, path[1]: present})
    section = _replaced(getattr(settings, head), path, value, text)
    return dataclasses.replace(settings, **{head: section})


def _whole(settings: Settings, path: Path, value: object) -> Settings:
    if not isinstance(value, Mapping):
        raise ConfigError(f"{dotted(path)} must be a group of settings", key=dotted(path))
    others = {n: c for n, c in settings.connections.items() if n != path[1]}
    settings = assign(dataclasses.replace(settings, connections=others), path, None)
    for name, inner in value.items():
        if name not in hints(ConnectionSettings):
            raise unknown((*path, str(name)))
        settings = assign(settings, (*path, name), inner)
    return settings


def _replaced(section: Any, path: Path, value: object, text: str | None) -> Any:
    name = path[-1]
    kind: Any = type(section)
    declared = hints(kind)[name]
    if value is None and not _optional(declared):
        return dataclasses.replace(section, **{name: getattr(kind(), name)})
    converted = _convert(path, value, declared, text)
    try:
        return dataclasses.replace(section, **{name: converted})
    except ValueError as error:
        raise ConfigError(f"{dotted(path[:-1])}.{error}", key=dotted(path)) from error


def _convert(path: Path, value: object, declared: Any, text: str | None) -> Any:
    if type(value) is declared or (value is None and _optional(declared)):
        return value
    if declared is str and text is not None and isinstance(value, int | float):
        return text
    choices = _choices(declared)
    if value in choices or text in choices:
        return value if value in choices else text
    group = typing.get_origin(declared)
    if group in (tuple, dict) and _is_plain(value, declared):
        return group(value)
    import msgspec

    _refuse_unknown_parts(path, value, declared)
    try:
        return msgspec.convert(value, declared)
    except msgspec.ValidationError as error:
        raise ConfigError(
            f"{dotted(path)} must be {describe(declared)}, not {_shown(value)}",
            hint=_where(declared, error),
            key=dotted(path),
        ) from error


def _is_plain(value: object, declared: Any) -> bool:
    """Whether a list or a group is empty or of nothing but texts: it needs no converting."""
    is_list = typing.get_origin(declared) is tuple
    if not isinstance(value, list if is_list else dict):
        return False
    inner = typing.get_args(declared)[0 if is_list else 1]
    parts = [*value, *value.values()] if isinstance(value, dict) else value
    return not parts or (inner is str and all(isinstance(part, str) for part in parts))


def _refuse_unknown_parts(path: Path, value: object, declared: Any) -> None:
    """The converter passes over what it does not know; a typing error must not go unseen."""
    inner = next(iter(typing.get_args(declared)), None)
    if not (dataclasses.is_dataclass(inner) and isinstance(value, list | tuple)):
        return
    known = [each.name for each in dataclasses.fields(inner)]
    for part in value:
        wrong = [name for name in part if name not in known] if isinstance(part, Mapping) else []
        if wrong:
            raise unknown((*path, str(wrong[0])))


def _where(declared: Any, error: Exception) -> str:
    """The spot inside a list or a group that is wrong; empty for single values."""
    inside = typing.get_origin(declared) in (tuple, dict)
    return clean_line(str(error), 120) if inside else ""


def _optional(declared: Any) -> bool:
    return isinstance(declared, types.UnionType) and type(None) in typing.get_args(declared)


def _choices(declared: Any) -> Sequence[str]:
    return typing.get_args(declared) if typing.get_origin(declared) is Literal else ()


def describe(declared: Any) -> str:
    """Say in words what a type takes: "true or false", "a whole number"."""
    choices = _choices(declared)
    if choices:
        return "one of " + ", ".join(choices)
    if _optional(declared):
        inner = next(part for part in typing.get_args(declared) if part is not type(None))
        return f"{describe(inner)} or empty"
    if typing.get_origin(declared) is tuple:
        inner = typing.get_args(declared)[0]
        return f"a list of {'texts' if inner is str else 'groups'}"
    if typing.get_origin(declared) is dict:
        return "a group of `name: value`"
    words: dict[Any, str] = {
        str: "text",
        bool: "true or false",
        int: "a whole number",
        float: "a number",
    }
    return words.get(declared, "something else")


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "a group of settings"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "empty"
    return clean_line(repr(value) if isinstance(value, str) else str(value).lower(), 60)
