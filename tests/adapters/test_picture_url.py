from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from tests.fakes.servers import FakeServer, Recorded, Reply
from tui.adapters import picture_url
from tui.adapters.picture_url import PictureUrls
from tui.adapters.public_address import Place
from tui.domain.errors import ImageError

LIMIT = 10_000
PNG = b"\x89PNG\r\n\x1a\n and the rest"


def png(data: bytes = PNG, **headers: str) -> Reply:
    return Reply([data[at : at + 7] for at in range(0, len(data), 7)], 200, "image/png", headers)


def to(location: str, status: int = 302) -> Reply:
    return Reply([], status, "text/html", {"Location": location})


class Body(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield PNG


class Looks:
    """Lets every address lead to this machine, but hosts named "private"."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def __call__(self, url: str) -> Place:
        self.seen.append(url)
        host = httpx.URL(url).host
        if host == "private.example":
            raise ImageError(f"{host} is not on the public internet")
        return Place(host, ("127.0.0.1",))


async def fetched(
    answer: Callable[[Recorded], Reply], looks: Looks | None = None, limit: int = LIMIT
) -> bytes:
    async with FakeServer(answer=answer) as server:
        url = f"http://pics.example:{server.port}/a.png"
        return await PictureUrls(looks or Looks()).fetch(url, limit)


async def test_a_picture_comes_byte_by_byte_from_the_address_that_was_looked_at() -> None:
    requests: list[Recorded] = []

    def answer(request: Recorded) -> Reply:
        requests.append(request)
        return png()

    assert await fetched(answer) == PNG
    (request,) = requests
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert headers["host"].startswith("pics.example:")
    assert headers["accept-encoding"] == "identity"
    assert "cookie" not in headers
    assert request.path == "/a.png"


async def test_each_redirect_is_looked_at() -> None:
    looks = Looks()
    pages = {"/a.png": to("/b.png"), "/b.png": to("//other.example:{port}/c.png", 308)}

    async with FakeServer(answer=lambda _: png()) as end:
        port = end.port

        def answer(request: Recorded) -> Reply:
            page = pages[request.path]
            return to(page.headers["Location"].replace("{port}", str(port)), page.status)

        assert await fetched(answer, looks) == PNG

    assert [httpx.URL(url).host for url in looks.seen] == [
        "pics.example",
        "pics.example",
        "other.example",
    ]


async def test_a_redirect_into_ones_own_network_is_refused() -> None:
    with pytest.raises(ImageError, match=r"private\.example is not on the public internet"):
        await fetched(lambda _: to("https://private.example/a.png"))


async def test_a_redirect_without_encryption_is_refused_by_the_real_look() -> None:
    def handle(_: httpx.Request) -> httpx.Response:
        return httpx.Response(301, headers={"Location": "http://pics.example/b.png"})

    async def look(url: str) -> Place:
        from tui.adapters.public_address import public_place

        async def look_up(_host: str, _port: int) -> list[str]:
            return ["93.184.215.14"]

        return await public_place(url, look_up, lambda _host: False)

    urls = PictureUrls(look, lambda _: httpx.AsyncClient(transport=httpx.MockTransport(handle)))
    with pytest.raises(ImageError, match="only https"):
        await urls.fetch("https://pics.example/a.png", LIMIT)


async def test_redirects_without_end_are_given_up() -> None:
    with pytest.raises(ImageError, match="without end"):
        await fetched(lambda _: to("/a.png"))


async def test_what_is_too_large_is_not_read_to_its_end() -> None:
    with pytest.raises(ImageError, match="larger than 0 MB"):
        await fetched(lambda _: Reply([b"x" * 40] * 50, 200, "image/png", hold=True), limit=500)


async def test_what_says_that_it_is_too_large_is_not_read_at_all() -> None:
    def handle(_: httpx.Request) -> httpx.Response:
        headers = {"Content-Type": "image/png", "Content-Length": str(LIMIT + 1)}
        return httpx.Response(200, headers=headers)

    urls = PictureUrls(Looks(), lambda _: httpx.AsyncClient(transport=httpx.MockTransport(handle)))
    with pytest.raises(ImageError, match="larger than"):
        await urls.fetch("https://pics.example/a.png", LIMIT)


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/octet-stream", ""])
async def test_what_does_not_call_itself_a_picture_is_refused(kind: str) -> None:
    with pytest.raises(ImageError, match="not a picture"):
        await fetched(lambda _: Reply([PNG], 200, kind))


async def test_a_refusal_is_told_with_its_number() -> None:
    with pytest.raises(ImageError, match="status 403"):
        await fetched(lambda _: Reply([PNG], 403, "image/png"))


async def test_a_connection_that_breaks_is_told() -> None:
    with pytest.raises(ImageError, match=r"pics\.example: the picture cannot be fetched"):
        await fetched(lambda _: Reply([PNG], 200, "image/png", drop=True))


async def test_a_server_that_is_silent_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_url, "SECONDS", 0.3)

    with pytest.raises(ImageError, match="silent for too long"):
        await fetched(lambda _: Reply([PNG], 200, "image/png", hold=True))


async def test_the_certificate_is_asked_of_the_host_and_not_of_its_number() -> None:
    requests: list[httpx.Request] = []
    proxied: list[bool] = []

    def handle(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, headers={"Content-Type": "image/png"}, stream=Body())

    def make(by_proxy: bool) -> httpx.AsyncClient:
        proxied.append(by_proxy)
        return httpx.AsyncClient(transport=httpx.MockTransport(handle))

    async def look(_: str) -> Place:
        return Place("bücher.example", ("2606:4700::1111",))

    assert await PictureUrls(look, make).fetch("https://bücher.example/a.png", LIMIT) == PNG
    (request,) = requests
    assert str(request.url) == "https://[2606:4700::1111]/a.png"
    assert request.headers["Host"] == "xn--bcher-kva.example"
    assert request.extensions["sni_hostname"] == "xn--bcher-kva.example"
    assert proxied == [False]


async def test_a_proxy_of_the_environment_is_not_asked_unless_it_leads_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    assert await fetched(lambda _: png()) == PNG


async def test_another_address_of_the_host_is_tried_when_one_is_not_reached() -> None:
    tried: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        tried.append(request.url.host)
        if ":" in request.url.host:
            raise httpx.ConnectError("no route", request=request)
        return httpx.Response(200, headers={"Content-Type": "image/png"}, stream=Body())

    async def look(_: str) -> Place:
        return Place("pics.example", ("2606:4700::1111", "93.184.215.14"))

    urls = PictureUrls(look, lambda _: httpx.AsyncClient(transport=httpx.MockTransport(handle)))
    assert await urls.fetch("https://pics.example/a.png", LIMIT) == PNG
    assert tried == ["2606:4700::1111", "93.184.215.14"]
