"""A chat server on loopback that writes down when it was asked what, and when it sent what.

    python -m tests.soak.server FOLDER

It prints its port. The first part of a request's path names the log in the folder; each of its
lines is the kernel's monotonic time, `asked` or `sent`, and the text or the number of the word.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

WORD_SECONDS = 0.008
WORDS = 1500
"""Of a reply: longer than any victim lives."""
CAPTION = ("a ", "boat ", "on ", "a ", "lake")


class Server:
    """Answers everyone with numbered words, or with a caption where a picture came."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request; whoever is killed meanwhile only closes its connection."""
        try:
            await self._answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        method, path, _ = head.split(" ", 2)
        if method != "POST":
            writer.write(b"HTTP/1.1 404 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            await writer.drain()
            return
        lengths = [line for line in head.lower().split("\r\n") if line.startswith("content-length")]
        body = await reader.readexactly(int(lengths[0].partition(":")[2]))
        with (self._folder / path.split("/")[1]).open("a", buffering=1) as log:
            said = json.loads(body)["messages"][-1]["content"]
            log.write(f"{time.monotonic()} asked {json.dumps(said)[:200]}\n")
            writer.write(
                b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
            )
            shown = b'"image_url"' in body
            for number, word in enumerate(CAPTION if shown else words()):
                delta = {"choices": [{"index": 0, "delta": {"content": word}}]}
                writer.write(b"data: " + json.dumps(delta).encode() + b"\n\n")
                await writer.drain()
                if not shown:
                    log.write(f"{time.monotonic()} sent {number}\n")
                await asyncio.sleep(WORD_SECONDS)
            writer.write(b"data: [DONE]\n\n")
            await writer.drain()


def words() -> list[str]:
    """The words of a reply, each with its number."""
    return [f"w{number} " for number in range(WORDS)]


async def main(folder: Path) -> None:
    """Serve for ever."""
    listening = await asyncio.start_server(Server(folder).serve, "127.0.0.1", 0)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
