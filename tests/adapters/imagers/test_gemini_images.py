from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.adapters.imagers.support import B64, CAT, PNG, SKETCH, at, fails, imagined, made, notes
from tests.adapters.providers.support import KEY, offline_http
from tests.fakes.servers import FakeServer, Recorded, Reply, as_json
from tui.adapters.http import Http
from tui.adapters.imagers.gemini_images import GeminiImages
from tui.domain.errors import (
    AuthError,
    BadRequest,
    Filtered,
    ModelNotFound,
    ProtocolError,
    RateLimited,
)

MODEL = "gemini-3-flash-image"
WISH = replace(CAT, model=MODEL, width=1600, height=900)
IMAGEN = replace(WISH, model="imagen-4.0-generate-001")
PICTURE = {"inlineData": {"mimeType": "image/png", "data": B64}}
SKETCHED = {"inlineData": {"mimeType": "image/jpeg", "data": SKETCH}, "thought": True}


def content(*parts: object, finish: str = "STOP", **more: object) -> Reply:
    candidate = {"content": {"role": "model", "parts": list(parts)}, "finishReason": finish}
    return as_json({"candidates": [{**candidate, **more, "index": 0}], "modelVersion": "g"})


def predicted(**prediction: object) -> Reply:
    return as_json({"predictions": [prediction] if prediction else []})


async def test_a_model_is_asked_for_a_picture_and_its_sketches_left() -> None:
    http, requests = offline_http(content({"text": "Here."}, SKETCHED, PICTURE))
    assert (await made(GeminiImages(at("google"), http), WISH)).data == PNG
    assert requests[0].path == f"/models/{MODEL}:generateContent"
    assert requests[0].headers["x-goog-api-key"] == KEY
    assert requests[0].json == {
        "contents": [{"role": "user", "parts": [{"text": CAT.prompt}]}],
        "generationConfig": {
            "responseModalities": ["TEXT", "IMAGE"],
            "imageConfig": {"aspectRatio": "16:9"},
            "seed": 7,
        },
    }


async def test_a_seed_is_no_larger_than_the_service_takes() -> None:
    http, requests = offline_http(content(PICTURE))
    await made(GeminiImages(at("google"), http), replace(WISH, seed=2**32 - 1))
    assert requests[0].json["generationConfig"]["seed"] == 2**31 - 1


async def test_imagen_predicts() -> None:
    http, requests = offline_http(predicted(bytesBase64Encoded=B64, mimeType="image/png"))
    assert (await made(GeminiImages(at("google"), http), IMAGEN)).data == PNG
    assert requests[0].path == f"/models/{IMAGEN.model}:predict"
    assert requests[0].json == {
        "instances": [{"prompt": CAT.prompt}],
        "parameters": {"sampleCount": 1, "aspectRatio": "16:9", "includeRaiReason": True},
    }


async def test_a_model_with_one_shape_makes_it() -> None:
    words = "Aspect ratio is not enabled for this model"

    def answer(request: Recorded) -> Reply:
        if "imageConfig" in request.json["generationConfig"]:
            error = {"code": 400, "message": words, "status": "INVALID_ARGUMENT"}
            return as_json({"error": error}, 400)
        return content(PICTURE)

    http, requests = offline_http(answer=answer)
    found = await imagined(GeminiImages(at("google"), http), replace(WISH, seed=None))
    assert "asking again for its own shape" in notes(found)
    assert requests[-1].json["generationConfig"] == {"responseModalities": ["TEXT", "IMAGE"]}


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (as_json({"promptFeedback": {"blockReason": "SAFETY"}}), Filtered, "blocked the prompt"),
        (content(finish="IMAGE_SAFETY"), Filtered, "the picture may be harmful"),
        (content(finish="NO_IMAGE"), ProtocolError, "NO_IMAGE"),
        (content({"text": "I cannot\ndraw."}), ProtocolError, "but said: I cannot"),
        (content(SKETCHED), ProtocolError, "sent no picture"),
        (as_json({}), ProtocolError, "sent an empty answer"),
        (Reply([b"<html>"]), ProtocolError, "does not answer like"),
        (
            as_json(
                {
                    "error": {
                        "code": 400,
                        "message": "API key not valid",
                        "status": "INVALID_ARGUMENT",
                        "details": [{"reason": "API_KEY_INVALID"}],
                    }
                },
                400,
            ),
            AuthError,
            "API key not valid",
        ),
        (
            as_json([{"error": {"code": 400, "message": "No such thing"}}], 400),
            BadRequest,
            "No such thing",
        ),
        (as_json({"error": {"code": 400, "message": "No such thing"}}), BadRequest, "No such"),
        (
            as_json(
                {
                    "error": {
                        "code": 429,
                        "status": "RESOURCE_EXHAUSTED",
                        "message": "Too many",
                        "details": [{"@type": "RetryInfo", "retryDelay": "400s"}],
                    }
                },
                429,
            ),
            RateLimited,
            "Too many",
        ),
        (
            as_json({"error": {"code": 404, "status": "NOT_FOUND", "message": "model x"}}, 404),
            ModelNotFound,
            MODEL,
        ),
    ],
)
async def test_no_picture_has_a_reason(reply: Reply, kind: Any, words: str) -> None:
    http, requests = offline_http(reply)
    await fails(GeminiImages(at("google"), http), kind, words, WISH)
    assert len(requests) == 1


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (predicted(raiFilteredReason="It shows\na face"), Filtered, "It shows a face"),
        (predicted(), Filtered, "a safety filter"),
        (as_json({"error": {"code": 400, "message": "aspectRatio?"}}, 400), BadRequest, "aspect"),
        (as_json({"error": {"code": 400, "message": "nope"}}), BadRequest, "nope"),
    ],
)
async def test_imagen_refuses_in_its_own_way(reply: Reply, kind: Any, words: str) -> None:
    http, _ = offline_http(reply)
    await fails(GeminiImages(at("google"), http), kind, words, IMAGEN)


async def test_a_chat_model_is_not_asked_for_pictures() -> None:
    http, requests = offline_http(content(PICTURE))
    generator = GeminiImages(at("google", model="gemini-3-pro"), http)
    await fails(generator, ModelNotFound, "no model of Google AI Studio")
    assert requests == []


async def test_the_makers_library_reads_what_we_read() -> None:
    from google import genai
    from google.genai import types

    async with FakeServer(content(PICTURE)) as server:
        options = types.HttpOptions(base_url=server.url, api_version="v1beta")
        theirs = genai.Client(api_key=KEY, http_options=options).aio
        config = types.GenerateContentConfig(
            response_modalities=["TEXT", "IMAGE"],
            image_config=types.ImageConfig(aspect_ratio="16:9"),
            seed=7,
        )
        answered = await theirs.models.generate_content(
            model=MODEL, contents=CAT.prompt, config=config
        )
        await theirs.aclose()
        http = Http()
        await imagined(GeminiImages(at("google", f"{server.url}/v1beta"), http), WISH)
        await http.aclose()
    assert answered.parts
    assert answered.parts[0].inline_data
    assert answered.parts[0].inline_data.data == PNG
    chat, ours = server.requests
    assert (ours.path, ours.json) == (chat.path, chat.json)


async def test_the_makers_library_reads_an_imagen_as_we_do() -> None:
    from google import genai
    from google.genai import types

    reply = predicted(bytesBase64Encoded=B64, mimeType="image/png")
    async with FakeServer(reply) as server:
        options = types.HttpOptions(base_url=server.url, api_version="v1")
        theirs = genai.Client(vertexai=True, api_key=KEY, http_options=options).aio
        wanted = types.GenerateImagesConfig(
            number_of_images=1, aspect_ratio="16:9", include_rai_reason=True
        )
        with pytest.warns(Warning, match="deprecated"):
            drawn = await theirs.models.generate_images(
                model=IMAGEN.model, prompt=CAT.prompt, config=wanted
            )
        await theirs.aclose()
        http = Http()
        endpoint = at("vertexai", f"{server.url}/v1/publishers/google")
        await imagined(GeminiImages(endpoint, http), IMAGEN)
        await http.aclose()
    assert drawn.generated_images
    assert drawn.generated_images[0].image
    assert drawn.generated_images[0].image.image_bytes == PNG
    theirs_sent, ours = server.requests
    assert (ours.path, ours.json) == (theirs_sent.path, theirs_sent.json)
