"""One answer's bytes, as a stream of events or whole, turned into generation events."""

from __future__ import annotations

from collections.abc import Iterator

from tui.adapters.failures import Origin
from tui.adapters.providers.exchange import Pieces
from tui.adapters.providers.openai_chunks import ChunkReader
from tui.domain.generation import GenerationEvent


class AnswerReader:
    """Reads the answer of one request."""

    def __init__(self, origin: Origin) -> None:
        self._pieces = Pieces(origin)
        self._chunks = ChunkReader(origin)

    @property
    def done(self) -> bool:
        """Whether `[DONE]` came: nothing more to wait for."""
        return self._pieces.ended

    @property
    def finished(self) -> bool:
        """Whether the server said why it stopped."""
        return self._chunks.finished

    def feed(self, chunk: bytes) -> Iterator[GenerationEvent]:
        """Take more bytes. Raises ProviderError."""
        for piece in self._pieces.feed(chunk):
            yield from self._chunks.read(*piece)

    def close(self) -> Iterator[GenerationEvent]:
        """The bytes are over: give the rest, and how it ended. Raises ProviderError."""
        for piece in self._pieces.close():
            yield from self._chunks.read(*piece)
        yield from self._chunks.finish(self.done)
