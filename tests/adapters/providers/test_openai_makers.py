"""The makers' own libraries as witnesses: they send what we send, and read what we read."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.adapters.providers.support import (
    CHAT,
    KEY,
    collect,
    end_of,
    endpoint,
    text_of,
    thought_of,
)
from tests.fakes.servers import FakeServer, Reply, as_json, as_sse, delta
from tui.adapters.http import Http
from tui.adapters.providers.openai import OpenAIChatModel
from tui.domain.errors import ProviderError, RateLimited
from tui.domain.generation import GenerationEvent, GenerationRequest, Sampling, Turn, Usage

URL = "data:image/jpeg;base64,/9hub3QgcmVhbGx5"
PART: Any = {"type": "image_url", "image_url": {"url": URL}}
MESSAGES: Any = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": [{"type": "text", "text": "Look"}, PART, PART]},
    {"role": "assistant", "content": "A cat."},
    {"role": "user", "content": "Sure?"},
]
FULL = replace(
    CHAT,
    sampling=replace(
        CHAT.sampling, presence_penalty=0.5, frequency_penalty=-0.5, reasoning_effort="low"
    ),
)
USAGE = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}
STREAM = as_sse(
    delta(role="assistant", content=""),
    delta("It sees \u2028 "),
    delta("you \u0085 🐈."),
    delta(finish="stop"),
    {**delta(), "choices": [], "usage": USAGE},
)


async def ours(provider: str, url: str, request: GenerationRequest = FULL) -> list[GenerationEvent]:
    http = Http()
    try:
        return await collect(OpenAIChatModel(endpoint(provider, url), http), request)
    finally:
        await http.aclose()


async def test_openais_library_sends_the_same_chat_and_reads_the_same_stream() -> None:
    from openai import AsyncOpenAI

    async with FakeServer(STREAM) as server:
        events = await ours("openai", f"{server.url}/v1")
        async with AsyncOpenAI(base_url=f"{server.url}/v1", api_key=KEY) as theirs:
            stream = await theirs.chat.completions.create(
                model="m",
                messages=MESSAGES,
                stream=True,
                stream_options={"include_usage": True},
                temperature=0.7,
                top_p=0.9,
                max_completion_tokens=50,
                seed=3,
                stop=["You:"],
                presence_penalty=0.5,
                frequency_penalty=-0.5,
                reasoning_effort="low",
            )
            chunks = [chunk async for chunk in stream]
    mine, makers = server.requests
    assert mine.json == makers.json
    assert (mine.method, mine.path) == (makers.method, makers.path)
    assert mine.headers["authorization"] == makers.headers["authorization"]
    told = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(told) == "It sees \u2028 you \u0085 🐈."
    assert text_of(events) == "It sees \ufffd you \ufffd 🐈."  # made harmless for a terminal
    assert chunks[-1].usage is not None
    assert end_of(events).usage == Usage(chunks[-1].usage.prompt_tokens, 4)


async def test_openais_library_asks_for_a_caption_the_same_way() -> None:
    from openai import AsyncOpenAI

    caption = GenerationRequest(
        (Turn("user", "What's in this image?", FULL.turns[1].images[:1]),),
        Sampling(max_tokens=300),
        captions=True,
    )
    detailed: Any = {"type": "image_url", "image_url": {"url": URL, "detail": "auto"}}
    async with FakeServer(STREAM) as server:
        await ours("openai", f"{server.url}/v1", caption)
        async with AsyncOpenAI(base_url=f"{server.url}/v1", api_key=KEY) as theirs:
            content: Any = [{"type": "text", "text": "What's in this image?"}, detailed]
            stream = await theirs.chat.completions.create(
                model="m",
                messages=[{"role": "user", "content": content}],
                stream=True,
                stream_options={"include_usage": True},
                max_completion_tokens=300,
            )
            await stream.close()
    mine, makers = server.requests
    assert mine.json == makers.json


async def test_mistrals_library_sends_the_same_chat_and_reads_the_same_stream() -> None:
    from mistralai.client import Mistral

    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    reply = as_sse(
        delta(role="assistant", content=[thinking]),
        delta("A "),
        delta("cat."),
        {**delta(finish="stop"), "usage": USAGE},
    )
    request = replace(
        FULL, sampling=replace(FULL.sampling, top_k=40, repetition_penalty=1.1, min_p=0.05)
    )
    async with FakeServer(reply) as server:
        events = await ours("mistral", f"{server.url}/v1", request)
        async with Mistral(api_key=KEY, server_url=server.url) as theirs:
            stream = await theirs.chat.stream_async(
                model="m",
                messages=MESSAGES,
                temperature=0.7,
                top_p=0.9,
                max_tokens=50,
                random_seed=3,
                stop=["You:"],
                presence_penalty=0.5,
                frequency_penalty=-0.5,
                reasoning_effort="low",
                top_k=40,
                repetition_penalty=1.1,
            )
            chunks = [chunk.data async for chunk in stream]
    mine, makers = server.requests
    wanted = makers.json
    assert wanted["messages"][2].pop("prefix") is False  # what it is without being said
    assert mine.json == wanted
    assert mine.path == makers.path.partition("#")[0]
    assert mine.headers["authorization"] == makers.headers["authorization"]
    plain = [chunk.choices[0].delta.content for chunk in chunks]
    assert "".join(part for part in plain if isinstance(part, str)) == "A cat."
    assert (text_of(events), thought_of(events)) == ("A cat.", "hm")
    assert end_of(events).usage == Usage(9, 4)


async def test_openais_library_reads_the_fake_list() -> None:
    from openai import AsyncOpenAI

    entry = {"id": "m", "object": "model", "created": 1, "owned_by": "me"}
    async with (
        FakeServer(as_json({"object": "list", "data": [entry]})) as server,
        AsyncOpenAI(base_url=server.url, api_key=KEY) as theirs,
    ):
        assert [model.id async for model in theirs.models.list()] == ["m"]


@pytest.mark.parametrize("streamed", [True, False])
async def test_openais_library_stumbles_over_the_same_errors(streamed: bool) -> None:
    from openai import APIError, AsyncOpenAI

    body = {"error": {"message": "Slow down", "type": "requests", "code": "rate_limit_exceeded"}}
    text = b"data: " + json.dumps(body).encode() + b"\n\n"
    reply = Reply([text]) if streamed else as_json(body, 429, retry_after="200")
    async with FakeServer(reply) as server:
        with pytest.raises(ProviderError, match="Slow down") as caught:
            await ours("openai", f"{server.url}/v1")
        async with AsyncOpenAI(base_url=server.url, api_key=KEY, max_retries=0) as theirs:
            with pytest.raises(APIError, match="Slow down"):
                [
                    chunk
                    async for chunk in await theirs.chat.completions.create(
                        model="m", messages=MESSAGES, stream=True
                    )
                ]
    assert isinstance(caught.value, RateLimited)
