"""Running the app on the terminal, from taking it over to giving it back."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tui.domain.errors import AppError
from tui.domain.safetext import clean_line
from tui.ui.app import SalonApp
from tui.ui.terminal import early_signals, last_resort, signals, stderr
from tui.ui.terminal.hold import KeyHold
from tui.ui.terminal.parser import install as install_parser
from tui.ui.transcript import highlight

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from tui.paths import Paths
    from tui.services import Services
    from tui.ui.chat.screen import ChatScreen
    from tui.ui.terminal.probe import Terminal
    from tui.ui.terminal.skeleton import Skeleton


def run_app(
    services: Services, paths: Paths, terminal: Terminal, frame: Skeleton | None = None
) -> int:
    """Run the app on the terminal and give its exit code.

    Args:
        services: What it works with; closed when this returns.
        paths: Folders, for themes and logs.
        terminal: What the terminal said of itself.
        frame: The first frame, when it was painted already.

    Raises:
        AppError: Not everything could be kept.
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

        driver.use(app, frame.hand_over if frame else lambda: None)
    app.beginning = lambda: signals.install(app, app.save)
    app.ending = lambda: _end_in_time(app, frame)
    try:
        app.run()
    finally:
        early_signals.ignore()
        restore()
    if app._exception is not None:
        raise app._exception
    if unkept := _unkept(app):
        raise unkept
    return app.return_code or 0


def _unkept(app: SalonApp) -> AppError | None:
    # Where the chats could not be opened there is no chat.
    chat: ChatScreen | None = getattr(app, "chat", None)
    return chat.unkept if chat else None


def _end_in_time(app: SalonApp, frame: Skeleton | None) -> None:
    error = app._exception or _unkept(app)
    last_words = f"salon: {clean_line(error.line(), 400)}" if isinstance(error, AppError) else ""
    restore = frame.restore if frame else lambda: None
    early_signals.ignore()
    last_resort.begin(1 if error else app.return_code or 0, last_words, restore)


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
