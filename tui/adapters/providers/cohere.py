"""Chat models behind Cohere's protocol, version 2."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from tui.adapters.http import Http
from tui.adapters.providers import calls, cohere_request, exchange
from tui.adapters.providers.cohere_stream import ChatReader
from tui.domain.connection import Endpoint
from tui.domain.generation import GenerationEvent, GenerationRequest


class CohereChatModel:
    """A model at one endpoint."""

    def __init__(self, endpoint: Endpoint, client: Http) -> None:
        self._endpoint = endpoint
        self._client = client

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationEvent, None]:
        """Stream an answer. Closing the generator closes the connection at once.

        A field of the request that the server refuses by name is left out and the request is
        sent again, each field once.

        Raises:
            ProviderError: Before or in mid-stream; text that came first stays valid.
        """

        def attempt(body: exchange.Body) -> AsyncGenerator[GenerationEvent, None]:
            url = f"{self._endpoint.url}/v2/chat"
            call = calls.generation(self._endpoint, url, body, request)
            return exchange.answer(self._client, call, ChatReader(call.origin))

        body = cohere_request.build(self._endpoint, request)
        adapt = cohere_request.Adaptation(self._endpoint.provider.label)
        async with aclosing(exchange.adapting(attempt, body, adapt)) as events:
            async for event in events:
                yield event
