"""Stand-ins that import what they stand for when it is first needed."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.services.configuring import SettingsService

if TYPE_CHECKING:
    from tui.adapters.imagers.generators import HttpImageGenerators
    from tui.adapters.onnx.client import OnnxWorker
    from tui.adapters.pillow import PillowReader
    from tui.adapters.providers.connector import HttpConnector
    from tui.domain.connection import Endpoint, FoundServer, Model
    from tui.domain.generation import Progress
    from tui.domain.image import Box, Image
    from tui.paths import Paths
    from tui.services.image_ports import ImageGenerator
    from tui.services.ports import Captioner, ChatModel, LocalCaptioner


class LateConnector:
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


class LateImagers:
    """Imports what makes pictures with the first one that is wished for."""

    def __init__(self, connector: LateConnector, paths: Paths) -> None:
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


class LateUpkeep:
    """Imports backups and tidying when the app is at rest."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths

    async def run(self) -> None:
        from tui.adapters.storage.upkeep import Upkeep

        await Upkeep(self._paths).run()


class LateWorker:
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


class Sources:
    """The caption sources by the settings in force."""

    def __init__(
        self,
        settings: SettingsService,
        worker: LateWorker,
        connector: LateConnector,
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


class Reader:
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
