"""The terminal's line discipline switched off before Textual does it, and put back for sure.

Until then keys that are typed stay in the terminal's queue, unseen and unchanged. Textual puts back
at its end what it found at its start, which is this: so what was before is restored here.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    # The first frame waits for this module.
    from typing import Any

if sys.platform != "win32":
    import termios


class RawMode:
    """Echo, lines and translations off; Ctrl+C still interrupts: nothing else reads it yet."""

    def __init__(self, fd: int = 0) -> None:
        self._fd = fd
        self.before: list[Any] | None = None
        """What is to be put back; None when nothing is."""

    def enter(self) -> bool:
        """Switch it on; False when this is no terminal that can."""
        if sys.platform == "win32":
            return False
        try:
            before = termios.tcgetattr(self._fd)
            raw = termios.tcgetattr(self._fd)
            raw[0] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR)
            raw[0] &= ~termios.IGNCR
            raw[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
            raw[6][termios.VMIN] = 1
            raw[6][termios.VTIME] = 0
            # Not TCSAFLUSH: that would throw away what has been typed already.
            termios.tcsetattr(self._fd, termios.TCSANOW, raw)
        except (termios.error, OSError, ValueError):
            return False
        self.before = before
        return True

    def leave(self) -> None:
        """Put back what was before; nothing happens a second time."""
        before, self.before = self.before, None
        if before is None or sys.platform == "win32":
            return
        try:
            termios.tcsetattr(self._fd, termios.TCSANOW, before)
        except (termios.error, OSError, ValueError):
            # The terminal is gone; there is nothing left to restore.
            return
