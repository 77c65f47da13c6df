from __future__ import annotations

import base64
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.imagers.support import B64, JPEG, PNG, PUBLIC, Fetches, at
from tests.adapters.providers.support import KEY, offline_http
from tests.fakes.servers import FakeServer, Reply, as_json
from tui.adapters.failures import Origin
from tui.adapters.http import Http
from tui.adapters.imagers import pictures, shapes
from tui.adapters.imagers.pictures import Addresses
from tui.domain.errors import ProtocolError, ProviderError
from tui.domain.secret import Secret

ORIGIN = Origin("kitchen", "Painter", "127.0.0.1:1", Secret(KEY))


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    http = Http()
    yield http
    await http.aclose()


@pytest.mark.parametrize("data", [PNG, JPEG], ids=["png", "jpeg"])
def test_a_picture_passes_in_each_wrapping(data: bytes) -> None:
    text = base64.b64encode(data).decode()
    assert pictures.checked(data, ORIGIN) == data
    assert pictures.from_text(text, ORIGIN) == data
    assert pictures.from_text(text.rstrip("="), ORIGIN) == data
    assert pictures.from_text(f"data:image/png;base64,{text[:40]}\n{text[40:]}", ORIGIN) == data


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "sent no picture"),
        (b"<html><title>Sign in</title></html>", "does not answer like Painter"),
        (b'{"error": {"message": "no credit"}}', "no credit"),
        (b"  [1]", "does not answer like Painter"),
        (b"just words", "text, not a picture"),
        (b"\x00\x01\x02\x03" * 9, "unknown data, not a picture"),
        (b"%PDF-1.7", "a PDF document"),
        pytest.param(bytes(25_000_001), "more than 25 MB", id="huge"),
    ],
)
def test_what_is_no_picture_is_told_in_one_line(data: bytes, words: str) -> None:
    with pytest.raises(ProviderError, match=words) as caught:
        pictures.checked(data, ORIGIN)
    assert "\n" not in caught.value.message


def test_text_that_is_no_base64_or_too_much_of_it_is_refused() -> None:
    with pytest.raises(ProtocolError, match="cannot be decoded"):
        pictures.from_text("no base64!", ORIGIN)
    with pytest.raises(ProtocolError, match="more than 25 MB"):
        pictures.from_text("A" * 33_400_000, ORIGIN)


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")))
def test_no_text_at_all_breaks_the_decoder(text: str) -> None:
    try:
        pictures.from_text(text, ORIGIN)
    except ProviderError as error:
        assert error.message


@given(st.binary(max_size=200))
def test_what_was_encoded_comes_out_again(data: bytes) -> None:
    assert pictures.decoded(base64.b64encode(data).decode()) == data


async def test_an_address_of_the_service_itself_is_asked_without_the_key(http: Http) -> None:
    async with FakeServer(Reply([PNG], type="image/png")) as server:
        endpoint = at("custom", f"{server.url}/v1")
        found = await Addresses(endpoint, http).picture(f"{server.url}/made/1.png")
        assert found == PNG
        assert server.requests[0].path == "/made/1.png"
        assert KEY not in str(server.requests[0])


async def test_another_server_of_this_machine_only_serves_one_on_this_machine(http: Http) -> None:
    async with FakeServer(Reply([PNG], type="image/png")) as server:
        url = f"{server.url}/1.png"
        assert await Addresses(at("custom", "http://localhost:1/v1"), http).picture(url) == PNG
        remote = Addresses(at("openai", "https://api.openai.com/v1"), http)
        with pytest.raises(ProtocolError, match="only https"):
            await remote.picture(url)
        with pytest.raises(ProtocolError, match="not on the public internet"):
            await remote.picture(f"https://127.0.0.1:{server.port}/1.png")
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://pictures.example/1.png",
        "ftp://127.0.0.1/1.png",
        "file:///etc/passwd",
        "http://user:pass@127.0.0.1:1/1.png",
        "http://[",
        "/etc/passwd",
    ],
)
async def test_addresses_that_are_none_lead_nowhere(http: Http, url: str) -> None:
    for endpoint in (at("openai", "https://api.openai.com/v1"), at("custom")):
        with pytest.raises(ProviderError):
            await Addresses(endpoint, http).picture(url)


async def test_what_is_fetched_is_looked_at_too(http: Http) -> None:
    endpoint = at("openai", "https://api.openai.com/v1")
    fetch = Fetches()
    assert await Addresses(endpoint, http, fetch).picture(PUBLIC) == PNG
    assert fetch.urls == [PUBLIC]
    assert await Addresses(endpoint, http, fetch).picture(f"data:image/png;base64,{B64}") == PNG
    with pytest.raises(ProtocolError, match=r"cannot be fetched: 10\.0\.0\.1"):
        await Addresses(endpoint, http, Fetches(None)).picture(PUBLIC)
    with pytest.raises(ProviderError, match="does not answer like"):
        await Addresses(endpoint, http, Fetches(b"<html>")).picture(PUBLIC)


async def test_an_answer_without_end_is_cut_off() -> None:
    http, _ = offline_http(Reply([PNG, b"0" * 26_000_000], type="image/png"))
    with pytest.raises(ProtocolError, match="more than 25 MB"):
        await Addresses(at("custom"), http).picture("http://127.0.0.1:1/a.png")
    http, _ = offline_http(as_json({"detail": "gone"}, 404))
    with pytest.raises(ProviderError, match="gone"):
        await Addresses(at("custom"), http).picture("http://127.0.0.1:1/a.png")


@pytest.mark.parametrize(
    ("width", "height", "size", "ratio"),
    [
        (512, 512, "1024x1024", "1:1"),
        (768, 512, "1536x1024", "3:2"),
        (512, 768, "1024x1536", "2:3"),
        (1920, 1080, "1536x1024", "16:9"),
        (0, 512, "1024x1536", "9:16"),
    ],
)
def test_the_nearest_shape_is_found(width: int, height: int, size: str, ratio: str) -> None:
    sizes = ("1024x1024", "1536x1024", "1024x1536")
    assert shapes.nearest(width, height, sizes) == size
    assert shapes.nearest(width, height, shapes.RATIOS) == ratio
    assert shapes.nearest(width, height, ()) == ""


@given(st.integers(-10_000, 10_000))
def test_a_stepped_side_is_within_bounds(value: int) -> None:
    side = shapes.stepped(value, 64, 64, 3072)
    assert 64 <= side <= 3072
    assert side % 64 == 0
