"""What the first command needs, loaded in a quiet moment before there is one.

That takes a tenth of a second: noticed when it happens at the first slash, and not when it happens
while somebody reads or thinks.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING

from textual.worker import get_current_worker

from tui.ui import quiet

if TYPE_CHECKING:
    from textual.app import App

FIRST_SECONDS = 5.0
"""After the first frame: what is typed at once comes first."""
_PAUSE = 0.02
"""Seconds between two of them, in which keys have the interpreter for themselves."""
MODULES = (
    "tui.services.captioning",
    "tui.slash.parser",
    "tui.slash.completion",
    "tui.slash.interpreter",
    "tui.slash.builtins",
    "tui.ui.widgets.file_picker",
    "tui.ui.captions.editor",
    "tui.ui.imagine.dialog",
    "tui.ui.interaction",
    "tui.ui.desk",
)
"""What others need stands before them."""


_SHEETS = (Path(__file__).with_name("captions") / "editor.tcss",)
"""With the first screen that has one, Textual parses all others again, and styles all there is."""


def _read(app: App[None]) -> None:
    """Know the style sheets: no widget is there yet whose looks they change."""
    new = [path for path in _SHEETS if not app.stylesheet.has_source(str(path))]
    for path in new:
        app.stylesheet.read(path)
    if new:
        app.stylesheet.reparse()


def begin(app: App[None], is_busy: Callable[[], bool]) -> None:
    """Load them some time from now, in a thread, while the app is not busy."""

    def load() -> None:
        worker = get_current_worker()
        for name in MODULES:
            if worker.is_cancelled:
                return
            import_module(name)
            sleep(_PAUSE)
        # Not waited for: at the end nobody may be there to do it.
        app.call_later(_read, app)

    def start() -> None:
        app.run_worker(load, group="ahead", thread=True, exit_on_error=False)

    quiet.later(app, FIRST_SECONDS, is_busy, start)
