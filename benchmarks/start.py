"""How long Salon takes to start, as ratios to what cannot be faster.

    python benchmarks/start.py [--rounds 5]

Each round runs all in turn, so that a busy machine slows all alike; the table shows medians of the
ratios within a round. The first round warms the disk's cache up and does not count.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from terminal import READY, Program, home, python  # noqa: E402

from tui.adapters.storage.chats import SqliteChats  # noqa: E402
from tui.domain.chat import Chat, Message  # noqa: E402

MESSAGES = 10_000
TEXT = """### Thought {index}

Some *plain* words with `code`, long enough to wrap, and a list:

- first
- second, with **weight**

```python
print("number {index}")
```
"""


def command(*arguments: str) -> float:
    began = time.perf_counter()
    subprocess.run(python(*arguments), check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    return (time.perf_counter() - began) * 1000


def bare() -> float:
    with Program(python(str(ROOT / "benchmarks/apps/bare.py"))) as program:
        return program.usable("BARE-READY")


def salon(folder: str) -> float:
    with Program(python("-m", "tui"), {"SALON_HOME": folder}) as program:
        return program.usable(READY)


def first_paint(folder: str) -> float:
    with Program(python("-m", "tui"), {"SALON_HOME": folder}) as program:
        return program.wait_for("Write a message")


def idle(argv: list[str], ready: str, folder: str) -> float:
    """Milliseconds of CPU in 3 seconds of nothing."""
    with Program(argv, {"SALON_HOME": folder}) as program:
        program.usable(ready)
        program.rest(1.5)
        before = program.cpu()
        program.rest(3)
        return program.cpu() - before


async def fill(folder: str) -> None:
    data = Path(folder) / "data"
    data.mkdir(parents=True)
    store = SqliteChats(data / "chats.db")
    await store.create(Chat("c", "Long", "salon", "you", 1.0, 1.0))
    for index in range(MESSAGES):
        text = TEXT.format(index=index)
        await store.append("c", Message(f"m{index}", "assistant", "Ada", text, float(index)))
    await store.aclose()


def main(rounds: int) -> None:
    with home() as empty, home() as long:
        asyncio.run(fill(long))
        kinds: dict[str, tuple[Callable[[], float], str]] = {
            "python -c pass": (lambda: command("-c", "pass"), ""),
            "salon --version": (lambda: command("-m", "tui", "--version"), "python -c pass"),
            "bare Textual app": (bare, ""),
            "first frame": (lambda: first_paint(empty), "bare Textual app"),
            "salon, usable": (lambda: salon(empty), "bare Textual app"),
            f"salon, {MESSAGES:,} messages": (lambda: salon(long), "salon, usable"),
            "bare, idle CPU": (lambda: idle(python("benchmarks/apps/bare.py"), "BARE", empty), ""),
            "salon, idle CPU": (
                lambda: idle(python("-m", "tui"), READY, empty),
                "bare, idle CPU",
            ),
        }
        taken: dict[str, list[float]] = {name: [] for name in kinds}
        for turn in range(rounds + 1):
            for name, (run, _) in kinds.items():
                milliseconds = run()
                if turn:
                    taken[name].append(milliseconds)
    for name, (_, other) in kinds.items():
        line = f"{name:24} {statistics.median(taken[name]):7.0f} ms"
        if other:
            pairs = zip(taken[name], taken[other], strict=True)
            ratio = statistics.median(mine / theirs for mine, theirs in pairs)
            line += f"   {ratio:5.2f} x {other}"
        print(line)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    main(parser.parse_args().rounds)
