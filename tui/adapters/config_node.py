"""What stands in a YAML file, with its places; knows nothing of the YAML library."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Literal

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]{1,30}|[0-9]{1,30}\.[0-9]{0,30})(?:[eE][-+]?[0-9]{1,3})?")
_POWER = re.compile(r"[-+]?[0-9]{1,30}[eE][-+]?[0-9]{1,3}")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(slots=True)
class Node:
    """A value in the text, with its place."""

    kind: Literal["scalar", "mapping", "sequence"]
    start: int
    """Where it begins, in characters from 0; of an alias the alias."""
    end: int
    """Where it ends; of a block collection or block scalar blank lines after it are included."""
    line: int
    """Counted from 1."""
    column: int
    """Counted from 1."""
    text: str = ""
    """A scalar's text."""
    value: object = None
    """What a scalar means: str, int, float, bool or None."""
    style: str = ""
    """Of a scalar: "", "'", '"', "|" or ">"."""
    flow: bool = False
    """Of a collection: written with braces or brackets."""
    entries: list[tuple[Node, Node]] = field(default_factory=list)
    """Of a mapping, in order."""
    items: list[Node] = field(default_factory=list)
    """Of a sequence, in order."""
    alias: bool = False

    def get(self, key: str) -> Node | None:
        """Value of a key, or None."""
        return next((value for name, value in self.entries if name.text == key), None)

    @property
    def empty(self) -> bool:
        """Nothing is written, or null."""
        return self.kind == "scalar" and self.value is None

    def plain(self) -> object:
        """The value without its places."""
        if self.kind == "mapping":
            return {key.text: value.plain() for key, value in self.entries}
        if self.kind == "sequence":
            return [item.plain() for item in self.items]
        return self.value


def resolve(text: str) -> object:
    """What an unquoted scalar means in YAML 1.2's core schema, less octal and hexadecimal."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) or _POWER.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return text
