"""Servers that answer with given bytes, for tests that look at the wire."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

from tests.fakes.wire import hang_up

SSE = "text/event-stream"
NDJSON = "application/x-ndjson"
JSON = "application/json"


@dataclass(frozen=True)
class Reply:
    """What a fake answers."""

    chunks: Sequence[bytes] = ()
    status: int = 200
    type: str = SSE
    headers: dict[str, str] = field(default_factory=dict)
    hold: bool = False
    """Keep the connection open after the chunks until the client leaves."""
    drop: bool = False
    """Break the connection after the chunks, without the end of the body."""


@dataclass(frozen=True)
class Recorded:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Answerer = Callable[[Recorded], Reply]


def as_json(value: object, status: int = 200, **headers: str) -> Reply:
    """A whole JSON answer; underscores in header names become hyphens."""
    names = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply([json.dumps(value).encode()], status, JSON, names)


def as_sse(*payloads: object, done: bool = True) -> Reply:
    """A stream of events, one chunk each."""
    return Reply(sse(*payloads, done=done))


def sse(*payloads: object, done: bool = True) -> list[bytes]:
    """The bytes of server-sent events."""
    events = [b"data: " + json.dumps(p, ensure_ascii=False).encode() + b"\n\n" for p in payloads]
    return [*events, b"data: [DONE]\n\n"] if done else events


def ndjson(*payloads: object) -> list[bytes]:
    """The bytes of JSON lines."""
    return [json.dumps(p, ensure_ascii=False).encode() + b"\n" for p in payloads]


def delta(text: str = "", finish: str | None = None, **more: object) -> dict[str, object]:
    """A chat completion chunk."""
    part: dict[str, object] = {"content": text, **more} if text or not more else more
    return {
        "id": "c1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "delta": part, "finish_reason": finish}],
    }


class FakeServer:
    """A loopback HTTP server of bytes: each request gets the next reply, the last one for ever."""

    def __init__(self, *replies: Reply, answer: Answerer | None = None) -> None:
        self._replies = list(replies)
        self._answer = answer
        self.requests: list[Recorded] = []
        self.left = asyncio.Event()
        """Set when a client closes a connection that was held open."""
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        await hang_up(self._server, self._writers)

    def _next(self, request: Recorded) -> Reply:
        if self._answer is not None:
            return self._answer(request)
        return self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        try:
            request = await _read(reader)
            if request is not None:
                self.requests.append(request)
                await self._write(self._next(request), reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.left.set()
        finally:
            writer.close()

    async def _write(
        self, reply: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head = [f"HTTP/1.1 {reply.status} X", f"content-type: {reply.type}", "connection: close"]
        head += ["transfer-encoding: chunked", *(f"{k}: {v}" for k, v in reply.headers.items())]
        writer.write(("\r\n".join(head) + "\r\n\r\n").encode())
        for chunk in reply.chunks:
            writer.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            await writer.drain()
        if reply.hold:
            await reader.read()
            self.left.set()
        elif reply.drop:
            writer.transport.abort()
        else:
            writer.write(b"0\r\n\r\n")
            await writer.drain()


async def _read(reader: asyncio.StreamReader) -> Recorded | None:
    raw = await reader.readexactly(1)
    if not raw.isalpha():  # the first byte of TLS
        return None
    raw += await reader.readuntil(b"\r\n\r\n")
    first, *lines = raw.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ")
    headers = {n.lower(): v.strip() for n, _, v in (x.partition(":") for x in lines if x)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Recorded(method, path, headers, body)


class _Body(httpx.AsyncByteStream):
    def __init__(self, chunks: Sequence[bytes]) -> None:
        self._chunks = chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            yield chunk


def client_of(answer: Answerer) -> Callable[[], httpx.AsyncClient]:
    """A factory of clients without any network: `Http(client_of(answer))`."""

    async def handle(request: httpx.Request) -> httpx.Response:
        body = await request.aread()
        headers = dict(request.headers.items())
        recorded = Recorded(request.method, request.url.raw_path.decode(), headers, body)
        reply = answer(recorded)
        return httpx.Response(
            reply.status,
            headers={"content-type": reply.type, **reply.headers},
            stream=_Body(reply.chunks),
        )

    return lambda: httpx.AsyncClient(transport=httpx.MockTransport(handle))
