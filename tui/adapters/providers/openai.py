"""Chat models behind OpenAI's protocol, which nearly everyone speaks in a dialect."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from tui.adapters.failures import ParameterRefused
from tui.adapters.http import Http
from tui.adapters.providers import address, calls, exchange, openai_request
from tui.adapters.providers.openai_answer import AnswerReader
from tui.domain.connection import Endpoint
from tui.domain.errors import BadRequest
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

        A field of the request that the server refuses by name is left out and the request is
        sent again, each field once; later requests leave it out at once.

        Raises:
            ProviderError: Before or in mid-stream; text that came first stays valid.
        """
        body = openai_request.build(self._endpoint, request)
        body = self._refusals.apply(self._endpoint, body)

        def attempt(body: exchange.Body) -> AsyncGenerator[GenerationEvent, None]:
            return self._attempt(body, request)

        async with aclosing(exchange.adapting(attempt, body, self._without)) as events:
            async for event in events:
                yield event

    def _without(self, body: exchange.Body, error: BadRequest) -> tuple[exchange.Body, str]:
        """The body without a field that was refused by name, and what to say of it."""
        names = error.names if isinstance(error, ParameterRefused) else frozenset()
        body, name = openai_request.without(body, names)
        if not name:
            return body, ""
        self._refusals.add(self._endpoint, names)
        label = self._endpoint.provider.label
        return body, f"{label} does not take {name}: asking again without it"

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
                    for event in answer.feed(chunk):
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
