"""What happens: the use cases, written against the ports in `ports.py`."""

from __future__ import annotations

from dataclasses import dataclass

from tui.services.captioning import CaptionService
from tui.services.chatting import ChatService
from tui.services.configuring import SettingsService
from tui.services.connecting import ConnectionService
from tui.services.library import Library
from tui.services.ports import ChatStore, OfflineInstaller, SecretStore, Worker


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a front end holds."""

    settings: SettingsService
    connections: ConnectionService
    chats: ChatService
    library: Library
    captions: CaptionService
    secrets: SecretStore
    offline: OfflineInstaller
    store: ChatStore
    worker: Worker

    async def aclose(self) -> None:
        """End what was started: servers, worker processes, the database."""
        await self.connections.aclose()
        await self.worker.aclose()
        await self.store.aclose()
