"""Servers that do wrong when they are asked for their models: one line, keys that work, and on."""

from __future__ import annotations

import asyncio

import pytest
from textual.widgets import Static

from tests.adapters.test_hostile_servers import WRONG
from tests.fakes.servers import FakeServer, as_json
from tests.fakes.wire import Send, dripping, endless, head, raw_server
from tests.ui.app.stage import Stage, opened
from tests.ui.app.test_for_real import configure, services
from tui.services.checkup import check_connections
from tui.ui.connections.form import ConnectionForm

SOME = (
    "hangs up",
    "a web page",
    "a picture",
    "no UTF-8",
    "deep JSON",
    "nested JSON",
    "wrong types",
    "a long number",
    "an error in an error",
    "a length that is not all there",
    "packed thrice",
    "to a file",
)
KINDS: dict[str, Send] = {
    **{name: WRONG[name] for name in SOME},
    "a list without end": endless(
        head("content-type: application/json"), b'{"data":[' + b'"x",' * 9000
    ),
}
SLOW = dripping(head("content-type: application/json"), b" ", 0.02)
GOOD = as_json({"data": [{"id": "tiny-vision"}]})


async def test_what_a_server_answers_to_model_is_a_line() -> None:
    configure("http://127.0.0.1:1")
    async with opened(services=services()) as stage:
        change = stage.app.services.settings.change
        for name, send in KINDS.items():
            stage.app.clear_notifications()
            async with raw_server(send) as url:
                await change("connections.kitchen.url", f"{url}/v1")
                stage.app.run_line("/model")
                await stage.until(lambda: bool(stage.notices))
            assert len(stage.notices) == 1, name
            assert stage.notices[0].isprintable(), name
            assert len(stage.notices[0]) < 400, name
        async with FakeServer(GOOD) as server:
            await change("connections.kitchen.url", f"{server.url}/v1")
            stage.app.run_line("/model")
            await stage.until(lambda: any("tiny-vision" in each for each in stage.notes))


async def test_esc_ends_the_wait_for_a_list_that_drips() -> None:
    async with raw_server(SLOW) as url:
        configure(url)
        async with opened(services=services()) as stage:
            await stage.enter("/model")
            await stage.until(lambda: _runs(stage))
            await stage.write("typed meanwhile")
            assert "typed meanwhile" in stage.screen
            await stage.press("escape")
            await stage.until(lambda: not _runs(stage))

            assert stage.prompt == "typed meanwhile"


def _runs(stage: Stage) -> bool:
    workers = stage.app.workers
    return any(each.group == "commands" and not each.is_finished for each in workers)


async def _form(stage: Stage) -> ConnectionForm:
    stage.app.run_worker(stage.app.desk.screens.connection("kitchen"))
    await stage.until(lambda: isinstance(stage.app.screen, ConnectionForm))
    form = stage.app.screen
    assert isinstance(form, ConnectionForm)
    return form


def _said(form: ConnectionForm) -> str:
    return str(form.query_one("#status", Static).content)


async def test_what_a_server_answers_to_the_form_is_a_line() -> None:
    configure("http://127.0.0.1:1")
    async with opened(services=services()) as stage:
        form = await _form(stage)
        for name, send in KINDS.items():
            async with raw_server(send) as url:
                form._fields.url.value = f"{url}/v1"
                await stage.press("ctrl+l")
                await stage.until(lambda: not _busy(form))
            assert stage.app.screen is form, name
            assert _said(form).isprintable(), name
            assert 10 < len(_said(form)) < 400, name
        async with raw_server(WRONG["lists of lists"]) as url:
            form._fields.url.value = f"{url}/v1"
            await stage.press("ctrl+l")
            await stage.until(lambda: not _busy(form))
            assert stage.app.screen is form, "there is nothing to choose from"
            assert "no models" in _said(form)
        async with raw_server(SLOW) as url:
            form._fields.url.value = f"{url}/v1"
            await stage.press("ctrl+l")
            await stage.press("tab")
            assert _busy(form)
        async with FakeServer(GOOD) as server:
            form._fields.url.value = f"{server.url}/v1"
            await stage.press("ctrl+l")
            await stage.until(lambda: "tiny-vision" in stage.screen)
            await stage.press("enter")
            assert form._fields.model.value == "tiny-vision"


def _busy(form: ConnectionForm) -> bool:
    return any(worker.group == "server" and not worker.is_finished for worker in form.workers)


@pytest.mark.parametrize("kind", [*KINDS, "drips"])
async def test_the_check_up_says_it_in_a_line(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.services.checkup.SECONDS", 0.3)
    async with raw_server(KINDS.get(kind, SLOW)) as url:
        configure(url)
        ours = services()
        try:
            async with asyncio.timeout(5):
                found = await check_connections(ours.connections)
        finally:
            await ours.aclose()

    bad = next(each for each in found if each.title.startswith("kitchen"))
    assert bad.level == "bad"
    assert f"{bad.text}{bad.fix}".isprintable()
    assert len(bad.text) < 400
