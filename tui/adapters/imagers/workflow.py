"""A person's ComfyUI workflow, and the wish put into its placeholders.

Source of the format: what ComfyUI's "Export (API)" writes; the placeholders are SillyTavern's,
`"%prompt%"` and the like in place of a value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from tui.adapters.wire import parse
from tui.domain.errors import ConfigError
from tui.domain.safetext import clean_line

DEFAULT = "text-to-image"
"""The one that comes with Salon."""
_MOST_BYTES = 5_000_000
_PLACE = re.compile(r"%([a-z][a-z0-9_]*)%")
_ITS_OWN = frozenset(("year", "month", "day", "hour", "minute", "second"))
"""What ComfyUI itself puts into names of files."""

Graph = dict[str, dict[str, object]]


def load(name: str, folder: Path, shipped: Path) -> Graph:
    """Read a workflow.

    Args:
        name: Its file's name in the folder, with or without `.json`, or a path; empty: the plain
            one.
        folder: Where the person's own are.
        shipped: Where those that come with Salon are.

    Raises:
        ConfigError: There is none, or the file holds something else.
    """
    path = _find(name.strip() or DEFAULT, folder, shipped)
    shown = clean_line(path.name, 60)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ConfigError(f"the workflow {shown} is larger than 5 MB", file=path)
        graph = parse(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the workflow {shown} cannot be read", file=path) from error
    except ValueError as error:
        raise ConfigError(
            f"the workflow {shown} is no JSON: {clean_line(str(error), 80)}",
            hint='placeholders stand in quotes, "%seed%" too',
            file=path,
        ) from error
    return checked(graph, shown)


def checked(graph: object, shown: str) -> Graph:
    """The same, when it is a graph of nodes. Raises ConfigError."""
    if isinstance(graph, dict) and isinstance(graph.get("nodes"), list):
        raise ConfigError(
            f"the workflow {shown} is in the editor's form",
            hint="export it from ComfyUI with “Export (API)”",
        )
    nodes = graph if isinstance(graph, dict) else {}
    if not nodes or not all(map(_is_node, nodes.values())):
        raise ConfigError(
            f"{shown} is no workflow of ComfyUI", hint="export it there with “Export (API)”"
        )
    try:
        _texts(nodes)
    except RecursionError as error:
        raise ConfigError(f"{shown} is nested too deeply") from error
    return nodes


def placeholders(graph: Graph) -> set[str]:
    """The names that are to be filled in."""
    return {name for text in _texts(graph) for name in _PLACE.findall(text)}


def _is_node(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("class_type"), str)


def filled(graph: Graph, values: Mapping[str, object]) -> Graph:
    """The graph with each placeholder replaced by its value, once; no value is searched again.

    A text that is nothing but a placeholder becomes the value itself, a number a number; within
    a longer text the value is put in.

    Raises:
        ConfigError: A text is nothing but a placeholder that has no value.
    """
    whole = {text[1:-1] for text in _texts(graph) if _PLACE.fullmatch(text)}
    unknown = sorted(whole - set(values) - _ITS_OWN)
    if unknown:
        names = ", ".join(f"%{name}%" for name in unknown[:5])
        known = ", ".join(sorted(values))
        raise ConfigError(
            f"the workflow wants {names}, which has no value", hint=f"there are: {known}"
        )
    return {name: _fill_node(node, values) for name, node in graph.items()}


def _fill_node(node: dict[str, object], values: Mapping[str, object]) -> dict[str, object]:
    return {key: _fill(value, values) for key, value in node.items()}


def _fill(value: object, values: Mapping[str, object]) -> object:
    if isinstance(value, dict):
        return {key: _fill(each, values) for key, each in value.items()}
    if isinstance(value, list):
        return [_fill(each, values) for each in value]
    if not isinstance(value, str):
        return value
    if _PLACE.fullmatch(value):
        return values.get(value[1:-1], value)
    return _PLACE.sub(lambda found: str(values.get(found[1], found[0])), value)


def _texts(value: object) -> list[str]:
    """All texts at any depth, keys left out."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return []


def _find(name: str, folder: Path, shipped: Path) -> Path:
    named = name if name.endswith(".json") else f"{name}.json"
    places = [folder / named, folder / name, shipped / named]
    typed = Path(name)
    if typed.is_absolute() or name.startswith(("~", ".")):
        try:
            places = [typed.expanduser()]
        except RuntimeError:
            places = [typed]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise ConfigError(
            f"there is no workflow {clean_line(name, 80)!r}",
            hint=f"put it into {folder}, exported from ComfyUI with “Export (API)”",
        )
    return found
