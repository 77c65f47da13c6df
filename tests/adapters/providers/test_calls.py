from __future__ import annotations

import traceback
from dataclasses import replace

import pytest

from tests.adapters.providers.support import KEY, endpoint, offline_http
from tests.fakes.servers import as_json
from tui.adapters.failures import Answer, refusal
from tui.adapters.providers import calls
from tui.adapters.providers.catalog import PROVIDERS
from tui.domain.connection import Endpoint
from tui.domain.errors import AuthError, ProviderError
from tui.domain.secret import Secret

PASSWORD = "proxy-password"
AUTH = {"authorization", "x-api-key", "x-goog-api-key", "apikey"}
rows = pytest.mark.parametrize("name", PROVIDERS)


def sent(where: Endpoint) -> dict[str, str]:
    headers = calls.ask(where, f"{where.url}/models").headers
    assert len({name.lower() for name in headers}) == len(headers)
    return {name.lower(): value for name, value in headers.items()}


def keyed(where: Endpoint) -> dict[str, str]:
    return {name: value for name, value in sent(where).items() if name in AUTH}


@rows
def test_a_key_goes_into_the_header_that_the_row_names(name: str) -> None:
    wanted = {
        "bearer": {"authorization": f"Bearer {KEY}"},
        "x-api-key": {"x-api-key": KEY},
        "x-goog-api-key": {"x-goog-api-key": KEY},
        "apikey": {"apikey": KEY},
        "basic": {"authorization": f"Bearer {KEY}"},
    }
    assert keyed(endpoint(name)) == wanted[PROVIDERS[name].auth]


def test_a_name_and_a_password_are_shown_as_servers_of_pages_want_them() -> None:
    assert keyed(endpoint("a1111", key="ada:pass word")) == {
        "authorization": "Basic YWRhOnBhc3Mgd29yZA=="
    }


def test_a_picture_is_asked_for_once_and_waited_for_as_long_as_it_takes() -> None:
    far = calls.making(endpoint("openai", "https://api.openai.com/v1"), "https://x/1", {"n": 1})
    here = calls.making(endpoint("a1111"), "http://127.0.0.1:1/x", headers={"Accept": "image/*"})
    assert (far.costly, far.read_seconds, far.patience) == (True, calls.MAKING_SECONDS, 0.0)
    assert (here.costly, here.read_seconds, here.headers["Accept"]) == (True, None, "image/*")


@rows
def test_without_a_key_no_header_is_sent_unless_strangers_have_one(name: str) -> None:
    strangers = {"apikey": "0000000000"} if name == "horde" else {}
    assert keyed(endpoint(name, key="")) == strangers
    assert keyed(endpoint(name, key="  ")) == strangers


@pytest.mark.parametrize("name", [row.id for row in PROVIDERS.values() if row.proxy])
def test_a_reverse_proxy_gets_its_password_in_its_own_way_and_nothing_else(name: str) -> None:
    where = replace(endpoint(name, "https://proxy.example/x"), key=Secret(PASSWORD), proxied=True)
    wanted = {
        "anthropic": {"x-api-key": PASSWORD},
        "google": {"x-goog-api-key": PASSWORD},
    }
    assert keyed(where) == wanted.get(name, {"authorization": f"Bearer {PASSWORD}"})
    assert keyed(replace(where, key=None)) == {}


def test_a_proxy_without_a_password_is_not_sent_the_strangers_key() -> None:
    assert keyed(replace(endpoint("horde", key=""), proxied=True)) == {}


@pytest.mark.parametrize("name", ["groq", "openrouter", "cohere", "custom", "horde", "ollama"])
def test_no_proxy_may_stand_in_where_the_table_does_not_say_so(name: str) -> None:
    assert PROVIDERS[name].proxy == ""


def test_googles_short_lived_tokens_are_no_keys() -> None:
    token = "ya29.a0AfH6SMC"
    assert keyed(endpoint("vertexai", key=token)) == {"authorization": f"Bearer {token}"}


def test_fixed_headers_are_sent_and_the_horde_learns_who_asks() -> None:
    assert sent(endpoint("anthropic"))["anthropic-version"] == "2023-06-01"
    assert sent(endpoint("openrouter"))["x-title"] == "Salon"
    name, version, contact = sent(endpoint("horde"))["client-agent"].split(":")
    assert name == "salon"
    assert version[0].isdigit()
    assert contact


def test_ones_own_headers_come_before_all_others_whatever_their_case() -> None:
    own = (
        ("ANTHROPIC-VERSION", Secret("2026-10-21")),
        ("X-Api-Key", Secret("other")),
        ("X-More", Secret(" more ")),
    )
    headers = sent(replace(endpoint("anthropic"), headers=own))
    assert headers["anthropic-version"] == "2026-10-21"
    assert headers["x-api-key"] == "other"
    assert headers["x-more"] == "more"


def test_an_empty_header_of_ones_own_takes_one_away() -> None:
    headers = sent(replace(endpoint("openrouter"), headers=(("x-title", Secret("")),)))
    assert "x-title" not in headers


@pytest.mark.parametrize(
    ("name", "value"),
    [("X-Bad", "two\r\nInjected: yes"), ("X-Bad", "schlüssel"), ("X Bad:", "x"), ("", "x")],
)
def test_a_header_that_cannot_be_sent_is_told_without_its_value(name: str, value: str) -> None:
    where = replace(endpoint("custom"), headers=((name, Secret(value)),))
    with pytest.raises(AuthError) as caught:
        calls.ask(where, where.url)
    assert value not in caught.value.line() or value == "x"
    assert caught.value.provider


async def test_no_secret_shows_when_a_server_repeats_it() -> None:
    own = (("X-Token", Secret("Bearer hidden-token-1")), ("X-Other", Secret("hidden-2")))
    where = replace(endpoint("custom"), headers=own)
    echo = {"error": {"message": f"no: {KEY} hidden-token-1 Bearer hidden-token-1 hidden-2"}}
    http, requests = offline_http(as_json(echo, 400))
    with pytest.raises(ProviderError) as caught:
        await http.json(calls.ask(where, f"{where.url}/models"))
    shown = caught.value.line() + "".join(traceback.format_exception(caught.value))
    assert "hidden" not in caught.value.line()
    assert KEY not in shown
    assert requests[0].headers["x-other"] == "hidden-2"
    assert "hidden" not in repr(calls.ask(where, where.url))
    assert KEY not in repr(calls.ask(where, where.url))


@pytest.mark.parametrize(
    ("row", "ending"),
    [
        ("openai", "/v1"),
        ("google", "/v1beta"),
        ("custom", "/v1"),
        ("workersai", "/ai/v1"),
        ("ollama", ""),
        ("llamacpp", "/v1"),
        ("zai", "/api/paas/v4"),
        ("vertexai", "/publishers/google"),
    ],
)
def test_a_wrong_address_is_told_how_it_should_end(row: str, ending: str) -> None:
    origin = calls.origin_of(endpoint(row))
    hint = refusal(Answer(404, "<html>Not found</html>"), origin).hint

    assert hint.endswith(f"it often ends in {ending}" if ending else "(F2)")
