"""A reply in Textual's own Markdown widget: what Salon's streaming is compared with.

    python markdown_stream.py PORT

Enter asks the server of the benchmark for a reply.
"""

from __future__ import annotations

import asyncio
import json
import sys

from textual import work
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Input, Markdown

HEAD = "POST /v1/chat/completions HTTP/1.0\r\nContent-Length: {}\r\n\r\n"


class Stream(App[None]):
    """One reply at a time."""

    CSS = "VerticalScroll { height: 1fr } Input { dock: bottom }"

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Markdown("STREAM-READY")
        yield Input()

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @work
    async def on_input_submitted(self, event: Input.Submitted) -> None:
        event.input.clear()
        reply = Markdown()
        scroll = self.query_one(VerticalScroll)
        await scroll.mount(reply)
        scroll.anchor()
        stream = Markdown.get_stream(reply)
        reader, writer = await asyncio.open_connection("127.0.0.1", int(sys.argv[1]))
        question = {"role": "user", "content": event.value}
        body = json.dumps({"messages": [question], "stream": True}).encode()
        writer.write(HEAD.format(len(body)).encode() + body)
        async for line in reader:
            if line.startswith(b"data: {"):
                await stream.write(json.loads(line[6:])["choices"][0]["delta"]["content"])
        await stream.stop()
        writer.close()


if __name__ == "__main__":
    Stream().run()
