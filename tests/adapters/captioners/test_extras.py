from __future__ import annotations

import asyncio
import base64
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import httpx
import pytest

from tests.adapters.providers.support import KEY, PICTURE, endpoint, offline_http
from tests.fakes.servers import FakeServer, Reply, as_json
from tui.adapters.captioners.extras import ExtrasCaptioner
from tui.adapters.http import Http
from tui.adapters.providers import listing
from tui.adapters.providers.catalog import PROVIDERS
from tui.domain.connection import Endpoint
from tui.domain.errors import (
    AppError,
    AuthError,
    BadRequest,
    CaptionError,
    ImageTooLarge,
    NetworkError,
    Overloaded,
    ProtocolError,
)
from tui.domain.generation import Finished, GenerationEvent, Started, TextDelta
from tui.domain.image import Image, PictureLimits

SAID = as_json({"caption": "a cat on a sofa", "thumbnail": "/9j/4AAQ"})


def page(title: str, status: int) -> Reply:
    """A refusal as Flask writes it."""
    text = f"<!doctype html><html lang=en><title>{title}</title><h1>{title}</h1><p>Details</p>"
    return Reply([text.encode()], status, "text/html")


def at(url: str = "http://127.0.0.1:5100", key: str = KEY, **changes: Any) -> Endpoint:
    return replace(endpoint("extras", url, key), model="", **changes)


class Prepares:
    """Gives other bytes, and remembers what was wanted."""

    def __init__(self) -> None:
        self.shrinks: list[int] = []

    async def prepare(self, image: Image, limits: PictureLimits, shrink: int = 0) -> Image:
        assert limits == PROVIDERS["extras"].pictures
        self.shrinks.append(shrink)
        return replace(image, data=b"small" if shrink else b"fits")


async def caption(source: ExtrasCaptioner) -> list[GenerationEvent]:
    async with aclosing(source.caption(PICTURE, "What is it?")) as events:
        return [event async for event in events]


async def fails(kind: type[AppError], reply: Reply, words: str = "Extras") -> AppError:
    http, _ = offline_http(reply)
    with pytest.raises(kind, match=words) as caught:
        await caption(ExtrasCaptioner(at(), http, None))
    assert type(caught.value) is kind
    assert caught.value.hint
    assert KEY not in caught.value.line()
    return caught.value


async def test_a_picture_is_sent_and_its_caption_comes_back() -> None:
    http, requests = offline_http(SAID)
    events = await caption(ExtrasCaptioner(at(), http, None))
    assert events == [Started(), TextDelta("a cat on a sofa"), Finished("stop")]
    (sent,) = requests
    assert (sent.method, sent.path) == ("POST", "/api/caption")
    assert sent.json == {"image": base64.b64encode(PICTURE.data).decode()}
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert sent.headers["bypass-tunnel-reminder"] == "bypass"


async def test_without_a_key_none_is_sent() -> None:
    http, requests = offline_http(SAID)
    await caption(ExtrasCaptioner(at(key=""), http, None))
    assert "authorization" not in requests[0].headers


async def test_the_picture_is_made_to_fit_and_smaller_when_it_is_too_large() -> None:
    prepare = Prepares()
    http, requests = offline_http(page("413 Request Entity Too Large", 413), SAID)
    events = await caption(ExtrasCaptioner(at(), http, prepare))
    assert TextDelta("a cat on a sofa") in events
    sent = [base64.b64decode(request.json["image"]) for request in requests]
    assert (sent, prepare.shrinks) == ([b"fits", b"small"], [0, 1])
    await fails(ImageTooLarge, page("413 Request Entity Too Large", 413), "picture")


async def test_a_module_that_is_off_is_told_with_what_to_do() -> None:
    error = await fails(BadRequest, page("403 Forbidden", 403), "caption module of .* is off")
    assert error.hint == "start the server with --enable-modules=caption"


async def test_a_wrong_key_is_told() -> None:
    await fails(AuthError, as_json({"error": "401: Invalid API key"}, 401), "not accept the key")


NO_CAPTIONS: tuple[object, ...] = (
    *([], "x", None, {}, {"caption": 7}),
    *({"caption": None}, {"caption": []}, {"caption": ["a cat"]}, {"caption": {}}),
)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (page("500 Internal Server Error", 500), Overloaded),
        (page("404 Not Found", 404), ProtocolError),
        (page("My router", 200), ProtocolError),
        (Reply([]), ProtocolError),
        *((as_json(body), ProtocolError) for body in NO_CAPTIONS),
        *((as_json({"caption": body}), CaptionError) for body in ("", " \n")),
    ],
)
async def test_what_is_no_caption_is_told(reply: Reply, kind: type[AppError]) -> None:
    await fails(kind, reply)


async def test_a_server_that_is_not_there_is_told() -> None:
    def refuse(_: object) -> Reply:
        raise httpx.ConnectError("refused")

    http, requests = offline_http(answer=refuse)
    with pytest.raises(NetworkError, match="Extras") as caught:
        await caption(ExtrasCaptioner(at(), http, None))
    assert caught.value.hint == "is it running?"
    assert len(requests) == 1


async def test_a_caption_is_cleaned() -> None:
    http, _ = offline_http(as_json({"caption": " a \x1b[31mcat\n"}))
    events = await caption(ExtrasCaptioner(at(), http, None))
    assert TextDelta("a \ufffd[31mcat") in events


async def test_closing_leaves_the_server_at_once() -> None:
    http = Http()
    async with FakeServer(Reply(hold=True)) as server:
        task = asyncio.create_task(caption(ExtrasCaptioner(at(server.url), http, None)))
        async with asyncio.timeout(2):
            while not server.requests:
                await asyncio.sleep(0.002)
            task.cancel()
            await server.left.wait()
        await http.aclose()
    assert task.cancelled()


def test_the_source_is_named_and_takes_no_prompt() -> None:
    http, _ = offline_http(SAID)
    source = ExtrasCaptioner(at(), http, None)
    assert (source.label, source.model) == ("SillyTavern-Extras", "")
    assert not source.takes_prompt
    other = ExtrasCaptioner(at("http://127.0.0.1:5200"), http, None)
    assert source.fingerprint != other.fingerprint
    assert source.fingerprint == ExtrasCaptioner(at(key="other"), http, None).fingerprint


# -- its list, which has no models


async def test_a_server_that_captions_lists_nothing() -> None:
    http, requests = offline_http(as_json({"modules": ["caption", "summarize"]}))
    assert await listing.models(at(), http) == []
    assert (requests[0].method, requests[0].path) == ("GET", "/api/modules")
    assert requests[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (as_json({"modules": []}), BadRequest, "module of SillyTavern-Extras is off"),
        (as_json({"modules": [7, None, ["caption"]]}), BadRequest, "is off"),
        (as_json({"modules": "caption"}), ProtocolError, "does not answer like"),
        (as_json(["caption"]), ProtocolError, "does not answer like"),
        (as_json({"data": []}), ProtocolError, "does not answer like"),
        (page("My router", 200), ProtocolError, "does not answer like"),
        (as_json({"error": "401: Invalid API key"}, 401), AuthError, "key"),
    ],
)
async def test_a_server_that_cannot_caption_says_why(
    reply: Reply, kind: type[AppError], words: str
) -> None:
    http, _ = offline_http(reply)
    with pytest.raises(kind, match=words):
        await listing.models(at(), http)
