"""The command `salon`: reads the arguments and hands over. Imports nothing until it must."""

from __future__ import annotations

import gc
import os
import sys

from tui import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Loading `typing` alone takes as long as all of `salon --version`.
    from collections.abc import Sequence
    from typing import NoReturn

INTERRUPTED = 130


def run() -> NoReturn:
    """Run the command line and leave the process with its exit code."""
    code = main(sys.argv[1:])
    if code:
        from contextlib import suppress

        from tui.ui.terminal import last_resort

        with suppress(OSError, ValueError):
            # Who reads it may take as long as he likes.
            sys.stdout.flush()
        # What failed may have left a thread behind that waits for the disk.
        last_resort.begin(code, "", lambda: None)
    sys.exit(code)


def main(argv: Sequence[str]) -> int:
    """Run one command line.

    Args:
        argv: The arguments without the program's name.

    Returns:
        0: done; 1: it failed, or some of several files did; 2: it was asked wrongly, or there is
        no terminal; 3: a script ended itself with /abort; 130: interrupted; 128 and its number: a
        signal.
    """
    _open_streams()
    try:
        return _dispatch(argv)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        from tui.cli import diagnostics

        return diagnostics.hung_up()
    except Exception as error:  # noqa: BLE001 - the last line of defence: logged, said, exit code
        from tui.cli import diagnostics

        return diagnostics.report(error)


def _open_streams() -> None:
    """Put nothing where a stream was closed: else a file of ours would get its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: PTH123, SIM115 - no closing


def _dispatch(argv: Sequence[str]) -> int:
    if list(argv) in (["--version"], ["-V"]):
        print(f"salon {__version__}", flush=True)
        return 0
    frame = None
    if not argv:
        # Looking for garbage takes a tenth of the start and finds none; the app turns it on again.
        gc.disable()
        from tui.cli import first_frame
        from tui.ui.terminal import early_signals

        early_signals.note()
        frame = first_frame.paint()
    try:
        from tui.cli import late_methods

        late_methods.defer()
        if not argv:
            from tui.cli import run

            return run.run_plain(frame)
        from tui.cli.arguments import parse

        parsed = parse(argv)
        return parsed if isinstance(parsed, int) else parsed.command(parsed)
    finally:
        gc.enable()
        if frame is not None:
            frame.restore()
