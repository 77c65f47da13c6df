"""Opens endpoints: the one place that knows which protocol has which adapter."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import assert_never

from tui.adapters.http import Http
from tui.adapters.providers.openai_request import Refusals
from tui.adapters.providers.prepared import Generates, PreparedChatModel, Preparer
from tui.domain.connection import Endpoint, FoundServer, Model
from tui.domain.errors import BadRequest
from tui.domain.generation import Progress


class HttpConnector:
    """All network traffic with chat models, over one client."""

    def __init__(self, client: Http | None = None, prepare: Preparer | None = None) -> None:
        """Make a connector; nothing is imported or opened before the first use.

        Args:
            client: Sends everything; None makes one.
            prepare: Makes pictures fit what a service takes; None sends them as they are.
        """
        self._client = client or Http()
        self._prepare = prepare
        self._refusals = Refusals()

    @property
    def prepare(self) -> Preparer | None:
        """What makes pictures fit, for the same sources."""
        return self._prepare

    @property
    def client(self) -> Http:
        """The client, for those caption sources that are no chat models."""
        return self._client

    def open(self, endpoint: Endpoint) -> Generates:
        """Give a model to talk to; nothing goes over the network yet.

        Raises:
            BadRequest: It only captions, or only makes pictures.
        """
        model = self._model(endpoint)
        if self._prepare is None:
            return model
        provider = endpoint.provider
        return PreparedChatModel(model, provider.pictures, self._prepare, provider.label)

    def _model(self, endpoint: Endpoint) -> Generates:
        client = self._client
        match endpoint.provider.protocol:
            case "openai":
                from tui.adapters.providers.openai import OpenAIChatModel

                return OpenAIChatModel(endpoint, client, self._refusals)
            case "anthropic":
                from tui.adapters.providers.anthropic import AnthropicChatModel

                return AnthropicChatModel(endpoint, client)
            case "gemini":
                from tui.adapters.providers.gemini import GeminiChatModel

                return GeminiChatModel(endpoint, client)
            case "cohere":
                from tui.adapters.providers.cohere import CohereChatModel

                return CohereChatModel(endpoint, client)
            case "ollama":
                from tui.adapters.providers.ollama import OllamaChatModel

                return OllamaChatModel(endpoint, client)
            case "horde":
                from tui.adapters.providers.horde import HordeChatModel

                return HordeChatModel(endpoint, client)
            case "extras":
                label = endpoint.provider.label
                raise BadRequest(
                    f"{label} only captions and does not chat",
                    hint="choose it as the caption source, and another connection for the chat",
                    provider=label,
                )
            case "a1111" | "comfyui":
                label = endpoint.provider.label
                raise BadRequest(
                    f"{label} only makes pictures and does not chat",
                    hint="choose another connection for the chat (/connect)",
                    provider=label,
                )
            case protocol:
                assert_never(protocol)

    async def models(self, endpoint: Endpoint) -> list[Model]:
        """List what the server offers. Raises ProviderError."""
        from tui.adapters.providers import listing

        return await listing.models(endpoint, self._client)

    async def about(self, endpoint: Endpoint) -> str:
        """Say in one line what answers there: kind, version, model. Raises ProviderError."""
        from tui.adapters.providers import about

        return await about.line(endpoint, self._client)

    async def pull(self, endpoint: Endpoint, model: str) -> AsyncGenerator[Progress, None]:
        """Fetch a model to the server; closing pauses, a next time goes on from there.

        Raises:
            ProviderError: Not possible there, no such model, or it broke off.
        """
        if not endpoint.provider.pulls:
            label = endpoint.provider.label
            raise BadRequest(f"{label} fetches no models for others", provider=label)
        from tui.adapters.providers import ollama_pull

        async with aclosing(ollama_pull.pull(endpoint, model, self._client)) as events:
            async for event in events:
                yield event

    async def discover(self) -> list[FoundServer]:
        """Ask the well-known ports on loopback; at most a second; never raises."""
        from tui.adapters.providers import discovery
        from tui.adapters.providers.catalog import PROVIDERS

        return await discovery.discover(PROVIDERS, self._client)

    async def aclose(self) -> None:
        """Close what is open."""
        await self._client.aclose()
