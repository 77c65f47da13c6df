from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from tests.adapters.providers.support import KEY, Naps
from tests.fakes.servers import FakeServer, Recorded, Reply, as_json, client_of
from tui.adapters import http as http_module
from tui.adapters.failures import Origin
from tui.adapters.http import Call, Http, new_client
from tui.domain.errors import (
    AuthError,
    Loading,
    NetworkError,
    Overloaded,
    ProtocolError,
    ProviderError,
    QuotaError,
    RateLimited,
)
from tui.domain.generation import Progress
from tui.domain.secret import Secret

ORIGIN = Origin("cloud", "OpenAI", "api.example", Secret(KEY), "m")


def call(url: str = "http://api.example/x", *, retries: int = 2, local: bool = False) -> Call:
    origin = Origin("cloud", "OpenAI", "api.example", Secret(KEY), "m", local)
    return Call(url, origin, {"a": 1}, {"Authorization": f"Bearer {KEY}"}, retries=retries)


async def fetch(
    *replies: Reply | Exception, retries: int = 2, ask: Call | None = None
) -> tuple[bytes | ProviderError, list[float], list[Progress], int]:
    """What came or failed, the waits in seconds, what showed meanwhile, how many requests."""
    left = list(replies)
    naps = Naps()
    count = 0

    def answer(_: Recorded) -> Reply:
        nonlocal count
        count += 1
        reply = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(reply, Exception):
            raise reply
        return reply

    http = Http(client_of(answer), naps)
    body = b""
    notes = []
    try:
        async with aclosing(http.stream(ask or call(retries=retries))) as chunks:
            async for chunk in chunks:
                if isinstance(chunk, bytes):
                    body += chunk
                else:
                    notes.append(chunk)
    except ProviderError as error:
        return error, naps.seconds, notes, count
    finally:
        await http.aclose()
    return body, naps.seconds, notes, count


OK = Reply([b"fine"])
BUSY = as_json({"error": {"message": "overloaded"}}, 503)


async def test_a_busy_server_is_asked_again_twice_at_most() -> None:
    result, waits, notes, count = await fetch(BUSY, BUSY, OK)
    assert (result, count, len(notes)) == (b"fine", 3, 2)
    assert 0.37 <= waits[0] <= 0.5
    assert 0.75 <= waits[1] <= 1.0
    result, _, _, count = await fetch(BUSY)
    assert isinstance(result, Overloaded)
    assert count == 3


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 529])
async def test_passing_troubles_are_tried_again(status: int) -> None:
    assert (await fetch(as_json({}, status), OK))[0] == b"fine"


@pytest.mark.parametrize(
    "reply",
    [
        as_json({}, 400),
        as_json({}, 401),
        as_json({}, 402),
        as_json({}, 404),
        as_json({"error": {"code": "insufficient_quota"}}, 429),
        as_json({"error": {"code": "insufficient_quota"}}, 429, x_should_retry="true"),
        as_json({"error": {"message": "image input is not supported"}}, 500),
        as_json({}, 503, x_should_retry="false"),
        as_json({}, 429, retry_after="121"),
    ],
)
async def test_lasting_troubles_are_not_tried_again(reply: Reply) -> None:
    result, waits, _, count = await fetch(reply)
    assert isinstance(result, ProviderError)
    assert (waits, count) == ([], 1)


async def test_the_server_says_how_long_to_wait() -> None:
    _, waits, _, _ = await fetch(as_json({}, 429, retry_after_ms="1500", retry_after="9"), OK)
    assert waits == [1.0, 0.5]
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    _, waits, _, _ = await fetch(as_json({}, 503, retry_after=date), OK)
    assert 25 < sum(waits) <= 30
    _, waits, _, _ = await fetch(as_json({}, 503, retry_after="soon"), OK)
    assert sum(waits) <= 0.5
    said = {"error": {"status": "RESOURCE_EXHAUSTED", "details": [{"retryDelay": "23s"}]}}
    result, waits, _, _ = await fetch(as_json(said, 429), OK)
    assert (result, sum(waits)) == (b"fine", 23)


async def test_a_wait_counts_down_each_second() -> None:
    result, waits, notes, _ = await fetch(as_json({}, 429, retry_after="7"), OK)
    assert (result, waits) == (b"fine", [1.0] * 7)
    assert [note.label for note in notes] == [
        f"waiting {left} s: rate limit" for left in (7, 6, 5, 4, 3, 2, 1)
    ]


LOADING = as_json({"error": {"code": 503, "message": "Loading model"}}, 503)


def local_generation() -> Call:
    origin = Origin("kitchen", "llama.cpp", "127.0.0.1:8080", local=True)
    return Call("http://127.0.0.1:8080/x", origin, {"a": 1}, read_seconds=None)


async def test_a_local_server_that_loads_its_model_is_asked_until_it_is_ready() -> None:
    replies = [LOADING] * 30 + [BUSY, LOADING, BUSY, OK]
    result, waits, notes, count = await fetch(*replies, ask=local_generation())
    assert (result, count) == (b"fine", 34)
    labels = [note.label for note in notes]
    assert labels[0] == "llama.cpp is loading its model"
    assert labels[1:30] == [f"llama.cpp is loading its model ({n} s)" for n in range(1, 30)]
    assert labels[30:] == [
        "llama.cpp is busy",
        "llama.cpp is loading its model (30 s)",
        "llama.cpp is busy",
    ]
    assert waits[:30] == [1.0] * 30


async def test_a_model_that_never_loads_is_given_up_after_some_minutes() -> None:
    result, waits, _, count = await fetch(LOADING, ask=local_generation())
    assert isinstance(result, Loading)
    assert "still loading its model" in result.message
    assert 120 <= sum(waits) <= 900
    assert count == len(waits) + 1


async def test_while_it_loads_the_servers_own_time_counts_but_never_none() -> None:
    later = as_json({"error": "Loading model"}, 503, retry_after="4")
    at_once = as_json({"error": "Loading model"}, 503, retry_after="0")
    _, waits, notes, _ = await fetch(later, at_once, OK, ask=local_generation())
    assert waits == [1.0] * 5
    assert notes[-1].label == "llama.cpp is loading its model (4 s)"


@pytest.mark.parametrize(
    "ask",
    [
        call(),  # not here
        replace(local_generation(), read_seconds=20.0),  # only a list is wanted
    ],
)
async def test_others_that_load_are_asked_again_as_usual(ask: Call) -> None:
    result, _, notes, count = await fetch(LOADING, ask=ask)
    assert isinstance(result, Loading)
    assert (count, len(notes)) == (3, 2)


@pytest.mark.parametrize("way", ["cancel", "close"])
@pytest.mark.parametrize(
    ("reply", "label"),
    [
        (LOADING, "llama.cpp is loading its model"),
        (as_json({}, 429, retry_after="60"), "waiting 60 s: rate limit"),
    ],
)
async def test_a_wait_can_be_cancelled(reply: Reply, label: str, way: str) -> None:
    waiting = asyncio.Event()

    async def sleep(_: float) -> None:
        waiting.set()
        await asyncio.Event().wait()

    async with FakeServer(reply) as server:
        http = Http(sleep=sleep)
        stream = http.stream(replace(local_generation(), url=server.url))
        assert await anext(stream) == Progress(label)
        if way == "cancel":
            task = asyncio.ensure_future(anext(stream))
            async with asyncio.timeout(1):
                await waiting.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        else:
            await stream.aclose()
        assert [chunk async for chunk in stream] == []
        await http.aclose()
        assert len(server.requests) == 1


async def test_a_refusal_that_says_when_to_come_back_keeps_the_time() -> None:
    result, _, _, _ = await fetch(as_json({}, 429, retry_after="300"))
    assert isinstance(result, RateLimited)
    assert result.retry_after == 300
    assert "300 s" in result.hint


async def test_a_server_that_says_to_try_again_is_believed() -> None:
    assert (await fetch(as_json({}, 400, x_should_retry="true"), OK))[0] == b"fine"


@pytest.mark.parametrize(
    ("error", "tries"),
    [
        (httpx.ConnectError("refused"), 3),
        (httpx.ConnectTimeout("slow"), 3),
        (httpx.RemoteProtocolError("closed"), 3),
        (httpx.ReadTimeout("silent"), 1),
        (httpx.ProxyError("no"), 1),
    ],
)
async def test_connections_that_fail_before_the_first_byte(error: Exception, tries: int) -> None:
    result, _, _, count = await fetch(error)
    assert isinstance(result, NetworkError)
    assert count == tries


async def test_after_the_first_byte_nothing_is_tried_again() -> None:
    async with FakeServer(Reply([b"some"], drop=True)) as server:
        http = Http()
        with pytest.raises(NetworkError, match="broke off"):
            async with aclosing(http.stream(call(server.url))) as chunks:
                async for chunk in chunks:
                    assert chunk == b"some"
        await http.aclose()
        assert len(server.requests) == 1


async def test_a_local_server_that_is_not_there_is_told_at_once() -> None:
    async with FakeServer(OK) as server:
        port = server.port
    naps = Naps()
    http = Http(sleep=naps)
    with pytest.raises(NetworkError) as caught:
        await http.json(call(f"http://127.0.0.1:{port}/", local=True))
    await http.aclose()
    assert naps.seconds == []
    assert "running" in caught.value.hint


async def test_where_a_proxy_is_on_the_way_the_hint_names_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    result, *_ = await fetch(httpx.ConnectError("refused"))
    assert isinstance(result, NetworkError)
    assert "HTTPS_PROXY" in result.hint


async def test_https_to_a_plain_server_says_so() -> None:
    async with FakeServer(Reply([b"plain"])) as server:
        http = Http(sleep=Naps())
        with pytest.raises(NetworkError, match="TLS") as caught:
            await http.json(call(server.url.replace("http:", "https:")))
        await http.aclose()
    assert "http://" in caught.value.hint


async def test_redirects_are_not_followed_and_the_key_stays_here() -> None:
    async with FakeServer(OK) as elsewhere:
        reply = as_json({}, 307, location=f"{elsewhere.url}/v1")
        async with FakeServer(reply) as server:
            http = Http()
            with pytest.raises(ProtocolError, match=elsewhere.url):
                await http.json(call(server.url))
            await http.aclose()
        assert (len(server.requests), elsewhere.requests) == (1, [])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500])
async def test_a_key_that_the_server_repeats_does_not_show(status: int) -> None:
    body = {"error": {"message": f"bad key {KEY} in Bearer {KEY}, also sk-other-98765432"}}
    result, _, _, _ = await fetch(as_json(body, status), retries=0)
    assert isinstance(result, ProviderError)
    shown = f"{result.line()} {result!r} {result.args}"
    assert KEY not in shown
    assert "98765432" not in shown
    assert KEY not in repr(call())


@pytest.mark.parametrize("url", ["ftp://x/", "http://", "http://[::1", "http://a:99999/"])
async def test_an_address_that_makes_no_sense_is_told(url: str) -> None:
    http = Http()
    with pytest.raises(NetworkError):
        await http.json(call(url, retries=0))
    await http.aclose()


async def test_bodies_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_module, "MAX_STREAM", 1000)
    result, _, _, _ = await fetch(Reply([b"x" * 400] * 3))
    assert isinstance(result, ProtocolError)
    monkeypatch.setattr(http_module, "MAX_BODY", 500)
    http = Http(client_of(lambda _: Reply([b"x" * 400] * 2)))
    with pytest.raises(ProtocolError):
        await http.json(call())


async def test_an_endless_error_page_is_not_read_to_the_end() -> None:
    result, _, _, _ = await fetch(Reply([b"x" * 60_000] * 50, 401))
    assert isinstance(result, AuthError)
    assert len(result.message) < 500


async def test_a_web_page_instead_of_json_names_itself() -> None:
    http = Http(client_of(lambda _: Reply([b"<html><title>My router</title>"], type="text/html")))
    with pytest.raises(ProtocolError, match=r"\(My router\)"):
        await http.json(call())


async def test_the_client_is_made_late_and_only_once() -> None:
    made: list[httpx.AsyncClient] = []

    def make() -> httpx.AsyncClient:
        made.append(client_of(lambda _: as_json({}))())
        return made[-1]

    http = Http(make)
    assert made == []
    assert await http.json(call()) == {}
    assert await http.json(call()) == {}
    await http.aclose()
    assert len(made) == 1
    assert made[0].is_closed


async def test_loopback_never_goes_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with FakeServer(as_json({"proxy": True})) as proxy, FakeServer(as_json({})) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        http = Http()
        assert await http.json(call(server.url)) == {}
        assert await http.json(call("http://api.example/x")) == {"proxy": True}
        await http.aclose()


async def test_a_server_on_one_address_of_this_machine_is_reached_by_its_name() -> None:
    async with FakeServer(as_json({"here": True})) as server:
        http = Http()
        assert await http.json(call(f"http://localhost:{server.port}/")) == {"here": True}
        await http.aclose()


async def test_a_proxy_that_makes_no_sense_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "gopher://x")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(NetworkError, match="proxy"):
        new_client()


async def test_lone_surrogates_in_a_request_do_no_harm() -> None:
    seen: list[bytes] = []

    def answer(request: Recorded) -> Reply:
        seen.append(request.body)
        return as_json({})

    http = Http(client_of(answer))
    await http.json(Call("http://api.example/", ORIGIN, {"text": "a\ud800b"}))
    assert seen == [b'{"text":"a?b"}']


async def test_a_background_call_that_fails_harms_nobody() -> None:
    http = Http(client_of(lambda _: as_json({}, 500)), Naps())
    http.fire(call(retries=0))
    await asyncio.sleep(0)
    await http.aclose()


async def test_quota_is_told_apart_from_too_many_requests() -> None:
    result, _, _, _ = await fetch(as_json({"error": {"type": "insufficient_quota"}}, 429))
    assert isinstance(result, QuotaError)
