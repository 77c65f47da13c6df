"""Starts the app; the only place of the command line that knows the screen."""

from __future__ import annotations

from typing import TextIO

from tui.cli import logs
from tui.cli.arguments import Options
from tui.domain.errors import CommandError


def run_terminal(options: Options, stdin: TextIO, stdout: TextIO) -> int:
    """Open the app.

    Returns:
        The app's own exit code.

    Raises:
        CommandError: There is no terminal to show it on.
    """
    missing = [name for name, end in (("stdin", stdin), ("stdout", stdout)) if not end.isatty()]
    if missing:
        raise CommandError(
            f"there is no terminal on {' and '.join(missing)}",
            hint="salon caption FILE works without one",
        )
    logs.start(options.paths.log)
    from tui.ui.app import run_app

    return run_app(options.paths, dict(options.flags), options.environ)
