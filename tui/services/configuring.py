"""The settings in force, and changing them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from tui.domain.errors import ConfigError
from tui.domain.settings import Settings


class LoadedSettings(Protocol):
    """Settings as read, with what was wrong and where each value came from."""

    @property
    def settings(self) -> Settings:
        """The tree in force."""
        ...

    @property
    def problems(self) -> list[ConfigError]:
        """What was wrong in the files; those values fell back."""
        ...

    @property
    def origins(self) -> Mapping[str, str]:
        """Dotted path to "config.yaml", a variable's name or "flag"; absent: default."""
        ...


class SettingsStore(Protocol):
    """Reads the layers and writes the user's file."""

    def load(self) -> LoadedSettings:
        """Read everything again."""
        ...

    async def change(self, path: str, value: object, *, delete: bool = False) -> LoadedSettings:
        """Write one value into the user's file, comments kept. Raises ConfigError."""
        ...


class SettingsService:
    """Holds the present settings; whoever changes one gets the new tree back."""

    def __init__(self, store: SettingsStore) -> None:
        self._store = store
        self._loaded = store.load()

    @property
    def current(self) -> Settings:
        """The tree in force; replaced whole at each change."""
        return self._loaded.settings

    @property
    def problems(self) -> list[str]:
        """What was wrong in the settings files, one line each."""
        return [error.line() for error in self._loaded.problems]

    def origin(self, path: str) -> str:
        """Where a value comes from: "default", "config.yaml", a variable's name, "flag"."""
        return self._loaded.origins.get(path, "default")

    async def change(self, path: str, value: object, *, delete: bool = False) -> Settings:
        """Set one value (dotted path), save it, and give the new settings.

        Raises:
            ConfigError: No such setting, a value that makes no sense, or a broken file.
            StorageError: The file cannot be written. In each case the settings in force stay.
        """
        self._loaded = await self._store.change(path, value, delete=delete)
        return self.current
