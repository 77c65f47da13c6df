"""Chat models behind Ollama's own protocol: one JSON object a line."""

from __future__ import annotations

import base64
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing

from tui.adapters.failures import Answer, Origin, refusal
from tui.adapters.http import Http, not_json
from tui.adapters.providers import calls
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
    Turn,
    Usage,
)
from tui.domain.prompt import PICTURE_TOKENS, estimate_tokens
from tui.domain.safetext import clean, clean_line

_LEAST_CONTEXT = 8192
_ANSWER_ROOM = 1024


class OllamaChatModel:
    """A model at one endpoint."""

    def __init__(self, endpoint: Endpoint, client: Http) -> None:
        self._endpoint = endpoint
        self._client = client

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationEvent, None]:
        """Stream an answer. Closing the generator closes the connection at once.

        Raises:
            ProviderError: Before or in mid-stream; text that came first stays valid.
        """
        body = build(self._endpoint, request)
        call = calls.generation(self._endpoint, f"{self._endpoint.url}/api/chat", body, request)
        lines = NdjsonParser()
        reader = _LineReader(call.origin)
        async with aclosing(self._client.stream(call)) as stream:
            async for chunk in stream:
                if isinstance(chunk, Progress):
                    yield chunk
                    continue
                for line in lines.feed(chunk):
                    for event in reader.read(line):
                        yield event
                if reader.done:
                    break
        for line in lines.close():
            for event in reader.read(line):
                yield event
        for event in reader.finish():
            yield event


def build(endpoint: Endpoint, request: GenerationRequest) -> dict[str, object]:
    """Put a prompt into the protocol's form."""
    sampling = request.sampling
    options: dict[str, object] = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "num_predict": sampling.max_tokens,
        "seed": sampling.seed,
        "stop": list(sampling.stop) or None,
        "num_ctx": _context(request),
    }
    return {
        "model": endpoint.model,
        "messages": [_message(turn) for turn in request.turns],
        "stream": True,
        "options": {key: value for key, value in options.items() if value is not None},
    }


def _context(request: GenerationRequest) -> int:
    """How much context to ask for: Ollama's default is small and it cuts prompts in silence.

    In powers of two, because a change makes Ollama load the model again.
    """
    need = (request.sampling.max_tokens or _ANSWER_ROOM) + sum(
        estimate_tokens(turn.text) + PICTURE_TOKENS * len(turn.images) for turn in request.turns
    )
    size = _LEAST_CONTEXT
    while size < need:
        size *= 2
    return size


def _message(turn: Turn) -> dict[str, object]:
    message: dict[str, object] = {"role": turn.role, "content": turn.text}
    if turn.images and turn.role == "user":
        message["images"] = [base64.b64encode(image.data).decode("ascii") for image in turn.images]
    return message


class _LineReader:
    """Turns the lines of one answer into events and remembers how it ended."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._splitter = ThinkSplitter()
        self._started = False
        self._raw = ""
        self._usage: Usage | None = None
        self.done = False

    def read(self, line: str) -> Iterator[GenerationEvent]:
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
