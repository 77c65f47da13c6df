"""A service that makes pictures, without any."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from tui.domain.connection import Endpoint
from tui.domain.errors import ConfigError
from tui.domain.imagining import ImagineEvent, Wish


class FakeImagers:
    """Gives the same events for every wish, and remembers the wishes."""

    def __init__(self, *events: ImagineEvent) -> None:
        self.events = list(events)
        self.wishes: list[Wish] = []

    def makes_images(self, endpoint: Endpoint) -> bool:
        return bool(endpoint.provider.images)

    def open(self, endpoint: Endpoint) -> FakeImagers:
        if not endpoint.provider.images:
            raise ConfigError(f"{endpoint.provider.label} makes no pictures")
        return self

    async def models(self, endpoint: Endpoint) -> list[str]:
        return ["brush"]

    async def imagine(self, wish: Wish) -> AsyncGenerator[ImagineEvent, None]:
        self.wishes.append(wish)
        for event in self.events:
            yield event
