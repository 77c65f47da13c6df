"""Fetching models from the command line: `salon model` and `salon offline`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from tui.cli.console import Console
from tui.cli.options import Options
from tui.cli.serving import with_services
from tui.domain.errors import CaptionError
from tui.domain.generation import Progress
from tui.domain.local_model import LocalModelState
from tui.services import Services


def model(options: Options) -> int:
    """Say whether the local captioning model is there, or fetch it."""
    console = Console()

    async def work(services: Services) -> int:
        if options.given.action == "download":
            await fetch_local_model(services, console)
        return _report(await services.captions.sources.local_state(), console)

    return with_services(options, work)


def offline(options: Options) -> int:
    """Say whether the tiny chat model is there, or fetch it."""
    console = Console()

    async def work(services: Services) -> int:
        if options.given.action == "install" and services.offline.missing():
            await _drain(services.offline.install(), console)
        missing = services.offline.missing()
        if missing and options.given.action == "install":
            console.say(missing)
        else:
            console.data(missing or "ready")
        return 1 if missing else 0

    return with_services(options, work)


async def fetch_local_model(services: Services, console: Console) -> None:
    """Download the local captioning model unless it is there.

    Raises:
        AppError: It is not to be had, or the download failed; what came is kept.
    """
    state = await services.captions.sources.local_state()
    if state.kind == "ready":
        return
    if state.kind == "unavailable":
        raise CaptionError(state.reason, hint=state.hint)
    await _drain(services.captions.sources.download_local(), console)


async def _drain(events: AsyncGenerator[Progress, None], console: Console) -> None:
    try:
        async with aclosing(events) as stream:
            async for event in stream:
                console.progress(event)
    finally:
        console.progress(None)


def _report(state: LocalModelState, console: Console) -> int:
    console.data(f"{state.model}: {state.kind.replace('_', ' ')}")
    if state.reason:
        console.say(state.reason)
    if state.hint:
        console.say(state.hint)
    if state.plan:
        console.say(f"salon model download fetches it into {state.plan.folder}")
    return 0 if state.kind == "ready" else 1
