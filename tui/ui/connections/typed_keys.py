"""Keys that are kept while a connection is still being tried, and given up with it."""

from __future__ import annotations

from tui.domain.errors import ConfigError
from tui.domain.secret import Secret
from tui.services.ports import SecretStore


class TypedKeys:
    """Remembers what was kept under each name before a key was typed here.

    Args:
        secrets: Where keys are kept.
    """

    def __init__(self, secrets: SecretStore) -> None:
        self._secrets = secrets
        self._before: dict[str, Secret | None] = {}

    def __bool__(self) -> bool:
        return bool(self._before)

    async def keep(self, name: str, key: str) -> str:
        """Keep a key under a name; where it is then. Raises AppError."""
        if name not in self._before:
            try:
                self._before[name] = await self._secrets.resolve("stored", name=name)
            except ConfigError:  # there is none
                self._before[name] = None
        return await self._secrets.store(name, key)

    async def give_up(self) -> None:
        """Put back what was there before. Raises AppError."""
        for name, key in self._before.items():
            if key is None:
                await self._secrets.forget(name)
            else:
                await self._secrets.store(name, key.reveal())
