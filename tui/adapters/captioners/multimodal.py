"""Captions from any chat model that sees pictures."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Protocol

from tui.domain.errors import CaptionError
from tui.domain.generation import (
    Finished,
    GenerationEvent,
    GenerationRequest,
    Sampling,
    TextDelta,
    Turn,
)
from tui.domain.image import Image

_TRIES = 2
_WHY_EMPTY = {
    "length": ("ran out of tokens while thinking", "raise captioning.max_tokens"),
    "refusal": ("declined to describe the picture", "change the prompt, or use another model"),
    "content_filter": ("was stopped by a safety filter", "use another model or source"),
    "incomplete": ("broke off before the first word", "try again"),
}


class _Generates(Protocol):
    def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationEvent, None]: ...


class MultimodalCaptioner:
    """Asks a chat model about one picture."""

    def __init__(self, model: _Generates, label: str, model_id: str, max_tokens: int) -> None:
        """Make the source.

        Args:
            model: Who is asked.
            label: For people, e.g. "Ollama: moondream".
            model_id: As the server lists it.
            max_tokens: Longest caption.
        """
        self._generator = model
        self._max_tokens = max_tokens
        self.label = label
        self.model = model_id

    async def caption(self, image: Image, prompt: str) -> AsyncGenerator[GenerationEvent, None]:
        """Stream a caption of the picture; an empty answer is asked for once more.

        Raises:
            CaptionError: The model gave no caption.
            ProviderError: Its server failed.
        """
        request = GenerationRequest(
            (Turn("user", prompt, (image,)),), Sampling(max_tokens=self._max_tokens)
        )
        for attempt in range(_TRIES):
            text = False
            async with aclosing(self._generator.generate(request)) as events:
                async for event in events:
                    text = text or (isinstance(event, TextDelta) and bool(event.text.strip()))
                    if not isinstance(event, Finished):
                        yield event
                        continue
                    if event.reason == "refusal" or (not text and event.reason in _WHY_EMPTY):
                        what, hint = _WHY_EMPTY[event.reason]
                        raise CaptionError(f"{self.label} {what}", hint=hint)
                    if text:
                        yield event
                        return
            if attempt + 1 == _TRIES:
                break
        raise CaptionError(f"{self.label} gave an empty caption", hint="try again")
