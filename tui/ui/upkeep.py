"""Backups and tidying while the app runs: some seconds after its start, and every hour after."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui.domain.errors import AppError
from tui.ui import quiet

if TYPE_CHECKING:
    from textual.app import App

    from tui.services.chat_store import Upkeep

FIRST_SECONDS = 5.0
_AGAIN_SECONDS = 3600.0


def begin(app: App[None], upkeep: Upkeep, is_busy: Callable[[], bool]) -> None:
    """Look after things from now on; the prompt comes first.

    Args:
        app: Shows what is told.
        upkeep: Does it.
        is_busy: Puts off the first time.
    """

    async def run() -> None:
        try:
            await upkeep.run()
        except AppError as error:
            app.notify(error.line(), severity="warning", markup=False, timeout=15)

    def start() -> None:
        app.run_worker(run(), group="upkeep", exit_on_error=False)

    quiet.later(app, FIRST_SECONDS, is_busy, start)
    app.set_interval(_AGAIN_SECONDS, start)
