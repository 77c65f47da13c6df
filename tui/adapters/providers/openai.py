"""Chat models behind OpenAI's protocol, which nearly everyone speaks in a dialect."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from tui.adapters.http import Http
from tui.adapters.providers import address, calls, exchange, openai_request
from tui.adapters.providers.openai_answer import AnswerReader
from tui.domain.connection import Endpoint
from tui.domain.generation import GenerationEvent, GenerationRequest, Progress


class OpenAIChatModel:
    """A model at one endpoint."""

    def __init__(
        self, endpoint: Endpoint, client: Http, refusals: openai_request.Refusals | None = None
    ) -> None:
        """Make a model; nothing goes over the network yet.

        Args:
            endpoint: Where it is.
            client: Sends the requests.
            refusals: What servers did not take so far, shared by all models of a run.
        """
        self._endpoint = endpoint
        self._client = client
        self._refusals = refusals or openai_request.Refusals()

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationEvent, None]:
        """Stream an answer. Closing the generator closes the connection at once.

        A field of the request that the server refuses by name is left out, messages that it
        wants in another order are put into it, and the request is sent again, each change once;
        later requests are changed at once.

        Raises:
            ProviderError: Before or in mid-stream; text that came first stays valid.
        """
        body = openai_request.build(self._endpoint, request)
        body = self._refusals.apply(self._endpoint, body)
        adapt = openai_request.Adaptation(self._endpoint, self._refusals)

        def attempt(body: exchange.Body) -> AsyncGenerator[GenerationEvent, None]:
            return self._attempt(body, request)

        async with aclosing(exchange.adapting(attempt, body, adapt)) as events:
            async for event in events:
                yield event

    async def _attempt(
        self, body: Mapping[str, object], request: GenerationRequest
    ) -> AsyncGenerator[GenerationEvent, None]:
        call = calls.generation(
            self._endpoint, f"{self._endpoint.url}/chat/completions", body, request
        )
        answer = AnswerReader(call.origin)
        try:
            async with aclosing(exchange.bytes_of(self._client, call, answer)) as chunks:
                async for chunk in chunks:
                    if isinstance(chunk, Progress):
                        yield chunk
                        continue
                    for event in exchange.joined(answer.feed(chunk)):
                        yield event
        except (asyncio.CancelledError, GeneratorExit):
            self._abort(body)
            raise
        for event in answer.close():
            yield event

    def _abort(self, body: Mapping[str, object]) -> None:
        """Tell a server that would go on without a listener to stop."""
        provider = self._endpoint.provider
        if provider.abort_path:
            url = address.root(provider, self._endpoint.url) + provider.abort_path
            self._client.fire(calls.ask(self._endpoint, url, {"genkey": body.get("genkey")}))
