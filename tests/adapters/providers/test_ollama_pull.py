from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from tests.adapters.providers.support import KEY, Naps, endpoint, offline_http
from tests.fakes.servers import (
    NDJSON,
    FakeServer,
    Recorded,
    Reply,
    as_json,
    client_of,
    ndjson,
)
from tui.adapters.http import Http
from tui.adapters.providers import ollama_pull
from tui.adapters.providers.connector import HttpConnector
from tui.domain.errors import (
    AuthError,
    ModelNotFound,
    NetworkError,
    Overloaded,
    ProtocolError,
    ProviderError,
)
from tui.domain.generation import Progress

LARGE, SMALL = "sha256:970aa74c0a90", "sha256:c71d239df917"


def layer(digest: str, total: int, completed: int | None = None) -> dict[str, object]:
    line: dict[str, object] = {
        "status": f"pulling {digest[7:]}",
        "digest": digest,
        "total": total,
    }
    return line if completed is None else {**line, "completed": completed}


MANIFEST = {"status": "pulling manifest"}
ENDING: list[object] = [
    {"status": "verifying sha256 digest"},
    {"status": "writing manifest"},
    {"status": "removing any unused layers"},
    {"status": "success"},
]
LINES = ndjson(
    MANIFEST,
    layer(LARGE, 1000),
    layer(SMALL, 200),
    layer(LARGE, 1000, 300),
    layer(SMALL, 200, 200),
    layer(LARGE, 1000, 1000),
    *ENDING,
)
FETCHED = [
    Progress("pulling manifest"),
    Progress("fetching llava", 0.0, 1000.0, "bytes"),
    Progress("fetching llava", 0.0, 1200.0, "bytes"),
    Progress("fetching llava", 300.0, 1200.0, "bytes"),
    Progress("fetching llava", 500.0, 1200.0, "bytes"),
    Progress("fetching llava", 1200.0, 1200.0, "bytes"),
    Progress("verifying sha256 digest"),
    Progress("writing manifest"),
    Progress("removing any unused layers"),
]


async def drained(
    http: Http,
    url: str = "http://127.0.0.1:1",
    *,
    into: list[Progress] | None = None,
) -> list[Progress]:
    found = [] if into is None else into
    async with aclosing(ollama_pull.pull(endpoint("ollama", url), "llava", http)) as events:
        async for event in events:
            found.append(event)
    return found


async def pulled(*replies: Reply) -> list[Progress]:
    http, _ = offline_http(*replies)
    return await drained(http)


async def test_layers_that_take_turns_are_summed_to_one_progress() -> None:
    assert await pulled(Reply(LINES)) == FETCHED


async def test_a_stream_cut_at_every_byte_gives_the_same_progress() -> None:
    stream = b"".join(LINES)
    for cut in range(len(stream)):
        assert await pulled(Reply([stream[:cut], stream[cut:]])) == FETCHED


async def test_a_stream_that_ends_at_any_byte_before_success_is_no_success() -> None:
    stream = b"".join(LINES).rstrip()
    for cut in range(1, len(stream)):
        with pytest.raises(NetworkError, match="before “llava” was whole") as caught:
            await pulled(Reply([stream[:cut]]))
        assert "kept" in caught.value.hint
        assert "pulling again goes on" in caught.value.hint
    assert await pulled(Reply([stream])) == FETCHED


async def test_the_makers_library_sends_and_reads_the_same() -> None:
    from ollama import AsyncClient

    async with FakeServer(Reply(LINES, type=NDJSON)) as server:
        http = Http()
        mine = await drained(http, server.url)
        await http.aclose()
        parts = await AsyncClient(server.url).pull("llava", stream=True)
        told = [part async for part in parts]
    ours, theirs = server.requests
    assert (ours.method, ours.path) == (theirs.method, theirs.path) == ("POST", "/api/pull")
    assert ours.json == {"model": "llava", "stream": True}
    assert ours.json == {key: value for key, value in theirs.json.items() if value is not False}
    last = {part.digest: part.completed for part in told if part.digest}
    assert sum(filter(None, last.values())) == max(event.done for event in mine)
    assert told[-1].status == "success"


@pytest.mark.parametrize(
    "line",
    [
        {"status": "pulling x", "digest": LARGE},
        {"status": "pulling x", "digest": LARGE, "total": "many", "completed": -4},
        {"status": "pulling x", "digest": LARGE, "total": None, "completed": 10},
    ],
)
async def test_sizes_that_are_none_are_not_believed(line: dict[str, object]) -> None:
    found = await pulled(Reply(ndjson(line, *ENDING)))
    assert found[0] == Progress("fetching llava", 0.0, None, "bytes")


async def test_more_than_all_is_all_and_statuses_are_cleaned() -> None:
    evil = {"status": "\x1b]0;owned\x07pulling\n" + "x" * 500}
    found = await pulled(Reply(ndjson(evil, layer(LARGE, 10, 99), 7, *ENDING)))
    assert "\x1b" not in found[0].label
    assert len(found[0].label) <= 120
    assert (found[1].done, found[1].total) == (10.0, 10.0)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(ndjson(MANIFEST, {"error": "pull model manifest: file does not exist"})),
        as_json({"error": "pull model manifest: file does not exist"}, 500),
        as_json({"error": "invalid model name"}, 400),
        as_json({"error": "model 'llava' not found"}, 404),
    ],
)
async def test_a_model_that_is_not_in_the_library_is_a_name_to_check(reply: Reply) -> None:
    with pytest.raises(ModelNotFound, match="no model “llava”") as caught:
        await pulled(reply)
    assert "check the name" in caught.value.hint
    assert "/pull" not in caught.value.line()


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("max retries exceeded: unexpected EOF", "goes on from there"),
        ("write /m/blobs/x-partial: no space left on device", "make room"),
        ("pull model manifest: 412: this model requires a newer version of Ollama", "update"),
    ],
)
async def test_what_goes_wrong_at_the_server_is_told_with_what_to_do(said: str, hint: str) -> None:
    http, requests = offline_http(Reply(ndjson(MANIFEST, layer(LARGE, 9, 3), {"error": said})))
    found: list[Progress] = []
    with pytest.raises(ProviderError, match="could not fetch “llava”") as caught:
        await drained(http, into=found)
    assert said in caught.value.message
    assert hint in caught.value.hint
    assert found[-1].done == 3
    assert len(requests) == 1


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (as_json({"error": "unauthorized"}, 401), AuthError, "key"),
        (as_json({"error": "oops"}, 500), Overloaded, "oops"),
        (Reply([b"404 page not found"], 404, "text/plain"), ProtocolError, "does not answer like"),
        (Reply([b"<html><title>Router</title>"]), ProtocolError, "Router"),
        (Reply([b""]), ProtocolError, "empty"),
        (Reply([*ndjson(MANIFEST), b'{"sta\n', *ndjson(*ENDING)]), ProtocolError, "torn"),
    ],
)
async def test_other_refusals_have_their_kind(
    reply: Reply, kind: type[ProviderError], words: str
) -> None:
    with pytest.raises(kind, match=words):
        await pulled(reply)


async def test_a_busy_server_is_asked_again_but_not_in_mid_stream() -> None:
    naps = Naps()
    replies = [as_json({"error": "busy"}, 503), Reply(LINES)]
    http = Http(client_of(lambda _: replies.pop(0)), naps)
    assert (await drained(http))[1:] == FETCHED
    assert len(naps.seconds) == 1

    async with FakeServer(Reply(LINES[:4], type=NDJSON, drop=True)) as server:
        http = Http()
        found: list[Progress] = []
        with pytest.raises(NetworkError, match="broke off") as caught:
            await drained(http, server.url, into=found)
        await http.aclose()
    assert "kept" in caught.value.hint
    assert found == FETCHED[:4]
    assert len(server.requests) == 1


async def test_closing_closes_the_connection_and_the_same_again_goes_on() -> None:
    came = 300

    def answer(_: Recorded) -> Reply:
        lines = ndjson(MANIFEST, layer(LARGE, 1000, came))
        return Reply(lines if came == 300 else [*lines, *ndjson(*ENDING)], hold=came == 300)

    async with FakeServer(answer=answer) as server:
        http = Http()
        connector = HttpConnector(http)
        async with aclosing(connector.pull(endpoint("ollama", server.url), "llava")) as events:
            async for event in events:
                if event.done:
                    break
        async with asyncio.timeout(1):
            await server.left.wait()
        came = 700
        found = await drained(http, server.url)
        await http.aclose()
    assert found[1] == Progress("fetching llava", 700.0, 1000.0, "bytes")
    assert [request.json["model"] for request in server.requests] == ["llava", "llava"]


async def test_the_key_goes_in_the_header_and_nowhere_else() -> None:
    http, requests = offline_http(Reply(ndjson({"error": f"denied for {KEY}"})))
    with pytest.raises(ProviderError) as caught:
        await drained(http)
    assert KEY not in caught.value.line()
    assert requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in requests[0].path
    assert KEY.encode() not in requests[0].body
