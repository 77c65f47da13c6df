"""A strict YAML reader that remembers where each value stands.

PyYAML reads YAML 1.1, where `no` is false, `12:30` is 750 and a second key of the same name wins
silently. Here only `true` and `false` are booleans, numbers are decimal, keys are text and unique,
tags are refused, and size, depth and aliases are bounded before anything is built.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import yaml

from tui.adapters.config_node import Node, resolve
from tui.domain.errors import ConfigError
from tui.domain.safetext import clean_line

_MAX_DEPTH = 40
_MAX_EVENTS = 20_000
_MAX_ALIASES = 100

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse(text: str, file: Path) -> Node | None:
    """Read one YAML document.

    Args:
        text: A leading byte order mark is allowed; places count it.
        file: For error messages.

    Returns:
        None for a text with nothing but comments.

    Raises:
        ConfigError: With line and column.
    """
    offset = len(text) - len(text.removeprefix("\ufeff"))
    try:
        return _Composer(file, offset).document(yaml.parse(text[offset:], Loader=_LOADER))
    except (yaml.reader.ReaderError, UnicodeEncodeError) as error:
        # Half a character, which only a text made by a program can hold, is told by its place.
        found = error.start if isinstance(error, UnicodeEncodeError) else error.position
        at = found if isinstance(found, int) else 0
        before = text[: at + offset]
        raise ConfigError(
            "a character that YAML does not allow",
            file=file,
            line=before.count("\n") + 1,
            column=len(before) - (before.rfind("\n") + 1) + 1,
        ) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = clean_line(error.problem or error.context or "not YAML", 120)
        raise ConfigError(
            f"not valid YAML: {said}",
            file=file,
            line=mark.line + 1 if mark else None,
            column=mark.column + 1 if mark else None,
        ) from error


class _Composer:
    """Builds nodes from parser events, refusing what is too much or too clever."""

    def __init__(self, file: Path, offset: int) -> None:
        self._file = file
        self._offset = offset
        self._events: Iterator[Any] = iter(())
        self._anchors: dict[str, Node] = {}
        self._aliases = 0
        self._count = 0

    def document(self, events: Iterator[Any]) -> Node | None:
        self._events = events
        root: Node | None = None
        documents = 0
        while not isinstance(event := self._next(), yaml.StreamEndEvent):
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._error("a second document starts here", event)
                root = self._node(self._next(), 0)
        return None if root is None or (root.empty and root.start == root.end) else root

    def _next(self) -> Any:
        self._count += 1
        event = next(self._events)
        if self._count > _MAX_EVENTS:
            raise self._error("too many values", event)
        return event

    def _error(self, message: str, event: Any) -> ConfigError:
        mark = event.start_mark
        return ConfigError(message, file=self._file, line=mark.line + 1, column=mark.column + 1)

    def _node(self, event: Any, depth: int) -> Node:
        if depth > _MAX_DEPTH:
            raise self._error("nested too deep", event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if event.tag not in (None, "!", "tag:yaml.org,2002:str"):
            raise self._error("tags such as !!x are not used here", event)
        before = self._aliases
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            node = self._mapping(event, depth)
        else:
            node = self._sequence(event, depth)
        if event.anchor is not None:
            if self._aliases > before:
                raise self._error("an anchor with aliases inside", event)
            self._anchors[event.anchor] = node
        return node

    def _end(self, event: Any) -> int:
        return int(event.end_mark.index) + self._offset

    def _place(self, kind: Literal["scalar", "mapping", "sequence"], event: Any) -> Node:
        start, end = event.start_mark, event.end_mark
        first = start.index + self._offset
        return Node(kind, first, end.index + self._offset, start.line + 1, start.column + 1)

    def _scalar(self, event: Any) -> Node:
        node = self._place("scalar", event)
        node.text = event.value
        node.style = event.style if event.style in ("'", '"', "|", ">") else ""
        node.value = resolve(event.value) if event.implicit[0] else event.value
        return node

    def _alias(self, event: Any) -> Node:
        self._aliases += 1
        if self._aliases > _MAX_ALIASES:
            raise self._error("too many aliases", event)
        target = self._anchors.get(event.anchor)
        if target is None:
            raise self._error("an alias without its anchor", event)
        place = self._place("scalar", event)
        return replace(
            target,
            start=place.start,
            end=place.end,
            line=place.line,
            column=place.column,
            alias=True,
        )

    def _mapping(self, event: Any, depth: int) -> Node:
        node = self._place("mapping", event)
        node.flow = bool(event.flow_style)
        seen: set[str] = set()
        while not isinstance(inner := self._next(), yaml.MappingEndEvent):
            key = self._node(inner, depth + 1)
            if not isinstance(key.value, str):
                raise self._error("a key must be text: put quotes around it", inner)
            if key.text in seen:
                raise self._error(f"the key {clean_line(key.text, 60)!r} stands here twice", inner)
            seen.add(key.text)
            node.entries.append((key, self._node(self._next(), depth + 1)))
        node.end = self._end(inner)
        return node

    def _sequence(self, event: Any, depth: int) -> Node:
        node = self._place("sequence", event)
        node.flow = bool(event.flow_style)
        while not isinstance(inner := self._next(), yaml.SequenceEndEvent):
            node.items.append(self._node(inner, depth + 1))
        node.end = self._end(inner)
        return node
