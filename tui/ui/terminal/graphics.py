"""Which way of drawing pictures fits a terminal, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from tui.domain.safetext import clean_line
from tui.domain.settings import Images
from tui.ui.terminal.probe import Terminal, has_placeholders

Mode = Literal["kitty", "sixel", "iterm2", "blocks"]
BAND = 6
"""Rows of pixels that a sixel draws at once."""
_PASSTHROUGH = "put set -g allow-passthrough on into tmux.conf"
_NAMES: dict[Mode, str] = {
    "kitty": "kitty's pixels",
    "sixel": "sixels",
    "iterm2": "iTerm2's pixels",
    "blocks": "half blocks",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A way of drawing."""

    mode: Mode
    why: str
    fix: str = ""
    """What would allow more; empty when there is nothing to say."""

    @property
    def told(self) -> str:
        """For people: "sixels: the terminal offers them"."""
        return f"{_NAMES[self.mode]}: {self.why}"

    @property
    def line(self) -> str:
        """The same on one line with what would allow more."""
        return f"{self.told}; {self.fix}" if self.fix else self.told


def choose(terminal: Terminal, wanted: Images = "auto") -> Choice:
    """Decide how pictures are drawn: as wanted, where that is possible at all.

    Args:
        terminal: What it said of itself.
        wanted: What the settings say; `off` is told apart by whoever shows pictures.
    """
    if wanted in ("blocks", "off"):
        return Choice("blocks", "as the settings say")
    if terminal.inside == "screen":
        return Choice("blocks", "screen hands no pictures on")
    if terminal.inside == "tmux":
        return _inside_tmux(terminal, wanted)
    if wanted == "auto":
        return _best(terminal)
    return _forced(terminal, cast("Mode", wanted))


def _forced(terminal: Terminal, wanted: Mode) -> Choice:
    offered = {"kitty": terminal.kitty, "sixel": terminal.sixel, "iterm2": terminal.iterm2}
    if offered[wanted]:
        return Choice(wanted, "as the settings say, and the terminal offers them")
    return Choice(
        wanted,
        "as the settings say, though the terminal did not offer them",
        "/images auto where nothing or garbage shows",
    )


def _best(terminal: Terminal) -> Choice:
    if terminal.kitty:
        return Choice("kitty", "the terminal offers them")
    if terminal.iterm2:
        return Choice("iterm2", "the terminal offers them")
    if terminal.sixel and terminal.cell_height:
        return Choice("sixel", "the terminal offers them")
    if terminal.sixel:
        return Choice(
            "blocks",
            "the terminal offers sixels but does not tell the size of its cells",
            "/images sixel tries them all the same",
        )
    return Choice("blocks", "the terminal offers no pictures")


def _inside_tmux(terminal: Terminal, wanted: Images) -> Choice:
    if wanted == "sixel":
        return _sixel_in_tmux(terminal)
    if wanted == "iterm2":
        return Choice("blocks", "tmux hands no pictures of iTerm2 on")
    if wanted == "kitty":
        why = "as the settings say, through tmux"
        return Choice("kitty", why, "" if terminal.passthrough else _PASSTHROUGH)
    name = clean_line(terminal.outside, 40) or "the terminal outside"
    if not has_placeholders(terminal.outside):
        return Choice("blocks", f"inside tmux, and {name} offers no pictures that go through it")
    if not terminal.passthrough:
        return Choice("blocks", "tmux does not hand pictures on", _PASSTHROUGH)
    return Choice("kitty", f"{name} offers them, through tmux")


def _sixel_in_tmux(terminal: Terminal) -> Choice:
    # tmux counts in bands of six: any other height becomes a row too high.
    if terminal.cell_height % BAND:
        return Choice("blocks", "in tmux sixels in cells of this height leave seams")
    return Choice("sixel", "as the settings say; whether they show is up to tmux")
