"""Wiring: the one place that knows every adapter.

Nothing starts and nothing is read from the network here, and each adapter is imported when it is
first needed.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.services import Services
from tui.services.configuring import SettingsService
from tui.services.connecting import ConnectionService
from tui.services.endpoints import Endpoints
from tui.services.library import Library

if TYPE_CHECKING:
    from tui.adapters.imagers.generators import HttpImageGenerators
    from tui.adapters.onnx.client import OnnxWorker
    from tui.adapters.pillow import PillowReader
    from tui.adapters.providers.connector import HttpConnector
    from tui.adapters.storage.chats import SqliteChats
    from tui.adapters.storage.images import ImageFiles
    from tui.domain.connection import Endpoint, FoundServer, Model, Provider
    from tui.domain.generation import Progress
    from tui.domain.image import Box, Image
    from tui.domain.imported import Imported
    from tui.paths import Paths
    from tui.services.captioning import CaptionService
    from tui.services.chatting import ChatService
    from tui.services.exporting import ExportService
    from tui.services.image_ports import ImageGenerator
    from tui.services.intake import IntakeService
    from tui.services.ports import Captioner, ChatModel, LocalCaptioner
    from tui.services.trial import Sample


def build(paths: Paths, flags: Mapping[str, object], environ: Mapping[str, str]) -> Services:
    """Put the program together.

    Args:
        paths: Where things are kept.
        flags: Settings given on the command line, by dotted path.
        environ: The environment, for settings and keys.

    Raises:
        StorageError: The data folder cannot be used.
    """
    from tui.adapters.characters import YamlCharacters
    from tui.adapters.config_store import ConfigStore
    from tui.adapters.offline.late import LateOffline
    from tui.adapters.providers.address import normalise
    from tui.adapters.providers.catalog import PROVIDERS
    from tui.adapters.providers.environment import with_environment
    from tui.adapters.secrets import Secrets
    from tui.adapters.storage.chats import SqliteChats
    from tui.adapters.storage.images import ImageFiles
    from tui.adapters.storage.picture_files import PictureFolder

    settings = SettingsService(ConfigStore(paths, environ, flags))
    offline = LateOffline(paths.models)
    secrets = Secrets(paths.keys, environ)
    endpoints = Endpoints(with_environment(PROVIDERS, environ), secrets, normalise, offline)
    connector = _LateConnector(paths)
    connections = ConnectionService(settings, endpoints, offline, connector, _sample)
    store = SqliteChats(paths.chats)
    images = ImageFiles(paths.images)
    worker = _LateWorker(settings)

    def chats() -> ChatService:
        from tui.services.chatting import ChatService

        return ChatService(settings, connections, images)

    def captions() -> CaptionService:
        from tui.services.caption_sources import SourceService
        from tui.services.captioning import CaptionService

        sources = SourceService(settings, connections, _Sources(settings, worker, connector, paths))
        return CaptionService(settings, sources, _Reader(settings), images, store, services.chats)

    def intake() -> IntakeService:
        from tui.adapters.clipboard import SystemClipboard
        from tui.adapters.folder_watch import FolderWatch
        from tui.adapters.picture_url import PictureUrls
        from tui.services.intake import IntakeService

        outside = (SystemClipboard(environ), PictureUrls(), FolderWatch())
        return IntakeService(settings, _Reader(settings), images, *outside)

    people = YamlCharacters(paths.characters, paths.personas, paths.parsed)
    library = Library(store, people, settings)
    services = Services(
        settings=settings,
        connections=connections,
        chats=chats,
        library=library,
        captions=captions,
        secrets=secrets,
        offline=offline,
        store=store,
        worker=worker,
        intake=intake,
        exports=lambda: _exports(settings, store, images),
        imagers=_LateImagers(connector, paths),
        images=images,
        reader=_Reader(settings),
        files=PictureFolder(),
    )
    return services


class _LateConnector:
    """Imports the HTTP stack with the first request."""

    def __init__(self, paths: Paths) -> None:
        self._cache = paths.cache / "pictures"
        self._made: HttpConnector | None = None

    def real(self) -> HttpConnector:
        if self._made is None:
            from tui.adapters.picture_preparer import PicturePreparer
            from tui.adapters.providers.connector import HttpConnector

            self._made = HttpConnector(prepare=PicturePreparer(self._cache))
        return self._made

    def open(self, endpoint: Endpoint) -> ChatModel:
        return self.real().open(endpoint)

    async def models(self, endpoint: Endpoint) -> list[Model]:
        return await self.real().models(endpoint)

    async def about(self, endpoint: Endpoint) -> str:
        return await self.real().about(endpoint)

    async def pull(self, endpoint: Endpoint, model: str) -> AsyncGenerator[Progress, None]:
        async with aclosing(self.real().pull(endpoint, model)) as events:
            async for event in events:
                yield event

    async def discover(self) -> list[FoundServer]:
        return await self.real().discover()

    async def aclose(self) -> None:
        if self._made is not None:
            await self._made.aclose()


class _LateImagers:
    """Imports what makes pictures with the first one that is wished for."""

    def __init__(self, connector: _LateConnector, paths: Paths) -> None:
        self._connector = connector
        self._paths = paths

    @cached_property
    def real(self) -> HttpImageGenerators:
        from tui.adapters.imagers.generators import HttpImageGenerators

        return HttpImageGenerators(self._connector.real().client, self._paths.workflows)

    def makes_images(self, endpoint: Endpoint) -> bool:
        return bool(endpoint.provider.images)

    def open(self, endpoint: Endpoint) -> ImageGenerator:
        return self.real.open(endpoint)

    async def models(self, endpoint: Endpoint) -> list[str]:
        return await self.real.models(endpoint)


class _LateWorker:
    """Makes the client of the worker process with the first caption."""

    def __init__(self, settings: SettingsService) -> None:
        self._settings = settings
        self._made: OnnxWorker | None = None

    def real(self) -> OnnxWorker:
        if self._made is None:
            from tui.adapters.onnx.client import OnnxWorker

            self._made = OnnxWorker()
        self._made.idle_seconds = self._settings.current.local.idle_minutes * 60
        return self._made

    async def aclose(self) -> None:
        if self._made is not None:
            await self._made.aclose()


class _Sources:
    """The caption sources by the settings in force."""

    def __init__(
        self,
        settings: SettingsService,
        worker: _LateWorker,
        connector: _LateConnector,
        paths: Paths,
    ) -> None:
        self._settings = settings
        self._worker = worker
        self._connector = connector
        self._paths = paths

    def local(self) -> LocalCaptioner:
        from tui.adapters.captioners.onnx import OnnxCaptioner

        current = self._settings.current
        wanted: dict[str, Any] = {
            "num_beams": current.local.num_beams,
            "max_new_tokens": current.local.max_new_tokens,
        }
        return OnnxCaptioner(
            self._worker.real(),
            current.extras.captioningModel,
            dtype=current.local.dtype,
            generation={name: value for name, value in wanted.items() if value},
            checks=self._paths.cache / "model-checks.json",
        )

    def describe(self) -> Captioner:
        from tui.adapters.captioners.describe import DescribeCaptioner

        return DescribeCaptioner(self._worker.real())

    def multimodal(self, endpoint: Endpoint, model: ChatModel, max_tokens: int) -> Captioner:
        from tui.adapters.captioners.multimodal import MultimodalCaptioner

        return MultimodalCaptioner(model, endpoint, max_tokens)

    def horde(self, endpoint: Endpoint) -> Captioner:
        from tui.adapters.captioners.horde import HordeCaptioner

        real = self._connector.real()
        return HordeCaptioner(endpoint, real.client, real.prepare)

    def extras(self, endpoint: Endpoint) -> Captioner:
        from tui.adapters.captioners.extras import ExtrasCaptioner

        real = self._connector.real()
        return ExtrasCaptioner(endpoint, real.client, real.prepare)


class _Reader:
    """Opens pictures with the limits of the settings in force."""

    def __init__(self, settings: SettingsService) -> None:
        self._settings = settings

    async def read(self, path: Path) -> Image:
        return await self._reader().read(path)

    def decode(self, data: bytes, name: str) -> Image:
        return self._reader().decode(data, name)

    def _reader(self) -> PillowReader:
        from tui.adapters.pillow import PillowReader

        limits = self._settings.current.images
        return PillowReader(limits.max_megabytes, limits.max_megapixels, limits.max_side)

    async def crop(self, image: Image, box: Box) -> Image:
        return await self._reader().crop(image, box)


def _exports(settings: SettingsService, store: SqliteChats, images: ImageFiles) -> ExportService:
    from tui.adapters.storage.exports import ExportFolder
    from tui.services.exporting import ExportService

    return ExportService(settings, store, images, ExportFolder())


def _sample() -> Sample:
    from tui.adapters.sample_picture import SAMPLE_WORDS, sample_picture

    return sample_picture(), SAMPLE_WORDS


def foreign_settings(path: Path) -> Imported:
    """What SillyTavern's settings amount to here. Raises ConfigError."""
    from tui.adapters.sillytavern import read_settings

    return read_settings(path)


def providers() -> Mapping[str, Provider]:
    """The catalogue, for those who only list it."""
    from tui.adapters.providers.catalog import PROVIDERS

    return PROVIDERS
