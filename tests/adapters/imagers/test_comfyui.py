from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.adapters.imagers.support import CAT, PNG, at, fails, imagined, made, notes
from tests.adapters.providers.support import offline_http
from tests.fakes.servers import FakeServer, Recorded, Reply, as_json
from tui.adapters.http import Http
from tui.adapters.imagers.comfyui import ComfyImages
from tui.domain.errors import (
    BadRequest,
    ConfigError,
    ModelNotFound,
    NetworkError,
    Overloaded,
    ProtocolError,
)
from tui.domain.imagining import ImagineEvent, Made, Wish

JOB = "5c8c9d0e-0000-4000-8000-0123456789ab"
IMAGE = {"filename": "salon_1_.png", "subfolder": "a b", "type": "output"}
OUTPUTS = {"7": {"images": [{**IMAGE, "type": "temp"}, IMAGE]}}
CHECKPOINTS = {
    "CheckpointLoaderSimple": {
        "input": {"required": {"ckpt_name": [["v1-5.safetensors", "xl.safetensors"], {}]}}
    }
}
NEWER = {
    "CheckpointLoaderSimple": {
        "input": {"required": {"ckpt_name": ["COMBO", {"options": ["v1-5.safetensors"]}]}}
    }
}
NODES = {
    "1": {
        "errors": [
            {
                "type": "value_not_in_list",
                "message": "Value not in list",
                "details": "ckpt_name: 'x' not in ['v1-5.safetensors']",
            }
        ],
        "class_type": "CheckpointLoaderSimple",
    }
}
INVALID = {
    "type": "prompt_outputs_failed_validation",
    "message": "Prompt outputs failed validation",
}


def done(status: str = "success", *messages: object, outputs: object = OUTPUTS) -> Reply:
    told = {"status_str": status, "completed": status == "success", "messages": list(messages)}
    return as_json({JOB: {"prompt": [], "outputs": outputs, "status": told}})


def queue(*, running: tuple[str, ...] = (), pending: tuple[str, ...] = ()) -> Reply:
    def entries(names: tuple[str, ...]) -> list[list[object]]:
        # Not in the order of their turn, as the server keeps them in a heap.
        return [[number, name, {}, {}, []] for number, name in enumerate(names)][::-1]

    return as_json({"queue_running": entries(running), "queue_pending": entries(pending)})


class Comfy:
    """A ComfyUI that plays a script: what the history says, and the queue, in turn."""

    def __init__(self, *history: Reply, queues: tuple[Reply, ...] = (), **special: Reply) -> None:
        self._history = list(history) or [done()]
        self._queues = list(queues) or [queue(running=(JOB,))]
        self._special = special
        self.asked: list[Recorded] = []

    def __call__(self, request: Recorded) -> Reply:
        self.asked.append(request)
        path = urlsplit(request.path).path
        name = path.split("/")[1]
        if request.method == "POST" and name in ("queue", "interrupt"):
            return as_json({})
        usual = {
            "prompt": as_json({"prompt_id": JOB, "number": 3, "node_errors": {}}),
            "object_info": as_json(CHECKPOINTS),
            "view": Reply([PNG], type="image/png"),
        }
        if found := self._special.get(name) or usual.get(name):
            return found
        assert path in {f"/history/{JOB}", "/queue"}
        left = self._history if name == "history" else self._queues
        return left.pop(0) if len(left) > 1 else left[0]

    def bodies(self, path: str) -> list[Any]:
        return [each.json for each in self.asked if each.method == "POST" and each.path == path]


def painting(
    comfy: Comfy, folder: Path = Path("nowhere"), pause: float = 0.0, **more: Any
) -> tuple[ComfyImages, Http]:
    http, _ = offline_http(answer=comfy)
    return ComfyImages(at("comfyui", key="", **more), http, folder, pause), http


async def test_the_plain_workflow_is_filled_field_by_field() -> None:
    comfy = Comfy()
    generator, _ = painting(comfy)
    assert await made(generator) == Made(PNG, 7)
    body = comfy.bodies("/prompt")[0]
    assert set(body) == {"prompt", "client_id", "prompt_id"}
    nodes = {node["class_type"]: node["inputs"] for node in body["prompt"].values()}
    assert nodes["CheckpointLoaderSimple"] == {"ckpt_name": "v1-5.safetensors"}
    assert nodes["KSampler"] == {
        "model": ["1", 0],
        "positive": ["2", 0],
        "negative": ["3", 0],
        "latent_image": ["4", 0],
        "seed": 7,
        "steps": 20,
        "cfg": 7.0,
        "sampler_name": "euler",
        "scheduler": "normal",
        "denoise": 1.0,
    }
    assert nodes["EmptyLatentImage"] == {"width": 512, "height": 512, "batch_size": 1}
    texts = [node["inputs"].get("text") for node in body["prompt"].values()]
    assert CAT.prompt in texts
    assert "dogs" in texts
    view = urlsplit(comfy.asked[-1].path)
    assert view.path == "/view"
    assert parse_qs(view.query) == {name: [text] for name, text in IMAGE.items()}


async def test_ones_own_workflow_comes_from_the_wish_or_the_connection(tmp_path: Path) -> None:
    node = {"class_type": "Any", "inputs": {"all": "%vae%|%clip_skip%|%steps%|%model%"}}
    (tmp_path / "mine.json").write_text(json.dumps({"9": node}))
    extra = (("workflow", "mine"), ("vae", "mse"), ("skip", "2"), ("denoise", "0.5"))
    comfy = Comfy()
    generator, _ = painting(comfy, tmp_path, model="own.ckpt")
    await imagined(generator, replace(CAT, extra=extra))
    assert comfy.bodies("/prompt")[0]["prompt"]["9"]["inputs"] == {"all": "mse|-2|20|own.ckpt"}
    for added in ("mine", {"9": {**node, "inputs": {"all": "%seed%"}}}):
        comfy = Comfy()
        body = {"workflow": added, "extra_data": {"a": 1}}
        generator, _ = painting(comfy, tmp_path, model="own.ckpt", add_body=body)
        await imagined(generator, replace(CAT, extra=(("vae", "x"),)))
        sent = comfy.bodies("/prompt")[0]
        assert "9" in sent["prompt"]
        assert sent["extra_data"] == {"a": 1}
        assert "workflow" not in sent


async def test_a_workflow_that_cannot_be_filled_is_not_handed_in(tmp_path: Path) -> None:
    node = {"class_type": "Any", "inputs": {"image": "%char_avatar%"}}
    (tmp_path / "mine.json").write_text(json.dumps({"9": node}))
    comfy = Comfy()
    generator, _ = painting(comfy, tmp_path)
    await fails(
        generator, ConfigError, "%char_avatar%", replace(CAT, extra=(("workflow", "mine"),))
    )
    await fails(generator, ConfigError, "no workflow", replace(CAT, extra=(("workflow", "x"),)))
    assert comfy.asked == []


async def test_any_seed_is_told_afterwards() -> None:
    comfy = Comfy()
    generator, _ = painting(comfy)
    found = await made(generator, Wish("x", model="m"))
    seeds = [
        node["inputs"]["seed"]
        for node in comfy.bodies("/prompt")[0]["prompt"].values()
        if node["class_type"] == "KSampler"
    ]
    assert seeds == [found.seed]
    assert "/object_info/CheckpointLoaderSimple" not in [each.path for each in comfy.asked]


async def test_the_place_in_the_queue_shows() -> None:
    empty = as_json({})
    queues = (
        queue(running=("a",), pending=("b", JOB)),
        queue(running=("b",), pending=(JOB,)),
        queue(running=(JOB,)),
        queue(),
    )
    comfy = Comfy(empty, empty, as_json({}, 500), empty, empty, done(), queues=queues)
    generator, _ = painting(comfy)
    assert notes(await imagined(generator)) == [
        "handed in at ComfyUI",
        "ComfyUI: number 2 in the queue",
        "ComfyUI: number 1 in the queue",
        "ComfyUI is at work",
    ]
    assert comfy.bodies("/interrupt") == []


async def test_a_newer_list_of_models_is_read_too_and_an_empty_one_told() -> None:
    comfy = Comfy(object_info=as_json(NEWER))
    generator, _ = painting(comfy)
    await imagined(generator)
    none: dict[str, Any] = {
        "CheckpointLoaderSimple": {"input": {"required": {"ckpt_name": [[], {}]}}}
    }
    generator, _ = painting(Comfy(object_info=as_json(none)))
    await fails(generator, ModelNotFound, "has no model")


def failed(kind: str, **more: object) -> Reply:
    said = {"node_id": "5", "node_type": "KSampler", "exception_message": "bad\nlatent", **more}
    return done("error", ["execution_start", {}], [kind, said], "torn", outputs={})


@pytest.mark.parametrize(
    ("comfy", "kind", "words"),
    [
        (
            Comfy(prompt=as_json({"error": INVALID, "node_errors": NODES}, 400)),
            BadRequest,
            "CheckpointLoaderSimple: Value not in list ckpt_name: 'x' not in",
        ),
        (
            Comfy(prompt=as_json({"error": {"type": "no_prompt", "message": "No prompt"}}, 400)),
            BadRequest,
            "No prompt",
        ),
        (Comfy(prompt=as_json({"prompt_id": "../x"})), ProtocolError, "does not answer like"),
        (Comfy(prompt=Reply([b"<html>"])), ProtocolError, "does not answer like"),
        (Comfy(failed("execution_error")), BadRequest, "KSampler: bad latent"),
        (
            Comfy(failed("execution_error", exception_type="torch.OutOfMemoryError")),
            Overloaded,
            "ran out of graphics memory",
        ),
        (Comfy(failed("execution_interrupted")), Overloaded, "told to stop"),
        (Comfy(done(outputs={})), ProtocolError, "saved no picture"),
        (Comfy(done(outputs={"7": {"gifs": []}})), ProtocolError, "saved no picture"),
        (Comfy(view=as_json({"x": 1})), ProtocolError, "does not answer like"),
        (Comfy(view=as_json({}, 404)), ProtocolError, "404"),
        (Comfy(as_json({}, 500)), Overloaded, "busy or broken"),
        (Comfy(as_json({}), queues=(queue(),)), Overloaded, "no longer has the work"),
    ],
)
async def test_what_goes_wrong_is_told(comfy: Comfy, kind: Any, words: str) -> None:
    generator, http = painting(comfy)
    await fails(generator, kind, words, replace(CAT, model="x"))
    await http.aclose()


async def left(comfy: Comfy, until: str) -> list[ImagineEvent]:
    generator, http = painting(comfy, pause=0.001)
    found: list[ImagineEvent] = []
    async with asyncio.timeout(5), aclosing(generator.imagine(CAT)) as events:
        async for event in events:
            found.append(event)
            if until in getattr(event, "label", ""):
                break
    await http.aclose()
    return found


async def test_leaving_takes_the_work_out_of_the_queue_and_lets_others_go_on() -> None:
    comfy = Comfy(as_json({}), queues=(queue(running=("a",), pending=(JOB,)),))
    await left(comfy, "number 1")
    assert comfy.bodies("/queue") == [{"delete": [JOB]}]
    assert comfy.bodies("/interrupt") == []


@pytest.mark.parametrize("until", ["at work", "handed in"])
async def test_leaving_interrupts_what_is_at_work(until: str) -> None:
    comfy = Comfy(as_json({}))
    await left(comfy, until)
    assert comfy.bodies("/queue") == [{"delete": [JOB]}]
    assert comfy.bodies("/interrupt") == [{"prompt_id": JOB}]


async def test_what_is_left_while_it_is_handed_in_is_called_off_by_its_own_id() -> None:
    took = asyncio.Event()
    bodies: dict[str, Any] = {}

    def answer(request: Recorded) -> Reply:
        bodies[request.path] = request.json if request.body else None
        if request.path == "/prompt":
            took.set()
            return Reply(hold=True)
        return as_json({})

    http = Http()
    async with FakeServer(answer=answer) as server:
        generator = ComfyImages(at("comfyui", server.url, ""), http, Path("nowhere"))
        task = asyncio.create_task(imagined(generator, replace(CAT, model="m")))
        async with asyncio.timeout(5):
            await took.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await http.aclose()
    name = bodies["/prompt"]["prompt_id"]
    assert (bodies["/queue"], bodies["/interrupt"]) == ({"delete": [name]}, {"prompt_id": name})


async def test_a_server_that_is_not_there_is_told() -> None:
    http = Http()
    generator = ComfyImages(at("comfyui", key=""), http, Path("nowhere"))
    await fails(generator, NetworkError, "cannot be reached", replace(CAT, model="m"))
    await http.aclose()
