"""Chat models behind Gemini's protocol, at AI Studio or at Vertex AI."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from tui.adapters.http import Http
from tui.adapters.providers import calls, exchange, gemini_request
from tui.adapters.providers.gemini_stream import CandidateReader
from tui.domain.connection import Endpoint
from tui.domain.generation import GenerationEvent, GenerationRequest


class GeminiChatModel:
    """A model at one endpoint."""

    def __init__(self, endpoint: Endpoint, client: Http) -> None:
        self._endpoint = endpoint
        self._client = client

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationEvent, None]:
        """Stream an answer. Closing the generator closes the connection at once.

        A part of the request that the model has no use for (a system text, thinking,
        penalties) is left out or put elsewhere, and the request is sent again, each part once.

        Raises:
            ProviderError: Before or in mid-stream; text that came first stays valid.
        """

        def attempt(body: exchange.Body) -> AsyncGenerator[GenerationEvent, None]:
            url = gemini_request.address(self._endpoint)
            call = calls.generation(self._endpoint, url, body, request)
            return exchange.answer(self._client, call, CandidateReader(call.origin))

        body = gemini_request.build(self._endpoint, request)
        adapt = gemini_request.Adaptation(self._endpoint.provider.label)
        async with aclosing(exchange.adapting(attempt, body, adapt)) as events:
            async for event in events:
                yield event
