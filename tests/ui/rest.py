"""When an app that is tested has come to rest, asked of the event loop instead of the clock.

Textual sleeps and compares the processor's time with the clock's, which takes long where nothing
is left to do, and on a busy machine takes an app for idle that only had no turn.
"""

from __future__ import annotations

import asyncio
import time
from asyncio.base_events import BaseEventLoop
from collections.abc import Callable
from math import inf
from typing import Any
from weakref import WeakSet

import pytest
from textual.pilot import Pilot

_SOON = 1 / 50  # of timers, only those of the next frame are waited for: layout, paint, a new size
_CALM = 3  # turns of the loop with nothing else to do; some things begin after `sleep(0)`

_HELD = 1 / 60  # seconds in which a thread that is not held up does something

_in_threads: WeakSet[asyncio.Future[Any]] = WeakSet()
_run_in_executor = BaseEventLoop.run_in_executor


def _run_and_tell(
    self: BaseEventLoop, executor: Any, call: Callable[..., Any], *given: Any
) -> asyncio.Future[Any]:
    future = _run_in_executor(self, executor, call, *given)
    _in_threads.add(future)
    return future


async def come_to_rest(min_sleep: float = 0, max_sleep: float = 1) -> None:
    """Wait until the loop has nothing to call, now or soon, and no thread works for it."""
    await _come_to_rest(max_sleep, _SOON)


async def take_a_key(min_sleep: float = 0, max_sleep: float = 1) -> None:
    """Wait like that, but for no timer: there are two such waits for each key of a row."""
    await _come_to_rest(max_sleep, 0)


async def _come_to_rest(max_sleep: float, soon: float) -> None:
    loop = asyncio.get_running_loop()
    ready, timers = loop._ready, loop._scheduled  # type: ignore[attr-defined]  # not public
    begin = loop.time()
    calm = 0
    while calm < _CALM and loop.time() < begin + max_sleep:
        await asyncio.sleep(0)
        calm = 0 if ready else calm + 1
        if calm < _CALM:
            continue
        working = [each for each in _in_threads if not each.done() and each.get_loop() is loop]
        due = min((each.when() for each in timers if not each.cancelled()), default=inf)
        if working:
            calm = 0 if await _moves(working) else calm
        elif due < begin + soon:
            await asyncio.sleep(max(0, due - loop.time()))
            calm = 0


async def _moves(working: list[asyncio.Future[Any]]) -> bool:
    """Wait for a thread; some tests hold one up: what does not move need not be waited for."""
    used = time.process_time()
    done, _ = await asyncio.wait(working, timeout=_HELD, return_when=asyncio.FIRST_COMPLETED)
    return bool(done) or time.process_time() - used > _HELD / 10


_press = Pilot.press


async def press(self: Pilot[Any], *keys: str) -> None:
    """Press keys and come to rest once, after the last."""
    await _press(self, *keys)
    await come_to_rest()


def install(patch: pytest.MonkeyPatch) -> None:
    """Let pilots wait like this."""
    patch.setattr(BaseEventLoop, "run_in_executor", _run_and_tell)
    patch.setattr(Pilot, "press", press)
    patch.setattr("textual.app.wait_for_idle", take_a_key)
    patch.setattr("textual.pilot.wait_for_idle", come_to_rest)
