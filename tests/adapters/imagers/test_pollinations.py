from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.adapters.imagers.support import CAT, JPEG, at, fails, made
from tests.adapters.providers.support import KEY, offline_http
from tests.fakes.servers import Recorded, Reply, as_json
from tui.adapters.imagers.pollinations import PollinationsImages
from tui.domain.errors import AuthError, BadRequest, Overloaded, ProtocolError, QuotaError
from tui.domain.imagining import Made, Wish

GEN = "https://gen.pollinations.ai/v1"
PICTURE = Reply([JPEG[:50], JPEG[50:]], type="image/jpeg")


def asked(reply: Reply = PICTURE, **more: Any) -> tuple[PollinationsImages, list[Recorded]]:
    http, requests = offline_http(reply)
    return PollinationsImages(at("pollinations", more.pop("url", GEN), **more), http), requests


async def test_a_wish_is_an_address_and_the_key_no_part_of_it() -> None:
    generator, requests = asked()
    wish = replace(CAT, prompt="50% a/b?c#d & “é”", model="flux")
    assert await made(generator, wish) == Made(JPEG, 7)
    parts = urlsplit(requests[0].path)
    folder, _, prompt = parts.path[1:].partition("/")
    assert (folder, unquote(prompt)) == ("image", wish.prompt)
    assert parse_qs(parts.query) == {
        "model": ["flux"],
        "width": ["512"],
        "height": ["512"],
        "seed": ["7"],
        "negative_prompt": ["dogs"],
        "nologo": ["true"],
    }
    assert requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in requests[0].path


async def test_the_older_service_is_asked_in_its_own_way() -> None:
    generator, requests = asked(url="https://image.pollinations.ai", key="")
    found = await made(generator, Wish("cat"))
    assert requests[0].path.startswith("/prompt/cat?")
    assert "authorization" not in requests[0].headers
    assert f"seed={found.seed}&" in requests[0].path


@pytest.mark.parametrize(("own", "sent"), [("openai-large", None), ("gptimage", ["gptimage"])])
async def test_the_model_of_a_chat_is_not_asked_to_draw(own: str, sent: list[str] | None) -> None:
    generator, requests = asked(model=own)
    await made(generator)
    assert parse_qs(urlsplit(requests[0].path).query).get("model") == sent


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (as_json({"error": {"message": "No such key"}}, 401), AuthError, "No such key"),
        (as_json({"error": {"message": "no pollen"}}, 402), QuotaError, "no pollen"),
        (as_json({"error": "Internal", "message": "GPU gone"}, 500), Overloaded, "Internal"),
        (as_json({"error": "queue full"}), ProtocolError, "queue full"),
        (Reply([b"<!DOCTYPE html><title>Moved</title>"], type="text/html"), ProtocolError, "Moved"),
        (Reply([], type="image/jpeg"), ProtocolError, "sent no picture"),
        (Reply([b"not a picture"], type="image/jpeg"), ProtocolError, "not a picture"),
        (Reply([], 302, headers={"location": "https://evil.example"}), ProtocolError, "points to"),
    ],
)
async def test_what_is_no_picture_is_told(reply: Reply, kind: Any, words: str) -> None:
    generator, requests = asked(reply)
    await fails(generator, kind, words)
    assert len(requests) == 1


async def test_a_prompt_too_long_for_an_address_is_refused_here() -> None:
    generator, requests = asked()
    await fails(generator, BadRequest, "too long", Wish("é" * 1500))
    assert requests == []
