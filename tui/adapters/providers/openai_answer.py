"""One answer's bytes, as a stream of events or whole, turned into generation events."""

from __future__ import annotations

from collections.abc import Iterator

from tui.adapters.failures import Origin
from tui.adapters.http import MAX_BODY, not_json
from tui.adapters.providers.openai_chunks import ChunkReader
from tui.adapters.sse import SseEvent, SseParser
from tui.adapters.wire import parse
from tui.domain.errors import ProtocolError
from tui.domain.generation import GenerationEvent


class AnswerReader:
    """Finds out from the first bytes what form the answer has, and reads it.

    The content type is not asked: proxies get it wrong. A stream of events never begins with a
    bracket, and neither JSON nor a web page begins with anything else.
    """

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._chunks = ChunkReader(origin)
        self._parser = SseParser()
        self._body = bytearray()
        self._streamed: bool | None = None
        self.done = False
        """Whether `[DONE]` came: nothing more to wait for."""

    @property
    def finished(self) -> bool:
        """Whether the server said why it stopped."""
        return self._chunks.finished

    def feed(self, chunk: bytes) -> Iterator[GenerationEvent]:
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
            raise ProtocolError(f"{self._origin.host} sent an answer of more than 32 MB")

    def close(self) -> Iterator[GenerationEvent]:
        """The bytes are over: give the rest, and how it ended. Raises ProviderError."""
        if self._streamed is False:
            body = bytes(self._body)
            try:
                payload = parse(body)
            except ValueError as error:
                raise not_json(body, self._origin) from error
            yield from self._chunks.read(payload)
            self.done = True
        else:
            for event in self._parser.close():
                yield from self._take(event)
        yield from self._chunks.finish(self.done)

    def _take(self, event: SseEvent) -> Iterator[GenerationEvent]:
        data = event.data.strip()
        if self.done or not data:
            return
        if data == "[DONE]":
            self.done = True
            return
        try:
            payload = parse(data)
        except ValueError as error:
            raise ProtocolError(
                f"{self._origin.host} sent a torn piece of answer",
                hint="what came is kept; try again",
                provider=self._origin.label,
            ) from error
        yield from self._chunks.read(payload, event.event)
