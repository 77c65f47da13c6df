"""An answer is read once a frame: nothing of it is lost, and nobody waits who need not."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from time import perf_counter

import httpcore
import httpx
import pytest

from tests.fakes.servers import FakeServer, Reply
from tui.adapters import pace
from tui.adapters.failures import Origin
from tui.adapters.http import Call, Http
from tui.adapters.pace import FRAME, paced


class Wire:
    """A connection that gives what it is told, after so many seconds each."""

    def __init__(self, *pieces: bytes, seconds: float = 0.0, **info: object) -> None:
        self.pieces = list(pieces)
        self.reads = 0
        self._seconds = seconds
        self._info = info

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        del timeout
        self.reads += 1
        if self._seconds:
            await REAL_SLEEP(self._seconds)
        return self.pieces.pop(0)[:max_bytes] if self.pieces else b""

    def get_extra_info(self, name: str) -> object:
        return self._info.get(name)


REAL_SLEEP = asyncio.sleep


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Pauses in seconds, which take no time."""
    taken: list[float] = []

    async def nap(seconds: float) -> None:
        taken.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", nap)
    return taken


@contextmanager
def reading(wire: Wire) -> Iterator[Wire]:
    with paced(httpx.Response(200, extensions={"network_stream": wire})):
        yield wire


async def test_only_what_follows_within_a_frame_waits(naps: list[float]) -> None:
    with reading(Wire(b"one", b"two")) as wire:
        assert await wire.read(100) == b"one"
        assert naps == []
        assert await wire.read(100) == b"two"

    assert len(naps) == 1
    assert FRAME / 2 < naps[0] <= FRAME


async def test_who_is_slower_than_frames_waits_no_longer(
    naps: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "FRAME", 0.001)
    with reading(Wire(b"one", b"two")) as wire:
        await wire.read(100)
        await REAL_SLEEP(0.002)
        await wire.read(100)

    assert naps == []


async def test_what_comes_in_masses_is_not_held_up(naps: list[float]) -> None:
    with reading(Wire(*[b"x" * 64 * 1024] * 5)) as wire:
        for _ in range(5):
            assert len(await wire.read(64 * 1024)) == 64 * 1024

    assert naps == []


async def test_records_that_are_there_already_are_read_at_once(naps: list[float]) -> None:
    with reading(Wire(*[b"event"] * 20, ssl_object=object())) as wire:
        for _ in range(20):
            await wire.read(100)
    assert naps == []

    with reading(Wire(b"event", b"event", seconds=0.003, ssl_object=object())) as wire:
        await wire.read(100)
        await wire.read(100)
    assert len(naps) == 1


async def test_the_connection_is_afterwards_as_it_was(naps: list[float]) -> None:
    wire = Wire(*[b"x"] * 9)
    with pytest.raises(RuntimeError), reading(wire):
        await wire.read(1)
        raise RuntimeError
    for _ in range(3):
        await wire.read(1)

    assert naps == []
    assert wire.reads == 4


async def test_a_connection_that_takes_no_attribute_is_read_as_ever(naps: list[float]) -> None:
    class Sealed:
        __slots__ = ("read",)

        def __init__(self, wire: Wire) -> None:
            self.read = wire.read

    wire = Wire(b"a", b"b")
    sealed = Sealed(wire)
    with paced(httpx.Response(200, extensions={"network_stream": sealed})):
        assert [await sealed.read(1), await sealed.read(1)] == [b"a", b"b"]

    assert (wire.reads, naps) == (2, [])


async def test_what_the_kernel_holds_is_taken_in_one_go(naps: list[float]) -> None:
    near, far = socket.socketpair()
    near.setblocking(False)
    with near, far, reading(Wire(b"first", b"last", socket=near)) as wire:
        assert await wire.read(100) == b"first"
        for each in (b"to", b"ge", b"ther"):
            far.send(each)
        assert await wire.read(100) == b"together"
        assert wire.reads == 1
        assert await wire.read(100) == b"last"  # nothing is there: it is waited for
        far.close()
        assert await wire.read(100) == b""

    assert wire.reads == 2
    assert len(naps) == 3


async def test_a_connection_that_breaks_in_a_pause_is_an_error(naps: list[float]) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    near = socket.create_connection(listener.getsockname())
    far, _ = listener.accept()
    near.setblocking(False)
    with listener, near, reading(Wire(b"first", socket=near)) as wire:
        await wire.read(100)
        far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        far.close()
        with pytest.raises(httpcore.ReadError):
            await wire.read(100)

    assert len(naps) == 1


async def test_a_quick_server_is_read_once_a_frame_and_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent = [f"token {number} ".encode() for number in range(60)]
    reads = 0
    real = pace._Reads.read

    async def counted(
        reads_: pace._Reads,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> bytes:
        nonlocal reads
        reads += 1
        return await real(reads_, max_bytes, timeout)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for each in sent:
            writer.write(each)
            await asyncio.sleep(0.002)
        writer.close()

    monkeypatch.setattr(pace._Reads, "read", counted)
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    http = Http()
    origin = Origin("x", "X", "127.0.0.1", None, "m", True)
    began, got = perf_counter(), b""
    async with (
        server,
        aclosing(http.stream(Call(f"http://127.0.0.1:{port}/", origin), paced=True)) as chunks,
    ):
        async for chunk in chunks:
            assert isinstance(chunk, bytes)
            got += chunk
    await http.aclose()

    assert got == b"".join(sent)
    assert reads <= (perf_counter() - began) / FRAME + 3


async def test_an_answer_that_is_not_for_reading_along_is_not_paced(naps: list[float]) -> None:
    async with FakeServer(Reply([b"x"] * 50)) as server:
        http = Http()
        origin = Origin("x", "X", "127.0.0.1", None, "m", True)
        async with aclosing(http.stream(Call(server.url, origin))) as chunks:
            assert b"".join([c async for c in chunks if isinstance(c, bytes)]) == b"x" * 50
        await http.aclose()

    assert not any(naps)
