"""The pictures that were sent, of one chat or of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.domain.chat import PictureUse
    from tui.services.chat_store import ChatStore


class PictureList:
    """Finds pictures by where they are used. Raises StorageError throughout."""

    def __init__(self, store: ChatStore) -> None:
        self._store = store

    async def newest_first(self, chat_id: str | None = None) -> list[PictureUse]:
        """For a gallery: the pictures of a chat, or of all chats."""
        return await self._store.pictures(chat_id)

    async def in_order(self, chat_id: str) -> list[PictureUse]:
        """For looking through a chat: its pictures as they stand in it."""
        found = await self._store.pictures(chat_id)
        return sorted(found, key=lambda use: (use.position, use.number))

    async def newest(self, chat_id: str) -> PictureUse | None:
        """The last picture of a chat, or None when it has none."""
        found = await self.in_order(chat_id)
        return found[-1] if found else None
