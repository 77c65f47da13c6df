from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from tests.adapters.providers.support import (
    CHAT,
    HELLO,
    PICTURE,
    collect,
    end_of,
    endpoint,
    joined,
    offline_http,
    text_of,
    thought_of,
)
from tests.fakes.servers import NDJSON, FakeServer, Reply, as_json, ndjson
from tui.adapters.http import Http
from tui.adapters.providers.ollama import OllamaChatModel
from tui.domain.errors import (
    BadRequest,
    ImageRejected,
    ModelNotFound,
    Overloaded,
    ProtocolError,
    ProviderError,
)
from tui.domain.generation import (
    Finished,
    GenerationEvent,
    GenerationRequest,
    Sampling,
    Started,
    Turn,
    Usage,
)


def line(text: str = "", **more: object) -> dict[str, object]:
    message: dict[str, object] = {"role": "assistant", "content": text}
    if "thinking" in more:
        message["thinking"] = more.pop("thinking")
    return {"model": "m", "created_at": "x", "message": message, "done": False, **more}


LAST = line(done=True, done_reason="stop", prompt_eval_count=9, eval_count=4, total_duration=5)
LINES = ndjson(line(thinking="A pl"), line(thinking="an."), line("Hal"), line("lo \u2028🐈"), LAST)


async def answer(*replies: Reply) -> list[GenerationEvent]:
    http, _ = offline_http(*replies)
    return joined(await collect(OllamaChatModel(endpoint("ollama"), http)))


async def test_a_stream_cut_at_every_byte_gives_the_same_events() -> None:
    stream = b"".join(LINES)
    whole = await answer(Reply([stream]))
    assert whole[0] == Started(model="m")
    assert (thought_of(whole), text_of(whole)) == ("A plan.", "Hallo \ufffd🐈")
    assert end_of(whole) == Finished("stop", "stop", Usage(9, 4))
    for cut in range(len(stream)):
        assert await answer(Reply([stream[:cut], stream[cut:]])) == whole


async def test_the_request_is_the_one_that_the_makers_library_sends() -> None:
    from ollama import AsyncClient

    lines = ndjson(line("Hal"), line("lo 🐈"), LAST)
    async with FakeServer(Reply(lines, type=NDJSON)) as server:
        http = Http()
        await collect(OllamaChatModel(endpoint("ollama", server.url, key=""), http), CHAT)
        await http.aclose()
        picture = b"\xff\xd8not really"
        messages: list[dict[str, Any]] = [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Look", "images": [picture, picture]},
            {"role": "assistant", "content": "A cat."},
            {"role": "user", "content": "Sure?"},
        ]
        options = {
            "temperature": 0.7,
            "top_p": 0.9,
            "num_predict": 50,
            "seed": 3,
            "stop": ["You:"],
            "num_ctx": 8192,
        }
        parts = await AsyncClient(server.url).chat("m", messages, stream=True, options=options)
        told = [part.message.content or "" async for part in parts]
    mine, makers = server.requests
    assert mine.json == {key: value for key, value in makers.json.items() if value != []}
    assert (mine.method, mine.path) == (makers.method, makers.path)
    assert "".join(told) == "Hallo 🐈"


async def body_of(request: GenerationRequest, **chosen: Any) -> Any:
    http, requests = offline_http(Reply(LINES))
    await collect(OllamaChatModel(replace(endpoint("ollama"), **chosen), http), request)
    return requests[0].json


async def test_the_connections_own_choices_go_under_ollamas_names() -> None:
    chosen = Sampling(
        temperature=0.1,
        max_tokens=9000,
        top_k=40,
        min_p=0.05,
        presence_penalty=0.5,
        frequency_penalty=-0.5,
        repetition_penalty=1.1,
        reasoning_effort="low",
    )
    body = await body_of(CHAT, sampling=chosen)

    assert body["options"] == {
        "temperature": 0.1,
        "top_p": 0.9,
        "num_predict": 9000,
        "seed": 3,
        "stop": ["You:"],
        "top_k": 40,
        "min_p": 0.05,
        "presence_penalty": 0.5,
        "frequency_penalty": -0.5,
        "repeat_penalty": 1.1,
        "num_ctx": 16384,
    }
    assert body["think"] == "low"


async def test_ones_own_fields_come_last_and_unwanted_ones_go() -> None:
    body = await body_of(
        CHAT,
        add_body={"keep_alive": "1h", "options": {"num_ctx": 4096, "top_a": 0.1}},
        drop_body=("stream_options", "think"),
        sampling=Sampling(reasoning_effort="high"),
    )

    assert body["keep_alive"] == "1h"
    assert body["options"]["num_ctx"] == 4096
    assert body["options"]["top_a"] == 0.1
    assert body["options"]["temperature"] == 0.7
    assert "think" not in body


@pytest.mark.parametrize(
    ("effort", "captions", "think"),
    [
        ("", False, None),
        ("none", False, False),
        ("high", False, "high"),
        ("minimal", False, "low"),
        ("on", False, True),
        ("", True, False),  # thoughts would use up what a caption may have
        ("medium", True, "medium"),
    ],
)
async def test_effort_is_told_in_ollamas_words(
    effort: str, captions: bool, think: bool | str | None
) -> None:
    request = replace(HELLO, captions=captions)
    body = await body_of(request, sampling=Sampling(reasoning_effort=effort))

    assert body.get("think") == think


async def test_a_model_that_does_not_think_is_asked_again_without() -> None:
    refused = as_json({"error": '"m" does not support thinking'}, 400)
    http, requests = offline_http(refused, Reply(LINES))
    chosen = replace(endpoint("ollama"), sampling=Sampling(reasoning_effort="high"))
    events = await collect(OllamaChatModel(chosen, http))

    assert text_of(events) == "Hallo \ufffd🐈"
    assert [request.json.get("think") for request in requests] == ["high", None]


async def test_another_refusal_is_not_asked_again() -> None:
    http, requests = offline_http(as_json({"error": "invalid options: num_ctx"}, 400))
    chosen = replace(endpoint("ollama"), sampling=Sampling(reasoning_effort="high"))
    with pytest.raises(BadRequest):
        await collect(OllamaChatModel(chosen, http))

    assert len(requests) == 1


async def test_a_picture_of_a_foreign_type_is_not_sent() -> None:
    http, requests = offline_http(Reply(LINES))
    webp = replace(PICTURE, mime="image/webp")
    with pytest.raises(ImageRejected, match="does not take image/webp"):
        await collect(
            OllamaChatModel(endpoint("ollama"), http),
            GenerationRequest((Turn("user", "Look", (webp,)),)),
        )

    assert requests == []


async def test_a_long_prompt_asks_for_more_context() -> None:
    http, requests = offline_http(Reply(LINES))
    request = GenerationRequest((Turn("user", "word " * 10_000),))
    await collect(OllamaChatModel(endpoint("ollama"), http), request)
    assert requests[0].json["options"] == {"num_ctx": 16384}


async def test_an_answer_that_ends_early_is_incomplete_and_a_full_one_may_lack_the_newline() -> (
    None
):
    events = await answer(Reply(ndjson(line("Hal"))))
    assert text_of(events) == "Hal"
    assert end_of(events).reason == "incomplete"
    events = await answer(Reply([b"".join(LINES).rstrip()]))
    assert end_of(events).reason == "stop"


async def test_running_out_of_tokens_is_told() -> None:
    events = await answer(Reply(ndjson(line("Hal"), line(done=True, done_reason="length"))))
    assert end_of(events).reason == "length"


async def test_inline_thinking_is_kept_apart() -> None:
    events = await answer(Reply(ndjson(line("<thi"), line("nk>hm</think>"), line("yes"), LAST)))
    assert (thought_of(events), text_of(events)) == ("hm", "yes")


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (as_json({"error": "model 'm' not found"}, 404), ModelNotFound, "no model “m”"),
        (as_json({"error": "model requires more system memory"}, 500), Overloaded, "memory"),
        (
            as_json({"error": '{"error":{"code":400,"message":"Failed to load image"}}'}, 400),
            ImageRejected,
            "Failed to load image",
        ),
        (
            as_json({"error": "this model is missing data required for image input"}, 500),
            ImageRejected,
            "image input",
        ),
        (Reply([b"<html><title>Router</title>"]), ProtocolError, "Router"),
        (Reply([b""]), ProtocolError, "empty"),
    ],
)
async def test_refusals_are_told_in_words(
    reply: Reply, kind: type[ProviderError], words: str
) -> None:
    with pytest.raises(kind, match=words):
        await answer(reply)


@pytest.mark.parametrize("bad", [b'{"error":"llama runner died"}\n', b'{"mess\n', b"\xff\n"])
async def test_an_error_inside_the_stream_keeps_the_text(bad: bytes) -> None:
    http, _ = offline_http(Reply([*ndjson(line("Hal")), bad]))
    events: list[GenerationEvent] = []
    with pytest.raises(ProviderError):
        await collect(OllamaChatModel(endpoint("ollama"), http), into=events)
    assert text_of(events) == "Hal"


async def test_closing_the_stream_closes_the_socket_at_once() -> None:
    async with FakeServer(Reply(ndjson(line("Hal")), type=NDJSON, hold=True)) as server:
        http = Http()
        stream = OllamaChatModel(endpoint("ollama", server.url), http).generate(HELLO)
        async with aclosing(stream):
            assert isinstance(await anext(stream), Started)
        async with asyncio.timeout(1):
            await server.left.wait()
        await http.aclose()
