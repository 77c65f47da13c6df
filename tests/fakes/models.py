from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress

from tui.domain.connection import Endpoint, FoundServer, Model, Provider
from tui.domain.errors import AppError
from tui.domain.generation import (
    Finished,
    GenerationEvent,
    GenerationRequest,
    Progress,
    TextDelta,
    Usage,
)
from tui.domain.image import Image, ImageFacts
from tui.domain.local_model import DownloadPlan, LocalModelState
from tui.domain.secret import Secret

Script = Sequence[GenerationEvent | AppError]

HELLO: Script = (
    TextDelta("Hello "),
    TextDelta("there."),
    Finished("stop", usage=Usage(12, 3)),
)
FAKE = Provider("fake", "Fake", "openai", "http://127.0.0.1:1/v1", sees=("*-vision*",), proxy="all")
ROWS = {
    "fake": FAKE,
    "distant": Provider("distant", "Distant", "openai", "https://distant.example/v1"),
    "puller": Provider("puller", "Puller", "ollama", "http://127.0.0.1:2", pulls=True),
    "horde": Provider(
        "horde", "AI Horde", "horde", "https://horde.example/api", anonymous_key="0000000000"
    ),
    "extras": Provider("extras", "Extras", "extras", "http://127.0.0.1:5100", chats=False),
    "painter": Provider(
        "painter",
        "Painter",
        "a1111",
        "http://127.0.0.1:3",
        chats=False,
        blind=("*",),
        images="a1111",
    ),
}
"""A small catalogue: one that runs here, one far away, one of each special kind."""


async def play(script: Script) -> AsyncGenerator[GenerationEvent, None]:
    for step in script:
        await asyncio.sleep(0)
        if isinstance(step, AppError):
            raise step
        yield step


class FakeChatModel:
    """Answers with a script; `hold` keeps the stream open after it."""

    def __init__(self, script: Script = HELLO, *, hold: bool = False) -> None:
        self.script = script
        self.hold = hold
        self.requests: list[GenerationRequest] = []
        self.closed = 0

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationEvent, None]:
        self.requests.append(request)
        try:
            async for event in play(self.script):
                yield event
            if self.hold:
                await asyncio.Event().wait()
        finally:
            self.closed += 1


class FakeConnector:
    """One model for every endpoint."""

    def __init__(self, model: FakeChatModel | None = None, found: Sequence[FoundServer] = ()):
        self.model = model or FakeChatModel()
        self.found = list(found)
        self.opened: list[Endpoint] = []
        self.listed = [Model("text-only", "no"), Model("tiny-vision")]
        self.pulled: list[str] = []
        self.pulling: list[Progress | AppError] = [Progress("pulling", 1, 1, "bytes")]

    def open(self, endpoint: Endpoint) -> FakeChatModel:
        self.opened.append(endpoint)
        return self.model

    async def models(self, endpoint: Endpoint) -> list[Model]:
        return list(self.listed)

    async def about(self, endpoint: Endpoint) -> str:
        return f"{endpoint.provider.label} 1.0"

    async def pull(self, endpoint: Endpoint, model: str) -> AsyncGenerator[Progress, None]:
        self.pulled.append(model)
        for step in self.pulling:
            await asyncio.sleep(0)
            if isinstance(step, AppError):
                raise step
            yield step

    async def discover(self) -> list[FoundServer]:
        return self.found

    async def aclose(self) -> None:
        return


class FakeOffline:
    """The offline model, there or not."""

    def __init__(self, *, there: bool = False) -> None:
        self.there = there
        self.key = Secret("offline-key", origin="this run")

    async def base_url(self) -> str:
        return "http://127.0.0.1:9/v1"

    def installed(self) -> bool:
        return self.there

    def missing(self) -> str:
        return "" if self.there else "the tiny model is not installed"

    async def install(self) -> AsyncGenerator[Progress, None]:
        yield Progress("fetching", 1, 2, "bytes")
        self.there = True

    async def aclose(self) -> None:
        return


class FakeSecrets:
    """Keys by connection name."""

    def __init__(self, keys: dict[str, str] | None = None) -> None:
        self.keys = keys or {}

    async def resolve(self, reference: str, *, name: str, env: Sequence[str] = ()) -> Secret | None:
        value = self.keys.get(name)
        return Secret(value, origin="test") if value else None

    async def store(self, name: str, value: str) -> str:
        self.keys[name] = value
        return "a dictionary"

    async def forget(self, name: str) -> None:
        with suppress(KeyError):
            del self.keys[name]


class FakeCaptioner:
    """Captions everything with the same script."""

    def __init__(self, label: str, script: Script, model: str = "") -> None:
        self.label = label
        self.model = model
        self.script = script
        self.hold = False
        """Whether it goes on for good after the script."""
        self.takes_prompt = True
        self.fingerprint = label
        self.asked: list[tuple[Image, str]] = []
        self.closed = 0

    async def caption(self, image: Image, prompt: str) -> AsyncGenerator[GenerationEvent, None]:
        self.asked.append((image, prompt))
        try:
            async for event in play(self.script):
                yield event
            if self.hold:
                await asyncio.Event().wait()
        finally:
            self.closed += 1


class FakeLocal(FakeCaptioner):
    """A local model that is ready, or can be fetched."""

    def __init__(self, folder: object, *, ready: bool = True) -> None:
        super().__init__("local model", (TextDelta("a red circle"), Finished("stop")), "tiny")
        self.ready = ready
        self._folder = folder

    async def state(self) -> LocalModelState:
        if self.ready:
            return LocalModelState("ready", "tiny")
        from pathlib import Path

        plan = DownloadPlan("tiny", (), 1_000_000, Path(str(self._folder)), "hf download tiny")
        return LocalModelState("needs_download", "tiny", plan, "tiny is not here", "fetch it")

    async def download(self) -> AsyncGenerator[Progress, None]:
        yield Progress("downloading", 1_000_000, 1_000_000, "bytes")
        self.ready = True


class FakeSources:
    """A source of each kind."""

    def __init__(self, *, ready: bool = True) -> None:
        self.local_source = FakeLocal("/models", ready=ready)
        self.described = FakeCaptioner(
            "offline description", (TextDelta("A landscape photo."), Finished("stop"))
        )
        self.limits: list[int] = []
        cat = (TextDelta("A cat."), Finished("stop", usage=Usage(600, 4)))
        self.seeing = FakeCaptioner("", cat)
        """Plays for every connection."""
        self.horde_source = FakeCaptioner("AI Horde", cat)
        self.extras_source = FakeCaptioner("Extras", cat)

    def local(self) -> FakeLocal:
        return self.local_source

    def describe(self) -> FakeCaptioner:
        return self.described

    def multimodal(self, endpoint: Endpoint, model: object, max_tokens: int) -> FakeCaptioner:
        self.limits.append(max_tokens)
        self.seeing.label = f"{endpoint.provider.label}: {endpoint.model}"
        self.seeing.model = endpoint.model
        self.seeing.fingerprint = endpoint.url
        return self.seeing

    def horde(self, endpoint: Endpoint) -> FakeCaptioner:
        return self.horde_source

    def extras(self, endpoint: Endpoint) -> FakeCaptioner:
        return self.extras_source


def picture(name: str = "cat.png", digest: str = "d" * 64) -> Image:
    facts = ImageFacts("PNG", 4, 2, 99)
    return Image(b"\x89PNG", "image/png", 4, 2, digest, name, facts)
