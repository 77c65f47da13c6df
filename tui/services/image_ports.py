"""What making pictures needs from outside, as Protocols."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

from tui.domain.connection import Endpoint
from tui.domain.imagining import ImagineEvent, Wish


class ImageGenerator(Protocol):
    """A service that makes pictures; made for one endpoint."""

    def imagine(self, wish: Wish) -> AsyncGenerator[ImagineEvent, None]:
        """Make one picture. Closing the generator cancels it, at the service too.

        Raises:
            ProviderError: Refused, filtered, broken off, or what came is no picture.
        """
        ...


class ImageGenerators(Protocol):
    """Knows who makes pictures."""

    def makes_images(self, endpoint: Endpoint) -> bool:
        """Whether the provider of an endpoint can be asked for pictures."""
        ...

    def open(self, endpoint: Endpoint) -> ImageGenerator:
        """Give the generator of an endpoint; nothing goes over the network yet.

        Raises:
            ConfigError: Its provider makes no pictures.
        """
        ...

    async def models(self, endpoint: Endpoint) -> list[str]:
        """Ids of the models that make pictures there. Raises ProviderError."""
        ...
