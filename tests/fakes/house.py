"""The services put together out of fakes, for the tests of the two front ends."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.fakes.chats import InMemoryChats
from tests.fakes.imagers import FakeImagers
from tests.fakes.images import InMemoryImages
from tests.fakes.intake import FakeClipboard, FakeFetcher, FakeWatcher
from tests.fakes.models import (
    ROWS,
    FakeConnector,
    FakeOffline,
    FakeSecrets,
    FakeSources,
    picture,
)
from tests.fakes.quick_replies import InMemoryQuickReplies, InMemorySaid
from tests.fakes.settings import FakeSettingsStore
from tui.adapters.storage.exports import ExportFolder
from tui.adapters.storage.picture_files import PictureFolder
from tui.domain.character import Character, Persona
from tui.domain.errors import AppError, ConfigError, ImageError
from tui.domain.image import Box, Image
from tui.domain.settings import ConnectionSettings, Settings
from tui.services import Services
from tui.services.caption_sources import SourceService
from tui.services.captioning import CaptionService
from tui.services.chatting import ChatService
from tui.services.configuring import SettingsService
from tui.services.connecting import ConnectionService
from tui.services.endpoints import Endpoints
from tui.services.exporting import ExportService
from tui.services.intake import IntakeService
from tui.services.library import Library
from tui.services.ports import ImageReader
from tui.services.quick_replies import QuickReplies


class FakePeople:
    """Two characters and two personas, or others put in their place."""

    def __init__(self) -> None:
        self.cast = [
            Character("Salon", first_message="Welcome, {{user}}.", id="salon"),
            Character("Ada Lovelace", id="ada"),
        ]
        self.problems: list[ConfigError] = []
        self.guests = [Persona("You", id="you"), Persona("Bob", id="bob")]

    async def characters(self) -> list[Character]:
        return list(self.cast)

    async def personas(self) -> list[Persona]:
        return list(self.guests)


class FakeReader:
    """Every file is a picture, but those whose names begin with "bad"."""

    async def read(self, path: Path) -> Image:
        if path.name.startswith("bad"):
            raise ImageError(f"{path.name} is no picture")
        return picture(path.name, path.name.ljust(64, "0"))

    async def crop(self, image: Image, box: Box) -> Image:
        left, top, right, bottom = box
        digest = f"part{left}{top}".ljust(64, "0")
        return replace(image, digest=digest, width=right - left, height=bottom - top)

    def decode(self, data: bytes, name: str) -> Image:
        if data.startswith(b"bad"):
            raise ImageError(f"{name} is no picture")
        return picture(name, data.hex()[-64:].ljust(64, "0"))


class FakeWorker:
    """A worker process that remembers having been stopped."""

    def __init__(self) -> None:
        self.closed = 0

    async def aclose(self) -> None:
        self.closed += 1


class FakeUpkeep:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.runs = 0
        self.error: AppError | None = None

    async def run(self) -> None:
        self.runs += 1
        if self.error is not None:
            raise self.error


class House:
    """Everything that a front end works with, in memory.

    Args:
        ready: Whether the local captioning model is there.
        reader: Opens picture files; without it every file is the same tiny picture.
    """

    def __init__(self, *, ready: bool = True, reader: ImageReader | None = None) -> None:
        connections = {
            "kitchen": ConnectionSettings("fake", model="tiny-vision"),
            "Attic": ConnectionSettings("fake", model="text-only"),
        }
        self.settings = SettingsService(FakeSettingsStore(Settings(connections=connections)))
        self.store = InMemoryChats()
        self.offline = FakeOffline()
        self.sources = FakeSources(ready=ready)
        self.worker = FakeWorker()
        self.people = FakePeople()
        self.images = InMemoryImages()
        self.connector = FakeConnector()
        self.clipboard = FakeClipboard()
        self.fetcher = FakeFetcher()
        self.watcher = FakeWatcher()
        self.secrets = FakeSecrets()
        self.quick_replies = InMemoryQuickReplies()
        self.said = InMemorySaid()
        self.imagers = FakeImagers()
        self.upkeep = FakeUpkeep()
        secrets, images = self.secrets, self.images
        endpoints = Endpoints(ROWS, secrets, lambda row, url: url or row.base_url, self.offline)
        connecting = ConnectionService(
            self.settings,
            endpoints,
            self.offline,
            self.connector,
            lambda: (picture("test.png"), ("there", "circle")),
        )
        chats = ChatService(self.settings, connecting, images)
        sources = SourceService(self.settings, connecting, self.sources)
        self.services = Services(
            self.settings,
            connecting,
            lambda: chats,
            Library(self.store, self.people, self.settings),
            lambda: CaptionService(
                self.settings, sources, reader or FakeReader(), images, self.store, chats
            ),
            secrets,
            self.offline,
            self.store,
            self.worker,
            lambda: IntakeService(
                self.settings,
                reader or FakeReader(),
                images,
                self.clipboard,
                self.fetcher,
                self.watcher,
            ),
            lambda: ExportService(self.settings, self.store, images, ExportFolder()),
            lambda: QuickReplies(self.quick_replies, self.said, self.settings),
            self.imagers,
            images,
            reader or FakeReader(),
            PictureFolder(),
            self.upkeep,
        )
