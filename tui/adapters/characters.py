"""Characters and personas: one YAML file each, the person's own before those that ship."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from pathlib import Path
from typing import TypeVar

from tui import paths as places
from tui.adapters.config_node import Node
from tui.adapters.config_parsed import ParsedFiles
from tui.adapters.config_text import placed, read_text
from tui.domain.character import Character, Persona
from tui.domain.errors import ConfigError
from tui.domain.safetext import clean, clean_line

logger = logging.getLogger(__name__)

T = TypeVar("T", Character, Persona)

_ENDINGS = (".yaml", ".yml")
_LONGEST_NAME = 80


class YamlCharacters:
    """Reads the folders anew each time, so an edited file counts at once."""

    def __init__(self, characters: Path, personas: Path, parsed: Path | None = None) -> None:
        """Prepare; nothing is read yet.

        Args:
            characters: The person's own characters.
            personas: The person's own personas.
            parsed: Where to keep what was found in the files; None: nowhere.
        """
        self._files = ParsedFiles(parsed)
        self._characters = characters
        self._personas = personas
        self._problems: dict[str, list[ConfigError]] = {}

    @property
    def problems(self) -> list[ConfigError]:
        """Files that the last reading skipped, each with its reason and place."""
        return [error for errors in self._problems.values() for error in errors]

    async def characters(self) -> list[Character]:
        """All that can be read; a broken file is skipped, kept in `problems` and logged."""
        return await asyncio.to_thread(self._all, Character, "characters", self._characters)

    async def personas(self) -> list[Persona]:
        """All that can be read."""
        return await asyncio.to_thread(self._all, Persona, "personas", self._personas)

    def _all(self, kind: type[T], name: str, folder: Path) -> list[T]:
        found: dict[str, T] = {}
        problems: list[ConfigError] = []
        for place in (places.shipped(name), folder):
            for file in _files(place, problems):
                try:
                    found[file.stem] = _read(kind, file, self._files)
                except ConfigError as error:
                    logger.warning("skipped %s: %s", name, error.line())
                    problems.append(error)
        self._problems[name] = problems
        return list(found.values())


def _files(folder: Path, problems: list[ConfigError]) -> list[Path]:
    try:
        return sorted(
            each
            for each in folder.iterdir()
            if each.suffix.lower() in _ENDINGS and not each.name.startswith(".")
        )
    except FileNotFoundError:
        return []
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        problems.append(placed(ConfigError("cannot be read", hint=reason), folder))
        return []


def _read(kind: type[T], file: Path, files: ParsedFiles) -> T:
    try:
        text = read_text(file)
        root = files.parse(text, file) if text is not None else None
        if root is None or root.kind != "mapping":
            raise ConfigError("must hold `name: value` lines")
        fields = [field.name for field in dataclasses.fields(kind) if field.name != "id"]
        values = _values(root, fields)
    except ConfigError as error:
        raise placed(error, file) from error
    name = clean_line(values.pop("name", ""), _LONGEST_NAME).strip() or file.stem
    return kind(name=clean_line(name, _LONGEST_NAME), id=file.stem, **values)


def _values(root: Node, fields: list[str]) -> dict[str, str]:
    """The known texts, cleaned; other keys are other programs' and left alone."""
    values: dict[str, str] = {}
    for key, node in root.entries:
        field = "_".join(key.text.lower().replace("-", " ").split())
        if field not in fields or node.empty:
            continue
        if node.kind != "scalar":
            raise ConfigError(
                f"{field} must be text", line=node.line, column=node.column, key=field
            )
        values[field] = clean(node.text).strip()
    return values
