"""Captions from any chat model that sees pictures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict, replace
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from tui.domain.connection import Endpoint
from tui.domain.errors import CaptionError
from tui.domain.generation import (
    Finished,
    GenerationEvent,
    GenerationRequest,
    Restarted,
    Sampling,
    TextDelta,
    Turn,
    Usage,
)
from tui.domain.image import Image
from tui.domain.safetext import clean_line

_Number = TypeVar("_Number", int, float)
_WHY_EMPTY = {
    "refusal": ("declined to describe the picture", "change the prompt, or use another model"),
    "content_filter": ("was stopped by a safety filter", "use another model or source"),
    "incomplete": ("broke off before the first word", "try again"),
    "error": ("failed before the first word", "try again, or use another model"),
}


class _Generates(Protocol):
    def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationEvent, None]: ...


class MultimodalCaptioner:
    """Asks a chat model about one picture."""

    takes_prompt = True

    def __init__(self, model: _Generates, endpoint: Endpoint, max_tokens: int) -> None:
        """Make the source.

        Args:
            model: Who is asked.
            endpoint: What it was opened for.
            max_tokens: Longest caption, unless the connection sets its own.
        """
        self._generator = model
        self._endpoint = endpoint
        self._sampling = Sampling(max_tokens=max_tokens)

    @property
    def label(self) -> str:
        """For people: "Ollama: moondream"."""
        return f"{self._endpoint.provider.label}: {clean_line(self.model)}"

    @property
    def model(self) -> str:
        """As the server lists it."""
        return self._endpoint.model

    @property
    def fingerprint(self) -> str:
        """Service, server and everything sent along that shapes a caption; without any key."""
        endpoint = self._endpoint
        shaping = [
            endpoint.provider.id,
            urlsplit(endpoint.url).netloc.rpartition("@")[2].lower(),
            asdict(endpoint.sampling.over(self._sampling)),
            endpoint.provider.caption_body,
            endpoint.add_body,
            endpoint.drop_body,
        ]
        # As a digest, for people put keys into `add_body` too.
        text = json.dumps(shaping, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    async def caption(self, image: Image, prompt: str) -> AsyncGenerator[GenerationEvent, None]:
        """Stream a caption of the picture; an empty answer is asked for once more.

        Raises:
            CaptionError: The model gave no caption.
            ImageError: The picture cannot be made to fit the service.
            ProviderError: Its server failed.
        """
        turn = Turn("user", prompt, (image,))
        request = GenerationRequest((turn,), self._sampling, captions=True)
        spent: Usage | None = None
        for last in (False, True):
            text = False
            async with aclosing(self._generator.generate(request)) as events:
                async for event in events:
                    if not isinstance(event, Finished):
                        text = text or (isinstance(event, TextDelta) and bool(event.text.strip()))
                        yield event
                        continue
                    self._check(event.reason, text)
                    spent = _together(spent, event.usage)
                    if text:
                        yield replace(event, usage=spent)
                        return
            if not last:
                yield Restarted("the answer was empty")
        raise CaptionError(f"{self.label} gave an empty caption", hint="try again")

    def _check(self, reason: str, text: bool) -> None:
        """Raise CaptionError for an end that leaves no caption and that a retry cannot mend."""
        if reason == "length" and not text:
            own = self._endpoint.sampling.max_tokens is not None
            where = f"connections.{self._endpoint.name}" if own else "captioning"
            raise CaptionError(
                f"{self.label} ran out of tokens while thinking", hint=f"raise {where}.max_tokens"
            )
        if reason == "refusal" or (reason in _WHY_EMPTY and not text):
            what, hint = _WHY_EMPTY[reason]
            raise CaptionError(f"{self.label} {what}", hint=hint)


def _together(first: Usage | None, second: Usage | None) -> Usage | None:
    """What two tries took; what only one of them tells stands alone."""
    if first is None or second is None:
        return first or second
    return Usage(
        input=_sum(first.input, second.input),
        output=_sum(first.output, second.output),
        reasoning=_sum(first.reasoning, second.reasoning),
        cost=_sum(first.cost, second.cost),
    )


def _sum(first: _Number | None, second: _Number | None) -> _Number | None:
    if first is None or second is None:
        return second if first is None else first
    return first + second
