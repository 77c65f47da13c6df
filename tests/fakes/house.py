"""The services put together out of fakes, for the tests of the two front ends."""

from __future__ import annotations

from pathlib import Path

from tests.fakes.chats import InMemoryChats
from tests.fakes.images import InMemoryImages
from tests.fakes.models import (
    FAKE,
    FakeConnector,
    FakeOffline,
    FakeSecrets,
    FakeSources,
    picture,
)
from tests.fakes.settings import FakeSettingsStore
from tui.domain.character import Character, Persona
from tui.domain.errors import ImageError
from tui.domain.image import Image
from tui.domain.settings import ConnectionSettings, Settings
from tui.services import Services
from tui.services.caption_sources import SourceService
from tui.services.captioning import CaptionService
from tui.services.chatting import ChatService
from tui.services.configuring import SettingsService
from tui.services.connecting import ConnectionService
from tui.services.library import Library


class FakePeople:
    """Two characters and two personas."""

    async def characters(self) -> list[Character]:
        return [
            Character("Salon", first_message="Welcome, {{user}}.", id="salon"),
            Character("Ada Lovelace", id="ada"),
        ]

    async def personas(self) -> list[Persona]:
        return [Persona("You", id="you"), Persona("Bob", id="bob")]


class FakeReader:
    """Every file is a picture, but those whose names begin with "bad"."""

    async def read(self, path: Path) -> Image:
        if path.name.startswith("bad"):
            raise ImageError(f"{path.name} is no picture")
        return picture(path.name, path.name.ljust(64, "0"))


class FakeWorker:
    """A worker process that remembers having been stopped."""

    def __init__(self) -> None:
        self.closed = 0

    async def aclose(self) -> None:
        self.closed += 1


class House:
    """Everything that a front end works with, in memory."""

    def __init__(self, *, ready: bool = True) -> None:
        connections = {
            "kitchen": ConnectionSettings("fake", model="tiny-vision"),
            "Attic": ConnectionSettings("fake", model="text-only"),
        }
        self.settings = SettingsService(FakeSettingsStore(Settings(connections=connections)))
        self.store = InMemoryChats()
        self.offline = FakeOffline()
        self.sources = FakeSources(ready=ready)
        self.worker = FakeWorker()
        secrets, images = FakeSecrets(), InMemoryImages()
        connecting = ConnectionService(
            self.settings,
            {"fake": FAKE},
            secrets,
            FakeConnector(),
            lambda _provider, url: url,
            self.offline,
        )
        chats = ChatService(self.settings, connecting, images)
        sources = SourceService(self.settings, connecting, self.sources)
        self.services = Services(
            self.settings,
            connecting,
            chats,
            Library(self.store, FakePeople(), self.settings),
            CaptionService(self.settings, sources, FakeReader(), images, self.store, chats),
            secrets,
            self.offline,
            self.store,
            self.worker,
        )
