"""The app over its real adapters: files, database, pictures, worker process, HTTP."""

from __future__ import annotations

import os
from pathlib import Path

from tests.fakes.servers import FakeServer, Reply, as_sse, delta, sse
from tests.ui.app.stage import caption_of, opened
from tui.bootstrap import build
from tui.paths import find
from tui.services import Services

PHOTO = Path(__file__).resolve().parents[2] / "data" / "photos" / "cat.jpg"


CONFIG = """\
# mine
connections: {{kitchen: {{provider: custom, url: "{url}/v1", model: some-id}}}}
chat: {{connection: kitchen}}
"""


def services() -> Services:
    return build(find(), {"ui.probe_local_servers": False}, os.environ)


def configure(url: str) -> None:
    find().config.mkdir(parents=True, exist_ok=True)
    find().settings.write_text(CONFIG.format(url=url), encoding="utf-8")


async def test_the_first_minute_without_network_model_or_key() -> None:
    async with opened(services=services()) as stage:
        assert "Come in!" in stage.screen
        await stage.enter(f"/caption {PHOTO}")
        await stage.until(lambda: stage.top == "CaptionEditor")
        editor = await stage.editor()
        caption = caption_of(editor)
        assert "tabby" in caption.casefold() or "cat" in caption.casefold()
        assert "offline description" in stage.shown("#facts")
        assert "salon model download" in stage.shown("#remarks") or "Ctrl+D" in stage.screen
        await stage.press("ctrl+s")
        await stage.closed()
        assert stage.messages[-1].attachments[0].name == "cat.jpg"
        await stage.write("to be continued")
        await stage.pilot.press("ctrl+q")
        await stage.pilot.pause()

    async with opened(services=services()) as stage:
        assert stage.messages[-1].attachments[0].caption == caption
        assert stage.prompt == "to be continued"
        await stage.app.chat.transcript.pictures_drawn()
        assert "▀" in stage.screen or "▄" in stage.screen


async def test_a_server_streams_is_stopped_breaks_off_is_gone_and_comes_back() -> None:
    whole = as_sse(delta("A whole "), delta("answer."), delta(finish="stop"))
    held = Reply(sse(delta("The first part"), done=False), hold=True)
    dropped = Reply(sse(delta("Half a"), done=False), drop=True)
    async with FakeServer(whole, held, dropped) as server:
        configure(server.url)
        async with opened(services=services()) as stage:
            await stage.say("one")
            await stage.until(lambda: stage.texts[-1] == "A whole answer.")

            await stage.enter("two")
            await stage.until(lambda: "The first part" in stage.screen)
            await stage.press("escape")
            await stage.until(lambda: server.left.is_set() and not stage.replying)
            assert stage.status == "stopped"

            await stage.enter("three")
            await stage.until(lambda: stage.texts[-1] == "Half a" and not stage.replying)
            assert stage.status == "partial"
            assert stage.messages[-1].error

            await server.__aexit__()
            await stage.enter("/set connections.kitchen.url http://127.0.0.1:1/v1")
            await stage.enter("four")
            await stage.until(lambda: stage.status == "failed")
            assert "127.0.0.1:1" in stage.messages[-1].error

            async with FakeServer(whole) as again:
                await stage.enter(f"/set connections.kitchen.url {again.url}/v1")
                await stage.enter("/retry")
                await stage.until(lambda: stage.texts[-1] == "A whole answer.")
            assert stage.messages[-2].status == "complete"
            await stage.pilot.press("ctrl+q")
            await stage.pilot.pause()
    assert find().settings.read_text(encoding="utf-8").startswith("# mine\n")
