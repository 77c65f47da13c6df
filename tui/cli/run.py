"""Starts the app; the only place of the command line that knows the screen."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TextIO

from tui.cli.options import Options
from tui.domain.errors import CommandError
from tui.domain.safetext import clean_line
from tui.paths import Paths, find

if TYPE_CHECKING:
    from tui.ui.terminal.skeleton import Skeleton

_PLAIN = ("dumb", "unknown")
"""What TERM says of terminals that cannot move their cursor."""


def run_plain(frame: Skeleton | None) -> int:
    """Open the app as `salon` without an argument does; what reads arguments is not imported.

    Args:
        frame: The first frame, if it was painted already.

    Returns:
        The app's own exit code.

    Raises:
        CommandError: There is no terminal to show it on.
    """
    environ = dict(os.environ)
    options = Options(run_app, find(environ), environ=environ, frame=frame)
    return run_app(options)


def run_app(options: Options) -> int:
    """Open the app on the process's own terminal, as `run_terminal` does."""
    return run_terminal(options, sys.stdin, sys.stdout)


def run_terminal(options: Options, stdin: TextIO, stdout: TextIO) -> int:
    """Open the app.

    The first frame is painted before anything large is imported, and the terminal's answers are
    collected after the imports: neither waits for the other.

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
    if options.environ.get("TERM", "").lower() in _PLAIN:
        raise CommandError(
            "this terminal shows lines of text only, as its TERM says",
            hint="salon caption FILE works in it; for one that can do more: TERM=xterm salon",
        )
    from tui.ui.terminal import guardian, skeleton

    frame = options.frame
    if frame is None:
        frame = skeleton.paint(skeleton.recall(str(options.paths.first_frame)))
    guardian.post(stdout.fileno(), frame.before if frame else None, _ended(options.paths))
    from tui.ui.terminal.probe import Probe

    try:
        probe = Probe()
        if frame is not None:
            probe.ask()
        from tui import late_patterns
        from tui.cli import late_modules

        with late_patterns.waiting():
            with late_modules.standing_in():
                from tui.bootstrap import build
                from tui.cli import logs

            logs.start(options.paths.log)
            services = build(options.paths, dict(options.flags), options.environ)
            services.store.read_ahead()
            with late_modules.standing_in():
                from tui.ui import start
        terminal = probe.collect()
        return start.run_app(services, options.paths, terminal, frame)
    finally:
        if frame is not None:
            frame.restore()
        guardian.give_back()


def _ended(paths: Paths) -> str:
    """What is said when nobody is left to say more."""
    return (
        "salon: it was killed, or a library brought it down: nothing that was sent is lost;"
        f" details, if there are any, are in {clean_line(str(paths.stderr))}"
    )
