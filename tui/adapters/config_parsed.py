"""What YAML files said when they were last read.

The YAML library takes longer to load than all of Salon's own files to read, and they rarely
change. So what was found in each is kept as JSON beside the text it was found in, and taken again
while the text is the same. Everything here can be deleted; it is made anew.
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

from tui import paths as places
from tui.adapters.config_node import Node
from tui.adapters.config_text import read_text
from tui.adapters.storage.atomic import write_atomic
from tui.domain.errors import AppError, ConfigError

_VERSION = 1
"""Changes when other things are found in the same text."""


class ParsedFiles:
    """Reads YAML, at best from what is known already.

    Args:
        folder: Where to keep it; None: nowhere.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def parse(self, text: str, file: Path) -> Node | None:
        """Read one YAML document, as `config_yaml.parse` does.

        Raises:
            ConfigError: With line and column.
        """
        known = self._path(file)
        try:
            return _recall(known, text)
        except (ConfigError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            pass
        # Imported late: only a text that was never read needs it.
        from tui.adapters.config_yaml import parse

        root = parse(text, file)
        self._keep(known, text, root)
        return root

    def _path(self, file: Path) -> Path | None:
        if self._folder is None:
            return None
        return (
            self._folder / f"{file.stem}-{zlib.crc32(str(file).encode(errors='replace')):08x}.json"
        )

    def _keep(self, known: Path | None, text: str, root: Node | None) -> None:
        if known is None:
            return
        data = {"version": _VERSION, "text": text, "root": _pack(root) if root else None}
        try:
            places.folder(known.parent)
            write_atomic(known, json.dumps(data).encode(), flush=False)
        except (AppError, OSError, RecursionError):
            # It is read again next time.
            return


def _recall(known: Path | None, text: str) -> Node | None:
    """Give back what was found in the very same text; raises when that is not known."""
    written = read_text(known) if known is not None else None
    if written is None:
        raise LookupError
    data = json.loads(written)
    if data["version"] != _VERSION or data["text"] != text:
        raise LookupError
    return _unpack(data["root"]) if data["root"] is not None else None


_PLAIN = ("kind", "start", "end", "line", "column", "text", "value", "style", "flow", "alias")


def _pack(node: Node) -> list[Any]:
    return [
        [getattr(node, name) for name in _PLAIN],
        [[_pack(key), _pack(value)] for key, value in node.entries],
        [_pack(item) for item in node.items],
    ]


def _unpack(packed: list[Any]) -> Node:
    plain, entries, items = packed
    node = Node(**dict(zip(_PLAIN, plain, strict=True)))
    node.entries = [(_unpack(key), _unpack(value)) for key, value in entries]
    node.items = [_unpack(item) for item in items]
    return node
