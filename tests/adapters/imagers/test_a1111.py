from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from tests.adapters.imagers.support import (
    B64,
    CAT,
    JPEG,
    PNG,
    SKETCH,
    at,
    fails,
    imagined,
    made,
    notes,
    previews,
)
from tests.adapters.providers.support import KEY, offline_http
from tests.fakes.servers import FakeServer, Recorded, Reply, as_json
from tests.fakes.wire import hang_up
from tui.adapters.failures import ParameterRefused
from tui.adapters.http import Http
from tui.adapters.imagers.a1111 import A1111Images
from tui.domain.connection import Endpoint
from tui.domain.errors import AuthError, BadRequest, NetworkError, Overloaded, ProtocolError
from tui.domain.imagining import Made, Wish

MADE = {"images": [B64], "parameters": {}, "info": json.dumps({"seed": 1234})}
WHOLE = as_json(MADE)
PLAIN = {
    "prompt": CAT.prompt,
    "negative_prompt": "dogs",
    "steps": 20,
    "cfg_scale": 7.0,
    "width": 512,
    "height": 512,
    "seed": 7,
    "batch_size": 1,
    "n_iter": 1,
    "save_images": False,
}


def progress(step: int, sketch: str = "", eta: float = 4.2) -> Reply:
    state = {"sampling_step": step, "sampling_steps": 20, "job_count": 1}
    value = {"progress": step / 20, "eta_relative": eta, "state": state}
    return as_json({**value, "current_image": sketch or None})


class Painter:
    """A WebUI that paints until it has told often enough how far it is, or is interrupted."""

    def __init__(self, *steps: Reply, result: Reply = WHOLE) -> None:
        self._steps = list(steps)
        self._result = result
        self.done = asyncio.Event()
        self.interrupted = asyncio.Event()
        self.requests: list[str] = []

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split(" ")[1]
        self.requests.append(path)
        reply = as_json({})
        if path == "/sdapi/v1/txt2img":
            await self.done.wait()
            reply = self._result
        elif path == "/sdapi/v1/progress":
            reply = self._steps.pop(0) if self._steps else as_json({}, 500)
            if not self._steps:
                self.done.set()
        elif path == "/sdapi/v1/interrupt":
            self.interrupted.set()
            self.done.set()
        body = b"".join(reply.chunks)
        writer.write(b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n" % (reply.status, len(body)))
        writer.write(b"connection: close\r\n\r\n" + body)
        writer.close()

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[Endpoint]:
        writers: list[asyncio.StreamWriter] = []

        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers.append(writer)
            await self.answer(reader, writer)

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        yield at("a1111", f"http://127.0.0.1:{port}", "ada:secret")
        self.done.set()
        await hang_up(server, writers)


def painted(
    reply: Reply = WHOLE, key: str = "ada:secret", **more: Any
) -> tuple[A1111Images, list[Recorded]]:
    http, requests = offline_http(reply)
    return A1111Images(at("a1111", "http://127.0.0.1:7860", key, **more), http), requests


async def test_a_wish_is_put_field_by_field() -> None:
    generator, requests = painted()
    found = await made(generator)
    assert found == Made(PNG, 1234)
    assert requests[0].path == "/sdapi/v1/txt2img"
    assert requests[0].json == PLAIN
    basic = base64.b64encode(b"ada:secret").decode()
    assert requests[0].headers["authorization"] == f"Basic {basic}"


async def test_everything_that_can_be_chosen_arrives() -> None:
    extra = {
        "vae": "mse",
        "denoise": "0.4",
        "skip": "2",
        "hires": "true",
        "scale": "1.5",
        "upscaler": "Latent",
        "2ndpass": "9",
        "faces": "on",
        "workflow": "x",
    }
    wish = replace(
        CAT,
        model="xl.safetensors",
        sampler="DPM++ 2M",
        scheduler="Karras",
        extra=tuple(extra.items()),
    )
    generator, requests = painted()
    await imagined(generator, wish)
    assert requests[0].json == {
        **PLAIN,
        "sampler_name": "DPM++ 2M",
        "scheduler": "Karras",
        "denoising_strength": 0.4,
        "restore_faces": True,
        "enable_hr": True,
        "hr_scale": 1.5,
        "hr_upscaler": "Latent",
        "hr_second_pass_steps": 9,
        "override_settings": {
            "sd_model_checkpoint": "xl.safetensors",
            "sd_vae": "mse",
            "CLIP_stop_at_last_layers": 2,
        },
        "override_settings_restore_afterwards": True,
    }


async def test_any_seed_is_minus_one_and_nonsense_is_left_out() -> None:
    generator, requests = painted(add_body={"tiling": True}, model="own.ckpt")
    extra = (("denoise", "much"), ("skip", "nan"), ("scale", "2"), ("hires", "no"))
    await imagined(generator, Wish("x", extra=extra))
    body = requests[0].json
    assert (body["seed"], body["negative_prompt"], body["tiling"]) == (-1, "", True)
    assert body["override_settings"] == {"sd_model_checkpoint": "own.ckpt"}
    assert not {"denoising_strength", "enable_hr", "hr_scale"} & set(body)


async def test_a_key_without_a_colon_is_one_of_a_proxy() -> None:
    generator, requests = painted(key=KEY)
    await imagined(generator)
    assert requests[0].headers["authorization"] == f"Bearer {KEY}"


async def test_koboldcpp_is_asked_beside_its_chats_and_keeps_its_model() -> None:
    http, requests = offline_http(WHOLE)
    endpoint = at("koboldcpp", "http://127.0.0.1:5001/v1", model="koboldcpp/x")
    assert (await made(A1111Images(endpoint, http))).data == PNG
    assert requests[0].path == "/sdapi/v1/txt2img"
    assert requests[0].json == PLAIN
    assert requests[0].headers["authorization"] == f"Bearer {KEY}"


async def test_it_tells_how_far_it_is_and_what_it_looks_like() -> None:
    painter = Painter(
        progress(0, eta=0), progress(5, SKETCH), as_json({}, 500), progress(5, SKETCH), progress(19)
    )
    http = Http()
    async with painter.serve() as endpoint:
        found = await imagined(A1111Images(endpoint, http, 0.01))
        await http.aclose()
    assert previews(found) == [JPEG]
    assert notes(found)[1:] == [
        "step 0 of 20",
        "step 5 of 20, about 4 s",
        "step 5 of 20, about 4 s",
        "step 19 of 20, about 4 s",
    ]
    assert "/sdapi/v1/interrupt" not in painter.requests


async def test_leaving_interrupts_the_server() -> None:
    painter = Painter(progress(3), progress(4), progress(5), progress(6))
    http = Http()
    async with painter.serve() as endpoint:
        async with aclosing(A1111Images(endpoint, http, 0.01).imagine(CAT)) as events:
            async for event in events:
                if "step 3" in getattr(event, "label", ""):
                    break
        async with asyncio.timeout(5):
            await painter.interrupted.wait()
        await http.aclose()


async def test_cancelling_interrupts_the_server() -> None:
    painter = Painter(*[progress(3)] * 500)
    http = Http()
    async with painter.serve() as endpoint:
        task = asyncio.create_task(imagined(A1111Images(endpoint, http, 0.01)))
        async with asyncio.timeout(5):
            while "/sdapi/v1/progress" not in painter.requests:
                await asyncio.sleep(0.005)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await painter.interrupted.wait()
        await http.aclose()


async def test_an_answer_about_it_that_never_ends_does_not_keep_the_picture_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left = asyncio.Event()

    class Dripping(Painter):
        async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            if b"/progress" not in head:
                again = asyncio.StreamReader()
                again.feed_data(head)
                await super().answer(again, writer)
                return
            self.done.set()
            writer.write(b"HTTP/1.1 200 X\r\ncontent-length: 1000000\r\n\r\n")
            # A client that leaves unread bytes behind breaks the connection: that is no end of it.
            while not (reader.at_eof() or writer.is_closing()):
                writer.write(b" ")
                await asyncio.sleep(0.005)
            writer.transport.abort()
            left.set()

    monkeypatch.setattr("tui.adapters.imagers.a1111._LOOK_SECONDS", 0.05)
    http = Http()
    async with Dripping().serve() as endpoint, asyncio.timeout(5):
        assert (await made(A1111Images(endpoint, http, 0.01))).data == PNG
        await http.aclose()
        await left.wait()


MISSING = [{"loc": ["body", "sampler_name"], "msg": "unknown sampler", "type": "value_error"}]
MEMORY = {"error": "OutOfMemoryError", "detail": "", "body": "", "errors": "CUDA out of memory."}


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (as_json({"detail": "Not Found"}, 404), BadRequest, "does not offer its API"),
        (as_json({"detail": "Not authenticated"}, 401), AuthError, "does not accept the key"),
        (as_json({"detail": MISSING}, 422), ParameterRefused, "sampler_name: unknown sampler"),
        (as_json(MEMORY, 500), Overloaded, "ran out of graphics memory"),
        (as_json({"error": "RuntimeError", "errors": "x"}, 500), Overloaded, "RuntimeError"),
        (as_json({"images": [""], "info": ""}), ProtocolError, "made no picture"),
        (as_json({"images": []}), ProtocolError, "made no picture"),
        (as_json({"images": None}), ProtocolError, "made no picture"),
        (as_json({"images": ["AAAA"]}), ProtocolError, "not a picture"),
        (Reply([b"<html><title>Gradio</title>"]), ProtocolError, "does not answer like"),
    ],
)
async def test_what_goes_wrong_is_told(reply: Reply, kind: Any, words: str) -> None:
    generator, requests = painted(reply)
    error = await fails(generator, kind, words)
    assert "secret" not in error.line()
    assert len(requests) == 1


async def test_a_server_that_repeats_what_it_was_shown_gives_nothing_away() -> None:
    shown = base64.b64encode(b"ada:secret").decode()
    generator, _ = painted(as_json({"detail": f"no entry for Basic {shown}"}, 401))
    assert shown not in (await fails(generator, AuthError, "no entry for Basic")).line()


async def test_a_missing_api_says_how_to_have_it() -> None:
    generator, _ = painted(as_json({"detail": "Not Found"}, 404))
    assert "--api" in (await fails(generator, BadRequest, "API")).hint


async def test_a_data_address_and_a_torn_info_do_no_harm() -> None:
    text = f"data:image/png;base64,{B64}"
    generator, _ = painted(as_json({"images": [text], "info": "{torn"}))
    assert await made(generator) == Made(PNG, None)


async def test_a_server_that_is_not_there_is_told() -> None:
    http = Http()
    generator = A1111Images(at("a1111", "http://127.0.0.1:1", ""), http)
    assert "running" in (await fails(generator, NetworkError, "cannot be reached")).hint
    await http.aclose()


async def test_one_that_breaks_off_is_not_asked_twice() -> None:
    http = Http()
    async with FakeServer(Reply(drop=True)) as server:
        await fails(A1111Images(at("a1111", server.url), http), NetworkError, "broke off")
        assert [request.path for request in server.requests] == ["/sdapi/v1/txt2img"]
    await http.aclose()
