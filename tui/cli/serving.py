"""Doing something with the services and closing them, whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable

from tui.cli import logs
from tui.cli.console import Console
from tui.cli.options import Options
from tui.services import Services

Work = Callable[[Services], Awaitable[int]]


def with_services(options: Options, work: Work, *, tidies: bool = False) -> int:
    """Build the services, run the work on an event loop of its own, and close everything.

    Args:
        options: Say where things are kept.
        work: What is to be done.
        tidies: Whether it never blocks the loop and leaves something behind when it is killed: a
            signal then ends it like Ctrl+C.

    Returns:
        What the work returns: the exit code; 128 + the number of the signal that ended it.
    """
    logs.start(options.paths.log)
    came: list[int] = []
    try:
        return asyncio.run(_session(options, work, came if tidies else None))
    except asyncio.CancelledError:
        if not came:
            raise
        return 128 + came[0]


async def _session(options: Options, work: Work, came: list[int] | None) -> int:
    from tui.bootstrap import build

    if came is not None:
        _end_on_signals(came)
    services = build(options.paths, dict(options.flags), options.environ)
    try:
        return await work(services)
    finally:
        for line in services.store.problems:
            Console().say(line)
        await services.aclose()


def _end_on_signals(came: list[int]) -> None:
    """Cancel the task that runs with the first signal, and note that one."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def end(number: int) -> None:
        came.append(number)
        if task is not None and len(came) == 1:
            task.cancel()

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # One that is ignored, by nohup say, stays so.
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            # Not to be had on Windows, nor outside the main thread.
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, end, number)
