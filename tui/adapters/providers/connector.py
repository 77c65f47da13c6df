"""Opens endpoints: the one place that knows which protocol has which adapter."""

from __future__ import annotations

from tui.adapters.http import Http
from tui.adapters.providers import discovery, listing
from tui.adapters.providers.catalog import PROVIDERS
from tui.adapters.providers.ollama import OllamaChatModel
from tui.adapters.providers.openai import OpenAIChatModel
from tui.domain.connection import Endpoint, FoundServer, Model


class HttpConnector:
    """All network traffic with chat models, over one client."""

    def __init__(self, client: Http | None = None) -> None:
        self._client = client or Http()

    def open(self, endpoint: Endpoint) -> OpenAIChatModel | OllamaChatModel:
        """Give a model to talk to; nothing goes over the network yet."""
        match endpoint.provider.protocol:
            case "ollama":
                return OllamaChatModel(endpoint, self._client)
            case "openai":
                return OpenAIChatModel(endpoint, self._client)

    async def models(self, endpoint: Endpoint) -> list[Model]:
        """List what the server offers. Raises ProviderError."""
        return await listing.models(endpoint, self._client)

    async def discover(self) -> list[FoundServer]:
        """Ask the well-known ports on loopback; at most a second; never raises."""
        return await discovery.discover(PROVIDERS, self._client)

    async def aclose(self) -> None:
        """Close what is open."""
        await self._client.aclose()
