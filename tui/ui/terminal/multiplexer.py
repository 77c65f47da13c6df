"""What lies between Salon and the terminal: tmux, screen or nothing."""

from __future__ import annotations

import os
from typing import Literal

Inside = Literal["", "tmux", "screen"]
_SECONDS = 0.5
_FORMAT = "#{client_termname}\t#{client_termtype}\t#{allow-passthrough}"


def inside() -> Inside:
    """Which one, as the environment tells."""
    if "TMUX" in os.environ:
        return "tmux"
    return "screen" if "STY" in os.environ else ""


class Outside:
    """Asks tmux for the terminal outside; `ask` starts it, `collect` reads the answer."""

    def __init__(self) -> None:
        import subprocess  # noqa: PLC0415 - only inside tmux

        self._expired = subprocess.TimeoutExpired
        self._asked: subprocess.Popen[bytes] | None = None
        try:
            self._asked = subprocess.Popen(
                ["tmux", "display-message", "-p", _FORMAT],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError:
            return

    def collect(self) -> tuple[str, bool]:
        """Name of the terminal, and whether tmux hands on what it does not know itself."""
        if self._asked is None:
            return "", False
        try:
            answer, _ = self._asked.communicate(timeout=_SECONDS)
        except self._expired:
            self._asked.kill()
            self._asked.communicate()
            return "", False
        return read_outside(answer.decode("utf-8", "replace"))


def read_outside(answer: str) -> tuple[str, bool]:
    """Make sense of tmux's answer: the more telling of the two names, and the switch."""
    name, kind, passthrough = (*answer.rstrip("\n").split("\t"), "", "", "")[:3]
    return kind or name.removeprefix("xterm-"), passthrough in ("on", "all", "1")
