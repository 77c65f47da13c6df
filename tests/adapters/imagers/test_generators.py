from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from tests.adapters.imagers.support import CAT, at
from tests.adapters.providers.support import KEY, offline_http
from tests.fakes.servers import Recorded, Reply, as_json
from tui.adapters.imagers import wishes
from tui.adapters.imagers.generators import HttpImageGenerators
from tui.adapters.providers.catalog import PROVIDERS
from tui.domain.connection import ImageProtocol, Provider
from tui.domain.errors import BadRequest, ConfigError, ProtocolError, ProviderError
from tui.domain.imagining import Wish
from tui.services.image_ports import ImageGenerators

MAKERS = {name: row.images for name, row in PROVIDERS.items() if row.images}
rows = pytest.mark.parametrize("row", PROVIDERS.values(), ids=PROVIDERS)


def generators(*replies: Reply) -> tuple[HttpImageGenerators, list[Recorded]]:
    http, requests = offline_http(*replies)
    return HttpImageGenerators(http, Path("nowhere")), requests


def test_these_services_make_pictures() -> None:
    assert {
        **dict.fromkeys(("openai", "xai", "zai", "nanogpt", "electronhub", "custom"), "openai"),
        "ooba": "openai",
        "openrouter": "openrouter",
        "google": "gemini",
        "vertexai": "gemini",
        "koboldcpp": "a1111",
        "a1111": "a1111",
        "comfyui": "comfyui",
        "horde": "horde",
        "pollinations": "pollinations",
    } == MAKERS
    assert {*MAKERS.values(), ""} == set(get_args(ImageProtocol))
    only = [name for name, row in PROVIDERS.items() if not row.captions]
    assert only == ["a1111", "comfyui"]


@rows
def test_a_row_is_opened_or_refused(row: Provider) -> None:
    makers: ImageGenerators
    makers, requests = generators(as_json({}))
    endpoint = at(row.id)
    assert makers.makes_images(endpoint) == bool(row.images)
    if row.images:
        assert makers.open(endpoint)
    else:
        with pytest.raises(ConfigError, match="makes no pictures"):
            makers.open(endpoint)
    assert requests == []


@rows
def test_a_rows_picture_fields_make_sense(row: Provider) -> None:
    assert not row.image_fields or row.images == "openai"
    assert not row.image_sizes or "size" in row.image_fields
    assert all(len(size.split("x")) == 2 for size in row.image_sizes)
    assert [pattern for pattern in row.draws if pattern != pattern.lower()] == []


async def test_who_makes_none_lists_none() -> None:
    makers, requests = generators(as_json({}))
    with pytest.raises(ConfigError, match="Anthropic makes no pictures"):
        await makers.models(at("anthropic"))
    assert requests == []


OPENAI = {"data": [{"id": "gpt-5"}, {"id": "gpt-image-2"}, {"id": "dall-e-3\x1b[m"}]}
ROUTER = {
    "data": [
        {"id": "a/text", "architecture": {"output_modalities": ["text"]}},
        {"id": "b/both", "architecture": {"output_modalities": ["image", "text"]}},
    ]
}
GEMINI = {
    "models": [
        {"name": "models/gemini-3-pro", "supportedGenerationMethods": ["generateContent"]},
        {"name": "models/gemini-3-flash-image", "supportedGenerationMethods": ["generateContent"]},
        {"name": "models/imagen-4.0", "supportedGenerationMethods": ["predict"]},
    ]
}
POLLEN = [
    {"name": "flux", "output_modalities": ["image"]},
    {"name": "veo", "output_modalities": ["video"]},
    "turbo",
    3,
]
HORDE = [{"name": "Rare", "count": 1}, {"name": "Deliberate", "count": 9}, {}]
SD = [{"title": "v1-5.safetensors [abc]", "model_name": "v1-5"}, {"model_name": "xl"}]
COMFY = {"CheckpointLoaderSimple": {"input": {"required": {"ckpt_name": [["a.ckpt"], {}]}}}}


@pytest.mark.parametrize(
    ("provider", "answer", "path", "names"),
    [
        ("openai", OPENAI, "/models", ["gpt-image-2", "dall-e-3"]),
        ("custom", {"data": [{"id": "any"}]}, "/models", ["any"]),
        ("custom", {"data": [{"id": "llama"}, {"id": "FLUX.1"}]}, "/models", ["FLUX.1"]),
        (
            "electronhub",
            {"data": [{"id": "x", "type": "image"}, {"id": "y"}]},
            "/models",
            ["x"],
        ),
        ("openrouter", ROUTER, "/images/models", ["a/text", "b/both"]),
        ("nanogpt", {"data": [{"id": "hidream"}]}, "/images/models", ["hidream"]),
        ("google", GEMINI, "/models?pageSize=1000", ["gemini-3-flash-image", "imagen-4.0"]),
        ("horde", HORDE, "/v2/status/models?type=image", ["Deliberate", "Rare"]),
        ("pollinations", POLLEN, "/image/models", ["flux", "turbo"]),
        ("a1111", SD, "/sdapi/v1/sd-models", ["v1-5.safetensors [abc]", "xl"]),
        ("koboldcpp", SD, "/sdapi/v1/sd-models", ["v1-5.safetensors [abc]", "xl"]),
        ("comfyui", COMFY, "/object_info/CheckpointLoaderSimple", ["a.ckpt"]),
    ],
)
async def test_the_models_that_make_pictures_are_listed(
    provider: str, answer: object, path: str, names: list[str]
) -> None:
    makers, requests = generators(as_json(answer))
    found = await makers.models(at(provider))
    assert [name.removesuffix("\ufffd[m") for name in found] == names
    assert requests[0].path == path
    assert KEY not in path


async def test_a_router_without_a_list_of_pictures_is_asked_for_the_other() -> None:
    makers, requests = generators(as_json({}, 404), as_json(ROUTER))
    assert await makers.models(at("openrouter")) == ["b/both"]
    assert [request.path for request in requests] == ["/images/models", "/models"]
    makers, _ = generators(as_json({"error": {"message": "no"}}, 401))
    with pytest.raises(ProviderError, match="no"):
        await makers.models(at("openrouter"))


async def test_a_webui_without_its_api_says_so() -> None:
    makers, _ = generators(as_json({"detail": "Not Found"}, 404))
    with pytest.raises(BadRequest, match="does not offer its API"):
        await makers.models(at("a1111"))
    for provider in ("a1111", "comfyui"):
        makers, _ = generators(as_json({"something": "else"}))
        with pytest.raises(ProtocolError, match="does not answer like"):
            await makers.models(at(provider))


@pytest.mark.parametrize(
    ("provider", "own", "asked"),
    [
        ("openai", "gpt-5", ""),
        ("openai", "GPT-Image-2", "GPT-Image-2"),
        ("custom", "anything", "anything"),
        ("horde", "koboldcpp/x", ""),
        ("koboldcpp", "x", ""),
        ("a1111", "x", "x"),
        ("google", "gemini-3-flash-image-preview", "gemini-3-flash-image-preview"),
    ],
)
def test_a_connections_own_model_counts_when_it_draws(provider: str, own: str, asked: str) -> None:
    assert wishes.model_of(at(provider, model=own), Wish("x")) == asked
    assert wishes.model_of(at(provider, model=own), Wish("x", model="other")) == "other"


def test_seeds_are_the_wishs_or_any() -> None:
    assert wishes.seed_of(CAT) == 7
    assert len({wishes.seed_of(Wish("x")) for _ in range(5)}) > 1
