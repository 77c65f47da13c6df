"""Reads the settings and writes single changes into the person's own file."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from tui import paths as places
from tui.adapters import config_schema as schema
from tui.adapters.config_file import Loaded, load
from tui.adapters.config_text import placed, read_text
from tui.adapters.storage.atomic import write_atomic
from tui.domain.errors import ConfigError
from tui.domain.settings import Settings

HEADER = (
    "# Your settings for Salon: only what differs from the defaults needs to stand here.\n"
    "# What you change with F2 is written here too; your comments stay as they are.\n"
)


class ConfigStore:
    """The layers of settings as one thing that can be read and changed."""

    def __init__(
        self,
        paths: places.Paths,
        environ: Mapping[str, str] | None = None,
        flags: Mapping[str, object] | None = None,
    ) -> None:
        self._paths = paths
        self._environ = dict(environ or {})
        self._flags = dict(flags or {})
        self._changing = asyncio.Lock()

    def load(self) -> Loaded:
        """Read everything again. Blocking, a few milliseconds; never raises for what is there."""
        return load(self._paths, self._environ, self._flags)

    async def change(self, path: str, value: object, *, delete: bool = False) -> Loaded:
        """Write one value into the person's file, comments kept.

        Args:
            path: Dotted, such as `ui.theme` or `connections.kitchen`.
            value: A single value, or for a connection its fields.
            delete: Take the value out instead, so that the default counts again.

        Raises:
            ConfigError: No such setting, a value that makes no sense, a file that is broken.
            StorageError: It cannot be written. In each case the file stays as it was.
        """
        keys = schema.split(path)
        if not delete:
            schema.assign(Settings(), keys, value)
        async with self._changing:
            await asyncio.to_thread(self._write, keys, value, delete)
            return await asyncio.to_thread(self.load)

    def _write(self, keys: schema.Path, value: object, delete: bool) -> None:
        from tui.adapters.config_edit import put, remove

        file = self._paths.settings
        try:
            text = read_text(file)
            before = HEADER if text is None else text
            after = put(before, keys, value, file) if not delete else before
            for name in _names(keys) if delete else ():
                after = remove(after, name, file)
        except ConfigError as error:
            raise _unchanged(error, file) from error
        if after == text or (text is None and delete):
            return
        places.folder(file.parent)
        write_atomic(file, after.encode())


def _names(keys: schema.Path) -> list[schema.Path]:
    """The setting's path and its other names."""
    return [keys, *(other for other, path in schema.ALIASES.items() if path == keys)]


def _unchanged(error: ConfigError, file: Path) -> ConfigError:
    hint = error.hint or "nothing was changed; correct the file first"
    return placed(
        ConfigError(error.message, hint=hint, key=error.key),
        file,
        error.at_line,
        error.at_column,
    )
