"""What the transcript costs: CPU to stream a reply and time to open a long chat.

    python benchmarks/transcript.py

Streaming is compared with Textual's own `Markdown` stream in the same process and without a
terminal, so trust the ratio and not the seconds.
"""

from __future__ import annotations

import asyncio
import gc
import resource
from time import perf_counter, process_time

from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Markdown

from tui.domain.chat import Chat, Message, Outline
from tui.ui.transcript import Transcript

SIZE = (120, 40)
RATE = 200.0
"""Tokens a second."""
SAMPLE = """## A plan for the garden

Some *plain* words with `code` and **weight**, long enough to wrap on a narrow terminal, and a
[link](https://example.org/a/long/path) for good measure. 漢字も少し混ぜておきます。

- first thing to do, with a little explanation
- second thing
  - a detail of it
- third thing

```python
def area(width: float, height: float) -> float:
    '''Square metres.'''
    return width * height  # simple enough
```

| plant | month | litres |
|-------|:-----:|-------:|
| bean  | May   | 2.5    |
| leek  | June  | 1.0    |

> Water in the evening, never at noon.

"""


def tokens(count: int) -> list[str]:
    """Pieces of about four characters."""
    text = SAMPLE * (1 + count * 4 // len(SAMPLE))
    return [text[at : at + 4] for at in range(0, count * 4, 4)]


class Source:
    """A chat in memory."""

    def __init__(self, messages: list[Message]) -> None:
        self.messages = messages
        self.revision = 0
        self.chat = Chat("c", "", "", "", 0.0, 0.0)
        self.outline = [
            Outline(each.id, len(each.text), each.text.count("\n") + 1) for each in messages
        ]

    def __len__(self) -> int:
        return len(self.messages)

    def message(self, index: int) -> Message:
        return self.messages[index]


class Lines(App[None]):
    """Our transcript."""

    def __init__(self, messages: list[Message]) -> None:
        super().__init__()
        self.source = Source(messages)

    def compose(self) -> ComposeResult:
        yield Transcript()

    def on_mount(self) -> None:
        self.query_one(Transcript).show(self.source)

    async def stream(self, pieces: list[str]) -> None:
        view, reply = self.query_one(Transcript), self.source.messages[-1]
        view.begin_reply(len(self.source) - 1)
        for piece in pieces:
            reply.text += piece
            reply.touch()
            view.stream_changed()
            await asyncio.sleep(1 / RATE)
        view.end_reply()
        assert view.document.heights.total > len(pieces) // 100


class Widgets(App[None]):
    """Textual's Markdown."""

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Markdown()

    async def stream(self, pieces: list[str]) -> None:
        self.query_one(VerticalScroll).anchor()
        stream = Markdown.get_stream(self.query_one(Markdown))
        for piece in pieces:
            await stream.write(piece)
            await asyncio.sleep(1 / RATE)
        await stream.stop()


async def streaming(app: Lines | Widgets, count: int) -> float:
    """CPU seconds for 1,000 tokens."""
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        start = process_time()
        await app.stream(tokens(count))
        await pilot.pause()
        return (process_time() - start) * 1000 / count


async def opening(count: int) -> tuple[float, float]:
    """Milliseconds to show a chat, and megabytes it takes at most."""
    messages = [Message(f"m{each}", "assistant", "Ada", SAMPLE, 0.0) for each in range(count)]
    app = Lines([])
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        source = Source(messages)
        gc.collect()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = perf_counter()
        view = app.query_one(Transcript)
        view.show(source)
        view.render_lines(view.size.region)
        seconds = perf_counter() - start
        taken = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        return seconds * 1000, taken / 1024


async def scrolling(count: int, ticks: int = 300) -> float:
    """Milliseconds of CPU for a wheel tick upwards through messages never shown."""
    messages = [Message(f"m{each}", "assistant", "Ada", SAMPLE, 0.0) for each in range(count)]
    app = Lines(messages)
    async with app.run_test(size=SIZE) as pilot:
        view = app.query_one(Transcript)
        view.show(app.source)
        await pilot.pause()
        start = process_time()
        for _ in range(ticks):
            view.scroll_to(y=view.scroll_y - 3, animate=False)
            view.render_lines(view.size.region)
        return (process_time() - start) * 1000 / ticks


async def main() -> None:
    """Print the table."""
    await streaming(Lines([Message("w", "assistant", "Ada", "", 0.0)]), 200)
    for count in (500, 2000):
        ours = await streaming(Lines([Message("m", "assistant", "Ada", "", 0.0)]), count)
        theirs = await streaming(Widgets(), count)
        print(
            f"stream {count:5} tokens: {ours:.2f} CPU s per 1,000; Markdown stream {theirs:.2f};"
            f" ratio {ours / theirs:.2f}"
        )
    few, _ = await opening(10)
    many, memory = await opening(10_000)
    print(f"open 10: {few:.0f} ms; open 10,000: {many:.0f} ms, {memory:.0f} MB more")
    print(f"wheel tick in 10,000: {await scrolling(10_000):.1f} ms of CPU")


if __name__ == "__main__":
    asyncio.run(main())
