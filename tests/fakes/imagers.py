"""A service that makes pictures, without any."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from tui.domain.connection import Endpoint
from tui.domain.errors import AppError, ConfigError
from tui.domain.image import Image
from tui.domain.imagine_request import ImagineRequest
from tui.domain.imagining import ImagineEvent, Wish


class FakeImagers:
    """Gives the same events for every wish, and remembers the wishes; `hold` never ends."""

    def __init__(self, *events: ImagineEvent | AppError, hold: bool = False) -> None:
        self.events = list(events)
        self.hold = hold
        self.wishes: list[Wish] = []
        self.endpoints: list[Endpoint] = []
        self.closed = 0

    def makes_images(self, endpoint: Endpoint) -> bool:
        return bool(endpoint.provider.images)

    def open(self, endpoint: Endpoint) -> FakeImagers:
        if not endpoint.provider.images:
            raise ConfigError(f"{endpoint.provider.label} makes no pictures")
        self.endpoints.append(endpoint)
        return self

    async def models(self, endpoint: Endpoint) -> list[str]:
        return ["brush"]

    async def imagine(self, wish: Wish) -> AsyncGenerator[ImagineEvent, None]:
        self.wishes.append(wish)
        try:
            for event in self.events:
                await asyncio.sleep(0)
                if isinstance(event, AppError):
                    raise event
                yield event
            if self.hold:
                await asyncio.Event().wait()
        finally:
            self.closed += 1


class FakeImagineFront:
    """Answers questions about pictures that are to be made, and remembers them."""

    def __init__(self) -> None:
        self.request: ImagineRequest | None = None
        """What is answered when a picture is asked for."""
        self.edited: str | None = ""
        """What becomes of a prompt; empty: nothing."""
        self.asked: list[ImagineRequest] = []
        self.prompts: list[str] = []
        self.previews: list[Image | None] = []

    async def ask(self, request: ImagineRequest) -> ImagineRequest | None:
        self.asked.append(request)
        return self.request

    async def edit(self, prompt: str) -> str | None:
        self.prompts.append(prompt)
        return prompt if self.edited == "" else self.edited

    def preview(self, image: Image | None) -> None:
        self.previews.append(image)
