"""The variables of chats, and those that all chats share."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from tui.domain.variables import Variables
from tui.services.session import ChatSession

if TYPE_CHECKING:
    from tui.services.chat_store import ChatStore


class VariableService:
    """Gives variables as they are in memory, and keeps them in the store."""

    def __init__(self, store: ChatStore) -> None:
        self._store = store
        self._local: WeakKeyDictionary[ChatSession, Variables] = WeakKeyDictionary()
        self._kept: WeakKeyDictionary[Variables, int] = WeakKeyDictionary()
        self.shared = Variables()
        """Those of all chats; what the store has of them is there after `load`."""
        self._loaded = False

    async def load(self) -> None:
        """Read the shared ones, once. Raises StorageError."""
        if not self._loaded:
            self.shared.values.update(await self._store.globals())
            self._loaded = True

    def local(self, session: ChatSession) -> Variables:
        """Those of a chat; the same object as long as the chat is open."""
        if session not in self._local:
            self._local[session] = Variables(session.chat.variables)
        return self._local[session]

    async def keep(self, session: ChatSession) -> None:
        """Write what changed since it was last written. Raises StorageError."""
        local = self.local(session)
        if local.revision != self._kept.get(local, 0):
            self._kept[local] = local.revision
            await session.save()
        if self._loaded and self.shared.revision != self._kept.get(self.shared, 0):
            self._kept[self.shared] = self.shared.revision
            await self._store.save_globals(dict(self.shared.values))
