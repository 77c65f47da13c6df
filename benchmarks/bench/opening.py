"""Long chats with pictures: opening one, typing, scrolling and searching in it."""

from __future__ import annotations

import asyncio
import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from statistics import median

import seeding
from seeding import RARE, Size, seed

from bench.figures import percentile
from bench.programs import SALON
from bench.run import Run
from bench.session import KEYS, Session
from tui import paths
from tui.adapters.storage.chats import SqliteChats

OPEN, MEMORY = "open, ms", "memory, MiB"
KEY, KEY95 = "key p50, ms", "key p95, ms"
WHEEL, WHEEL95, WHEEL_CPU = "wheel p50, ms", "wheel p95, ms", "CPU ms a wheel tick"
PAGE, PAGE95 = "page-up p50, ms", "page-up p95, ms"
RARE_MS, COMMON_MS, NONE_MS = "a rare word, ms", "a common word, ms", "a word not there, ms"
EMPTY = "salon, empty"
PICTURES = 200
_CHATS = 200
_OPENINGS = 5
"""Each round, in turn with each other: a single start may take half as long again as another."""
_ASKED = 10
_TICKS = 15
_WHEEL_UP, _PAGE_UP = "\x1b[<64;60;15M", "\x1b[5~"
_NUMBER = re.compile(r"h\d{5}")


def chat(messages: int) -> str:
    """Name of the row of a chat."""
    return f"salon, {messages:,} messages"


def library(messages: int) -> str:
    """Name of the row of the chats that are searched."""
    return f"{_CHATS} chats with {messages * 10:,} messages"


def sizes(run: Run) -> tuple[int, int, int]:
    """Messages of the chats that are opened."""
    return run.messages // 100, run.messages // 10, run.messages


def measure(run: Run) -> None:
    """The chats in turn, each round; the first leaves a Salon that has tidied up and backed up."""
    with ExitStack() as kept:
        homes: dict[str, tuple[Path, int]] = {}
        for messages in (0, *sizes(run)):
            home = Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
            if messages:
                pictures = min(PICTURES, messages // 4)
                asyncio.run(seed(home / "salon", Size(1, messages, pictures)))
            homes[chat(messages) if messages else EMPTY] = (home, messages)
        for turn in range(-1, run.rounds):
            for name, (home, messages) in homes.items():
                run.take(turn, name, partial(_used, run, home, messages))
            for _ in range(_OPENINGS):
                for name, (home, messages) in homes.items():
                    run.take(turn, name, partial(_opened, run, home, messages))
    _search(run)


@contextmanager
def _open(run: Run, home: Path, messages: int) -> Iterator[tuple[Session, float]]:
    """Salon with a chat, and the milliseconds until that was there; its prompt is left empty."""
    with run.started(run.named(SALON), home) as session:
        # At once: a second waiting would be for one more frame, which an empty start is spared.
        last = f"h{messages - 1:05}.*" if messages else ""
        session.wait_for(last + run.named(SALON).ready)
        yield session, (session.echo() - session.began) * 1000
        session.send("\x7f" * 40)
        session.rest(0.5)


def _opened(run: Run, home: Path, messages: int) -> Mapping[str, float]:
    with _open(run, home, messages) as (_, milliseconds):
        return {OPEN: milliseconds}


def _used(run: Run, home: Path, messages: int) -> Mapping[str, float]:
    with _open(run, home, messages) as (session, milliseconds):
        session.settle(quiet=1.0, longest=8.0)
        found = {OPEN: milliseconds, MEMORY: session.memory()}
        found |= _both(KEY, KEY95, _typed(session))
        if messages:
            before = session.cpu()
            ticks = _scrolled(session, _WHEEL_UP)
            found |= {WHEEL_CPU: (session.cpu() - before) / _TICKS * 1000}
            found |= _both(WHEEL, WHEEL95, ticks)
            found |= _both(PAGE, PAGE95, _scrolled(session, _PAGE_UP))
        return found


def _both(half: str, most: str, taken: list[float]) -> dict[str, float]:
    """Median and 95th percentile of what was seen, if anything was."""
    return {half: percentile(taken, 0.5), most: percentile(taken, 0.95)} if taken else {}


def _typed(session: Session) -> list[float]:
    """Milliseconds from each of some keys to its being drawn."""
    session.look()
    start = len(session.pieces)
    sent = {}
    for key in KEYS[-_TICKS:]:
        sent[key] = session.send(key)
        session.rest(0.15)
    seen, _ = session.seen_since(start, re.compile("|".join(sent)))
    return [(seen[key] - at) * 1000 for key, at in sent.items() if key in seen]


def _scrolled(session: Session, keys: str) -> list[float]:
    """Milliseconds from each of some ticks to the first row that changed."""
    session.settle(quiet=0.5)
    session.look()
    start, sent = len(session.pieces), []
    for _ in range(_TICKS):
        sent.append(session.send(keys))
        session.rest(0.25)
    _, changes = session.seen_since(start, _NUMBER)
    late = []
    for at, following in zip(sent, [*sent[1:], sent[-1] + 1.0], strict=True):
        first = next((change for change in changes if at < change <= following), None)
        if first is not None:
            late.append((first - at) * 1000)
    return late


def _search(run: Run) -> None:
    words = {RARE_MS: RARE, COMMON_MS: seeding.COMMON, NONE_MS: "unheard"}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        each = max(1, run.messages * 10 // _CHATS)
        asyncio.run(seed(Path(folder), Size(_CHATS, each, 0)))
        for turn in range(run.rounds):
            run.figures.add(turn, library(run.messages), asyncio.run(_asked(Path(folder), words)))


async def _asked(home: Path, words: Mapping[str, str]) -> dict[str, float]:
    """Milliseconds of the store's answer to each word, the median of some."""
    store = SqliteChats(paths.find({"SALON_HOME": str(home)}).chats)
    found = {}
    for figure, word in words.items():
        taken = []
        for _ in range(_ASKED):
            began = time.perf_counter()
            await store.search(word)
            taken.append((time.perf_counter() - began) * 1000)
        found[figure] = median(taken)
    await store.aclose()
    return found
