from __future__ import annotations

import subprocess
import sys

from tests.adapters.providers.support import collect, endpoint, offline_http, text_of
from tests.fakes.servers import Reply, as_json, as_sse, delta, ndjson
from tui.adapters.providers.connector import HttpConnector
from tui.domain.connection import Model


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


def test_nothing_heavy_is_imported_before_the_first_use() -> None:
    code = (
        "import sys; from tui.adapters.providers.connector import HttpConnector; HttpConnector();"
        "print([m for m in ('httpx', 'PIL', 'numpy') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
