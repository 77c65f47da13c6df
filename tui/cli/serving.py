"""Doing something with the services and closing them, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tui.cli import logs
from tui.cli.console import Console
from tui.cli.options import Options
from tui.services import Services

Work = Callable[[Services], Awaitable[int]]


def with_services(options: Options, work: Work) -> int:
    """Build the services, run the work on an event loop of its own, and close everything.

    Returns:
        What the work returns: the exit code.
    """
    logs.start(options.paths.log)
    return asyncio.run(_session(options, work))


async def _session(options: Options, work: Work) -> int:
    from tui.bootstrap import build

    services = build(options.paths, dict(options.flags), options.environ)
    try:
        return await work(services)
    finally:
        for line in services.store.problems:
            Console().say(line)
        await services.aclose()
