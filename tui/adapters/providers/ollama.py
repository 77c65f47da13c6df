"""Chat models behind Ollama's own protocol: one JSON object a line."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing

from tui.adapters.failures import Answer, Origin, refusal
from tui.adapters.http import Http, not_json
from tui.adapters.providers import calls, exchange, ollama_request
from tui.adapters.providers.thinking import ThinkSplitter
from tui.adapters.sse import NdjsonParser
from tui.adapters.wire import as_count, as_dict, as_text, parse
from tui.domain.connection import Endpoint
from tui.domain.errors import ProtocolError, ProviderError
from tui.domain.generation import (
    Finished,
    GenerationEvent,
    GenerationRequest,
    Progress,
    ReasoningDelta,
    Started,
    Usage,
)
from tui.domain.safetext import clean, clean_line


class OllamaChatModel:
    """A model at one endpoint."""

    def __init__(self, endpoint: Endpoint, client: Http) -> None:
        self._endpoint = endpoint
        self._client = client

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationEvent, None]:
        """Stream an answer. Closing the generator closes the connection at once.

        A model that does not think is asked again without being told how long to.

        Raises:
            ProviderError: Before or in mid-stream; text that came first stays valid.
        """

        def attempt(body: exchange.Body) -> AsyncGenerator[GenerationEvent, None]:
            return self._attempt(body, request)

        body = ollama_request.build(self._endpoint, request)
        adapting = exchange.adapting(attempt, body, ollama_request.without_thinking)
        async with aclosing(adapting) as events:
            async for event in events:
                yield event

    async def _attempt(
        self, body: exchange.Body, request: GenerationRequest
    ) -> AsyncGenerator[GenerationEvent, None]:
        call = calls.generation(self._endpoint, f"{self._endpoint.url}/api/chat", body, request)
        lines = NdjsonParser()
        reader = _LineReader(call.origin)
        async with aclosing(self._client.stream(call, paced=True)) as stream:
            async for chunk in stream:
                if isinstance(chunk, Progress):
                    yield chunk
                    continue
                for event in exchange.joined(reader.read_all(lines.feed(chunk))):
                    yield event
                if reader.done:
                    break
        for event in reader.read_all(lines.close()):
            yield event
        for event in reader.finish():
            yield event


class _LineReader:
    """Turns the lines of one answer into events and remembers how it ended."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._splitter = ThinkSplitter()
        self._started = False
        self._raw = ""
        self._usage: Usage | None = None
        self.done = False

    def read_all(self, lines: Iterator[str]) -> Iterator[GenerationEvent]:
        for line in lines:
            yield from self._read(line)

    def _read(self, line: str) -> Iterator[GenerationEvent]:
        if self.done:
            return
        try:
            value = as_dict(parse(line))
        except ValueError as error:
            raise self._unreadable(line) from error
        if value.get("error"):
            raise refusal(Answer(200, value), self._origin)
        if not self._started:
            self._started = True
            yield Started(model=clean_line(as_text(value.get("model")), 200))
        message = as_dict(value.get("message"))
        thought = clean(as_text(message.get("thinking")))
        if thought:
            yield ReasoningDelta(thought)
        yield from self._splitter.feed(clean(as_text(message.get("content"))))
        if value.get("done") is True:
            self.done = True
            self._raw = clean_line(as_text(value.get("done_reason")), 60)
            self._usage = Usage(
                as_count(value.get("prompt_eval_count")), as_count(value.get("eval_count"))
            )

    def finish(self) -> Iterator[GenerationEvent]:
        if not self._started:
            raise ProtocolError(
                f"{self._origin.host} sent an empty answer",
                hint="is it Ollama that listens there?",
                provider=self._origin.label,
            )
        yield from self._splitter.close()
        if not self.done:
            yield Finished("incomplete")
        else:
            yield Finished("length" if self._raw == "length" else "stop", self._raw, self._usage)

    def _unreadable(self, line: str) -> ProviderError:
        if not self._started:
            return not_json(line.encode("utf-8", "replace"), self._origin)
        return ProtocolError(
            f"{self._origin.host} sent a torn piece of answer",
            hint="what came is kept; try again",
            provider=self._origin.label,
        )
