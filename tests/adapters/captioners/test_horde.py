from __future__ import annotations

import asyncio
import base64
import time
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.adapters.providers.support import KEY, PICTURE, Naps, endpoint, offline_http
from tests.fakes.horde import GONE, JOB, FakeHorde, caption_status, methods, refused
from tests.fakes.servers import FakeServer, Reply, as_json
from tui.adapters.captioners.horde import HordeCaptioner
from tui.adapters.http import Http
from tui.adapters.providers.catalog import PROVIDERS
from tui.adapters.providers.horde_job import POLL_SECONDS
from tui.domain.connection import Endpoint
from tui.domain.errors import (
    AuthError,
    CaptionError,
    ImageRejected,
    ImageTooLarge,
    Overloaded,
    ProtocolError,
    ProviderError,
    RateLimited,
)
from tui.domain.generation import Finished, GenerationEvent, Progress, Started, TextDelta
from tui.domain.image import Image, PictureLimits
from tui.domain.secret import Secret

STATUS = f"/api/v2/interrogate/status/{JOB}"
DONE = caption_status("done", "a cat on a sofa")
RULES = "Please ensure the source image payload is either a URL or a valid base64 encoded image."
BAD = refused(400, "ImageValidationFailed", f"Image validation failed. {RULES}")
TOO_LARGE = (
    refused(
        400,
        "SourceImageResolutionExceeded",
        "Image validation failed. Image is too large (300 tiles) and would run out of VRAM.",
    ),
    refused(
        400,
        "ImageValidationFailed",
        "Image validation failed. Image size cannot exceed 3072*3072 pixels",
    ),
    Reply([b"<html><title>413 Request Entity Too Large</title></html>"], 413, "text/html"),
)


def at(url: str = "http://127.0.0.1:1", key: str = KEY, **changes: Any) -> Endpoint:
    return replace(endpoint("horde", f"{url}/api", key), model="", **changes)


class Prepares:
    """Gives other bytes, and remembers what was wanted."""

    def __init__(self) -> None:
        self.shrinks: list[int] = []

    async def prepare(self, image: Image, limits: PictureLimits, shrink: int = 0) -> Image:
        assert limits == PROVIDERS["horde"].pictures
        self.shrinks.append(shrink)
        return replace(image, data=b"small" if shrink else b"fits")


class Tried:
    """One picture given to a horde that plays a script."""

    def __init__(
        self, *statuses: object, submit: Reply | None = None, fit: bool = False, key: str = KEY
    ) -> None:
        self.horde = FakeHorde(*statuses, submit=submit)
        self.http, self.requests = offline_http(answer=self.horde)
        self.naps = Naps()
        self.prepare = Prepares()
        prepare = self.prepare if fit else None
        self.source = HordeCaptioner(at(key=key), self.http, prepare, self.naps)

    async def run(self) -> list[GenerationEvent]:
        try:
            async with aclosing(self.source.caption(PICTURE, "What is it?")) as events:
                return [event async for event in events]
        finally:
            await self.http.aclose()

    async def fails(self, kind: type[Exception], words: str = "AI Horde") -> str:
        with pytest.raises(kind, match=words) as caught:
            await self.run()
        assert type(caught.value) is kind
        assert KEY not in str(caught.value)
        hint: str = getattr(caught.value, "hint", "")
        assert hint
        return hint


async def test_a_picture_is_handed_in_and_its_caption_comes_back() -> None:
    tried = Tried(caption_status("waiting"), caption_status("processing"), DONE)
    assert await tried.run() == [
        Progress("handed in at AI Horde"),
        Progress("AI Horde: waiting for a machine"),
        Progress("AI Horde: a machine is at work"),
        Started(),
        TextDelta("a cat on a sofa"),
        Finished("stop"),
    ]
    submitted, *asked = tried.requests
    assert (submitted.method, submitted.path) == ("POST", "/api/v2/interrogate/async")
    assert submitted.json == {
        "forms": [{"name": "caption"}],
        "source_image": base64.b64encode(PICTURE.data).decode(),
        "slow_workers": True,
    }
    assert [(each.method, each.path) for each in asked] == [("GET", STATUS)] * 3
    assert tried.naps.seconds == [POLL_SECONDS] * 3
    assert {each.headers["apikey"] for each in tried.requests} == {KEY}
    assert all(each.headers["client-agent"].startswith("salon:") for each in tried.requests)


async def test_it_works_without_a_key() -> None:
    tried = Tried(DONE, key="")
    await tried.run()
    assert {each.headers["apikey"] for each in tried.requests} == {"0000000000"}


async def test_a_wrong_key_is_told() -> None:
    said = refused(401, "InvalidAPIKey", "No user matching sent API Key.")
    await Tried(DONE, submit=said).fails(AuthError, "does not accept the key")
    await Tried(DONE, submit=said, key="").fails(AuthError, "wants a key")


# -- pictures


async def test_the_picture_is_made_to_fit() -> None:
    tried = Tried(DONE, fit=True)
    await tried.run()
    assert tried.requests[0].json["source_image"] == base64.b64encode(b"fits").decode()
    assert tried.prepare.shrinks == [0]


@pytest.mark.parametrize("refusal", TOO_LARGE)
async def test_what_is_too_large_is_sent_once_more_and_smaller(refusal: Reply) -> None:
    tried = Tried(DONE, fit=True)
    http, requests = offline_http(refusal, as_json({"id": JOB}, 202), as_json(DONE))
    source = HordeCaptioner(at(), http, tried.prepare, tried.naps)
    async with aclosing(source.caption(PICTURE, "")) as events:
        found = [event async for event in events]
    assert Progress("the picture was too large: trying a smaller one") in found
    assert TextDelta("a cat on a sofa") in found
    assert requests[1].json["source_image"] == base64.b64encode(b"small").decode()
    assert tried.prepare.shrinks == [0, 1]


@pytest.mark.parametrize("fit", [True, False])
async def test_a_picture_too_large_even_then_is_told(fit: bool) -> None:
    tried = Tried(DONE, submit=TOO_LARGE[0], fit=fit)
    await tried.fails(ImageTooLarge, "300 tiles")
    assert methods(tried.requests) == ["POST"] * (2 if fit else 1)


async def test_a_picture_that_cannot_be_read_there_is_told_at_once() -> None:
    tried = Tried(DONE, submit=BAD, fit=True)
    await tried.fails(ImageRejected)
    assert methods(tried.requests) == ["POST"]


# -- how it ends


async def test_a_caption_is_cleaned() -> None:
    tried = Tried(caption_status("done", "\n a \x1b[31mcat \n"))
    assert TextDelta("a \ufffd[31mcat") in await tried.run()


@pytest.mark.parametrize("caption", [None, "", " \n", 7, ["a cat"], {"caption": "a cat"}])
async def test_an_empty_caption_is_none(caption: object) -> None:
    tried = Tried(caption_status("done", caption))
    await tried.fails(CaptionError, "AI Horde gave an empty caption")
    assert tried.horde.deleted == []


async def test_work_that_failed_there_is_over() -> None:
    tried = Tried(caption_status("waiting"), caption_status("faulted"))
    hint = await tried.fails(Overloaded, "machines of AI Horde that tried this failed")
    assert "another caption source" in hint
    assert tried.horde.deleted == []


@pytest.mark.parametrize("whole", ["cancelled", "partial"])
async def test_work_that_somebody_called_off_is_over(whole: str) -> None:
    tried = Tried(caption_status("cancelled", whole=whole))
    await tried.fails(Overloaded, "called the request off")
    assert tried.horde.deleted == []


async def test_a_request_that_expired_is_told() -> None:
    tried = Tried(caption_status("waiting"), GONE)
    await tried.fails(Overloaded, "expired in the queue")
    assert tried.horde.deleted == []


async def test_a_question_that_fails_is_asked_again() -> None:
    tried = Tried(httpx.ConnectError("no"), as_json({}, 502), as_json({}, 429), DONE)
    assert TextDelta("a cat on a sofa") in await tried.run()
    assert sum(tried.naps.seconds) > 4 * POLL_SECONDS


async def test_too_many_requests_are_told() -> None:
    submit = refused(429, "TooManyPrompts", "Parallel requests (11) exceeded user limit (10).")
    await Tried(DONE, submit=submit).fails(RateLimited, "too many requests to AI Horde")


@pytest.mark.parametrize(
    "status",
    [
        *([], "done", None, {}, {"state": 7}, {"state": ["done"]}, {"state": ""}),
        {"forms": [{"form": "caption", "state": "done", "result": {"caption": "a cat"}}]},
    ],
)
async def test_what_is_no_status_is_not_taken_for_one(status: object) -> None:
    tried = Tried(status)
    await tried.fails(ProtocolError)
    assert tried.horde.deleted == [STATUS]


@pytest.mark.parametrize("forms", [None, 7, "x", {}, [None], [{}], [{"form": 7, "state": []}]])
async def test_forms_of_wrong_types_do_no_harm(forms: object) -> None:
    tried = Tried({"state": "unheard of", "forms": forms}, {"state": "done", "forms": forms})
    await tried.fails(CaptionError, "empty caption")


@pytest.mark.parametrize("body", [[], "x", {}, {"id": 7}, {"id": "../../../v2/workers"}])
async def test_without_a_proper_id_nothing_is_asked_after(body: object) -> None:
    tried = Tried(DONE, submit=as_json(body))
    await tried.fails(ProtocolError)
    assert methods(tried.requests) == ["POST"]


# -- calling off


async def test_closing_in_mid_wait_calls_the_work_off_at_once() -> None:
    http = Http()
    horde = FakeHorde(caption_status("waiting"))
    async with FakeServer(answer=horde) as server:
        source = HordeCaptioner(at(server.url), http, Prepares())
        async with aclosing(source.caption(PICTURE, "")) as events:
            await anext(events)
            started = time.monotonic()
        assert time.monotonic() - started < 0.1
        async with asyncio.timeout(2):
            while not horde.deleted:
                await asyncio.sleep(0.002)
        await http.aclose()
    assert horde.deleted == [STATUS]
    assert server.requests[-1].headers["apikey"] == KEY


# -- the source


def test_the_source_is_named_and_takes_no_prompt() -> None:
    source = Tried(DONE).source
    assert (source.label, source.model, source.takes_prompt) == ("AI Horde", "", False)


def test_what_shapes_a_caption_is_in_the_fingerprint_and_no_key() -> None:
    http, _ = offline_http(as_json({}))

    def fingerprint(place: Endpoint) -> str:
        return HordeCaptioner(place, http, None).fingerprint

    ours = fingerprint(at())
    assert fingerprint(at("http://127.0.0.1:2")) != ours
    assert fingerprint(at(add_body={"slow_workers": False})) != ours
    assert fingerprint(at(drop_body=("slow_workers",))) != ours
    assert fingerprint(replace(at(), key=Secret("other"), name="attic")) == ours
    assert KEY not in fingerprint(at(add_body={"token": KEY}))


async def test_the_person_has_the_last_word_on_the_body() -> None:
    http, requests = offline_http(answer=FakeHorde(DONE))
    place = at(add_body={"trusted_workers": True}, drop_body=("slow_workers",))
    source = HordeCaptioner(place, http, None, Naps())
    async with aclosing(source.caption(PICTURE, "")) as events:
        assert [event async for event in events]
    assert requests[0].json["trusted_workers"] is True
    assert "slow_workers" not in requests[0].json


async def test_every_refusal_is_an_error_of_the_provider() -> None:
    for status in (400, 403, 404, 405, 500, 503):
        tried = Tried(DONE, submit=as_json({"message": "no"}, status))
        with pytest.raises(ProviderError):
            await tried.run()
        assert tried.horde.deleted == []
