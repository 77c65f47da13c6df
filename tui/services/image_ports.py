"""What making pictures needs from outside, as Protocols."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Protocol

from tui.domain.connection import Endpoint
from tui.domain.image import Image
from tui.domain.imagine_request import ImagineRequest
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


class ImagineFront(Protocol):
    """The person, while a picture is made."""

    async def ask(self, request: ImagineRequest) -> ImagineRequest | None:
        """Ask what picture is wanted, beginning with a request; None: cancelled, nobody there."""
        ...

    async def edit(self, prompt: str) -> str | None:
        """Let a prompt that a model wrote be looked over; None: cancelled."""
        ...

    def preview(self, image: Image | None) -> None:
        """Show the picture as it is so far; None: over."""
        ...


class PictureFiles(Protocol):
    """Pictures as files of the person's own."""

    def write(self, path: Path, data: bytes, *, force: bool) -> None:
        """Write a picture whole or not at all; blocking.

        Args:
            path: The file; its folder must exist.
            data: An encoded picture.
            force: Write over what is there.

        Raises:
            StorageError: It is there already, or cannot be written.
        """
        ...
