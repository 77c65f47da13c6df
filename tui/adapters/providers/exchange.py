"""One question and its answer: bytes to events, and a second try in the server's terms."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing
from typing import NamedTuple, Protocol

from tui.adapters.failures import Answer, Origin, refusal
from tui.adapters.http import MAX_BODY, Call, Http, not_json
from tui.adapters.sse import SseEvent, SseParser
from tui.adapters.wire import parse
from tui.domain.errors import AppError, BadRequest, NetworkError, ProtocolError
from tui.domain.generation import GenerationEvent, Progress, ReasoningDelta, TextDelta

Body = Mapping[str, object]
Attempt = Callable[[Body], AsyncGenerator[GenerationEvent, None]]
Adapt = Callable[[Body, BadRequest], tuple[Body, str]]

GRACE_SECONDS = 3.0
"""How long the rest may take to follow the reason of the end."""


class Piece(NamedTuple):
    """One JSON value of an answer."""

    payload: object
    event: str = ""
    """The event's name; empty when there is none."""


class Ending(Protocol):
    """Knows how far an answer is."""

    @property
    def finished(self) -> bool:
        """Whether the server said why it stopped; only usage may follow."""

    @property
    def done(self) -> bool:
        """Whether nothing more is to come."""


class Reader(Ending, Protocol):
    """Turns the pieces of one answer into events and remembers how it ended."""

    def read(self, payload: object, event: str = "") -> Iterator[GenerationEvent]:
        """Take one piece. Raises ProviderError when it is an error."""

    def finish(self) -> Iterator[GenerationEvent]:
        """Give how the answer ended. Raises ProviderError when there was none."""


async def adapting(
    attempt: Attempt, body: Body, adapt: Adapt
) -> AsyncGenerator[GenerationEvent, None]:
    """Ask, and ask again as long as the server says what to change before it answers.

    Args:
        attempt: Asks once.
        body: What to ask with at first.
        adapt: Gives the changed body and what was changed, in words; no words when nothing can
            be. Each change must leave less to change.

    Raises:
        ProviderError: Before or in mid-stream; text that came first stays valid.
    """
    while True:
        began = False
        try:
            async with aclosing(attempt(body)) as events:
                async for event in events:
                    began = began or not isinstance(event, Progress)
                    yield event
            return
        except BadRequest as error:
            body, words = adapt(body, error)
            if began or not words:
                raise
        yield Progress(words)


async def answer(client: Http, call: Call, reader: Reader) -> AsyncGenerator[GenerationEvent, None]:
    """Send a call and read its answer to the end. Raises ProviderError."""
    pieces = Pieces(call.origin)
    async with aclosing(bytes_of(client, call, reader)) as chunks:
        async for chunk in chunks:
            if isinstance(chunk, Progress):
                yield chunk
                continue
            for event in joined(_read(reader, pieces.feed(chunk))):
                yield event
    for event in _read(reader, pieces.close()):
        yield event
    for event in reader.finish():
        yield event


def _read(reader: Reader, pieces: Iterator[Piece]) -> Iterator[GenerationEvent]:
    for piece in pieces:
        yield from reader.read(*piece)


def joined(events: Iterator[GenerationEvent]) -> Iterator[GenerationEvent]:
    """Put deltas that follow each other into one: what came together is passed on together.

    An error comes behind what came before it, too.
    """
    kind: type[TextDelta | ReasoningDelta] = TextDelta
    texts: list[str] = []
    try:
        for event in events:
            if isinstance(event, (TextDelta, ReasoningDelta)):
                if texts and type(event) is not kind:
                    yield kind("".join(texts))
                    texts.clear()
                kind = type(event)
                texts.append(event.text)
                continue
            if texts:
                yield kind("".join(texts))
                texts.clear()
            yield event
    except AppError:
        if texts:
            yield kind("".join(texts))
        raise
    if texts:
        yield kind("".join(texts))


async def bytes_of(
    client: Http, call: Call, reader: Ending
) -> AsyncGenerator[Progress | bytes, None]:
    """The answer's bytes until there is nothing more to wait for. Raises ProviderError."""
    async with aclosing(client.stream(call, paced=True)) as stream:
        while not reader.done:
            if not reader.finished:
                chunk = await anext(stream, None)
            else:
                try:
                    async with asyncio.timeout(GRACE_SECONDS):
                        chunk = await anext(stream, None)
                except (TimeoutError, NetworkError):
                    return
            if chunk is None:
                return
            yield chunk


class Pieces:
    """Finds out from the first bytes what form an answer has, and cuts it into JSON values.

    The content type is not asked: proxies get it wrong. A stream of events never begins with a
    bracket, and neither JSON nor a web page begins with anything else.
    """

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._parser = SseParser()
        self._body = bytearray()
        self._streamed: bool | None = None
        self.ended = False
        """Whether `[DONE]` came, or a whole answer: nothing more to wait for."""

    def feed(self, chunk: bytes) -> Iterator[Piece]:
        """Take more bytes. Raises ProviderError."""
        if self._streamed is None:
            self._body += chunk
            self._body = self._body.lstrip()  # blank lines keep connections alive
            if not self._body:
                return
            self._streamed = bytes(self._body[:1]) not in (b"{", b"[", b"<")
            if self._streamed:
                chunk = bytes(self._body)
                self._body.clear()
        elif not self._streamed:
            self._body += chunk
        if self._streamed:
            for event in self._parser.feed(chunk):
                yield from self._take(event)
        elif len(self._body) > MAX_BODY:
            self._body.clear()
            raise ProtocolError(f"{self._origin.host} sent an answer of more than 32 MB")

    def close(self) -> Iterator[Piece]:
        """The bytes are over: give the rest. Raises ProviderError."""
        if self._streamed is False:
            body = bytes(self._body)
            try:
                payload = parse(body)
            except ValueError as error:
                raise not_json(body, self._origin) from error
            yield from map(Piece, payload if isinstance(payload, list) else [payload])
            self.ended = True
            return
        for event in self._parser.close():
            yield from self._take(event)

    def _take(self, event: SseEvent) -> Iterator[Piece]:
        data = event.data.strip()
        self.ended = self.ended or data == "[DONE]"
        if self.ended or not data:
            return
        try:
            payload = parse(data)
        except ValueError as error:
            if event.event == "error":
                raise refusal(Answer(200, data), self._origin) from error
            raise ProtocolError(
                f"{self._origin.host} sent a torn piece of answer",
                hint="what came is kept; try again",
                provider=self._origin.label,
            ) from error
        yield Piece(payload, event.event)
