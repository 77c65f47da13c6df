"""What an app knows of drawing on its terminal: the way, the cells, and what was sent."""

from __future__ import annotations

import random
from typing import Any

from textual.app import App

from tui.domain.settings import Images
from tui.ui.graphics.drawing import Drawing, Pen
from tui.ui.terminal.cells import measured
from tui.ui.terminal.graphics import Choice, choose
from tui.ui.terminal.probe import UNKNOWN, Terminal

_USUAL_CELL = (8, 16)
_NUMBERS = 1 << 24


class Easel:
    """Chooses how pictures are drawn, and sends what the terminal must have before it draws.

    Args:
        terminal: What it said of itself.
        wanted: What the settings say.
        app: Whose terminal it is; None: there is nothing to send to.
    """

    def __init__(
        self, terminal: Terminal, wanted: Images = "auto", app: App[Any] | None = None
    ) -> None:
        self._terminal = terminal
        self._app = app
        self._measured = measured()
        self.cell = _USUAL_CELL
        """Width and height of a cell in pixels."""
        if terminal.cell_width and terminal.cell_height:
            self.cell = (terminal.cell_width, terminal.cell_height)
        # Panes of tmux share what is kept outside: two programs must not count alike.
        self._number = random.randrange(1, _NUMBERS)
        self.choice: Choice
        self.choose(wanted)

    def choose(self, wanted: Images) -> None:
        """Draw in another way from now on."""
        self.choice = choose(self._terminal, wanted)

    def pen(self) -> Pen:
        """How to draw the next picture."""
        self._number = self._number % (_NUMBERS - 1) + 1
        terminal = self._terminal
        return Pen(
            self.choice.mode, self.cell, terminal.colours, self._number, terminal.inside == "tmux"
        )

    def measure(self) -> None:
        """Look whether the cells changed their size, as with another font."""
        now = measured()
        if all(now) and now != self._measured:
            self._measured = self.cell = now

    def put(self, drawing: Drawing) -> None:
        """Send what a drawing needs to be seen."""
        if drawing.begin:
            self._write(drawing.begin)

    def take(self, *drawings: Drawing) -> None:
        """Let the terminal forget some drawings."""
        # In one write: Textual's queue is short, and nobody empties it once the terminal is gone.
        if ends := "".join(drawing.end for drawing in drawings):
            self._write(ends)

    def _write(self, sequence: str) -> None:
        # Through the same queue as what Textual draws, so that the order is kept.
        if self._app is not None and self._app._driver is not None:
            self._app._driver.write(sequence)


_BLOCKS = Easel(UNKNOWN, "blocks")


def easel_of(app: App[Any]) -> Easel:
    """The easel of an app; one for half blocks where it has none."""
    found = getattr(app, "easel", None)
    return found if isinstance(found, Easel) else _BLOCKS
