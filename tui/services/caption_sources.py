"""Choosing who captions, and whether the picture may go there."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from tui.domain.caption import Asked, Delivery, NewMessage
from tui.domain.chat import Attachment
from tui.domain.connection import Endpoint, Model
from tui.domain.errors import CaptionError, ConfigError
from tui.domain.generation import Progress
from tui.domain.local_model import DownloadPlan, LocalMissing, LocalModelState
from tui.domain.settings import SOURCES, ChainStep
from tui.services.configuring import SettingsService
from tui.services.connecting import ConnectionService
from tui.services.ports import Captioner, CaptionSources
from tui.services.refinement import Other

NEW_MESSAGE = NewMessage()
LEAVE_HINT = "/local-only off lets this chat's pictures go, images.local_only those of all"
_WORDS = {
    "local": "local model",
    "horde": "AI Horde",
    "extras": "Extras",
    "describe": "offline description",
}
_ALONE = {
    "local": "a model on this machine",
    "horde": "volunteers' machines, free, with a queue",
    "describe": "offline, in plain words, no model",
}


@dataclass(frozen=True, slots=True)
class CaptionRequest:
    """What a trigger asks for."""

    path: Path | None = None
    """The picture's file; None: from the message `index`, else a picker is shown."""
    index: int | None = None
    """Take the picture from this message (`#N`)."""
    prompt: str = ""
    """Empty: the one of the settings, asked for when *ask every time* is on."""
    prompt_is_final: bool = False
    """Its macros are expanded already."""
    delivery: Delivery = NEW_MESSAGE
    source: str = ""
    """Empty: that of the connection or model that is named, else the one of the settings."""
    connection: str = ""
    """For multimodal, horde and extras; empty: the settings'."""
    digest: str = ""
    """Take a picture that is already in the image store."""
    position: tuple[int, int] = (1, 1)
    """Which of how many pictures that are captioned in a row."""
    model: str = ""
    """For multimodal; empty: the one of the settings, else the connection's own."""
    fresh: bool = False
    """Ask the source even when the same caption was made before."""
    place: int = 0
    """With `index`: which of the message's pictures, from 0."""
    preset: str = ""
    """Name of a prompt, in place of one."""
    revise: bool = False
    """Look over the captions that the picture has had, before anybody is asked."""
    waiting: Attachment | None = None
    """The picture of `digest` as it waits beside the prompt, with the caption it has."""
    unattended: bool = False
    """Nobody is asked anything, and no editor opens."""


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

    # -- who is wanted; asks nobody and fetches no key

    def wanted(self, request: CaptionRequest) -> str:
        """Id of the source that a request means.

        Raises:
            ConfigError: The connection that was named does not exist.
        """
        source = request.source
        if not source and (request.connection or request.model):
            source = "multimodal"
        source = source or self._settings.current.captioning.source
        if source != "multimodal":
            return source
        provider = self._provider(request.connection or self._connections.captioning())
        return provider if provider in ("horde", "extras") else source

    def _provider(self, connection: str) -> str:
        return self._connections.describe(connection).provider if connection else ""

    def uses_local(self, request: CaptionRequest) -> bool:
        """Whether the local model is among those that are asked. Raises AppError."""
        return any(step.source == "local" for step in self.steps(request))

    def takes_prompt(self, steps: list[CaptionRequest]) -> bool:
        """Whether what is asked makes a difference to one of them."""
        for step in steps:
            with suppress(ConfigError):
                if self.wanted(step) == "multimodal":
                    return True
        return False

    def steps(self, request: CaptionRequest) -> list[CaptionRequest]:
        """The request put to each source of the chain; itself when no chain is wanted.

        Raises:
            CaptionError: The chain is empty.
            ConfigError: The connection that was named does not exist.
        """
        wanted = self.wanted(request)
        if wanted != "chain":
            return [replace(request, source=wanted)]
        chain = self._settings.current.captioning.chain
        if not chain:
            raise CaptionError(
                "the chain of caption sources is empty",
                hint="list them under captioning.chain in the settings (F2), or use another source",
            )
        return [_put_to(request, step) for step in chain]

    def limits(self, request: CaptionRequest) -> list[float]:
        """For each of `steps` how many seconds its caption may take; 0: no limit."""
        if self.wanted(request) != "chain":
            return [0.0]
        return [step.seconds for step in self._settings.current.captioning.chain]

    def name(self, request: CaptionRequest) -> str:
        """A request's source for people, before anything is known of it."""
        if request.source in ("local", "describe"):
            return _WORDS[request.source]
        name = request.connection or _WORDS.get(request.source, "")
        name = name or self._connections.captioning() or "multimodal"
        return f"{name} ({request.model})" if request.model else name

    def others(self) -> list[Other]:
        """Everybody who could be asked for a caption, for choosing."""
        alone = [
            Other(_WORDS[source], about, Asked(source=source))
            for source, about in _ALONE.items()
            if source not in map(self._provider, self._connections.names())
        ]
        through = [
            Other(name, self._connections.label(name), Asked(connection=name))
            for name in self._connections.names()
            if self._connections.vision(name) != "no" or self._connections.captions_alone(name)
        ]
        return [*through, *alone]

    async def models(self) -> list[Model]:
        """What the captioning connection offers. Raises AppError."""
        name = self._connections.captioning()
        if not name:
            raise CaptionError("no connection captions", hint="/connect for=captions chooses one")
        return await self._connections.models(name)

    # -- choosing

    async def choose(
        self, request: CaptionRequest, *, local_only: bool = False, strict: bool = False
    ) -> Choice:
        """Find the source, which is not a chain.

        Args:
            request: Who is wanted.
            local_only: Refuse those to whom the picture would leave this machine.
            strict: Refuse a local model that is not there, in place of describing offline.

        Raises:
            LocalMissing: With `strict` only.
            AppError: The wanted one cannot be used.
        """
        wanted = self.wanted(request)
        if wanted == "local":
            return await self._local(strict)
        if wanted == "describe":
            return Choice("describe", self._sources.describe())
        if wanted == "multimodal":
            return Choice(wanted, await self._multimodal(request, local_only))
        if wanted == "horde":
            return Choice(wanted, await self._horde(request, local_only))
        if wanted == "extras":
            return Choice(wanted, await self._extras(request, local_only))
        raise CaptionError(f"no caption source {wanted!r}", hint="one of " + ", ".join(SOURCES))

    async def _local(self, strict: bool) -> Choice:
        local = self._sources.local()
        state = await local.state()
        if state.kind == "ready":
            return Choice("local", local)
        if strict:
            raise LocalMissing(state)
        return Choice("describe", self._sources.describe(), _why(state), state.plan)

    async def _multimodal(self, request: CaptionRequest, local_only: bool) -> Captioner:
        captioning = self._connections.captioning()
        name = request.connection or captioning
        if not name:
            raise CaptionError(
                "no connection to caption with", hint="/connect adds one, F2 chooses it"
            )
        model = request.model
        if not model and name == captioning:
            model = self._settings.current.captioning.model
        chosen = self._connections.describe(name)
        plain = self._connections.endpoints.plain(name, chosen, model)
        if local_only and not plain.stays_here:
            raise _leaves(_place(plain))
        if self._connections.vision(name, model) == "no":
            raise CaptionError(
                f"{plain.model or plain.provider.label} cannot see pictures",
                hint="choose a model that does, or another source, in the settings (F2)",
            )
        endpoint, opened = await self._connections.open(name, model)
        limit = self._settings.current.captioning.max_tokens
        return self._sources.multimodal(endpoint, opened, limit)

    async def _horde(self, request: CaptionRequest, local_only: bool) -> Captioner:
        if local_only:
            raise _leaves("the AI Horde")
        name = self._named("horde", request)
        return self._sources.horde(await self._connections.source_endpoint("horde", name))

    async def _extras(self, request: CaptionRequest, local_only: bool) -> Captioner:
        _, plain = self._connections.source("extras", self._named("extras", request))
        if local_only and not plain.stays_here:
            raise _leaves(_place(plain))
        return self._sources.extras(await self._connections.source_endpoint("extras", plain.name))

    def _named(self, kind: str, request: CaptionRequest) -> str:
        """The connection named, else the one that captions when it is of that kind."""
        captioning = self._connections.captioning()
        return request.connection or (captioning if self._provider(captioning) == kind else "")

    # -- the local model

    async def local_state(self) -> LocalModelState:
        """Whether the local model is ready; looks at the disk only."""
        return await self._sources.local().state()

    async def download_local(self) -> AsyncGenerator[Progress, None]:
        """Fetch the local model into the hub's cache. Raises AppError."""
        async with aclosing(self._sources.local().download()) as events:
            async for event in events:
                yield event


def _put_to(request: CaptionRequest, step: ChainStep) -> CaptionRequest:
    return replace(request, source=step.source, connection=step.connection, model=step.model)


def _leaves(where: str) -> CaptionError:
    return CaptionError(
        f"pictures stay on this machine (local only): {where} is elsewhere", hint=LEAVE_HINT
    )


def _place(endpoint: Endpoint) -> str:
    return endpoint.name or endpoint.provider.label


def _why(state: LocalModelState) -> str:
    """Say in a line why the offline description answers, and how to get the model.

    The reason comes first: a narrow terminal shows the beginning only.
    """
    parts = [f"no local model: {state.reason}"]
    parts.append(
        f"offline description in place of {state.model}" if state.model else "offline description"
    )
    if state.plan is not None:
        parts.append(f"salon model download puts it into {state.plan.folder}")
    if state.hint:
        parts.append(state.hint)
    return "; ".join([*parts, "other sources: captioning.source in the settings"])
