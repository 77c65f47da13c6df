"""The first frame, written before anything large is imported.

It shows the background and the prompt's frame some hundredths of a second after the command was
typed. Keys typed from then on are not echoed: they wait until the app reads them. Imports only
what Python has loaded anyway.
"""

from __future__ import annotations

import os

from tui.ui.terminal.raw_mode import RawMode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PLACEHOLDER = "Write a message · / for commands · Ctrl+J for a new line"
"""What the empty prompt says, here and in the app."""
DEFAULT_COLOURS = ("#12151c", "#7fb4ff", "#98a1b5")
"""Background, frame and placeholder of the default theme."""
_STATUS_ROWS = 1


class Skeleton:
    """A painted frame and the way back."""

    def __init__(self, raw: RawMode, screen: int) -> None:
        self._raw = raw
        self._screen = screen
        self._is_mine = True

    @property
    def before(self) -> list[Any] | None:
        """How the terminal's lines were set."""
        return self._raw.before

    def hand_over(self) -> None:
        """The app draws now and leaves the other screen itself at its end."""
        self._is_mine = False

    def restore(self) -> None:
        """Give the terminal back as it was found; call it whatever happened."""
        was_mine, self._is_mine = self._is_mine, False
        if was_mine:
            _write(self._screen, "\x1b[0m\x1b[?1049l\x1b[?25h")
        self._raw.leave()
        if was_mine:
            from tui.ui.terminal import guardian  # noqa: PLC0415 - no part of the first frame

            # Otherwise it would do the same, behind what is said next.
            guardian.give_back()


def paint(
    colours: tuple[str, str, str] = DEFAULT_COLOURS,
    *,
    placeholder: str = PLACEHOLDER,
    keys: int = 0,
    screen: int = 1,
) -> Skeleton | None:
    """Draw the frame and hold the keys.

    Args:
        colours: Background, frame and placeholder as #rrggbb: what `recall` gives.
        placeholder: What stands in the empty prompt; our own words.
        keys: File descriptor that keys come from.
        screen: File descriptor of the terminal.

    Returns:
        None when there is no terminal, or one that cannot; nothing was written then.
    """
    if os.environ.get("TERM", "dumb") in ("dumb", "unknown") or not (
        os.isatty(keys) and os.isatty(screen)
    ):
        return None
    try:
        columns, rows = os.get_terminal_size(screen)
    except OSError:
        return None
    raw = RawMode(keys)
    if not raw.enter():
        return None
    drawn = _frame(columns, rows, _styles(*colours), placeholder)
    _write(screen, f"\x1b[?1049h\x1b[?25l{drawn}")
    return Skeleton(raw, screen)


def recall(path: str) -> tuple[str, str, str]:
    """Read the colours that were remembered, so that no theme must be read for the first frame."""
    try:
        # A pipe that lies in its place is not waited for.
        file = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            words = os.read(file, 100).decode("ascii", "replace").split()
        finally:
            os.close(file)
    except OSError:
        return DEFAULT_COLOURS
    if len(words) != 3 or not all(map(_is_colour, words)):
        return DEFAULT_COLOURS
    return words[0], words[1], words[2]


def remember(path: str, colours: tuple[str, str, str]) -> None:
    """Keep the colours of the theme for the next start; what fails is of no matter."""
    if not all(map(_is_colour, colours)) or recall(path) == colours:
        return
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NONBLOCK", 0)
        file = os.open(path, flags, 0o600)
        try:
            os.write(file, " ".join(colours).encode())
        finally:
            os.close(file)
    except OSError:
        return


def _is_colour(word: str) -> bool:
    return (
        len(word) == 7 and word[0] == "#" and all(c in "0123456789abcdefABCDEF" for c in word[1:])
    )


def _styles(background: str, border: str, text: str) -> tuple[str, str, str]:
    if "NO_COLOR" in os.environ:
        return "\x1b[0m", "", ""
    return (
        f"\x1b[0;48;2;{_rgb(background)}m",
        f"\x1b[38;2;{_rgb(border)}m",
        f"\x1b[38;2;{_rgb(text)}m",
    )


def _frame(columns: int, rows: int, styles: tuple[str, str, str], placeholder: str) -> str:
    base, border, text = styles
    drawn = f"{base}\x1b[2J"
    if columns < 10 or rows < 6:
        return drawn
    top = rows - _STATUS_ROWS - 2
    inner = columns - 2
    line = f" {placeholder[: inner - 2]}".ljust(inner)
    return (
        f"{drawn}\x1b[{top};1H{border}╭{'─' * inner}╮"
        f"\x1b[{top + 1};1H│{text}{line}{border}│"
        f"\x1b[{top + 2};1H╰{'─' * inner}╯"
    )


def _rgb(colour: str) -> str:
    value = int(colour.lstrip("#"), 16)
    return f"{value >> 16 & 255};{value >> 8 & 255};{value & 255}"


def _write(fd: int, text: str) -> None:
    data = text.encode()
    try:
        while data:
            data = data[os.write(fd, data) :]
    except OSError:
        # The terminal is gone; whoever comes next will notice.
        return
