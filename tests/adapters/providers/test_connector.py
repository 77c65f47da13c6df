from __future__ import annotations

import subprocess
import sys
from contextlib import aclosing
from dataclasses import replace

import pytest

from tests.adapters.providers.support import CHAT, collect, endpoint, offline_http, text_of
from tests.fakes.servers import Reply, as_json, as_sse, delta, ndjson
from tui.adapters.providers.catalog import PROVIDERS
from tui.adapters.providers.connector import HttpConnector
from tui.domain.connection import Model
from tui.domain.errors import BadRequest
from tui.domain.image import Image, PictureLimits


async def test_each_protocol_gets_its_adapter_and_all_share_a_client() -> None:
    line = {"model": "m", "message": {"content": "from ollama"}, "done": True}
    http, requests = offline_http(
        as_sse(delta("from openai", "stop")),
        Reply(ndjson(line)),
        as_json({"data": [{"id": "m"}]}),
    )
    connector = HttpConnector(http)
    assert text_of(await collect(connector.open(endpoint("custom")))) == "from openai"
    assert text_of(await collect(connector.open(endpoint("ollama")))) == "from ollama"
    assert await connector.models(endpoint("custom")) == [Model("m")]
    await connector.aclose()
    paths = [request.path for request in requests]
    assert paths == ["/chat/completions", "/api/chat", "/models"]


async def test_pictures_are_made_to_fit_the_rows_limits() -> None:
    class Prepares:
        async def prepare(self, image: Image, limits: PictureLimits, shrink: int = 0) -> Image:
            assert limits == PROVIDERS["groq"].pictures
            return replace(image, data=b"small")

    http, requests = offline_http(as_sse(delta("x", "stop")))
    await collect(HttpConnector(http, Prepares()).open(endpoint("groq")), CHAT)
    content = requests[0].json["messages"][1]["content"]
    urls = [part["image_url"]["url"] for part in content if "image_url" in part]
    assert urls == ["data:image/jpeg;base64,c21hbGw="] * 2


@pytest.mark.parametrize("name", [row.id for row in PROVIDERS.values() if row.chats])
def test_every_row_that_chats_opens(name: str) -> None:
    http, requests = offline_http(as_json({}))
    assert HttpConnector(http).open(endpoint(name))
    assert requests == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("extras", "only captions"),
        ("a1111", "only makes pictures"),
        ("comfyui", "only makes pictures"),
    ],
)
def test_a_service_for_something_else_does_not_chat(name: str, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        HttpConnector().open(endpoint(name))


async def test_only_some_servers_fetch_models() -> None:
    http, requests = offline_http(as_json({}))
    with pytest.raises(BadRequest, match="fetches no models"):
        async with aclosing(HttpConnector(http).pull(endpoint("llamacpp"), "x")) as events:
            [event async for event in events]
    assert requests == []


def test_the_client_is_there_for_caption_sources() -> None:
    http, _ = offline_http(as_json({}))
    assert HttpConnector(http).client is http


def test_nothing_heavy_is_imported_before_the_first_use() -> None:
    code = (
        "import sys; from tui.adapters.providers.connector import HttpConnector; HttpConnector();"
        "heavy = ('httpx', 'PIL', 'numpy', 'tui.adapters.providers.ollama');"
        "print([name for name in heavy if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
