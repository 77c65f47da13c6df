from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.adapters.imagers.support import (
    B64,
    CAT,
    PNG,
    PUBLIC,
    Fetches,
    at,
    fails,
    imagined,
    made,
    notes,
)
from tests.adapters.providers.support import offline_http
from tests.fakes.servers import Recorded, Reply, as_json
from tui.adapters.imagers.openrouter_images import OpenRouterImages
from tui.domain.errors import (
    AuthError,
    Filtered,
    ModelNotFound,
    Overloaded,
    ProtocolError,
    ProviderError,
    QuotaError,
)

MODEL = "google/gemini-3-flash-image"
WISH = replace(CAT, model=MODEL, width=1024, height=768)
GONE = as_json({"error": {"message": "Not Found", "code": 404}}, 404)
WHOLE = as_json({"created": 1, "data": [{"b64_json": B64, "media_type": "image/png"}]})


def answered(url: str = f"data:image/png;base64,{B64}", content: object = "") -> Reply:
    images = [{"type": "image_url", "image_url": {"url": url}}] if url else []
    message = {"role": "assistant", "content": content, "images": images}
    return as_json({"id": "g1", "choices": [{"message": message, "finish_reason": "stop"}]})


async def test_pictures_have_a_call_of_their_own() -> None:
    http, requests = offline_http(WHOLE)
    wish = replace(WISH, extra=(("quality", "high"), ("vae", "x")))
    found = await made(OpenRouterImages(at("openrouter"), http), wish)
    assert found.data == PNG
    assert requests[0].path == "/images"
    assert requests[0].json == {
        "model": MODEL,
        "prompt": CAT.prompt,
        "n": 1,
        "aspect_ratio": "4:3",
        "seed": 7,
        "quality": "high",
    }
    assert requests[0].headers["x-title"] == "Salon"


async def test_where_it_is_missing_a_chat_is_asked() -> None:
    def answer(request: Recorded) -> Reply:
        return GONE if request.path == "/images" else answered()

    http, requests = offline_http(answer=answer)
    found = await imagined(OpenRouterImages(at("openrouter"), http), replace(WISH, seed=None))
    assert getattr(found[-1], "data", b"") == PNG
    assert "asking for it in a chat" in notes(found)
    assert requests[1].path == "/chat/completions"
    assert requests[1].json == {
        "model": MODEL,
        "messages": [{"role": "user", "content": CAT.prompt}],
        "modalities": ["image", "text"],
        "image_config": {"aspect_ratio": "4:3"},
        "stream": False,
    }


async def test_a_model_that_only_makes_pictures_is_asked_for_nothing_else() -> None:
    words = "No endpoints found that support the requested output modalities: image, text"

    def answer(request: Recorded) -> Reply:
        if request.path == "/images":
            return GONE
        if request.json["modalities"] != ["image"]:
            return as_json({"error": {"message": words, "code": 404}}, 404)
        return answered(PUBLIC)

    http, requests = offline_http(answer=answer)
    fetch = Fetches()
    assert (await made(OpenRouterImages(at("openrouter"), http, fetch), WISH)).data == PNG
    assert fetch.urls == [PUBLIC]
    assert len(requests) == 3


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (as_json({"error": {"message": "No auth", "code": 401}}, 401), AuthError, "No auth"),
        (as_json({"error": {"message": "Broke", "code": 402}}), QuotaError, "Broke"),
        (as_json({"error": {"message": "Provider down", "code": 502}}), Overloaded, "Provider"),
        (
            as_json({"choices": [{"error": {"message": "bad day", "code": 502}}]}),
            Overloaded,
            "bad day",
        ),
        (
            as_json(
                {"error": {"message": "x", "code": 403, "metadata": {"flagged_input": "x"}}}, 403
            ),
            Filtered,
            "filter",
        ),
        (answered("", "I would rather\nnot."), ProtocolError, "but said: I would rather"),
        (as_json({}), ProtocolError, "sent no picture"),
        (Reply([b"<html>"]), ProtocolError, "does not answer like"),
        (Reply([b"torn {"]), ProtocolError, "does not answer like"),
    ],
)
async def test_refusals_and_answers_without_a_picture(reply: Reply, kind: Any, words: str) -> None:
    http, requests = offline_http(reply)
    await fails(OpenRouterImages(at("openrouter"), http), kind, words, WISH)
    assert len(requests) == 1


async def test_a_model_that_is_nowhere_is_said_so_after_every_way() -> None:
    http, requests = offline_http(GONE)
    await fails(OpenRouterImages(at("openrouter"), http), ProtocolError, "Not Found", WISH)
    assert len(requests) == 3


async def test_a_chat_model_is_not_asked_for_pictures() -> None:
    http, requests = offline_http(WHOLE)
    generator = OpenRouterImages(at("openrouter", model="openai/gpt-5"), http)
    await fails(generator, ModelNotFound, "no model of OpenRouter")
    generator = OpenRouterImages(at("openrouter", model=MODEL), http)
    await imagined(generator)
    assert [request.json["model"] for request in requests] == [MODEL]


async def test_an_address_into_ones_own_network_is_not_followed() -> None:
    http, _ = offline_http(answered("http://169.254.169.254/latest"))
    generator = OpenRouterImages(at("openrouter", "https://openrouter.ai/api/v1"), http)
    error = await fails(generator, ProtocolError, "only https", WISH)
    assert isinstance(error, ProviderError)
