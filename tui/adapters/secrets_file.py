"""Keys in a file that only its owner can read, for machines without a keychain."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from tui import paths
from tui.adapters.storage.atomic import write_atomic
from tui.domain.errors import ConfigError

_MOST_BYTES = 1_000_000


class KeyFile:
    """Names and keys as JSON. Blocking; raises ConfigError, and StorageError when writing."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def get(self, name: str) -> str | None:
        """The key kept under a name, or None."""
        return self._read().get(name)

    def set(self, name: str, value: str) -> None:
        """Keep a key."""
        keys = {**self._read(), name: value}
        paths.folder(self.path.parent)
        write_atomic(self.path, json.dumps(keys, indent=1).encode())

    def remove(self, name: str) -> None:
        """Forget a key, if there is one."""
        keys = self._read()
        if keys.pop(name, None) is not None:
            write_atomic(self.path, json.dumps(keys, indent=1).encode())

    def _read(self) -> dict[str, str]:
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise ConfigError(f"{self.path} cannot be read", file=self.path) from error
        with os.fdopen(descriptor, "rb") as stream:
            self._require_private(os.fstat(descriptor))
            data = stream.read(_MOST_BYTES)
        try:
            keys = json.loads(data)
        except ValueError:
            keys = None
        if not isinstance(keys, dict):
            # Without the cause: a JSON error carries the text, and that is full of keys.
            raise ConfigError(
                f"{self.path} is damaged", hint="repair it or move it away", file=self.path
            )
        return {name: value for name, value in keys.items() if isinstance(value, str)}

    def _require_private(self, found: os.stat_result) -> None:
        if not stat.S_ISREG(found.st_mode):
            raise ConfigError(f"{self.path} is not a regular file", file=self.path)
        if found.st_mode & 0o077 or found.st_uid != os.geteuid():
            raise ConfigError(
                f"{self.path} can be read by others, so it is not used",
                hint=f"chmod 600 {self.path}",
                file=self.path,
            )
