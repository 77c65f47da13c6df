"""A loopback server that sends given bytes and nothing else, however wrong they are."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Send = Callable[[asyncio.StreamWriter], Awaitable[None]]
"""Writes an answer, heads and all; may go on until the client leaves."""


@asynccontextmanager
async def raw_server(send: Send) -> AsyncIterator[str]:
    """Serve every request alike; gives the address."""
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            await send(writer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        await hang_up(server, writers)


async def hang_up(server: asyncio.Server, writers: list[asyncio.StreamWriter]) -> None:
    """Stop serving and close every connection, also one that is just being taken.

    That takes its turns of the loop, and closing a socket one more, which may be the last; what
    is left open makes a warning in whatever test comes to run when it is found.
    """
    server.close()
    for _ in range(8):
        for writer in writers:
            writer.transport.abort()
        await asyncio.sleep(0)


def bytes_of(data: bytes) -> Send:
    """Send these and hang up."""

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return send


def answer(body: bytes, *heads: str, status: str = "200 OK") -> Send:
    """A whole answer that ends with the connection."""
    return bytes_of(head(*heads, status=status) + body)


def head(*heads: str, status: str = "200 OK") -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", "connection: close", *heads, "\r\n"]).encode()


def endless(start: bytes, piece: bytes) -> Send:
    """Send a piece again and again, as fast as it is taken."""

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(piece)
            await writer.drain()

    return send


def dripping(start: bytes, piece: bytes, seconds: float) -> Send:
    """Send a piece now and then, for ever."""

    async def send(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(seconds)

    return send
