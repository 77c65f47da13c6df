"""Draws the pictures of the README with the program itself: `make screenshot`.

The app runs whole, with its files in a folder that is thrown away; only the model is played, by a
server on loopback that knows its lines. The same program gives the same pictures.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from textual.pilot import Pilot
from textual.widgets import TextArea

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tui.bootstrap import build  # noqa: E402 - the checkout, not an installed Salon
from tui.paths import find  # noqa: E402
from tui.services import caption_attempt  # noqa: E402
from tui.ui.app import SalonApp  # noqa: E402
from tui.ui.captions.editor import CaptionEditor  # noqa: E402
from tui.ui.widgets.image_view import ImageView  # noqa: E402

PHOTO = ROOT / "tests" / "data" / "photos" / "cat.jpg"
SIZE = (100, 37)
CAPTION = (
    "A close-up of a ginger tabby cat with green eyes and long white whiskers. "
    "It has its head down and looks past the camera, wide awake."
)
ANSWER = (
    "Head down, eyes wide: that cat is *pretending* to rest. **Something is moving** just outside "
    "the picture, and it will be looked into in about four seconds.\n\n"
    "What was it?\n\n"
    "1. a fly at the window,\n"
    "2. the fridge door,\n"
    "3. you, with the camera.\n"
)
CONFIG = """\
connections:
  kitchen:
    {{provider: llamacpp, url: "http://127.0.0.1:{port}/v1", model: qwen3-vl-4b, vision: "yes"}}
chat: {{connection: kitchen}}
captioning: {{source: multimodal}}
"""
SECONDS = 1.8
"""What the editor shows: the real time would differ from run to run."""
FONTS = "Menlo, Consolas, 'DejaVu Sans Mono', monospace"


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Play the model: a caption for who asks about a picture, else the character's words."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
    body = json.loads(await reader.readexactly(int(length[1]))) if length else {}
    text = ANSWER if len(body.get("messages", [])) > 1 else CAPTION
    usage = {"prompt_tokens": 1184, "completion_tokens": 57}
    steps: list[dict[str, object]] = [
        {"choices": [{"index": 0, "delta": {"content": word}}]}
        for word in re.findall(r"\S+\s*", text)
    ]
    steps.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": usage})
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
    for step in steps:
        writer.write(b"data: " + json.dumps(step).encode() + b"\n\n")
    writer.write(b"data: [DONE]\n\n")
    await writer.drain()
    writer.close()


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Let the app run until something is so."""
    async with asyncio.timeout(20):
        while not condition():
            await pilot.pause(0.02)
    await pilot.pause()


async def enter(pilot: Pilot[None], app: SalonApp, line: str) -> None:
    """Write a line into the prompt and send it."""
    app.chat.composer.load(line)
    await pilot.press("enter")


async def at_rest(pilot: Pilot[None], app: SalonApp) -> str:
    """What is on the screen once it no longer changes and nothing blinks."""
    for area in app.screen.query(TextArea):
        area.cursor_blink = False
    before, now = "", "-"
    while before != now:
        await until(pilot, lambda: all(view.ready for view in app.screen.query(ImageView)))
        await app.chat.transcript.pictures_drawn()
        await pilot.pause(0.3)
        before, now = now, app.export_screenshot(title="Salon")
    return now


async def save(pilot: Pilot[None], app: SalonApp, name: str) -> None:
    """Write down what is on the screen, without fonts from elsewhere."""
    svg = await at_rest(pilot, app)
    svg = re.sub(r"@font-face \{.*?\}\n?", "", svg, flags=re.DOTALL)
    svg = re.sub(r"font-family: [^;]*Fira Code[^;]*;", f"font-family: {FONTS};", svg)
    svg = "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"
    (ROOT / "docs" / name).write_text(svg, encoding="utf-8")


async def play(app: SalonApp, pilot: Pilot[None]) -> None:
    """Act out the first minute."""
    await until(pilot, lambda: hasattr(app, "chat") and app.screen is app.chat)
    await enter(pilot, app, f"/caption {PHOTO.name}")
    await until(pilot, lambda: isinstance(app.screen, CaptionEditor))
    editor = app.screen
    assert isinstance(editor, CaptionEditor)
    await until(pilot, lambda: not editor.streaming)
    await save(pilot, app, "editor.svg")
    await pilot.press("ctrl+s")
    await until(pilot, lambda: app.screen is app.chat and len(app.chat.session) == 3)
    await until(pilot, lambda: app.chat.session.message(-1).status == "complete")
    await pilot.press("alt+up", "alt+up")
    await save(pilot, app, "screenshot.svg")
    await app.action_leave()


async def main() -> None:
    """Start server and app, and draw."""
    ticks = iter(range(1000))
    clock = SimpleNamespace(monotonic=lambda: next(ticks) * SECONDS)
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with tempfile.TemporaryDirectory() as home:
        environ = {"SALON_HOME": home, "HOME": home, "PATH": os.environ.get("PATH", "")}
        paths = find(environ)
        paths.config.mkdir(parents=True)
        paths.settings.write_text(CONFIG.format(port=port), encoding="utf-8")
        os.chdir(PHOTO.parent)
        app = SalonApp(build(paths, {}, environ), paths)
        app.animation_level = "none"
        with patch.object(caption_attempt, "time", clock):
            async with app.run_test(size=SIZE) as pilot:
                await play(app, pilot)
    server.close()


if __name__ == "__main__":
    os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", NO_PROXY="*")
    os.environ.pop("NO_COLOR", None)
    asyncio.run(main())
