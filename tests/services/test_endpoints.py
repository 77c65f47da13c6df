"""From settings to the wire, with the real catalogue: where requests go, and with which key."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing, suppress
from pathlib import Path

import pytest

from tests.fakes.models import FakeOffline
from tests.fakes.servers import Recorded, Reply, as_json, client_of
from tui.adapters.http import Http
from tui.adapters.providers import address, listing
from tui.adapters.providers.catalog import PROVIDERS
from tui.adapters.providers.connector import HttpConnector
from tui.adapters.secrets import Secrets
from tui.domain.connection import Endpoint
from tui.domain.errors import AppError, AuthError, ConfigError
from tui.domain.generation import GenerationRequest, Turn
from tui.domain.settings import ConnectionSettings
from tui.services.endpoints import Endpoints

PROXY = "https://host.example/proxy"
PROXIED = [row.id for row in PROVIDERS.values() if row.proxy]
KEYED = [row.id for row in PROVIDERS.values() if row.needs_key and row.base_url]
OWN = {"anthropic": "x-api-key", "google": "x-goog-api-key", "vertexai": "x-goog-api-key"}
AUTH = {"authorization", "x-api-key", "x-goog-api-key", "apikey"}
Made = Callable[..., Endpoints]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Makes what is to be tested, with real keys in the variables where they usually are."""

    def make(key: str = "real-key") -> Endpoints:
        usual = {name: key for row in PROVIDERS.values() for name in row.key_env}
        secrets = Secrets(tmp_path / "keys", {**usual, "WORD": "password"})
        return Endpoints(PROVIDERS, secrets, address.normalise, FakeOffline())

    return make


async def sent(endpoint: Endpoint) -> list[Recorded]:
    """What a chat and a list ask for, whatever comes of it."""
    requests: list[Recorded] = []

    def answer(request: Recorded) -> Reply:
        requests.append(request)
        return as_json({"error": {"message": "no"}}, 404)

    http = Http(client_of(answer))
    model = HttpConnector(http).open(endpoint)
    with suppress(AppError):
        async with aclosing(model.generate(GenerationRequest((Turn("user", "Hi"),)))) as events:
            async for _ in events:
                pass
    with suppress(AppError):
        await listing.models(endpoint, http)
    await http.aclose()
    return requests


def through(provider: str, proxy: str = PROXY, password: str = "") -> ConnectionSettings:
    return ConnectionSettings(provider, model="m", proxy=proxy, proxy_key=password)


def test_a_reverse_proxy_is_offered_by_the_table() -> None:
    named = "openai anthropic google vertexai mistral xai moonshot zai deepseek"
    assert sorted(PROXIED) == sorted(named.split())


@pytest.mark.parametrize("provider", PROXIED)
@pytest.mark.parametrize("typed", [PROXY, f" {PROXY}/", PROXY.removeprefix("https://")])
async def test_a_reverse_proxy_stands_for_the_whole_base_and_for_the_key(
    provider: str, typed: str, made: Made
) -> None:
    endpoint = await made().ready("it", through(provider, typed, "env:WORD"), "")
    chat, *lists = await sent(endpoint)
    path = {
        "anthropic": "/messages",
        "google": "/v1beta/models/m:streamGenerateContent?alt=sse",
        "vertexai": "/v1/publishers/google/models/m:streamGenerateContent?alt=sse",
    }.get(provider, "/chat/completions")
    header = {"anthropic": "x-api-key", "google": "x-goog-api-key"}.get(provider, "authorization")
    assert (endpoint.proxied, chat.path) == (True, f"/proxy{path}")
    assert lists
    for request in (chat, *lists):
        assert request.path.startswith("/proxy/")
        assert request.headers["host"] == "host.example"
        assert request.headers[header].removeprefix("Bearer ") == "password"
        assert set(request.headers) & AUTH == {header}
        assert "real-key" not in repr(request)


@pytest.mark.parametrize("provider", PROXIED)
async def test_a_reverse_proxy_without_a_password_gets_no_key_at_all(
    provider: str, made: Made
) -> None:
    for request in await sent(await made().ready("it", through(provider), "")):
        assert not set(request.headers) & AUTH
        assert "real-key" not in repr(request)


@pytest.mark.parametrize(
    ("provider", "typed", "path"),
    [
        ("google", f"{PROXY}/v1beta/", "/proxy/v1beta/models/m"),
        ("vertexai", f"{PROXY}/v1/publishers/google", "/proxy/v1/publishers/google/models/m"),
        ("openai", f"{PROXY}/v1/chat/completions", "/proxy/v1/chat/completions"),
        ("anthropic", f"{PROXY}/v1/messages", "/proxy/v1/messages"),
    ],
)
async def test_a_full_path_of_a_reverse_proxy_is_not_doubled(
    provider: str, typed: str, path: str, made: Made
) -> None:
    requests = await sent(await made().ready("it", through(provider, typed), ""))
    assert requests[0].path.partition(":")[0] == path


@pytest.mark.parametrize("provider", [i for i in PROVIDERS if i not in (*PROXIED, "offline")])
async def test_where_the_table_does_not_say_so_no_proxy_stands_in(
    provider: str, made: Made
) -> None:
    with pytest.raises(ConfigError, match="reverse proxy"):
        await made().ready("it", through(provider), "")


@pytest.mark.parametrize("provider", KEYED)
async def test_a_key_goes_to_its_own_host_in_its_own_header_only(provider: str, made: Made) -> None:
    chosen = ConnectionSettings(provider, model="m")
    with pytest.raises(AuthError, match="needs a key"):
        await made("").ready("it", chosen, "")
    header = OWN.get(provider, "authorization")
    for request in await sent(await made().ready("it", chosen, "")):
        assert request.headers["host"] in PROVIDERS[provider].base_url
        assert request.headers[header].removeprefix("Bearer ") == "real-key"
        assert "real-key" not in request.path
        assert b"real-key" not in request.body


def test_no_row_brings_a_model_along(made: Made) -> None:
    for provider in PROVIDERS:
        url = "" if PROVIDERS[provider].base_url else "http://h.example/v1"
        assert made().plain("it", ConnectionSettings(provider, url), "").model == ""
