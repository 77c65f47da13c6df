"""A key in the configuration must not turn up anywhere but at its own host."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.fakes.interaction import FakeInteraction
from tests.fakes.servers import JSON, FakeServer, Recorded, Reply
from tui.adapters.providers.catalog import PROVIDERS
from tui.bootstrap import build
from tui.cli import logs
from tui.domain.caption import Nowhere
from tui.domain.connection import Provider
from tui.domain.errors import AppError
from tui.domain.export.formats import FORMATS
from tui.paths import find, folder
from tui.services import Services
from tui.services.caption_sources import CaptionRequest

KEY = "planted-9f86d081884c7d65"
PASSWORD = "proxy-60303ae22b998861"
CAT = Path(__file__).parent / "data" / "photos" / "cat.jpg"
ROWS = [row for row in PROVIDERS.values() if row.id != "offline"]


@dataclass
class Lab:
    """Salon with one connection to a server that gives back whatever it gets."""

    services: Services
    own: FakeServer
    elsewhere: FakeServer
    said: list[str] = field(default_factory=list)
    """Errors and results as a person sees them."""


def spiteful(elsewhere: Callable[[], str]) -> Callable[[Recorded], Reply]:
    """Gives the key that it got back: in refusals, in a page, and on the way to another host."""
    asked = 0

    def answer(request: Recorded) -> Reply:
        nonlocal asked
        asked += 1
        names = ("authorization", "x-api-key", "x-goog-api-key", "apikey")
        sent = next((request.headers[each] for each in names if each in request.headers), "")
        key = sent.removeprefix("Bearer ") or "nothing"
        answers = [
            Reply([f'{{"error": {{"message": "bad key {key}"}}}}'.encode()], 401, JSON),
            Reply([f'{{"detail": "{key} is not welcome"}}'.encode()], 403, JSON),
            Reply([], 302, headers={"location": f"{elsewhere()}/{key}"}),
            Reply([f"<html>your key is {key}</html>".encode()], 200, "text/html"),
            Reply([f'{{"message": "{key}", "models": ["{key}"]}}'.encode()], 400, JSON),
        ]
        return answers[asked % len(answers)]

    return answer


@asynccontextmanager
async def lab(home: Path, row: Provider, *, proxied: bool) -> AsyncIterator[Lab]:
    elsewhere = FakeServer(Reply([b"{}"], type=JSON))
    own = FakeServer(answer=spiteful(lambda: elsewhere.url))
    environ = {"SALON_HOME": str(home), "PLANTED": KEY, "PASSWORD": PASSWORD, "PATH": "/nowhere"}
    paths = find(environ)
    async with elsewhere, own:
        lines = ["connections:", "  lab:", f"    provider: {row.id}", "    key: env:PLANTED"]
        lines += [f"    url: {elsewhere.url if proxied else own.url}", "    model: m"]
        lines += ["    vision: yes"]
        if proxied:
            lines += [f"    proxy: {own.url}", "    proxy_key: env:PASSWORD"]
        lines += ["chat: {connection: lab}"]
        folder(paths.config)
        paths.settings.write_text("\n".join(lines) + "\n")
        root = logging.getLogger()
        before = list(root.handlers)
        logs.start(paths.log)
        services = build(paths, {}, environ)
        try:
            yield Lab(services, own, elsewhere)
        finally:
            await services.aclose()
            for handler in set(root.handlers) - set(before):
                root.removeHandler(handler)
                handler.close()


async def use_everything(lab: Lab) -> None:
    """Ask for models, test, chat and caption, often enough to meet every answer; export it."""
    connections = lab.services.connections
    chosen = connections.describe("lab")
    for _ in range(5):
        try:
            lab.said.append(repr(await connections.models("lab")))
        except AppError as error:
            lab.said += [error.line(), repr(error)]
        try:
            lab.said.append(await connections.about("lab", chosen))
        except AppError as error:
            lab.said.append(error.line())
        lab.said += [line.text for line in await connections.test("lab", chosen)]
        await _caption(lab)
    session = await lab.services.library.new()
    for _ in range(5):
        await lab.services.chats.send(session, "Hello")
        try:
            async with aclosing(lab.services.chats.reply(session)) as events:
                lab.said += [repr(event) async for event in events]
        except AppError as error:
            lab.said.append(error.line())
    lab.said += [repr(session.message(index)) for index in range(len(session))]
    lab.said.append(repr(await lab.services.chats.prompt(session)))
    for form in FORMATS.values():
        lab.said.append(await lab.services.exports.to_text(session, form))


async def _caption(lab: Lab) -> None:
    request = CaptionRequest(CAT, connection="lab", source="multimodal", delivery=Nowhere())
    try:
        lab.said.append(repr(await lab.services.captions.caption(request, FakeInteraction())))
    except AppError as error:
        lab.said.append(error.line())


def everywhere(home: Path, lab: Lab, caplog: pytest.LogCaptureFixture) -> dict[str, str]:
    """All the places where a key could be found, by name."""
    places = {
        str(file.relative_to(home)): file.read_bytes().decode("latin-1")
        for file in home.rglob("*")
        if file.is_file()
    }
    places["log"] = caplog.text
    places["what was said"] = "\n".join(lab.said)
    places["other hosts"] = "\n".join(map(repr, lab.elsewhere.requests))
    places["addresses"] = "\n".join(request.path for request in lab.own.requests)
    return places


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
async def test_a_planted_key_is_found_nowhere(
    row: Provider, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with lab(tmp_path, row, proxied=False) as found:
        await use_everything(found)

    assert any(KEY in repr(request.headers) for request in found.own.requests)
    places = everywhere(tmp_path, found, caplog)
    assert [name for name, text in places.items() if KEY in text] == []


@pytest.mark.parametrize("row", [r for r in ROWS if r.proxy], ids=lambda row: row.id)
async def test_the_real_key_never_goes_to_a_proxy(
    row: Provider, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with lab(tmp_path, row, proxied=True) as found:
        await use_everything(found)

    sent = "\n".join(map(repr, (*found.own.requests, *found.elsewhere.requests)))
    assert PASSWORD in sent
    assert KEY not in sent
    assert found.elsewhere.requests == []
    places = everywhere(tmp_path, found, caplog)
    assert [name for name, text in places.items() if KEY in text or PASSWORD in text] == []
