"""Whether a long, busy day leaves anything behind.

    python benchmarks/load.py [--tokens 1000000] [--chats 20] [--captions 50] [--steps 10]

Chats stream side by side from a server on this machine, each reply taken to its end, stopped in
the middle or broken off by the server, as a seeded die says; in between pictures are captioned at
once, by the same server. All of it passes the real services: HTTP, database, picture store. After
each step of the tokens, with everything at rest, it prints the memory, the tasks, threads, child
processes, descriptors and temporary files that are there, and at the end what has grown since the
first step. Exit code 1 when anything but memory has, or memory by more than `--megabytes`.
A million tokens are what one person gets in a day of 24 hours at twelve a second.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import random
import sys
import tempfile
import threading
import time
from contextlib import aclosing
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.fakes.interaction import FakeInteraction  # noqa: E402 - found by the line above
from tests.fakes.servers import FakeServer, Recorded, Reply, as_json, delta, sse  # noqa: E402
from tui.bootstrap import build  # noqa: E402
from tui.domain.caption import Nowhere  # noqa: E402
from tui.domain.errors import AppError  # noqa: E402
from tui.paths import find, folder  # noqa: E402
from tui.services import Services  # noqa: E402
from tui.services.caption_sources import CaptionRequest  # noqa: E402

LONGEST_REPLY = 400
"""Tokens."""
PICTURE = ROOT / "tests" / "data" / "photos" / "cat.jpg"
CONFIG = """\
connections: {{lab: {{provider: custom, url: "{url}/v1", model: m, vision: yes}}}}
chat: {{connection: lab}}
captioning: {{source: multimodal, connection: lab}}
"""


@dataclass(frozen=True)
class Size:
    """How much happens."""

    tokens: int = 1_000_000
    chats: int = 20
    """Side by side."""
    captions: int = 50
    """At once, in each step."""
    steps: int = 10


@dataclass(frozen=True)
class Left:
    """What there is while nothing runs."""

    megabytes: float
    tasks: int
    threads: int
    children: int
    descriptors: int
    temporary: int


def measure(temporary: Path) -> Left:
    """Count what this process holds now."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    lists = Path("/proc/self/task").glob("*/children")
    return Left(
        pages * os.sysconf("SC_PAGE_SIZE") / 1e6,
        len(asyncio.all_tasks()),
        threading.active_count(),
        sum(len(each.read_text(encoding="ascii").split()) for each in lists),
        len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - `iterdir` holds one more of them
        sum(1 for _ in temporary.rglob("*")),
    )


class Day:
    """A server, the services, and the die that says what happens."""

    services: Services

    def __init__(self, seed: int) -> None:
        self.die = random.Random(seed)
        self.tokens = 0
        self.captions = 0

    def answer(self, request: Recorded) -> Reply:
        """Stream a reply, cut some off, and caption what comes with a picture."""
        if b"image_url" in request.body:
            return as_json({"choices": [{"message": {"content": "A cat."}}]})
        count = self.die.randrange(20, LONGEST_REPLY)
        words = [delta(f"word{number} ") for number in range(count)]
        if self.die.random() < 0.1:
            return Reply(sse(*words, done=False), drop=True)
        return Reply(sse(*words, delta(finish="stop")))

    async def chat(self) -> None:
        """One message and its reply in a new chat; stopped in the middle at times."""
        chats = self.services.chats
        session = await self.services.library.new()
        await chats.send(session, "Go on")
        last = self.die.randrange(5, LONGEST_REPLY) if self.die.random() < 0.2 else None
        try:
            async with aclosing(chats.reply(session)) as events:
                count = 0
                async for _ in events:
                    self.tokens += 1
                    count += 1
                    if count == last:
                        break
        except AppError:
            # What the server broke off; the part is in the chat.
            pass

    async def caption(self, picture: Path) -> None:
        """One caption that no cache knows."""
        request = CaptionRequest(picture, delivery=Nowhere(), fresh=True)
        await self.services.captions.caption(request, FakeInteraction())
        self.captions += 1

    async def until(self, tokens: int, chats: int) -> None:
        """Let chats stream side by side until so many tokens have come in all."""

        async def talk() -> None:
            while self.tokens < tokens:
                await self.chat()

        async with asyncio.TaskGroup() as group:
            for _ in range(chats):
                group.create_task(talk())


async def run(size: Size, seed: int) -> list[Left]:
    """Go through a day in a folder of its own; gives what was left after each step."""
    with tempfile.TemporaryDirectory() as made:
        temporary = Path(made) / "tmp"
        temporary.mkdir()
        before, tempfile.tempdir = tempfile.tempdir, str(temporary)
        try:
            return await _run(Path(made) / "home", temporary, size, seed)
        finally:
            tempfile.tempdir = before


async def _run(home: Path, temporary: Path, size: Size, seed: int) -> list[Left]:
    environ = {"SALON_HOME": str(home), "PATH": os.environ["PATH"]}
    paths = find(environ)
    folder(paths.config)
    found: list[Left] = []
    day = Day(seed)
    async with FakeServer(answer=day.answer) as server:
        paths.settings.write_text(CONFIG.format(url=server.url), encoding="utf-8")
        services = day.services = build(paths, {}, environ)
        for step in range(1, size.steps + 1):
            async with asyncio.TaskGroup() as group:
                group.create_task(day.until(size.tokens * step // size.steps, size.chats))
                for _ in range(size.captions):
                    group.create_task(day.caption(PICTURE))
            server.requests.clear()
            server._writers.clear()
            await asyncio.sleep(0.05)
            found.append(measure(temporary))
        await services.aclose()
    return found


def growth(found: list[Left]) -> dict[str, float]:
    """How much more of each there is at the end than after the first step."""
    first, last = asdict(found[0]), asdict(found[-1])
    return {name: last[name] - first[name] for name in first}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tokens", type=int, default=Size.tokens)
    parser.add_argument("--chats", type=int, default=Size.chats)
    parser.add_argument("--captions", type=int, default=Size.captions, help="at once, in each step")
    parser.add_argument("--steps", type=int, default=Size.steps)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--megabytes", type=float, default=30.0, help="that memory may grow by")
    given = parser.parse_args()
    began = time.process_time()
    size = Size(given.tokens, given.chats, given.captions, given.steps)
    found = asyncio.run(run(size, given.seed))
    names = list(asdict(found[0]))
    print("  ".join(f"{name:>11}" for name in ("tokens", *names)))
    for step, left in enumerate(found, 1):
        values = (size.tokens * step // size.steps, *(round(v) for v in asdict(left).values()))
        print("  ".join(f"{value:>11}" for value in values))
    grown = growth(found)
    print(f"memory grew by {grown['megabytes']:.1f} MB; CPU {time.process_time() - began:.0f} s")
    leaked = {name: more for name, more in grown.items() if name != "megabytes" and more > 0}
    for name, more in leaked.items():
        print(f"LEFT BEHIND: {more:.0f} {name}")
    return int(bool(leaked) or grown["megabytes"] > given.megabytes)


if __name__ == "__main__":
    sys.exit(main())
