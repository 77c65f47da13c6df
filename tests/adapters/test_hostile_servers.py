"""Servers that do wrong on purpose: each answer ends in one line, and the next one is whole."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
import tracemalloc
import zlib
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.providers.support import HELLO, KEY, PICTURE, Naps, endpoint
from tests.fakes.servers import FakeServer, Recorded, Reply, as_json, client_of
from tests.fakes.wire import Send, answer, bytes_of, dripping, endless, head, raw_server
from tui.adapters import http as http_module
from tui.adapters import wire
from tui.adapters.captioners.extras import ExtrasCaptioner
from tui.adapters.failures import Origin
from tui.adapters.http import Call, Http
from tui.adapters.imagers.generators import HttpImageGenerators
from tui.adapters.providers import calls, exchange, listing
from tui.adapters.providers.connector import HttpConnector
from tui.adapters.sse import SseParser
from tui.domain.errors import AppError, NetworkError, ProtocolError, ProviderError
from tui.domain.imagining import Wish

LOCAL = Origin("kitchen", "Kitchen", "127.0.0.1", local=True)
DEEP = b"[" * 100_000
NESTED = b'{"a":' * 900 + b"1" + b"}" * 900
TYPES = (
    b'{"choices":7,"data":{},"models":"x","message":[],"candidates":{"a":1},"error":[],"images":1}'
)
PACKED = gzip.compress(b'{"data": []}')


def page(body: bytes, kind: str = "application/json", *heads: str, status: str = "200 OK") -> Send:
    return answer(body, f"content-type: {kind}", *heads, status=status)


def chunked(body: bytes) -> Send:
    return answer(body, "content-type: text/event-stream", "transfer-encoding: chunked")


WRONG: dict[str, Send] = {
    "hangs up": bytes_of(b""),
    "no HTTP": bytes_of(b"\x00\xff\x1b[2J" * 99 + b"\r\n\r\n"),
    "no head": bytes_of(b"HTTP/1.1 200 OK\r\n"),
    "a head without end": endless(b"HTTP/1.1 200 OK\r\n", b"x-more: " + b"a" * 5000 + b"\r\n"),
    "a line without end in the head": endless(b"HTTP/1.1 200 OK\r\nx: ", b"a" * 5000),
    "nothing": answer(b""),
    "no content": answer(b"", status="204 No Content"),
    "an odd status": page(b"", status="999 \x1b]0;x\x07"),
    "a web page": page(b"<html><title>Log in\x1b]0;x\x07</title>", "text/html"),
    "a page for an error": page(b"<h1>Bad\x1b[2J gateway</h1>", "text/html", status="502 Bad"),
    "a picture": page(b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "image/png"),
    "no UTF-8": page(b'{"data": "\xff\xfe\xed\xa0\x80"}'),
    "events without UTF-8": page(b"data: \xff\xfe\n\ndata: {\xff}\n\n", "text/event-stream"),
    "half a JSON": page(b'{"choices": [{"delta": {"content": "a'),
    "half an event": page(b'data: {"choices": [{"delta"', "text/event-stream"),
    "deep JSON": page(DEEP),
    "nested JSON": page(NESTED),
    "nested events": page(b"data: " + NESTED + b"\n\n", "text/event-stream"),
    "deep events": page(b"data: " + DEEP + b"\n\n", "text/event-stream"),
    "wrong types": page(TYPES),
    "wrong types in events": page(b"data: " + TYPES + b"\n\n", "text/event-stream"),
    "null": page(b"null"),
    "a number": page(b"1e999"),
    "a long number": page(b"9" * 100_000),
    "lists of lists": page(b"[[[[1]],null,{}]]"),
    "an error in an error": page(
        b'{"error":{"message":{"error":["\x1b[2J",{"a":1}]}}}', status="400 X"
    ),
    "a list as an error": page(b"[[],{},7]", status="500 X"),
    "broken chunks": chunked(b"zz\r\nabc\r\n"),
    "a chunk of minus one": chunked(b"-1\r\nabc\r\n"),
    "a chunk that is not all there": chunked(b"ffffffff\r\ndata: {}\n\n"),
    "a length that is not all there": page(b"{", "application/json", "content-length: 99999999999"),
    "two lengths": page(b"{}", "application/json", "content-length: 2", "content-length: 7"),
    "packed but not": page(b"{}", "application/json", "content-encoding: gzip"),
    "half packed": page(PACKED[:-12], "application/json", "content-encoding: gzip"),
    "packed thrice": page(PACKED, "application/json", "content-encoding: gzip, gzip, gzip"),
    "packed somehow": page(PACKED, "application/json", "content-encoding: \x1b[2J"),
    "to a file": page(b"", "text/plain", "location: file:///etc/passwd", status="302 X"),
    "to itself": page(b"", "text/plain", "location: /", status="307 X"),
    "to nowhere": page(b"", "text/plain", "location: \x1b]0;x\x07://[::", status="301 X"),
}

Task = Callable[[str, Http], Awaitable[object]]


async def drained(events: Any) -> list[object]:
    async with aclosing(events) as stream:
        return [event async for event in stream]


def chatting(provider: str) -> Task:
    return lambda url, http: drained(
        HttpConnector(http).open(endpoint(provider, url)).generate(HELLO)
    )


def drawing(provider: str) -> Task:
    def draw(url: str, http: Http) -> Awaitable[object]:
        makers = HttpImageGenerators(http, Path("nowhere"))
        return drained(makers.open(endpoint(provider, url)).imagine(Wish("a cat", model="m")))

    return draw


def asking(provider: str) -> Task:
    return lambda url, http: listing.models(endpoint(provider, url), http)


def captioning(url: str, http: Http) -> Awaitable[object]:
    return drained(ExtrasCaptioner(endpoint("extras", url), http, None).caption(PICTURE, ""))


TALKERS = ("openai", "anthropic", "google", "cohere", "ollama", "horde")
PAINTERS = ("openai", "openrouter", "google", "a1111", "comfyui", "horde", "pollinations")
LISTERS = (*TALKERS, "extras", "a1111", "comfyui")
TASKS: dict[str, Task] = {
    **{f"chat with {name}": chatting(name) for name in TALKERS},
    **{f"picture of {name}": drawing(name) for name in PAINTERS},
    **{f"list of {name}": asking(name) for name in LISTERS},
    "caption of extras": captioning,
}


@pytest.mark.parametrize("task", TASKS)
async def test_whatever_a_server_sends_is_an_answer_or_one_line(task: str) -> None:
    """And the connections are fit for the next request."""
    http = Http(sleep=Naps())
    for name, send in WRONG.items():
        async with raw_server(send) as url, asyncio.timeout(5):
            try:
                await TASKS[task](url, http)
            except AppError as error:
                line = error.line()
                assert line.isprintable(), name
                assert KEY not in line, name
                assert len(line) < 1000, name
    async with FakeServer(as_json({"well": True})) as server:
        assert await http.json(calls.ask(endpoint("openai", server.url), server.url)) == {
            "well": True
        }
    await http.aclose()


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("status", [301, 307, 308])
async def test_no_redirect_is_followed_with_a_key(task: str, status: int) -> None:
    async with FakeServer(as_json({})) as elsewhere:
        reply = as_json({}, status, location=f"{elsewhere.url}/v1")
        async with FakeServer(reply) as server:
            http = Http(sleep=Naps())
            with pytest.raises(AppError):
                await TASKS[task](server.url, http)
            await http.aclose()
        assert elsewhere.requests == []


async def test_a_server_that_never_answers_is_left_when_nobody_waits() -> None:
    asked, left = asyncio.Event(), asyncio.Event()

    async def silent(writer: asyncio.StreamWriter) -> None:
        asked.set()
        await left.wait()

    async with raw_server(silent) as url:
        http = Http()
        for task in TASKS.values():
            asking = asyncio.ensure_future(task(url, http))
            await asked.wait()
            asked.clear()
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
        await http.aclose()
        left.set()


@pytest.mark.parametrize("status", ["100 Go on", "103 Early"])
async def test_heads_without_end_can_be_cancelled(status: str) -> None:
    piece = f"HTTP/1.1 {status}\r\n\r\n".encode()
    async with raw_server(endless(b"", piece)) as url:
        http = Http()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await chatting("openai")(url, http)
        await http.aclose()


async def test_a_list_that_drips_is_left_after_a_while() -> None:
    async with raw_server(
        dripping(head("content-type: application/json") + b"[", b" ", 0.01)
    ) as url:
        http = Http()
        call = calls.ask(endpoint("openai", url), url)
        assert call.whole_seconds == 60
        with pytest.raises(NetworkError, match="took too long"):
            await http.json(replace(call, whole_seconds=0.1))
        await http.aclose()


async def test_a_reply_that_drips_is_a_reply() -> None:
    """Slow machines exist; a person sees each word and may press Esc."""
    piece = b'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n'
    start = head("content-type: text/event-stream")
    async with raw_server(dripping(start, piece, 0.001)) as url:
        http = Http()
        seen = 0
        model = HttpConnector(http).open(endpoint("openai", url))
        async with aclosing(model.generate(HELLO)) as events:
            async for _ in events:
                seen += 1
                if seen == 10:
                    break
        await http.aclose()


class Ticking:
    """How long the event loop did not get to anything else, at worst, in seconds."""

    def __init__(self) -> None:
        self.worst = 0.0

    async def __aenter__(self) -> Ticking:
        self._task = asyncio.create_task(self._tick())
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()

    async def _tick(self) -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0.005)
            now = time.perf_counter()
            self.worst = max(self.worst, now - last)
            last = now


ENDLESS: dict[str, tuple[bytes, bytes]] = {
    "a line": (b"data: ", b"a" * 65536),
    "an event": (b"", b"data: " + b"a" * 1000 + b"\n"),
    "small lines": (b"", b"data:ab\n" * 8192),
    "an answer": (b'{"a": "', b"a" * 65536),
}


@pytest.mark.parametrize("what", ENDLESS)
async def test_what_never_ends_is_left_within_bounded_memory(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a thirtieth of the real limits, which are 32 MB of an event and of an answer."""
    limit = 1024 * 1024
    monkeypatch.setattr(exchange, "MAX_BODY", limit)
    monkeypatch.setattr(exchange, "SseParser", partial(SseParser, limit))
    start, piece = ENDLESS[what]
    async with raw_server(endless(head("content-type: text/event-stream") + start, piece)) as url:
        http = Http()
        tracemalloc.start()
        try:
            async with Ticking() as ticking:
                with pytest.raises(ProtocolError, match="more than"):
                    await chatting("openai")(url, http)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            await http.aclose()
    assert peak < 8 * limit
    assert ticking.worst < 1


async def test_comments_without_end_hold_nothing() -> None:
    """They keep a connection alive, so they may go on as long as the person waits."""
    parser = SseParser()
    tracemalloc.start()
    for _ in range(100):
        assert list(parser.feed(b": ping\n" * 100)) == []
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000


def bomb(megabytes: int, times: int = 1) -> bytes:
    machine = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(machine.compress(bytes(1024 * 1024)) for _ in range(megabytes))
    packed += machine.flush()
    for _ in range(times - 1):
        packed = gzip.compress(packed)
    return packed


@pytest.mark.parametrize("status", ["200 OK", "500 X"])
async def test_what_unpacks_to_something_huge_is_not_unpacked(status: str) -> None:
    packed = bomb(64)
    assert len(packed) < 100_000
    async with raw_server(
        page(packed, "text/html", "content-encoding: gzip", status=status)
    ) as url:
        http = Http(sleep=Naps())
        tracemalloc.start()
        try:
            async with Ticking() as ticking:
                with pytest.raises(ProviderError):
                    await http.json(Call(url, LOCAL, retries=0))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            await http.aclose()
    assert peak < (2.5 * http_module.MAX_BODY if status == "200 OK" else 2_000_000)
    assert ticking.worst < 1


async def test_what_was_packed_twice_is_not_unpacked_at_all() -> None:
    packed = bomb(1, 2)
    async with raw_server(page(packed, "text/html", "content-encoding: gzip, gzip")) as url:
        http = Http(sleep=Naps())
        with pytest.raises(ProtocolError, match=r"does not take \(gzip, gzip\)"):
            await http.json(Call(url, LOCAL))
        await http.aclose()


async def test_what_was_packed_once_is_read_wherever_it_is_cut() -> None:
    value = {"data": [{"id": f"model-{number}"} for number in range(9000)]}
    packed = gzip.compress(json.dumps(value).encode())
    for size in (1, 7, 1000, len(packed)):
        pieces = [packed[at : at + size] for at in range(0, len(packed), size)]
        reply = Reply(pieces, headers={"content-encoding": "gzip"})
        asked: list[Recorded] = []

        def take(request: Recorded, reply: Reply = reply, asked: list[Recorded] = asked) -> Reply:
            asked.append(request)
            return reply

        http = Http(client_of(take))
        assert await http.json(Call("http://x/", LOCAL)) == value
        assert asked[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize(
    "text", [b"[" + b"[]," * 999_999 + b"0]", b"[" + b"1," * 1_000_001 + b"1]"]
)
def test_a_million_values_are_not_decoded(text: bytes) -> None:
    for each in (text, text.decode()):
        with pytest.raises(ValueError, match="more values"):
            wire.parse(each)


def test_a_long_text_full_of_commas_is_a_text() -> None:
    text = ", " * 400_000
    assert wire.parse(json.dumps([text])) == [text]
