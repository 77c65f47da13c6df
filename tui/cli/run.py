"""Starts the app; the only place of the command line that knows the screen."""

from __future__ import annotations

from typing import TextIO

from tui.cli.options import Options
from tui.domain.errors import CommandError


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
    from tui.ui.terminal import skeleton
    from tui.ui.terminal.probe import Probe

    frame = options.frame
    if frame is None:
        frame = skeleton.paint(skeleton.recall(str(options.paths.first_frame)))
    try:
        probe = Probe()
        if frame is not None:
            probe.ask()
        from tui.bootstrap import build
        from tui.cli import logs
        from tui.ui.start import run_app

        logs.start(options.paths.log)
        services = build(options.paths, dict(options.flags), options.environ)
        terminal = probe.collect()
        begun = frame.hand_over if frame is not None else None
        return run_app(services, options.paths, terminal, begun)
    finally:
        if frame is not None:
            frame.restore()
