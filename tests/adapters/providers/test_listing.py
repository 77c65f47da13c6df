from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.providers.support import endpoint, offline_http
from tests.fakes.servers import Recorded, Reply, as_json
from tui.adapters.providers import listing, vision
from tui.domain.connection import Model, Vision
from tui.domain.errors import AuthError, ProtocolError, RateLimited

MISSING = as_json({"error": {"message": "not here"}}, 404)


async def listed(
    provider: str, answers: dict[str, object], url: str = "http://127.0.0.1:1/v1"
) -> list[Model]:
    def answer(request: Recorded) -> Reply:
        found = answers.get(request.path, MISSING)
        return found if isinstance(found, Reply) else as_json(found)

    http, _ = offline_http(answer=answer)
    return await listing.models(endpoint(provider, url), http)


@pytest.mark.parametrize(
    ("entry", "sees"),
    [
        ({"architecture": {"input_modalities": ["text", "image"]}}, "yes"),
        ({"architecture": {"input_modalities": ["text"]}, "supports_vision": True}, "no"),
        ({"input_modalities": ["text", "image"]}, "yes"),
        ({"modalities": {"input": ["text"]}}, "no"),
        ({"capabilities": {"vision": True}}, "yes"),
        ({"capabilities": {"vision": False}}, "no"),
        ({"capabilities": {"image_input": {"supported": True}}}, "yes"),
        ({"capabilities": {"image_input": False}}, "no"),
        ({"supports_image_input": True}, "yes"),
        ({"supports_image_in": False}, "no"),
        ({"metadata": {"vision": True}}, "yes"),
        ({"vision": True}, "yes"),
        ({"capabilities": ["completion", "multimodal"]}, "yes"),
        ({"features": ["openai/chat-completion.vision"]}, "yes"),
        ({"capabilities": ["completion"]}, "unknown"),
        ({"type": "vlm"}, "yes"),
        ({"architecture": {"modality": "text+image->text"}}, "yes"),
        ({"architecture": {"modality": "text->text+image"}}, "no"),
        ({"architecture": {"modality": "text"}}, "unknown"),
        ({"capabilities": {"vision": {"supported": False}}}, "no"),
        ({"capabilities": {"supports_vision": True}}, "yes"),
        ({"modalities": {"vision": True}}, "yes"),
        ({"parameters": {"use_vision": True}}, "yes"),
        ({"features": ["vision"]}, "yes"),
        ({"type": "llm"}, "no"),
        ({"type": "model"}, "unknown"),
        ({"capabilities": {"vision": "maybe"}, "architecture": None}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_each_hint_of_sight_is_read(entry: dict[str, Any], sees: Vision) -> None:
    assert vision.from_listing(entry) == sees


@pytest.mark.parametrize(
    "payload",
    [
        {"object": "list", "data": [{"id": "a"}, {"id": "b"}]},
        [{"id": "a"}, {"id": "b"}],
        {"models": [{"name": "a"}, {"model": "b"}]},
        {"data": [{"id": "a"}, None, "junk", {"id": 7}, {"id": "b"}]},
    ],
)
async def test_every_shape_of_list_is_read(payload: object) -> None:
    models = await listed("custom", {"/v1/models": payload})
    assert [model.id for model in models] == ["a", "b"]


async def test_what_llamacpp_says_in_a_second_list_counts_too() -> None:
    payload = {
        "models": [{"name": "smol", "capabilities": ["completion", "multimodal"]}],
        "data": [{"id": "smol", "meta": {"n_ctx": 4096}}],
    }
    assert await listed("custom", {"/v1/models": payload}) == [Model("smol", "yes", 4096)]


async def test_names_tell_where_the_server_does_not() -> None:
    names = ["gpt-4.1-mini", "gpt-3.5-turbo", "text-embedding-3-small", "gpt-4o-realtime", "tts-1"]
    payload = {"data": [{"id": name} for name in names]}
    models = await listed("openai", {"/v1/models": payload})
    assert models == [Model("gpt-4.1-mini", "yes"), Model("gpt-3.5-turbo", "no")]
    names = ["llava:7b", "Qwen2.5-VL-7B", "mistral-7b", "glm-4.5v"]
    models = await listed("vllm", {"/v1/models": {"data": [{"id": name} for name in names]}})
    assert [model.vision for model in models] == ["yes", "yes", "unknown", "yes"]


async def test_openrouter_tells_sight_context_and_label_and_hides_what_only_draws() -> None:
    entry = {
        "id": "a/b",
        "name": "A: B",
        "context_length": 128000,
        "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
    }
    drawing = {"id": "a/c", "architecture": {"output_modalities": ["image"]}}
    models = await listed("openrouter", {"/v1/models": {"data": [entry, drawing]}})
    assert models == [Model("a/b", "yes", 128000, "A: B")]


async def test_mistral_hides_what_does_not_chat() -> None:
    payload = {
        "data": [
            {"id": "m", "capabilities": {"completion_chat": True, "vision": True}},
            {"id": "e", "capabilities": {"completion_chat": False}},
        ]
    }
    models = await listed("mistral", {"/v1/models": payload})
    assert models == [Model("m", "yes")]


async def test_llamacpp_says_in_its_properties_whether_it_sees() -> None:
    props = {"modalities": {"vision": True}, "default_generation_settings": {"n_ctx": 4096}}
    answers: dict[str, object] = {"/v1/models": {"data": [{"id": "smol"}]}, "/props": props}
    assert await listed("llamacpp", answers) == [Model("smol", "yes", 4096)]
    answers["/props"] = {"modalities": {"vision": False}}
    assert await listed("llamacpp", answers) == [Model("smol", "no")]
    del answers["/props"]
    assert await listed("llamacpp", answers) == [Model("smol")]


async def test_koboldcpp_says_in_its_version_whether_it_sees() -> None:
    answers: dict[str, object] = {
        "/v1/models": {"data": [{"id": "koboldcpp/x"}]},
        "/api/extra/version": {"result": "KoboldCpp", "vision": True},
    }
    assert await listed("koboldcpp", answers) == [Model("koboldcpp/x", "yes")]


async def test_lm_studios_own_list_wins_and_its_absence_does_no_harm() -> None:
    rich = {
        "data": [
            {"id": "q-vl", "type": "vlm", "max_context_length": 32768},
            {"id": "l", "type": "llm"},
            {"id": "e", "type": "embeddings"},
        ]
    }
    models = await listed("lmstudio", {"/api/v0/models": rich})
    assert models == [Model("q-vl", "yes", 32768), Model("l", "no")]
    models = await listed("lmstudio", {"/v1/models": {"data": [{"id": "l"}]}})
    assert models == [Model("l")]


async def test_xai_is_asked_for_its_language_models_first() -> None:
    rich = {"models": [{"id": "grok-9", "input_modalities": ["text", "image"]}]}
    assert await listed("xai", {"/v1/language-models": rich}) == [Model("grok-9", "yes")]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 501])
async def test_a_key_or_proxy_that_has_no_richer_list_gives_the_usual_one(status: int) -> None:
    answers = {
        "/v1/language-models": as_json({"error": "no"}, status),
        "/v1/models": {"data": [{"id": "grok-4"}]},
    }
    assert await listed("xai", answers) == [Model("grok-4", "yes")]
    with pytest.raises(AuthError):
        await listed("xai", {"/v1/language-models": as_json({}, 401)})


async def test_nanogpt_is_asked_for_details() -> None:
    rich = {"data": [{"id": "x", "capabilities": {"vision": True}}]}
    assert await listed("nanogpt", {"/v1/models?detailed=true": rich}) == [Model("x", "yes")]


async def test_cloudflares_list_is_found_beside_its_openai_like_part() -> None:
    def entry(name: str, **properties: str) -> dict[str, Any]:
        said = [{"property_id": key, "value": value} for key, value in properties.items()]
        return {"id": "429b9e8b", "name": name, "properties": said}

    found = [
        entry("@cf/a/big", context_window="131072"),
        entry("@cf/b/seeing", vision="true"),
        entry("@cf/c/llava-1.5-7b", context_window="many"),
        entry("@cf/d/llama-guard"),
        {"id": "x", "properties": None},
    ]
    url = "http://127.0.0.1:1/client/v4/accounts/1a2b/ai/v1"
    path = "/client/v4/accounts/1a2b/ai/models/search?task=Text%20Generation&per_page=100"
    models = await listed("workersai", {path: {"success": True, "result": found}}, url)
    assert models == [
        Model("@cf/a/big", context=131072),
        Model("@cf/b/seeing", "yes"),
        Model("@cf/c/llava-1.5-7b", "yes"),
    ]


async def test_ollama_tells_capabilities_in_its_list() -> None:
    payload = {
        "models": [
            {"name": "llava:7b", "capabilities": ["completion", "vision"]},
            {"name": "tiny", "capabilities": ["completion"]},
            {"name": "embed", "capabilities": ["embedding"]},
        ]
    }
    models = await listed("ollama", {"/api/tags": payload}, "http://127.0.0.1:1")
    assert models == [Model("llava:7b", "yes"), Model("tiny", "no")]


async def test_an_older_ollama_is_asked_about_each_model() -> None:
    shown: dict[str, object] = {
        "bak": {"details": {"families": ["llama", "clip"]}},
        "new": {"capabilities": ["completion", "vision"], "model_info": {"x.context_length": 9}},
        "tiny": {"details": {"families": None}},
    }

    def answer(request: Recorded) -> Reply:
        if request.path == "/api/tags":
            return as_json({"models": [{"name": name} for name in (*shown, "gone")]})
        return as_json(shown[request.json["model"]]) if request.json["model"] in shown else MISSING

    http, _ = offline_http(answer=answer)
    models = await listing.models(endpoint("ollama", "http://127.0.0.1:1"), http)
    assert models == [
        Model("bak", "yes"),
        Model("new", "yes", 9),
        Model("tiny", "no"),
        Model("gone"),
    ]


async def test_the_makers_library_reads_the_fake_list() -> None:
    from ollama import AsyncClient

    from tests.fakes.servers import FakeServer

    entry = {"name": "llava:7b", "model": "llava:7b", "size": 1, "digest": "x"}
    async with FakeServer(as_json({"models": [{**entry, "capabilities": ["vision"]}]})) as server:
        found = await AsyncClient(server.url).list()
    assert [model.model for model in found.models] == ["llava:7b"]


@pytest.mark.parametrize("provider", ["custom", "ollama"])
async def test_what_is_no_list_is_told(provider: str) -> None:
    path = {"custom": "/v1/models", "ollama": "/v1/api/tags"}[provider]
    for body in ({"hello": 1}, Reply([b"<html><title>Router</title>"])):
        with pytest.raises(ProtocolError):
            await listed(provider, {path: body})
    with pytest.raises(AuthError):
        await listed(provider, {path: as_json({}, 401)})


async def test_an_empty_list_is_a_list() -> None:
    assert await listed("custom", {"/v1/models": {"object": "list", "data": []}}) == []
    assert await listed("ollama", {"/api/tags": {"models": []}}, "http://127.0.0.1:1") == []


async def test_names_from_the_server_are_cleaned() -> None:
    models = await listed("custom", {"/v1/models": {"data": [{"id": "a\x1b[2J", "name": "\x07"}]}})
    assert models == [Model("a\ufffd[2J", label="\ufffd")]


async def test_a_list_that_is_to_be_waited_for_says_when_instead_of_waiting_in_silence() -> None:
    refused = as_json({"error": {"message": "slow down"}}, 429, retry_after="60")
    http, requests = offline_http(refused)
    with pytest.raises(RateLimited) as caught:
        await listing.models(endpoint("openai"), http)

    assert caught.value.hint == "try again in 60 s"
    assert len(requests) == 1
