"""Each part of each answer in turn is something that no service should send."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.adapters.imagers.support import B64, PNG, Fetches, at, imagined
from tests.adapters.providers.support import Naps, offline_http
from tests.fakes.servers import Recorded, Reply, as_json
from tui.adapters.http import Http
from tui.adapters.imagers import models
from tui.adapters.imagers.a1111 import A1111Images
from tui.adapters.imagers.comfyui import ComfyImages
from tui.adapters.imagers.gemini_images import GeminiImages
from tui.adapters.imagers.horde import HordeImages
from tui.adapters.imagers.openai_images import OpenAIImages
from tui.adapters.imagers.openrouter_images import OpenRouterImages
from tui.domain.errors import ProviderError
from tui.services.image_ports import ImageGenerator

JOB = "3f2b6c1e"
HOSTILE: tuple[object, ...] = (
    None,
    True,
    -1,
    1e308,
    10**40,
    "",
    "9" * 5000,
    "\ud800",
    "http://127.0.0.1:1/\ud800",
    "https://\ud800/a.png",
    "data:image/png;base64,\ud800",
    "a\n\x1b[2Jb",
    [],
    [[]],
    [None],
    {},
    {"": []},
)
"""What stands in the place of something else."""

Whole = dict[str, Any]

ANSWERS: dict[str, Whole] = {
    "openai": {"/images/generations": {"data": [{"b64_json": B64, "revised_prompt": "a cat"}]}},
    "custom": {"/images/generations": {"data": [{"url": "https://pictures.example/a.png"}]}},
    "openrouter": {
        "/images": {"data": [{"b64_json": B64}]},
        "/chat/completions": {
            "choices": [{"message": {"images": [{"image_url": {"url": "data:image/png,"}}]}}]
        },
    },
    "google": {
        ":generateContent": {
            "candidates": [
                {
                    "content": {"parts": [{"inlineData": {"mimeType": "image/png", "data": B64}}]},
                    "finishReason": "STOP",
                }
            ]
        }
    },
    "a1111": {
        "/txt2img": {"images": [B64], "info": json.dumps({"seed": 1})},
        "/progress": {
            "state": {"sampling_step": 1, "sampling_steps": 20},
            "eta_relative": 4.2,
            "current_image": B64,
        },
    },
    "comfyui": {
        "/prompt": {"prompt_id": JOB},
        "/object_info/CheckpointLoaderSimple": {
            "CheckpointLoaderSimple": {"input": {"required": {"ckpt_name": [["a.ckpt"], {}]}}}
        },
        f"/history/{JOB}": {
            JOB: {
                "outputs": {"9": {"images": [{"filename": "a.png", "subfolder": "", "type": "o"}]}},
                "status": {"status_str": "success", "messages": [["execution_start", {}]]},
            }
        },
        "/queue": {"queue_running": [[0, JOB, {}, {}, []]], "queue_pending": []},
    },
    "horde": {
        "/async": {"id": JOB},
        f"/check/{JOB}": {"done": True, "faulted": False, "wait_time": 1, "is_possible": True},
        f"/status/{JOB}": {
            "done": True,
            "generations": [
                {"img": "https://pictures.example/a.webp", "seed": "12", "gen_metadata": []}
            ],
        },
    },
}


def replaced(value: object, hostile: object) -> Iterator[Any]:
    """Copies of a value, each with another part of it replaced."""
    yield hostile
    if not isinstance(value, (dict, list)):
        return
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        for each in replaced(value[key], hostile):
            whole: Any = copy.copy(value)
            whole[key] = each
            yield whole


def opened(provider: str, http: Http) -> ImageGenerator:
    model = {"openai": "gpt-image-1", "google": "gemini-2.5-flash-image"}.get(provider, "m-image")
    endpoint = at(provider, key="k", model=model)
    makers: dict[str, Callable[[], ImageGenerator]] = {
        "openrouter": lambda: OpenRouterImages(endpoint, http),
        "google": lambda: GeminiImages(endpoint, http),
        "a1111": lambda: A1111Images(endpoint, http, 0.0),
        "comfyui": lambda: ComfyImages(endpoint, http, Path("nowhere"), 0.0),
        "horde": lambda: HordeImages(endpoint, http, Fetches(), Naps()),
    }
    return makers.get(provider, lambda: OpenAIImages(endpoint, http, Fetches()))()


def answering(answers: Whole) -> Callable[[Recorded], Reply]:
    asked = 0

    def answer(request: Recorded) -> Reply:
        nonlocal asked
        path = urlsplit(request.path).path
        if path.endswith("/queue"):
            asked += 1
            if asked > 1:  # one that is at work for ever is waited for, for ever
                return as_json({})
        if path.endswith("/view"):
            return Reply([PNG], type="image/png")
        found = [said for ending, said in answers.items() if path.endswith(ending)]
        return as_json(found[0]) if found and request.method != "DELETE" else as_json({}, 404)

    return answer


def twisted(provider: str) -> Iterator[Whole]:
    for ending, said in ANSWERS[provider].items():
        for hostile in HOSTILE:
            for each in replaced(said, hostile):
                yield {**ANSWERS[provider], ending: each}


@pytest.mark.parametrize("provider", ANSWERS)
async def test_whatever_is_answered_is_a_picture_or_one_line(provider: str) -> None:
    for answers in twisted(provider):
        http, _ = offline_http(answer=answering(answers))
        try:
            await imagined(opened(provider, http))
        except ProviderError as error:
            line = error.line()
            assert line.isprintable(), answers
        finally:
            await http.aclose()


LISTS: dict[str, object] = {
    "horde": [{"name": "Deliberate", "count": 3}],
    "pollinations": ["flux", {"name": "veo", "output_modalities": ["video"]}],
    "openai": {"data": [{"id": "gpt-image-1", "architecture": {"output_modalities": ["image"]}}]},
    "google": {"models": [{"name": "models/imagen-4"}]},
    "a1111": [{"title": "a.ckpt [12]", "model_name": "a"}],
}


@pytest.mark.parametrize("provider", LISTS)
async def test_whatever_is_listed_are_names_or_one_line(provider: str) -> None:
    for hostile in HOSTILE:
        for each in replaced(LISTS[provider], hostile):
            http, _ = offline_http(as_json(each))
            try:
                names = await models.models(at(provider), http)
            except ProviderError as error:
                assert error.line().isprintable(), each
            else:
                assert all(isinstance(name, str) and name.isprintable() for name in names), each
