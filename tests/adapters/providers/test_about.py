from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.providers.support import KEY, endpoint, offline_http
from tests.fakes.servers import Recorded, Reply, as_json
from tui.adapters.providers import listing
from tui.adapters.providers.connector import HttpConnector
from tui.domain.connection import Model
from tui.domain.errors import AuthError, ProtocolError

MISSING = as_json({"error": {"message": "not here"}}, 404)
LOADING = as_json({"error": {"code": 503, "message": "Loading model"}}, 503)


async def about(
    provider: str, answers: dict[str, Any], url: str = "http://127.0.0.1:1/v1", key: str = KEY
) -> str:
    def answer(request: Recorded) -> Reply:
        found = answers.get(request.path, MISSING)
        return found if isinstance(found, Reply) else as_json(found)

    http, _ = offline_http(answer=answer)
    line = await HttpConnector(http).about(endpoint(provider, url, key))
    assert KEY not in line
    assert "\n" not in line
    return line


async def test_koboldcpp_tells_version_model_context_and_sight() -> None:
    answers: dict[str, Any] = {
        "/api/extra/version": {"result": "KoboldCpp", "version": "1.76", "vision": True},
        "/api/v1/model": {"result": "koboldcpp/llava-7b"},
        "/api/extra/true_max_context_length": {"value": 8192},
    }
    line = await about("koboldcpp", answers)
    assert line == "KoboldCpp 1.76, model llava-7b, 8192 tokens of context, sees pictures"
    answers["/api/extra/version"] = {"result": "KoboldCpp", "vision": False, "protected": True}
    answers["/api/v1/model"] = {"result": "inactive"}
    del answers["/api/extra/true_max_context_length"]
    line = await about("koboldcpp", answers)
    assert line == "KoboldCpp, no model loaded, does not see pictures, needs a password"


async def test_llamacpp_tells_build_model_context_and_sight() -> None:
    props: dict[str, Any] = {
        "build_info": "b9000-abc",
        "model_path": "C:\\models\\smol.gguf",
        "default_generation_settings": {"n_ctx": 4096},
        "modalities": {"vision": False},
    }
    line = await about("llamacpp", {"/props": props})
    wanted = "llama.cpp b9000-abc, model smol, 4096 tokens of context, does not see pictures"
    assert line == wanted
    line = await about("llamacpp", {"/props": {**props, "is_sleeping": True}})
    assert line == f"{wanted}, asleep until it is asked"


async def test_a_llamacpp_that_serves_many_models_tells_which_are_loaded() -> None:
    listed = [
        {"id": "a", "status": {"value": "loaded"}},
        {"id": "b", "status": {"value": "unloaded"}},
    ]
    answers: dict[str, Any] = {"/props": {"build_info": "b1"}, "/models": {"data": listed}}
    assert await about("llamacpp", answers) == "llama.cpp b1, 2 models, loaded: a"
    listed[1]["status"] = {"value": "loading"}
    assert await about("llamacpp", answers) == "llama.cpp b1, 2 models, loading b"
    listed[:] = [{"id": "b"}]
    assert await about("llamacpp", answers) == "llama.cpp b1, 1 model, none loaded"


async def test_a_llamacpp_that_is_not_ready_says_so() -> None:
    assert await about("llamacpp", {"/props": LOADING}) == "llama.cpp, still loading its model"


async def test_an_older_llamacpp_is_known_by_its_list() -> None:
    assert await about("llamacpp", {"/v1/models": {"data": [{"id": "m"}]}}) == "llama.cpp, 1 model"


async def test_ollama_tells_version_models_and_what_is_loaded() -> None:
    tags = {
        "models": [
            {"name": "llava:7b", "capabilities": ["completion", "vision"]},
            {"name": "tiny", "capabilities": ["completion"]},
        ]
    }
    answers: dict[str, Any] = {
        "/api/version": {"version": "0.12.3"},
        "/api/tags": tags,
        "/api/ps": {"models": [{"name": "llava:7b"}]},
    }
    root = "http://127.0.0.1:1"
    line = await about("ollama", answers, root)
    assert line == "Ollama 0.12.3, 2 models, 1 sees pictures, loaded: llava:7b"
    del answers["/api/ps"]
    assert (await about("ollama", answers, root)).endswith("none loaded")


async def test_lm_studio_tells_what_is_loaded() -> None:
    listed = [{"id": "q", "type": "vlm", "state": "loaded"}, {"id": "r", "type": "llm"}]
    line = await about("lmstudio", {"/api/v0/models": {"data": listed}})
    assert line == "LM Studio, 2 models, 1 sees pictures, loaded: q"
    assert await about("lmstudio", {"/v1/models": {"data": []}}) == "LM Studio, 0 models"


async def test_vllm_tells_model_and_context() -> None:
    listed = [{"id": "Qwen2.5-VL-7B", "max_model_len": 32768, "owned_by": "vllm"}]
    answers: dict[str, Any] = {"/v1/models": {"data": listed}, "/version": {"version": "0.11.0"}}
    line = await about("vllm", answers)
    assert line == "vLLM 0.11.0, model Qwen2.5-VL-7B, 32768 tokens of context, sees pictures"


async def test_ooba_tells_its_model() -> None:
    path = "/v1/internal/model/info"
    line = await about("ooba", {path: {"model_name": "x.gguf"}})
    assert line == "text-generation-webui, model x.gguf"
    line = await about("ooba", {path: {"model_name": "None"}})
    assert line == "text-generation-webui, no model loaded"


async def test_openrouter_tells_what_is_left_and_whether_the_key_is_good() -> None:
    data = {"label": KEY, "usage": 1.5, "limit": 10, "limit_remaining": 8.5}
    answers: dict[str, Any] = {
        "/v1/models": {"data": [{"id": "a/b"}, {"id": "a/c-vision"}]},
        "/v1/key": {"data": data},
    }
    line = await about("openrouter", answers)
    assert line == "OpenRouter, 2 models, 1 sees pictures, $1.50 spent, $8.50 left"
    del answers["/v1/key"]
    assert await about("openrouter", answers) == "OpenRouter, 2 models, 1 sees pictures"
    answers["/v1/key"] = as_json({"error": {"message": "No auth"}}, 401)
    with pytest.raises(AuthError):
        await about("openrouter", answers)


async def test_servers_that_make_pictures_tell_their_models() -> None:
    root = "http://127.0.0.1:1"
    answers: dict[str, Any] = {"/sdapi/v1/sd-models": [{"title": "v1-5 [abc]"}, {"title": "xl"}]}
    label = "Stable Diffusion WebUI"
    assert await about("a1111", answers, root) == (
        f"{label}, 2 models, none loaded, makes pictures"
    )
    answers["/sdapi/v1/options"] = {"sd_model_checkpoint": "v1-5 [abc]"}
    line = await about("a1111", answers, root)
    assert line == f"{label}, 2 models, loaded: v1-5 [abc], makes pictures"
    node = {"input": {"required": {"ckpt_name": [["a.ckpt"]]}}}
    answers = {
        "/system_stats": {"system": {"comfyui_version": "0.9.2"}, "devices": []},
        "/object_info/CheckpointLoaderSimple": {"CheckpointLoaderSimple": node},
    }
    assert await about("comfyui", answers, root) == "ComfyUI 0.9.2, 1 model, makes pictures"


async def test_extras_tells_whether_it_captions() -> None:
    root = "http://127.0.0.1:1"
    line = await about("extras", {"/api/modules": {"modules": ["caption", "tts"]}}, root)
    assert line == "SillyTavern-Extras, captions pictures"
    line = await about("extras", {"/api/modules": {"modules": []}}, root)
    assert "--enable-modules=caption" in line


async def test_the_horde_tells_whether_it_knows_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    async def listed(*_: object) -> list[Model]:
        return [Model("a"), Model("b")]

    monkeypatch.setattr(listing, "models", listed)
    root = "http://127.0.0.1:1/api"
    answers: dict[str, Any] = {
        "/api/v2/status/heartbeat": {"message": "OK", "version": "4.48.1"},
        "/api/v2/find_user": {"username": "someone#7", "kudos": 1234.5},
    }
    assert await about("horde", answers, root) == "AI Horde 4.48.1, 2 models, 1234 kudos"
    nobody = "AI Horde 4.48.1, 2 models, without a key: others come first"
    assert await about("horde", answers, root, key="") == nobody
    answers["/api/v2/find_user"] = {"username": "Anonymous#0", "kudos": -50}
    assert await about("horde", answers, root, key="0000000000") == nobody


async def test_of_any_other_service_the_models_are_counted() -> None:
    answers: dict[str, Any] = {"/v1/models": {"data": [{"id": "a"}, {"id": "llava"}]}}
    line = await about("custom", answers)
    assert line == "OpenAI-compatible server, 2 models, 1 sees pictures"


@pytest.mark.parametrize("provider", ["custom", "llamacpp", "koboldcpp", "ooba", "ollama", "vllm"])
async def test_what_is_something_else_is_told(provider: str) -> None:
    with pytest.raises(ProtocolError):
        await about(provider, {})


async def test_what_servers_say_is_cleaned_and_cut() -> None:
    answers = {"/props": {"build_info": "b\x1b[2J" + "x" * 500, "model_path": "/m/a\nb.gguf"}}
    line = await about("llamacpp", answers)
    assert "\x1b" not in line
    assert len(line) < 200
