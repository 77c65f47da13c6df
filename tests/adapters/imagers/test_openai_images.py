from __future__ import annotations

import json
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.adapters.imagers.support import (
    B64,
    CAT,
    JPEG,
    PNG,
    PUBLIC,
    SKETCH,
    Fetches,
    at,
    fails,
    imagined,
    made,
    notes,
    previews,
)
from tests.adapters.providers.support import KEY, offline_http
from tests.fakes.servers import FakeServer, Recorded, Reply, as_json
from tui.adapters.http import Http
from tui.adapters.imagers.openai_images import OpenAIImages
from tui.domain.errors import (
    AuthError,
    BadRequest,
    Filtered,
    ModelNotFound,
    NetworkError,
    Overloaded,
    ProtocolError,
    QuotaError,
    RateLimited,
)

WHOLE = as_json({"created": 1, "data": [{"b64_json": B64}], "usage": {"total_tokens": 9}})
GPT = replace(CAT, model="gpt-image-2")


def events(*payloads: dict[str, Any]) -> list[bytes]:
    return [f"event: {each['type']}\ndata: {json.dumps(each)}\n\n".encode() for each in payloads]


PARTIAL = {"type": "image_generation.partial_image", "b64_json": SKETCH, "partial_image_index": 0}
LAST = {"type": "image_generation.completed", "b64_json": B64, "usage": {}}


def images(
    reply: Reply, provider: str = "openai", **more: Any
) -> tuple[OpenAIImages, list[Recorded]]:
    http, requests = offline_http(reply)
    fetch = more.pop("fetch", None)
    return OpenAIImages(at(provider, **more), http, fetch), requests


@pytest.mark.parametrize(
    ("provider", "model", "more"),
    [
        (
            "openai",
            "gpt-image-2",
            {"size": "1024x1024", "partial_images": 2, "stream": True},
        ),
        ("xai", "grok-2-image", {"response_format": "b64_json"}),
        ("zai", "cogview-4", {"size": "1024x1024"}),
        (
            "ooba",
            "",
            {
                "size": "512x512",
                "negative_prompt": "dogs",
                "steps": 20,
                "cfg_scale": 7.0,
                "image_seed": 7,
            },
        ),
        ("electronhub", "flux", {"size": "512x512", "response_format": "b64_json"}),
        ("nanogpt", "hidream", {"size": "512x512", "response_format": "b64_json"}),
        ("custom", "sdxl", {"size": "512x512", "response_format": "b64_json"}),
        ("custom", "", {"size": "512x512", "response_format": "b64_json"}),
    ],
)
async def test_a_row_sends_what_it_knows_and_nothing_else(
    provider: str, model: str, more: dict[str, object]
) -> None:
    generator, requests = images(WHOLE, provider)
    found = await made(generator, replace(CAT, model=model))
    assert found.data == PNG
    wanted = {"prompt": CAT.prompt, "n": 1, **more} | ({"model": model} if model else {})
    assert requests[0].json == wanted
    assert requests[0].path == "/images/generations"
    assert requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in requests[0].path


async def test_further_values_are_passed_on_and_a_seed_is_any() -> None:
    extra = (("quality", "low"), ("background", "transparent"), ("vae", "x"), ("style", ""))
    generator, requests = images(WHOLE)
    await imagined(generator, replace(GPT, extra=extra, width=900, height=500))
    assert requests[0].json == {
        "model": "gpt-image-2",
        "prompt": CAT.prompt,
        "n": 1,
        "size": "1536x1024",
        "partial_images": 2,
        "stream": True,
        "quality": "low",
        "background": "transparent",
    }
    generator, requests = images(WHOLE, "ooba")
    await imagined(generator, replace(CAT, seed=None, negative=""))
    assert requests[0].json["image_seed"] == -1
    assert "negative_prompt" not in requests[0].json


async def test_the_connections_own_model_counts_when_it_makes_pictures() -> None:
    generator, requests = images(WHOLE, model="gpt-image-1.5")
    await imagined(generator)
    assert requests[0].json["model"] == "gpt-image-1.5"
    generator, requests = images(WHOLE, model="gpt-5")
    error = await fails(generator, ModelNotFound, "no model of OpenAI is chosen")
    assert "model=" in error.hint
    assert requests == []


async def test_what_a_connection_adds_to_its_chats_is_left_out() -> None:
    generator, requests = images(WHOLE, "custom", add_body={"enable_thinking": True})
    await imagined(generator)
    assert "enable_thinking" not in requests[0].json


@pytest.mark.parametrize("cut", range(0, 400, 37))
async def test_a_stream_gives_previews_and_the_picture(cut: int) -> None:
    raw = b"".join(events(PARTIAL, PARTIAL, LAST))
    generator, _ = images(Reply([raw[:cut], raw[cut:]]))
    found = await imagined(generator, GPT)
    assert previews(found) == [JPEG, JPEG]
    assert getattr(found[-1], "data", b"") == PNG


async def test_a_stream_that_ends_early_is_no_picture() -> None:
    generator, _ = images(Reply(events(PARTIAL)))
    await fails(generator, ProtocolError, "sent no picture", GPT)


async def test_an_error_in_the_stream_is_one() -> None:
    body = {"type": "error", "error": {"code": "moderation_blocked", "message": "Not that"}}
    generator, _ = images(Reply(events(PARTIAL, body)))
    await fails(generator, Filtered, "Not that", GPT)


async def test_an_address_is_fetched_and_a_rewritten_prompt_told() -> None:
    fetch = Fetches()
    entry = {"url": PUBLIC, "revised_prompt": "A cat\x1b[31m."}
    generator, _ = images(as_json({"data": [entry]}), "zai", fetch=fetch)
    found = await made(generator, replace(CAT, model="cogview-4"))
    assert found.data == PNG
    assert found.prompt.startswith("A cat")
    assert "\x1b" not in found.prompt
    assert fetch.urls == [PUBLIC]


async def test_fields_that_a_server_refuses_by_name_are_left_out_in_turn() -> None:
    left = ["response_format", "size"]

    def answer(request: Recorded) -> Reply:
        name = next((name for name in left if name in request.json), "")
        if not name:
            return WHOLE
        error = {"message": f"Unknown parameter: '{name}'.", "param": name, "code": "unknown"}
        return as_json({"error": error}, 400)

    http, requests = offline_http(answer=answer)
    found = await imagined(OpenAIImages(at("custom", model="x"), http))
    assert [name for note in notes(found) for name in left if name in note] == left
    assert requests[-1].json == {"model": "x", "prompt": CAT.prompt, "n": 1}


async def test_a_server_without_streams_is_asked_without() -> None:
    def answer(request: Recorded) -> Reply:
        if "stream" in request.json:
            return as_json({"error": {"message": "Unknown parameter: 'stream'."}}, 400)
        return WHOLE

    http, requests = offline_http(answer=answer)
    await imagined(OpenAIImages(at("openai"), http), GPT)
    assert "partial_images" not in requests[-1].json


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (
            as_json({"error": {"message": "Bad key", "code": "invalid_api_key"}}, 401),
            AuthError,
            "key",
        ),
        (
            as_json({"error": {"code": "moderation_blocked", "message": "Safety system"}}, 400),
            Filtered,
            "Safety system",
        ),
        (
            as_json({"error": {"code": "insufficient_quota", "message": "No money"}}, 429),
            QuotaError,
            "No money",
        ),
        (
            as_json({"error": {"message": "Slow down"}}, 429, retry_after="500"),
            RateLimited,
            "Slow down",
        ),
        (as_json({"detail": "No image model loaded"}, 503), Overloaded, "No image model loaded"),
        (as_json({"error": {"message": "oops"}}, 500), Overloaded, "oops"),
        (
            as_json({"error": {"message": "no model x", "code": "model_not_found"}}, 404),
            ModelNotFound,
            "gpt-image-2",
        ),
        (as_json({"detail": "no prompt like that"}, 422), BadRequest, "no prompt like that"),
        (as_json({"error": "broken"}), Overloaded, "broken"),
        (as_json({"data": []}), ProtocolError, "sent no picture"),
        (as_json({"data": [{"b64_json": "!!"}]}), ProtocolError, "cannot be decoded"),
        (as_json([]), ProtocolError, "sent no picture"),
        (Reply([b"<html><title>Hi</title>"], 200, "text/html"), ProtocolError, "does not answer"),
        (Reply([b"<html><title>Hi</title>"], 404, "text/html"), ProtocolError, "does not answer"),
    ],
)
async def test_every_dialect_of_refusal_becomes_one_line(
    reply: Reply, kind: Any, words: str
) -> None:
    generator, requests = images(reply)
    await fails(generator, kind, words, GPT)
    assert len(requests) == 1  # a picture costs: what may have begun is not asked for again


async def test_only_what_never_began_is_tried_again() -> None:
    replies = [as_json({"error": {"message": "later"}}, 429, retry_after="1"), WHOLE]
    http, requests = offline_http(*replies)
    found = await imagined(OpenAIImages(at("openai"), http), GPT)
    assert len(requests) == 2
    assert any("rate limit" in note for note in notes(found))
    http = Http()
    async with FakeServer(Reply(drop=True)) as server:
        await fails(OpenAIImages(at("openai", server.url), http), NetworkError, "broke off", GPT)
        assert len(server.requests) == 1
    await http.aclose()


async def test_one_that_is_silent_for_too_long_is_told_and_not_asked_again() -> None:
    def answer(request: Recorded) -> Reply:
        raise httpx.ReadTimeout("slow")

    http, requests = offline_http(answer=answer)
    generator = OpenAIImages(at("openai", "https://api.openai.com/v1"), http)
    await fails(generator, NetworkError, "was silent for too long", GPT)
    assert len(requests) == 1


async def test_closing_leaves_the_server_at_once() -> None:
    http = Http()
    async with FakeServer(Reply(events(PARTIAL), hold=True)) as server:
        generator = OpenAIImages(at("openai", server.url), http)
        async with aclosing(generator.imagine(GPT)) as steps:
            async for step in steps:
                if previews([step]):
                    break
        await server.left.wait()
    await http.aclose()


async def test_the_makers_library_reads_what_we_read() -> None:
    from openai import AsyncOpenAI

    def answer(request: Recorded) -> Reply:
        return Reply(events(PARTIAL, LAST)) if request.json.get("stream") else WHOLE

    async with (
        FakeServer(answer=answer) as server,
        AsyncOpenAI(base_url=server.url, api_key=KEY) as theirs,
    ):
        whole = await theirs.images.generate(model="gpt-image-2", prompt="cat")
        assert whole.data
        assert whole.data[0].b64_json == B64
        stream = await theirs.images.generate(
            model="gpt-image-2", prompt=CAT.prompt, n=1, size="1024x1024", stream=True,
            partial_images=2,
        )  # fmt: skip
        kinds = [(event.type, event.b64_json) async for event in stream]
        http = Http()
        ours = await imagined(OpenAIImages(at("openai", server.url), http), GPT)
        await http.aclose()
    assert kinds == [(PARTIAL["type"], SKETCH), (LAST["type"], B64)]
    assert previews(ours) == [JPEG]
    assert server.requests[1].json == server.requests[2].json
