"""Opens the services that make pictures: the one place that knows which has which protocol."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Protocol, assert_never

from tui.adapters.http import Http
from tui.adapters.imagers.pictures import Fetch
from tui.domain.connection import Endpoint
from tui.domain.errors import ConfigError
from tui.domain.imagining import ImagineEvent, Wish


class Imagines(Protocol):
    """Makes pictures."""

    def imagine(self, wish: Wish) -> AsyncGenerator[ImagineEvent, None]:
        """Make one. Raises ProviderError."""


class HttpImageGenerators:
    """All network traffic for making pictures, over one client."""

    def __init__(self, client: Http, workflows: Path, fetch: Fetch | None = None) -> None:
        """Make it; nothing is opened before the first use.

        Args:
            client: Sends everything.
            workflows: The folder with the person's own workflows for ComfyUI.
            fetch: Fetches pictures that are only told the address of; None: by https.
        """
        self._client = client
        self._workflows = workflows
        self._fetch = fetch

    def makes_images(self, endpoint: Endpoint) -> bool:
        """Whether its provider can be asked for pictures."""
        return bool(endpoint.provider.images)

    def open(self, endpoint: Endpoint) -> Imagines:
        """Give the generator of an endpoint; nothing goes over the network yet.

        Raises:
            ConfigError: Its provider makes no pictures.
        """
        client, fetch = self._client, self._fetch
        made: Imagines
        match endpoint.provider.images:
            case "openai":
                from tui.adapters.imagers.openai_images import OpenAIImages

                made = OpenAIImages(endpoint, client, fetch)
            case "openrouter":
                from tui.adapters.imagers.openrouter_images import OpenRouterImages

                made = OpenRouterImages(endpoint, client, fetch)
            case "gemini":
                from tui.adapters.imagers.gemini_images import GeminiImages

                made = GeminiImages(endpoint, client)
            case "a1111":
                from tui.adapters.imagers.a1111 import A1111Images

                made = A1111Images(endpoint, client)
            case "comfyui":
                from tui.adapters.imagers.comfyui import ComfyImages

                made = ComfyImages(endpoint, client, self._workflows)
            case "horde":
                from tui.adapters.imagers.horde import HordeImages

                made = HordeImages(endpoint, client, fetch)
            case "pollinations":
                from tui.adapters.imagers.pollinations import PollinationsImages

                made = PollinationsImages(endpoint, client)
            case "":
                raise makes_none(endpoint)
            case protocol:
                assert_never(protocol)
        return made

    async def models(self, endpoint: Endpoint) -> list[str]:
        """Ids of the models that make pictures there. Raises AppError."""
        if not endpoint.provider.images:
            raise makes_none(endpoint)
        from tui.adapters.imagers import models

        return await models.models(endpoint, self._client)


def makes_none(endpoint: Endpoint) -> ConfigError:
    """The error for a service that cannot be asked for pictures."""
    return ConfigError(
        f"{endpoint.provider.label} makes no pictures",
        hint="choose a connection that does; the README lists the services",
    )
