"""Colour themes from YAML files: the shipped ones and the user's own.

A theme that Textual would choke on is never registered: everything is checked here first, and
what is wrong with a file is told in one line. Only the chosen theme is needed before the first
paint (`load_theme`); the others can wait (`load_themes`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from textual.color import Color, ColorParseError
from textual.design import ColorSystem
from textual.theme import Theme

DEFAULT_THEME = "salon-dark"
COLOURS = (
    "primary",
    "secondary",
    "accent",
    "foreground",
    "background",
    "surface",
    "panel",
    "success",
    "warning",
    "error",
)
"""The colours a theme file may give; only `primary` must be there."""

_KEYS = frozenset({"name", "dark", "variables", *COLOURS})
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_VARIABLE = re.compile(r"[a-z][a-z0-9-]{0,59}")
_LARGEST = 64 * 1024
"""Bytes; a theme file is about one kilobyte."""
_STYLES = frozenset(("none", "bold", "dim", "italic", "underline", "reverse", "strike", "not"))
_PLAIN_LINE = re.compile(r'(  )?([a-z][a-z0-9-]*):(?: (?:"([^"\\\\]*)"|([a-z][a-z0-9-]*)))?')
_NOT_TEXT = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))


class _Wrong(Exception):
    """A theme file that cannot be used; the text says why."""


def load_theme(name: str, folders: Iterable[Path]) -> tuple[Theme | None, list[str]]:
    """Read one theme without looking at the others.

    Args:
        name: The theme's name, which is also its file's name without `.yaml`.
        folders: Where to look; a later folder wins, so the user's comes last.

    Returns:
        The theme, or None when no folder has a sound one, and what was wrong on the way.
    """
    problems: list[str] = []
    if _NAME.fullmatch(name):
        for folder in reversed(list(folders)):
            file = folder / f"{name}.yaml"
            if file.is_file() and (theme := _try(file, problems)) is not None:
                return theme, problems
    return None, problems


def load_themes(folders: Iterable[Path]) -> tuple[list[Theme], list[str]]:
    """Read every theme there is.

    Args:
        folders: Where to look; a folder that is missing is skipped, a later one wins by name.

    Returns:
        The sound themes sorted by name, and one line for each file that was left out.
    """
    problems: list[str] = []
    found: dict[str, Theme] = {}
    for folder in folders:
        try:
            files = sorted(file for file in folder.iterdir() if file.suffix in {".yaml", ".yml"})
        except OSError:
            continue
        for file in files:
            if (theme := _try(file, problems)) is not None:
                found[theme.name] = theme
    return [found[name] for name in sorted(found)], problems


def _try(file: Path, problems: list[str]) -> Theme | None:
    try:
        return _theme(_read(file), file)
    except _Wrong as error:
        problems.append(f"theme {file.name}: {error}")
        return None


def _read(file: Path) -> object:
    try:
        with file.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except OSError as error:
        raise _Wrong(error.strerror or "cannot be read") from error
    if len(data) > _LARGEST:
        raise _Wrong("too large for a theme")
    plain = read_plain(data)
    return _read_yaml(data) if plain is None else plain


def read_plain(data: bytes) -> dict[str, object] | None:
    """Read a file that uses only the plainest YAML, as the shipped themes do.

    Importing the YAML library takes longer than all the rest of showing a theme, and this stands
    before the first paint.

    Returns:
        What YAML would make of it, or None when it takes more than this to know.
    """
    result: dict[str, object] = {}
    inner: dict[str, object] | None = None
    for line in data.decode("ascii", "replace").split("\n"):
        if not line or line.startswith("#"):
            continue
        match = _PLAIN_LINE.fullmatch(line)
        if match is None or not line.isprintable() or "\ufffd" in line:
            return None
        indent, key, quoted, word = match.groups()
        if indent is None:
            inner = None
        target = result if indent is None else inner
        if target is None or key in target or key in _NOT_TEXT:
            return None
        if quoted is not None:
            target[key] = quoted
        elif word in {"true", "false"}:
            target[key] = word == "true"
        elif word is None and indent is None:
            target[key] = inner = {}
        elif word is None or word in _NOT_TEXT:
            return None
        else:
            target[key] = word
    return None if any(value == {} for value in result.values()) else result


def _read_yaml(data: bytes) -> object:
    # Imported late: most themes are plain enough to do without.
    import yaml  # noqa: PLC0415

    try:
        return yaml.load(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise _Wrong(f"{where}{error.problem or 'not YAML'}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise _Wrong("not YAML") from error


def _theme(data: object, file: Path) -> Theme:
    if not isinstance(data, dict):
        raise _Wrong("must be a list of key: value lines")
    unknown = sorted(str(key) for key in data if key not in _KEYS)
    if unknown:
        raise _Wrong(f"unknown key {unknown[0]!r}")
    name = data.get("name", file.stem)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise _Wrong("name must be lower-case letters, digits and hyphens")
    dark = data.get("dark", True)
    if not isinstance(dark, bool):
        raise _Wrong("dark must be true or false")
    if "primary" not in data:
        raise _Wrong("primary is missing")
    colours = {key: _colour(key, data[key]) for key in COLOURS if key in data}
    theme = Theme(
        name=name,
        primary=colours.pop("primary"),
        dark=dark,
        variables=_variables(data.get("variables")),
    )
    for key, colour in colours.items():
        setattr(theme, key, colour)
    return _tried(theme)


def _colour(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise _Wrong(f'{key} must be a colour in quotes, like "#7fb4ff"')
    try:
        colour = Color.parse(value)
    except ColorParseError as error:
        raise _Wrong(f"{key}: {value!r} is no colour") from error
    if colour.auto or colour.ansi is not None or colour.a < 1:
        # Themes of ANSI colours need variables of their own that nothing here supplies.
        raise _Wrong(f"{key}: {value!r} is not a plain opaque colour")
    return value


def _variables(value: object) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _Wrong("variables must be key: value lines")
    for key, text in value.items():
        if not isinstance(key, str) or not _VARIABLE.fullmatch(key):
            raise _Wrong(f"variables: {str(key)!r} is no name of a variable")
        if not isinstance(text, str):
            raise _Wrong(f"variables: {key} must be text in quotes")
        if not _is_value(key, text):
            raise _Wrong(f"variables: {key}: {text!r} is not right for it")
    return dict(value)


def _is_value(key: str, text: str) -> bool:
    words = text.split()
    if key.endswith("-style"):
        return bool(words) and all(word in _STYLES for word in words)
    if not words or len(words) > 2:
        return False
    if len(words) == 2 and not re.fullmatch(r"\d{1,3}(\.\d+)?%", words[1]):
        return False
    try:
        return Color.parse(words[0]).ansi is None
    except ColorParseError:
        return False


def _tried(theme: Theme) -> Theme:
    """Let Textual make its shades of the theme once: what it cannot take shows here, not later."""
    system: ColorSystem = theme.to_color_system()
    try:
        system.generate()
    except Exception as error:
        raise _Wrong("its colours cannot be used together") from error
    return theme
