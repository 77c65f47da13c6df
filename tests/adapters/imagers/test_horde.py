from __future__ import annotations

import asyncio
from contextlib import aclosing
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
from tests.adapters.providers.support import KEY, Naps, offline_http
from tests.fakes.horde import GONE, JOB, refused
from tests.fakes.servers import Recorded, Reply, as_json
from tui.adapters.imagers.horde import HordeImages
from tui.domain.errors import AuthError, BadRequest, Filtered, Overloaded, ProtocolError
from tui.domain.imagining import Made, Wish

URL = "http://127.0.0.1:1/api"


def standing(*, done: bool = False, **more: object) -> dict[str, object]:
    return {
        "finished": int(done),
        "processing": 0,
        "waiting": int(not done),
        "done": done,
        "faulted": False,
        "wait_time": 30,
        "queue_position": 4,
        "is_possible": True,
        **more,
    }


def result(**more: object) -> Reply:
    said = {
        "img": PUBLIC,
        "seed": "1234",
        "censored": False,
        "state": "ok",
        "gen_metadata": [],
        "model": "Deliberate",
    }
    return as_json({**standing(done=True), "generations": [{**said, **more}]})


class FakeImageHorde:
    """Takes a wish in, answers checks in turn, and gives the result when it is asked for."""

    def __init__(self, *checks: object, final: Reply | None = None, submit: Reply | None = None):
        self._checks = list(checks) or [standing(done=True)]
        self._final = final or result()
        self._submit = submit or as_json({"id": JOB, "kudos": 10.0}, 202)
        self.asked: list[str] = []
        self.wishes: list[Recorded] = []

    def __call__(self, request: Recorded) -> Reply:
        self.asked.append(f"{request.method} {request.path}")
        if request.method == "POST":
            self.wishes.append(request)
            return self._submit
        if request.method == "DELETE":
            return as_json({})
        if request.path == f"/api/v2/generate/status/{JOB}":
            return self._final
        assert request.path == f"/api/v2/generate/check/{JOB}"
        check = self._checks.pop(0) if len(self._checks) > 1 else self._checks[0]
        return check if isinstance(check, Reply) else as_json(check)


class Tried:
    def __init__(self, *checks: object, key: str = KEY, model: str = "", **replies: Any) -> None:
        self.fetch = replies.pop("fetch", None) or Fetches()
        self.horde = FakeImageHorde(*checks, **replies)
        self.http, _ = offline_http(answer=self.horde)
        endpoint = at("horde", URL, key, model=model)
        self.generator = HordeImages(endpoint, self.http, self.fetch, Naps())


async def test_a_wish_is_put_field_by_field() -> None:
    tried = Tried()
    assert await made(tried.generator) == Made(PNG, 1234)
    request = tried.horde.wishes[0]
    assert request.path == "/api/v2/generate/async"
    assert request.headers["apikey"] == KEY
    assert request.headers["client-agent"].startswith("salon:")
    assert request.json == {
        "prompt": f"{CAT.prompt} ### dogs",
        "params": {
            "n": 1,
            "width": 512,
            "height": 512,
            "steps": 20,
            "cfg_scale": 7.0,
            "seed": "7",
        },
        "models": [],
        "nsfw": False,
        "censor_nsfw": True,
        "trusted_workers": False,
        "slow_workers": True,
        "r2": True,
    }
    assert tried.fetch.urls == [PUBLIC]
    assert tried.horde.asked == [
        "POST /api/v2/generate/async",
        f"GET /api/v2/generate/check/{JOB}",
        f"GET /api/v2/generate/status/{JOB}",
    ]


async def test_what_is_chosen_is_kept_within_bounds_and_nobody_is_anonymous() -> None:
    extra = {"skip": "99", "hires": "1", "faces": "yes", "nsfw": "true"}
    wish = Wish(
        "x",
        width=1000,
        height=9,
        steps=9000,
        cfg=-3,
        model="SDXL 1.0",
        sampler="k_euler",
        scheduler="karras",
        extra=tuple(extra.items()),
    )
    tried = Tried(key="", model="koboldcpp/a-text-model")
    await imagined(tried.generator, wish)
    request = tried.horde.wishes[0]
    assert request.headers["apikey"] == "0000000000"
    assert request.json["prompt"] == "x"
    assert request.json["models"] == ["SDXL 1.0"]
    assert (request.json["nsfw"], request.json["censor_nsfw"]) == (True, False)
    assert request.json["params"] == {
        "n": 1,
        "width": 1024,
        "height": 64,
        "steps": 500,
        "cfg_scale": 0.0,
        "sampler_name": "k_euler",
        "karras": True,
        "clip_skip": 12,
        "hires_fix": True,
        "post_processing": ["GFPGAN"],
    }


async def test_the_text_model_of_a_chat_is_not_asked_to_draw() -> None:
    tried = Tried(model="koboldcpp/a-text-model")
    await imagined(tried.generator)
    assert tried.horde.wishes[0].json["models"] == []


async def test_the_queue_shows() -> None:
    tried = Tried(standing(), standing(processing=1, wait_time=5), standing(done=True))
    assert notes(await imagined(tried.generator)) == [
        "handed in at AI Horde",
        "AI Horde: number 4 in the queue, about 30 s",
        "AI Horde: a machine is at work, about 5 s",
    ]


async def test_a_picture_may_come_in_the_answer() -> None:
    tried = Tried(final=result(img=B64, seed="x"))
    assert await made(tried.generator) == Made(PNG, None)
    assert tried.fetch.urls == []


CENSORED = [{"type": "censorship", "value": "nsfw"}]


@pytest.mark.parametrize(
    ("tried", "kind", "words"),
    [
        (Tried(final=result(censored=True)), Filtered, "withheld the picture"),
        (Tried(final=result(gen_metadata=CENSORED)), Filtered, "withheld the picture"),
        (Tried(final=result(state="csam")), Filtered, "withheld the picture"),
        (Tried(standing(faulted=True)), Overloaded, "that tried this failed"),
        (Tried(standing(is_possible=False)), Overloaded, "no machine of AI Horde can do this"),
        (Tried(GONE), Overloaded, "expired in the queue"),
        (Tried(final=as_json({"generations": []})), ProtocolError, "sent no picture"),
        (Tried(final=result(img="")), ProtocolError, "sent no picture"),
        (Tried(final=result(img="http://10.0.0.1/x")), ProtocolError, "cannot be fetched"),
        (Tried(fetch=Fetches(b"<html>")), ProtocolError, "does not answer like"),
        (
            Tried(submit=refused(401, "InvalidAPIKey", "No user matching sent API Key.")),
            AuthError,
            "No user matching",
        ),
        (
            Tried(submit=refused(400, "MissingPrompt", "You cannot specify an empty prompt.")),
            BadRequest,
            "empty prompt",
        ),
        (Tried(submit=as_json({"id": "../../x"}, 202)), ProtocolError, "does not answer like"),
    ],
)
async def test_what_goes_wrong_is_told(tried: Tried, kind: Any, words: str) -> None:
    if "cannot be fetched" in words:
        tried.generator = HordeImages(at("horde", URL), tried.http, Fetches(None), Naps())
    await fails(tried.generator, kind, words)
    await tried.http.aclose()


async def test_leaving_calls_it_off() -> None:
    tried = Tried(standing())
    async with asyncio.timeout(5), aclosing(tried.generator.imagine(CAT)) as events:
        async for event in events:
            if "queue" in getattr(event, "label", ""):
                break
    await tried.http.aclose()
    assert tried.horde.asked[-1] == f"DELETE /api/v2/generate/status/{JOB}"


async def test_what_is_done_is_not_called_off() -> None:
    tried = Tried()
    await imagined(tried.generator, replace(CAT, negative=""))
    await tried.http.aclose()
    assert not [line for line in tried.horde.asked if line.startswith("DELETE")]
