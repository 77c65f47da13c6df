"""Servers that others wrote, started for the tests that ask for them: `make test-servers`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tui.adapters.http import Http
from tui.adapters.offline.server import OfflineServer
from tui.adapters.offline.state import is_installed, runtime_installed
from tui.adapters.providers.catalog import PROVIDERS
from tui.adapters.providers.connector import HttpConnector
from tui.domain.connection import Endpoint
from tui.domain.secret import Secret

MODELS = Path(os.environ.get("SALON_TEST_MODELS") or "/nonexistent")
AIMOCK = Path(os.environ.get("SALON_TEST_AIMOCK") or "/nonexistent")
FIXTURES = {
    "fixtures": [
        {"match": {"userMessage": "hello"}, "response": {"content": "Hi from the mock."}},
        {"match": {"userMessage": "Describe"}, "response": {"content": "A blue circle on red."}},
        {
            "match": {"userMessage": "overload"},
            "response": {
                "error": {"message": "overloaded", "type": "overloaded_error"},
                "status": 529,
            },
        },
    ]
}


@pytest.fixture
async def connector() -> AsyncIterator[HttpConnector]:
    made = HttpConnector(Http())
    yield made
    await made.aclose()


@pytest.fixture
async def llama() -> AsyncIterator[tuple[OfflineServer, Endpoint]]:
    """llama.cpp's own server with a tiny model that is blind."""
    if not (is_installed(MODELS) and runtime_installed()):
        pytest.skip("the tiny chat model is not installed: make offline")
    server = OfflineServer(MODELS)
    url = await server.base_url()
    yield server, Endpoint("llama", PROVIDERS["llamacpp"], url, server.key, "smollm2")
    await server.aclose()


@pytest.fixture
async def aimock(tmp_path: Path) -> AsyncIterator[str]:
    """A mock of many services; gives its address."""
    node = shutil.which("node")
    if node is None or not AIMOCK.exists():
        pytest.skip("aimock is not installed: it needs node and npm")
    fixtures = tmp_path / "fixtures.json"
    fixtures.write_text(json.dumps(FIXTURES))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quiet = asyncio.subprocess.DEVNULL
    arguments = [node, str(AIMOCK), "-h", "127.0.0.1", "-p", str(port), "-f", str(fixtures)]
    process = await asyncio.create_subprocess_exec(*arguments, stdout=quiet, stderr=quiet)
    async with asyncio.timeout(20):
        while not await _listens(port):
            await asyncio.sleep(0.1)
    yield f"http://127.0.0.1:{port}"
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


MOCKED = {
    "openai": "/v1",
    "openrouter": "/api/v1",
    "anthropic": "/v1",
    "google": "/v1beta",
    "ollama": "",
    "cohere": "",
}
"""Rows that the mock speaks, with the path of each."""


def mocked(row: str, address: str) -> Endpoint:
    key = Secret("sk-test-0123456789")
    return Endpoint(row, PROVIDERS[row], address + MOCKED[row], key, "some-model", "yes")
