"""Cuts a stream of bytes into lines and server-sent events, wherever the network cut it.

Only the byte 0x0A ends a line: text decoders that also split at U+2028, U+0085 or form feed tear
JSON strings in two.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tui.domain.errors import ProtocolError

_MB = 1024 * 1024
MAX_EVENT = 32 * _MB
"""Largest single event or line in bytes; pictures may come inside."""


class SseEvent(NamedTuple):
    """One server-sent event."""

    data: str
    """The `data:` lines joined with newlines."""
    event: str = ""
    """The `event:` name; empty when the server sent none."""


class LineParser:
    """Collects bytes and gives back whole lines without their line ends."""

    def __init__(self, limit: int = MAX_EVENT) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._searched = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Take more bytes and give the lines that are complete now.

        Raises:
            ProtocolError: A line is longer than the limit.
        """
        if not self._buffer and len(chunk) <= self._limit:
            *lines, rest = chunk.split(b"\n")
            self._buffer += rest
            self._searched = len(rest)
            for line in lines:
                yield line.removesuffix(b"\r")
            return
        self._buffer += chunk
        start = 0
        try:
            while (end := self._buffer.find(b"\n", max(start, self._searched))) >= 0:
                self._check(end - start)
                line = bytes(self._buffer[start:end])
                start = end + 1
                yield line.removesuffix(b"\r")
        finally:
            del self._buffer[:start]
            self._searched = len(self._buffer)
        self._check(len(self._buffer))

    def close(self) -> Iterator[bytes]:
        """Give what is left as a last line."""
        rest, self._buffer, self._searched = bytes(self._buffer), bytearray(), 0
        if rest:
            yield rest.removesuffix(b"\r")

    def _check(self, size: int) -> None:
        if size > self._limit:
            # Whoever holds the error, with its traceback, must not hold all this, too.
            self._buffer.clear()
            raise _too_much(self._limit)


class NdjsonParser:
    """Lines that hold something: one JSON value each."""

    def __init__(self, limit: int = MAX_EVENT) -> None:
        self._lines = LineParser(limit)

    def feed(self, chunk: bytes) -> Iterator[str]:
        """Take more bytes and give the complete lines. Raises ProtocolError beyond the limit."""
        yield from _told(self._lines.feed(chunk))

    def close(self) -> Iterator[str]:
        """Give a last line that had no line end."""
        yield from _told(self._lines.close())


def _told(lines: Iterator[bytes]) -> Iterator[str]:
    for line in lines:
        text = line.decode("utf-8", "replace").strip(" \t\r\ufeff")
        if text:
            yield text


class SseParser:
    """Server-sent events; comments are keep-alives and vanish."""

    def __init__(self, limit: int = MAX_EVENT) -> None:
        self._limit = limit
        self._lines = LineParser(limit)
        self._data: bytes | bytearray | None = None
        """Kept as bytes: as texts, short lines would take ten times their size. Nearly every
        event has one line; from the second on they grow in place."""
        self._size = 0
        self._event = ""
        self._first = True

    def feed(self, chunk: bytes) -> Iterator[SseEvent]:
        """Take more bytes and give the events that are complete now.

        Raises:
            ProtocolError: An event is larger than the limit.
        """
        for line in self._lines.feed(chunk):
            if (event := self._take(line)) is not None:
                yield event

    def close(self) -> Iterator[SseEvent]:
        """Give a last event that had no blank line after it: some servers send none."""
        for line in (*self._lines.close(), b""):
            if (event := self._take(line)) is not None:
                yield event

    def _take(self, raw: bytes) -> SseEvent | None:
        if self._first:
            self._first = False
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        if not raw:
            return self._dispatched()
        name, _, value = raw.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._size += len(raw)
            if self._size > self._limit:
                self._data = None
                raise _too_much(self._limit)
            if self._data is None:
                self._data = value
            else:
                if isinstance(self._data, bytes):
                    self._data = bytearray(self._data)
                self._data += b"\n" + value
        elif name == b"event":
            self._event = value.decode("utf-8", "replace")
        elif _is_stray(raw):
            self._data, self._event = bytearray(raw[raw.index(b"{") :]), "error"
        return None

    def _dispatched(self) -> SseEvent | None:
        data, event = self._data, self._event
        self._data, self._event, self._size = None, "", 0
        return None if data is None else SseEvent(data.decode("utf-8", "replace"), event)


def _too_much(limit: int) -> ProtocolError:
    shown = f"{limit // _MB} MB" if limit >= _MB else f"{limit} bytes"
    return ProtocolError(
        f"the server sent more than {shown} in one piece",
        hint="what came before is kept; try again, or another model or server",
    )


def _is_stray(line: bytes) -> bool:
    """Whether a line tells a failure though it is none of the format.

    Older llama.cpp servers name the field "error", and others, once they keep a connection alive
    with comments, can only put the bare JSON of an error behind them.
    """
    return line.startswith((b'{"error"', b'error: {"', b'error:{"'))
