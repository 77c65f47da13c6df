"""What the tests of the protocols share."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import Any, Protocol

from tests.fakes.servers import Answerer, Recorded, Reply, client_of
from tui.adapters.http import Http
from tui.adapters.providers.catalog import PROVIDERS
from tui.domain.connection import Endpoint
from tui.domain.generation import (
    Finished,
    GenerationEvent,
    GenerationRequest,
    Progress,
    ReasoningDelta,
    Sampling,
    TextDelta,
    Turn,
)
from tui.domain.image import Image, ImageFacts
from tui.domain.secret import Secret

KEY = "sk-test-0123456789abcdef"
HELLO = GenerationRequest((Turn("user", "Hello"),))
PICTURE = Image(
    b"\xff\xd8not really", "image/jpeg", 4, 3, "d" * 64, "a.jpg", ImageFacts("JPEG", 4, 3, 12)
)
CHAT = GenerationRequest(
    (
        Turn("system", "Be brief."),
        Turn("user", "Look", (PICTURE, PICTURE)),
        Turn("assistant", "A cat."),
        Turn("user", "Sure?"),
    ),
    Sampling(temperature=0.7, top_p=0.9, max_tokens=50, seed=3, stop=("You:",)),
)


class Generates(Protocol):
    def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationEvent, None]: ...


class Naps:
    """Sleeps not at all, and remembers for how long."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def endpoint(provider: str, url: str = "http://127.0.0.1:1", key: str = KEY) -> Endpoint:
    return Endpoint("kitchen", PROVIDERS[provider], url, Secret(key) if key else None, "m")


def offline_http(*replies: Reply, answer: Answerer | None = None) -> tuple[Http, list[Recorded]]:
    """A client that gets the replies in turn, the last one for ever."""
    left = list(replies)
    requests: list[Recorded] = []

    def take(request: Recorded) -> Reply:
        requests.append(request)
        if answer is not None:
            return answer(request)
        return left.pop(0) if len(left) > 1 else left[0]

    return Http(client_of(take), Naps()), requests


async def collect(
    model: Generates, request: GenerationRequest = HELLO, into: list[GenerationEvent] | None = None
) -> list[GenerationEvent]:
    found = [] if into is None else into
    async with aclosing(model.generate(request)) as events:
        async for event in events:
            found.append(event)
    return found


def text_of(events: Iterable[GenerationEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def thought_of(events: Iterable[GenerationEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, ReasoningDelta))


def end_of(events: list[GenerationEvent]) -> Finished:
    assert isinstance(events[-1], Finished)
    assert sum(isinstance(event, Finished) for event in events) == 1
    return events[-1]


def notes_of(events: Iterable[GenerationEvent]) -> list[str]:
    return [event.label for event in events if isinstance(event, Progress)]


def joined(events: Iterable[Any]) -> list[Any]:
    """Neighbouring deltas of a kind made one: how a text was cut does not matter."""
    out: list[Any] = []
    for event in events:
        if out and isinstance(event, (TextDelta, ReasoningDelta)) and type(out[-1]) is type(event):
            out[-1] = type(event)(out[-1].text + event.text)
        else:
            out.append(event)
    return out
