"""Chat models whose pictures are made to fit what their service takes."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Protocol

from tui.domain.errors import ImageTooLarge
from tui.domain.generation import (
    GenerationEvent,
    GenerationRequest,
    Progress,
    ReasoningDelta,
    TextDelta,
    Turn,
)
from tui.domain.image import Image, PictureLimits


class Preparer(Protocol):
    """Makes pictures fit."""

    async def prepare(self, image: Image, limits: PictureLimits, shrink: int = 0) -> Image:
        """Give a picture within the limits: the same one where it fits already.

        Args:
            image: Stays as it is.
            limits: All but `max_count` are kept.
            shrink: How often to halve the sides and the bytes of what 0 would give; from 1 on
                a JPEG, where one is taken.

        Raises:
            ImageError: The picture cannot be read, or cannot be made that small.
        """
        ...


class Generates(Protocol):
    """A chat model."""

    def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationEvent, None]:
        """Stream an answer. Raises ProviderError."""
        ...


class PreparedChatModel:
    """A chat model behind the limits of its service."""

    def __init__(
        self, model: Generates, limits: PictureLimits, preparer: Preparer, label: str
    ) -> None:
        """Wrap a model.

        Args:
            model: Who is asked.
            limits: What its service takes.
            preparer: Makes pictures fit.
            label: The service for people: "Groq".
        """
        self._model = model
        self._limits = limits
        self._preparer = preparer
        self._label = label

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationEvent, None]:
        """Stream an answer; what is too large for the server is sent once more, smaller.

        Raises:
            ImageError: A picture cannot be made to fit.
            ProviderError: The server failed, or refused the smaller pictures too.
        """
        seen = sum(len(turn.images) for turn in request.turns)
        most = self._limits.max_count
        if most and seen > most:
            request = replace(request, turns=_last_pictures(request.turns, seen - most))
            yield Progress(f"{self._label} takes {_pictures(most)}: earlier ones are left out")
        fitting = await self._fitting(request, shrink=0)
        answered = False
        try:
            async with aclosing(self._model.generate(fitting)) as events:
                async for event in events:
                    answered = answered or isinstance(event, TextDelta | ReasoningDelta)
                    yield event
            return
        except ImageTooLarge:
            if answered or not seen:
                raise
        yield Progress("the picture was too large: trying a smaller one")
        smaller = await self._fitting(request, shrink=1)
        async with aclosing(self._model.generate(smaller)) as events:
            async for event in events:
                yield event

    async def _fitting(self, request: GenerationRequest, shrink: int) -> GenerationRequest:
        turns = []
        for turn in request.turns:
            images = [
                await self._preparer.prepare(image, self._limits, shrink) for image in turn.images
            ]
            turns.append(replace(turn, images=tuple(images)) if images else turn)
        return replace(request, turns=tuple(turns))


def _last_pictures(turns: tuple[Turn, ...], too_many: int) -> tuple[Turn, ...]:
    """The turns without their first pictures, each of which leaves a word in its place."""
    kept = []
    for turn in turns:
        gone = min(too_many, len(turn.images))
        too_many -= gone
        kept.append(_without(turn, gone) if gone else turn)
    return tuple(kept)


def _without(turn: Turn, gone: int) -> Turn:
    note = "[a picture was left out]" if gone == 1 else f"[{gone} pictures were left out]"
    text = f"{turn.text}\n{note}" if turn.text else note
    return replace(turn, text=text, images=turn.images[gone:])


def _pictures(number: int) -> str:
    return "1 picture" if number == 1 else f"{number} pictures"
