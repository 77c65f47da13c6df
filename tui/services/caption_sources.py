"""Choosing who captions: the local model, a connection that sees, or the offline description."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from tui.domain.caption import Delivery, NewMessage
from tui.domain.errors import CaptionError
from tui.domain.generation import Progress
from tui.domain.local_model import DownloadPlan, LocalModelState
from tui.domain.settings import SOURCES
from tui.services.configuring import SettingsService
from tui.services.connecting import ConnectionService
from tui.services.ports import Captioner, CaptionSources

NEW_MESSAGE = NewMessage()


@dataclass(frozen=True, slots=True)
class CaptionRequest:
    """What a trigger asks for."""

    path: Path | None = None
    """The picture's file; None: from the message `index`, else a picker is shown."""
    index: int | None = None
    """Take the picture from this message (`#N`)."""
    prompt: str = ""
    """Empty: the one of the settings, asked for when *ask every time* is on."""
    delivery: Delivery = NEW_MESSAGE
    source: str = ""
    """Empty: the one of the settings."""
    connection: str = ""
    """For the source multimodal; empty: the one of the settings."""
    digest: str = ""
    """Take a picture that is already in the image store."""
    position: tuple[int, int] = (1, 1)
    """Which of how many pictures that are captioned in a row."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A caption source that was chosen, and why it is this one."""

    id: str
    captioner: Captioner
    note: str = ""
    """Why it is not the one that was wanted, and what to do about it; else empty."""
    plan: DownloadPlan | None = None
    """What could be fetched so that the wanted one works."""


class SourceService:
    """Gives the source for a request, by the settings in force."""

    def __init__(
        self, settings: SettingsService, connections: ConnectionService, sources: CaptionSources
    ) -> None:
        self._settings = settings
        self._connections = connections
        self._sources = sources

    async def choose(self, request: CaptionRequest) -> Choice:
        """Find the source. Raises AppError when the wanted one cannot be used."""
        wanted = request.source or self._settings.current.captioning.source
        if wanted == "multimodal" or (request.connection and not request.source):
            return Choice("multimodal", await self._multimodal(request))
        if wanted == "local":
            return await self._local()
        if wanted == "describe":
            return Choice("describe", self._sources.describe())
        raise CaptionError(f"no caption source {wanted!r}", hint="one of " + ", ".join(SOURCES))

    async def _local(self) -> Choice:
        local = self._sources.local()
        state = await local.state()
        if state.kind == "ready":
            return Choice("local", local)
        return Choice("describe", self._sources.describe(), _why(state), state.plan)

    async def _multimodal(self, request: CaptionRequest) -> Captioner:
        name = request.connection or self._connections.captioning()
        if not name:
            raise CaptionError(
                "no connection to caption with", hint="/connect adds one, F2 chooses it"
            )
        endpoint, model = await self._connections.open(name)
        if self._connections.vision(name) == "no":
            raise CaptionError(
                f"{endpoint.model} cannot see pictures",
                hint="choose a model that does, or another source, in the settings (F2)",
            )
        limit = self._settings.current.captioning.max_tokens
        return self._sources.multimodal(endpoint, model, limit)

    async def local_state(self) -> LocalModelState:
        """Whether the local model is ready; looks at the disk only."""
        return await self._sources.local().state()

    async def download_local(self) -> AsyncGenerator[Progress, None]:
        """Fetch the local model into the hub's cache. Raises AppError."""
        async with aclosing(self._sources.local().download()) as events:
            async for event in events:
                yield event


def _why(state: LocalModelState) -> str:
    """Say in a line why the offline description answers, and how to get the model."""
    parts = [f"offline description, for {state.model} cannot be used: {state.reason}"]
    if state.plan is not None:
        parts.append(f"salon model download puts it into {state.plan.folder}")
    if state.hint:
        parts.append(state.hint)
    return "; ".join([*parts, "other sources: captioning.source in the settings"])
