"""Running the app on the terminal, from taking it over to giving it back."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tui.ui.app import SalonApp
from tui.ui.terminal import early_signals, stderr
from tui.ui.terminal.hold import KeyHold
from tui.ui.terminal.parser import install as install_parser
from tui.ui.transcript import highlight

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    from tui.paths import Paths
    from tui.services import Services
    from tui.ui.terminal.probe import Terminal


def run_app(
    services: Services, paths: Paths, terminal: Terminal, begun: Callable[[], None] | None = None
) -> int:
    """Run the app on the terminal and give its exit code.

    Args:
        services: What it works with; closed when this returns.
        paths: Folders, for themes and logs.
        terminal: What the terminal said of itself.
        begun: Called when the app has taken the terminal over.

    Raises:
        Exception: What nobody expected; the terminal is as it was, and all was saved before.
    """
    early_signals.note()
    with_a_size(os.environ)
    restore = stderr.redirect(paths.stderr)
    hold = KeyHold()
    install_parser(hold, terminal.typed)
    highlight.hasten()
    app = SalonApp(services, paths, terminal, hold)
    if sys.platform != "win32":
        from tui.ui.terminal import driver  # noqa: PLC0415 - not to be had on Windows

        driver.use(app, begun or (lambda: None))
    try:
        app.run()
    finally:
        early_signals.note()
        restore()
    if app._exception is not None:
        raise app._exception
    return app.return_code or 0


def with_a_size(environ: MutableMapping[str, str]) -> None:
    """Give a terminal that says it has no cells, as `script` and `docker -t` make them, a size.

    Textual falls back to one size in one place and to another in a second, and would lay the
    screen out for both in turn, for ever.

    Args:
        environ: Where the size is looked for first.
    """
    try:
        size = os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1)
    except (OSError, ValueError):
        return
    if not (size.columns and size.lines):
        environ.setdefault("COLUMNS", "80")
        environ.setdefault("LINES", "24")
