"""Trying a connection: one tiny chat and one small picture, each told in a line."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from tui.domain.connection import Vision
from tui.domain.errors import AppError, ImageRejected, ProviderError
from tui.domain.generation import (
    Finished,
    GenerationEvent,
    GenerationRequest,
    Progress,
    Sampling,
    TextDelta,
    Turn,
)
from tui.domain.image import Image
from tui.domain.safetext import clean_line

_ROOM = 256
"""Tokens; models that think first need more than the three words."""
_HELLO = "Say hello in three words."
_LOOK = "Name the shape, its colour and the word in this picture, in one short line."


Sample = tuple[Image, tuple[str, ...]]
"""A small picture, and the words, in lower case, of which an answer has one when it was seen."""


class Answers(Protocol):
    """A model that can be asked."""

    def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationEvent, None]:
        """Stream an answer. Raises ProviderError."""
        ...


@dataclass(frozen=True, slots=True)
class TestLine:
    """What came of one part of a test."""

    __test__ = False

    ok: bool
    text: str
    """One line for people."""


Tell = Callable[[Progress], object]
"""Takes what the server does meanwhile: loading its model, reading the prompt."""


async def try_chat(model: Answers, name: str, tell: Tell) -> TestLine:
    """Send one tiny chat; never raises AppError."""
    started = time.monotonic()
    request = GenerationRequest((Turn("user", _HELLO),), _sampling())
    try:
        text = await _answer(model, request, tell)
    except AppError as error:
        return TestLine(False, f"chat: {error.line()}")
    return TestLine(True, f"chat: {name} answered in {_since(started)}: {_short(text)}")


async def try_picture(
    model: Answers, name: str, sample: Sample, tell: Tell
) -> tuple[TestLine, Vision]:
    """Send one small picture and see whether the answer tells of it; never raises AppError.

    Args:
        model: Who is asked.
        name: The model's, for the line.
        sample: What is sent, and by which words one knows that it was seen.
        tell: Takes what the server does meanwhile.

    Returns:
        The line, and what is now known of the model's sight.
    """
    started = time.monotonic()
    picture, words = sample
    request = GenerationRequest((Turn("user", _LOOK, (picture,)),), _sampling(), captions=True)
    try:
        text = await _answer(model, request, tell)
    except ImageRejected as error:
        return TestLine(False, f"picture: {error.line()}"), "no"
    except AppError as error:
        return TestLine(False, f"picture: {error.line()}"), "unknown"
    if any(word in text.lower() for word in words):
        return TestLine(True, f"picture: seen in {_since(started)}: {_short(text)}"), "yes"
    said = f"picture: {name} answered but did not say what is on it: {_short(text)}"
    return TestLine(False, said), "unknown"


def _sampling() -> Sampling:
    return Sampling(max_tokens=_ROOM)


async def _answer(model: Answers, request: GenerationRequest, tell: Tell) -> str:
    text, reason = "", ""
    async with aclosing(model.generate(request)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                text += event.text
            elif isinstance(event, Progress):
                tell(event)
            elif isinstance(event, Finished):
                reason = event.reason
    if text.strip():
        return text
    if reason == "length":
        raise ProviderError("it thought until the limit of the test, and said nothing")
    raise ProviderError("the answer was empty")


def _since(started: float) -> str:
    return f"{time.monotonic() - started:.1f} s"


def _short(text: str) -> str:
    return clean_line(text, 60)
