from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from tests.fakes.servers import FakeServer, Recorded, Reply, as_json
from tui.adapters.http import Http
from tui.adapters.providers import discovery
from tui.adapters.providers.catalog import PROVIDERS
from tui.domain.connection import FoundServer, Model

Answers = Mapping[str, object]
MODELS = {"data": [{"id": "m"}]}
TAGS = {"models": [{"name": "m", "capabilities": ["completion", "vision"]}]}
KOBOLD = {
    "/api/extra/version": {"result": "KoboldCpp", "version": "1.76", "vision": True},
    "/props": {"default_generation_settings": {}, "modalities": {"vision": True}},
    "/api/version": {"version": "0.7.0"},
    "/api/tags": TAGS,
    "/v1/models": MODELS,
}
LLAMA = {
    "/props": {"build_info": "b1", "modalities": {"vision": False}},
    "/api/tags": TAGS,
    "/v1/models": MODELS,
}
LMSTUDIO = {"/api/v0/models": {"data": [{"id": "m", "type": "vlm"}]}, "/v1/models": MODELS}
OOBA = {"/v1/internal/model/info": {"model_name": "m"}, "/v1/models": MODELS}
OLLAMA = {"/api/version": {"version": "0.12"}, "/api/tags": TAGS, "/v1/models": MODELS}
VLLM = {
    "/v1/models": {"data": [{"id": "m", "owned_by": "vllm"}]},
    "/version": {"version": "0.11.0"},
}
PLAIN = {"/v1/models": MODELS}
EXTRAS = {"/api/modules": {"modules": ["caption"]}}
WEBUI = {
    "/sdapi/v1/options": {"sd_model_checkpoint": "m", "samples_save": True},
    "/sdapi/v1/sd-models": [{"title": "m", "model_name": "m"}],
}
COMFY = {
    "/system_stats": {"system": {"comfyui_version": "0.9.2"}, "devices": [{"name": "cpu"}]},
    "/object_info/CheckpointLoaderSimple": {
        "CheckpointLoaderSimple": {"input": {"required": {"ckpt_name": [["m"], {}]}}}
    },
}


def serving(answers: Answers) -> FakeServer:
    def answer(request: Recorded) -> Reply:
        if request.path in answers:
            return as_json(answers[request.path])
        return as_json({"detail": "Not Found"}, 404)

    return FakeServer(answer=answer)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for servers that are slow only because the machine is busy."""
    monkeypatch.setattr(discovery, "TOTAL_SECONDS", 20.0)
    monkeypatch.setattr(discovery, "_SIGN_SECONDS", 10.0)


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    http = Http()
    yield http
    await http.aclose()


async def found(http: Http, *servers: tuple[str, FakeServer]) -> list[FoundServer]:
    """Discover with each server at the place where the named row usually listens."""
    rows = {name: replace(row, probe_ports=()) for name, row in PROVIDERS.items()}
    async with AsyncExitStack() as stack:
        for name, server in servers:
            await stack.enter_async_context(server)
            rows[name] = replace(rows[name], probe_ports=(server.port,))
        return await discovery.discover(rows, http)


@pytest.mark.parametrize(
    ("answers", "usual", "kind"),
    [
        (KOBOLD, "koboldcpp", "koboldcpp"),
        (KOBOLD, "ollama", "koboldcpp"),
        (LLAMA, "llamacpp", "llamacpp"),
        (LLAMA, "koboldcpp", "llamacpp"),
        (LMSTUDIO, "vllm", "lmstudio"),
        (OOBA, "ooba", "ooba"),
        (OLLAMA, "llamacpp", "ollama"),
        (VLLM, "vllm", "vllm"),
        (VLLM, "llamacpp", "vllm"),
        (PLAIN, "vllm", "vllm"),
        (PLAIN, "ollama", "custom"),
        (PLAIN, "extras", "custom"),
        (PLAIN, "a1111", "custom"),
        (WEBUI, "a1111", "a1111"),
        (WEBUI, "koboldcpp", "a1111"),
        (COMFY, "comfyui", "comfyui"),
        ({**KOBOLD, **WEBUI, **COMFY}, "comfyui", "koboldcpp"),
    ],
)
@pytest.mark.usefixtures("patient")
async def test_servers_that_imitate_others_are_told_apart(
    http: Http, answers: Answers, usual: str, kind: str
) -> None:
    server = serving(answers)
    servers = await found(http, (usual, server))
    assert [(s.provider, [m.id for m in s.models]) for s in servers] == [(kind, ["m"])]
    assert servers[0].url.endswith("/v1") == (kind not in {"ollama", "a1111", "comfyui"})


@pytest.mark.usefixtures("patient")
async def test_what_a_found_server_sees_is_known(http: Http) -> None:
    ollama, llama = await found(http, ("ollama", serving(OLLAMA)), ("llamacpp", serving(LLAMA)))
    assert ollama.models == (Model("m", "yes"),)
    assert (ollama.seeing, llama.seeing) == (1, 0)


@pytest.mark.parametrize(
    ("kind", "answers", "version"),
    [
        ("koboldcpp", KOBOLD, "1.76"),
        ("llamacpp", LLAMA, "b1"),
        ("ollama", OLLAMA, "0.12"),
        ("vllm", VLLM, "0.11.0"),
        ("lmstudio", LMSTUDIO, ""),
        ("ooba", OOBA, ""),
        ("a1111", WEBUI, ""),
        ("comfyui", COMFY, "0.9.2"),
    ],
)
@pytest.mark.usefixtures("patient")
async def test_a_found_server_tells_its_version(
    http: Http, kind: str, answers: Answers, version: str
) -> None:
    servers = await found(http, (kind, serving(answers)))
    assert [(server.provider, server.version) for server in servers] == [(kind, version)]


@pytest.mark.parametrize("usual", ["extras", "ooba"])
@pytest.mark.usefixtures("patient")
async def test_extras_is_found_though_it_does_not_chat(http: Http, usual: str) -> None:
    servers = await found(http, (usual, serving(EXTRAS)))
    assert [server.provider for server in servers] == ["extras"]
    assert servers[0].url.count("/") == 2


@pytest.mark.usefixtures("patient")
async def test_other_peoples_servers_are_not_taken_for_models(http: Http) -> None:
    page = FakeServer(Reply([b"<html>My app</html>"], type="text/html"))
    error = FakeServer(as_json({"error": "x"}, 500))
    assert await found(http, ("llamacpp", page), ("vllm", error)) == []


async def test_silent_servers_are_left_and_hide_nobody(
    http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery, "TOTAL_SECONDS", 20.0)
    silent = FakeServer(Reply(hold=True))
    servers = await found(http, ("llamacpp", silent), ("ollama", serving(OLLAMA)))
    assert [server.provider for server in servers] == ["ollama"]


async def test_a_server_that_is_slow_to_list_is_found_without_models(http: Http) -> None:
    answers = dict(OLLAMA)
    del answers["/api/tags"]

    def answer(request: Recorded) -> Reply:
        if request.path == "/api/tags":
            return Reply(hold=True)
        return as_json(answers.get(request.path, {}), 200 if request.path in answers else 404)

    servers = await found(http, ("ollama", FakeServer(answer=answer)))
    assert [(server.provider, server.models) for server in servers] == [("ollama", ())]


async def test_a_machine_without_servers_answers_at_once(http: Http) -> None:
    async with asyncio.timeout(1):
        assert await found(http) == []
