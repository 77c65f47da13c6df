"""Changes one value in a YAML text and leaves everything else, comments above all, untouched.

Each edit is a splice at the places the reader noted. The result is read again and must say what
was asked for, no more and no less; otherwise the next way is tried, and at last it is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from tui.adapters.config_node import Node
from tui.adapters.config_quote import flow, key_text
from tui.adapters.config_yaml import parse
from tui.domain.errors import ConfigError

Keys = tuple[str, ...]

_STEP = 2
"""Columns by which a new group is indented."""


def put(text: str, path: Keys, value: object, file: Path) -> str:
    """Give the text with one value set; groups on the way are made.

    Args:
        text: What is there; may be empty or only comments.
        path: Keys from the top.
        value: None, bool, number, text, or a group of them. A group that exists is changed key by
            key, and what the new one lacks goes.
        file: For error messages.

    Raises:
        ConfigError: The text is not YAML, or is written in a way that this cannot change safely.
    """
    if isinstance(value, Mapping):
        return _put_group(text, path, value, file)
    root = parse(text, file)
    wanted = _with(root, path, value)
    return _first_right(_puts(text, root, path, value), wanted, path, file)


def remove(text: str, path: Keys, file: Path) -> str:
    """Give the text without one key, or as it was when the key is not there.

    Raises:
        ConfigError: As with `put`.
    """
    root = parse(text, file)
    chain = _chain(root, path)
    if len(chain) < len(path):
        return text
    wanted = _with(root, path[:-1], None, drop=path[-1])
    parent, key, node = chain[-1]
    return _first_right(_removals(text, parent, key, node), wanted, path, file)


def _put_group(text: str, path: Keys, group: Mapping[Any, object], file: Path) -> str:
    chain = _chain(parse(text, file), path)
    present = chain[-1][2] if len(chain) == len(path) else None
    if present is None or present.kind != "mapping" or not group:
        root = parse(text, file)
        wanted = _with(root, path, dict(group))
        return _first_right(_puts(text, root, path, dict(group)), wanted, path, file)
    for key, _ in present.entries:
        if key.text not in group:
            text = remove(text, (*path, key.text), file)
    for name, value in group.items():
        text = put(text, (*path, str(name)), value, file)
    return text


def _first_right(ways: Iterator[str], wanted: object, path: Keys, file: Path) -> str:
    for way in ways:
        try:
            root = parse(way, file)
        except ConfigError:
            continue
        if _same(root.plain() if root is not None else None, wanted):
            return way
    raise ConfigError(
        f"{file.name} is written in a way that Salon cannot change safely",
        hint=f"set {'.'.join(path)} there by hand",
        file=file,
        key=".".join(path),
    )


def _same(one: object, other: object) -> bool:
    """Equal in type too; an empty group and nothing are the same."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = one.keys() | other.keys()
        return all(k in one and k in other and _same(one[k], other[k]) for k in keys)
    if not one and not other:
        empty: tuple[object, ...] = ({}, None)
        return (one in empty and other in empty) or (type(one) is type(other) and one == other)
    return type(one) is type(other) and one == other


def _with(root: Node | None, path: Keys, value: object, drop: str = "") -> object:
    """The plain data after the change."""
    data: Any = deepcopy(root.plain()) if root is not None else None
    data = data if isinstance(data, dict) else {}
    here = data
    for key in path if drop else path[:-1]:
        if not isinstance(here.get(key), dict):
            here[key] = {}
        here = here[key]
    if drop:
        here.pop(drop, None)
    else:
        here[path[-1]] = value
    return data


def _chain(root: Node | None, path: Keys) -> list[tuple[Node, Node, Node]]:
    """The mappings, keys and values along the path, as far as they exist."""
    found: list[tuple[Node, Node, Node]] = []
    here = root
    for part in path:
        if here is None or here.kind != "mapping" or here.alias:
            break
        entry = next((pair for pair in here.entries if pair[0].text == part), None)
        if entry is None:
            break
        found.append((here, *entry))
        here = entry[1]
    return found


def _puts(text: str, root: Node | None, path: Keys, value: object) -> Iterator[str]:
    """The ways to write a value, the most natural first."""
    chain = _chain(root, path)
    if len(chain) == len(path):
        parent, key, node = chain[-1]
        column = _child_column(parent)
        yield from _replacements(text, parent, key, node, _block(text, value, column), value)
        return
    missing = path[len(chain) :]
    for name in reversed(missing[1:]):
        value = {name: value}
    if chain:
        parent, key, node = chain[-1]
        if node.kind == "mapping" and node.entries:
            yield from _additions(text, node, missing[0], value)
        else:
            group = {missing[0]: value}
            lines = _block(text, group, _child_column(parent))
            yield from _replacements(text, parent, key, node, lines, group)
    elif root is not None and root.kind == "mapping" and root.entries:
        yield from _additions(text, root, missing[0], value)
    else:
        before = text if not text or text.endswith(("\n", "\r")) else text + _newline(text)
        yield before + _entry(text, missing[0], value, 0)


def _child_column(mapping: Node) -> int:
    """Columns before the keys of a mapping, -1 inside braces."""
    return -1 if mapping.flow else mapping.entries[0][0].column - 1


def _replacements(
    text: str, parent: Node, key: Node, node: Node, block: str, value: object
) -> Iterator[str]:
    start, end = node.start, _content_end(text, node)
    header = _header_comment(text, node)
    if isinstance(value, Mapping) and value and not parent.flow:
        # `name: {}  # why` and `name:  # why` keep the comment on the line of the key.
        colon = text.index(":", key.end) + 1
        line_end = _line_end(text, end)
        rest = header + text[end:line_end]
        yield (
            text[:colon]
            + rest
            + _newline(text)
            + block
            + text[line_end:].removeprefix(_newline(text))
        )
        yield text[:colon] + rest + _newline(text) + block
    written = flow(value) + header
    if start == end:
        gap = "" if text[start - 1 : start].isspace() else " "
        yield text[:start] + gap + written + text[end:]
        yield text[:start] + ": " + written + text[end:]
    elif node.kind == "scalar" or node.alias or "#" not in text[start:end]:
        yield text[:start] + written + text[end:]


def _header_comment(text: str, node: Node) -> str:
    """The comment behind the sign of a block scalar, which would go with the scalar."""
    if node.kind != "scalar" or node.style not in ("|", ">"):
        return ""
    comment = re.search(r"[ \t]#.*", text[node.start : _line_end(text, node.start)])
    return f" {comment.group()}" if comment else ""


def _additions(text: str, mapping: Node, name: str, value: object) -> Iterator[str]:
    """Put a new key behind the last one of a mapping."""
    last = mapping.entries[-1][1] if mapping.entries else None
    if mapping.flow:
        written = f"{key_text(name)}: {flow(value)}"
        if last is None:
            yield text[: mapping.start + 1] + written + text[mapping.start + 1 :]
        else:
            end = max(last.end, mapping.entries[-1][0].end)
            yield text[:end] + ", " + written + text[end:]
        return
    if last is None:
        return
    column = _child_column(mapping)
    entry = _entry(text, name, value, column)
    ends = [_content_end(text, last)]
    if last.end != ends[0]:
        ends.append(last.end)
    for end in ends:
        at_line_start = end > 0 and text[end - 1] in "\r\n" and end == last.end
        place = end if at_line_start else _after_line(text, end)
        gap = "" if not place or text[place - 1] in "\r\n" else _newline(text)
        yield text[:place] + gap + entry + text[place:]


def _removals(text: str, parent: Node, key: Node, node: Node) -> Iterator[str]:
    if parent.flow:
        yield from _flow_removals(text, parent, key, node)
        return
    start = text.rfind("\n", 0, key.start) + 1
    for end in (_content_end(text, node), node.end):
        yield text[:start] + text[_after_line(text, end) :]
    if len(parent.entries) == 1:
        # The only key of the file, or one that shares its line with something.
        yield text[: key.start] + "{}" + text[_content_end(text, node) :]


def _flow_removals(text: str, parent: Node, key: Node, node: Node) -> Iterator[str]:
    end = max(node.end, key.end)
    after = re.compile(r"\s*,[ \t]*").match(text, end)
    if after:
        yield text[: key.start] + text[after.end() :]
    before = re.search(r",[ \t]*$", text[: key.start])
    if before:
        yield text[: before.start()] + text[end:]
    yield text[: key.start] + text[end:]


def _content_end(text: str, node: Node) -> int:
    """Where the last character of a value is over; blank lines and comments after it are not in."""
    if node.alias or (node.kind != "scalar" and node.flow):
        return node.end
    if node.kind == "scalar":
        if node.style in ("|", ">"):
            return node.start + len(text[node.start : node.end].rstrip())
        return node.end
    inner = [value for _, value in node.entries] or node.items
    last_key = node.entries[-1][0].end if node.entries else 0
    return max(_content_end(text, inner[-1]), last_key) if inner else node.end


def _line_end(text: str, at: int) -> int:
    """Where the line ends, before its line break."""
    match = re.compile(r"\r?\n|\r|\Z").search(text, at)
    return match.start() if match else len(text)


def _after_line(text: str, at: int) -> int:
    match = re.compile(r"\r?\n|\r|\Z").search(text, at)
    return match.end() if match else len(text)


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _entry(text: str, name: str, value: object, column: int) -> str:
    """`name: value` in lines of their own, line break included."""
    pad = " " * column
    if isinstance(value, Mapping) and value:
        return f"{pad}{key_text(name)}:{_newline(text)}{_block(text, value, column)}"
    return f"{pad}{key_text(name)}: {flow(value)}{_newline(text)}"


def _block(text: str, value: object, column: int) -> str:
    """The lines of a group below a key at that column; empty for a single value."""
    if not isinstance(value, Mapping) or column < 0:
        return ""
    return "".join(_entry(text, str(key), each, column + _STEP) for key, each in value.items())
