from __future__ import annotations

from dataclasses import replace

import pytest

from tui.domain.settings import Images
from tui.ui.terminal.graphics import Choice, Mode, choose
from tui.ui.terminal.multiplexer import read_outside
from tui.ui.terminal.probe import Terminal

KITTY = Terminal(name="kitty(0.41.1)", kitty=True, cell_width=8, cell_height=17)
GHOSTTY = Terminal(name="ghostty 1.2.0", kitty=True, cell_width=8, cell_height=17)
OLD_KITTY = Terminal(name="kitty(0.26.5)", cell_width=8, cell_height=17)
ITERM2 = Terminal(name="iTerm2 3.5.0", iterm2=True, sixel=True, cell_width=8, cell_height=17)
XTERM = Terminal(name="XTerm(379)", sixel=True, cell_width=6, cell_height=13)
BLIND_XTERM = Terminal(name="XTerm(379)", sixel=True)
PLAIN = Terminal(name="VTE(8000)", cell_width=8, cell_height=17)
SCREEN = Terminal(inside="screen", sixel=True, cell_width=8, cell_height=17)
# tmux says that it has sixels, whatever is outside.
TMUX = Terminal(inside="tmux", sixel=True, cell_width=8, cell_height=17)
IN_KITTY = replace(TMUX, outside="kitty(0.41.1)", passthrough=True)
IN_GHOSTTY = replace(TMUX, outside="ghostty 1.2.0", passthrough=True)
IN_OLD_KITTY = replace(TMUX, outside="kitty(0.26.5)", passthrough=True)
IN_XTERM = replace(TMUX, outside="XTerm(379)", passthrough=True)
SHUT = replace(TMUX, outside="kitty(0.41.1)")
EVEN = Terminal(inside="tmux", outside="XTerm(379)", cell_width=9, cell_height=18)


@pytest.mark.parametrize(
    ("terminal", "wanted", "mode"),
    [
        (KITTY, "auto", "kitty"),
        (GHOSTTY, "auto", "kitty"),
        (OLD_KITTY, "auto", "blocks"),
        (ITERM2, "auto", "iterm2"),
        (XTERM, "auto", "sixel"),
        (BLIND_XTERM, "auto", "blocks"),
        (PLAIN, "auto", "blocks"),
        (Terminal(), "auto", "blocks"),
        (SCREEN, "auto", "blocks"),
        (IN_KITTY, "auto", "kitty"),
        (IN_GHOSTTY, "auto", "kitty"),
        (IN_OLD_KITTY, "auto", "blocks"),
        (IN_XTERM, "auto", "blocks"),
        (SHUT, "auto", "blocks"),
        (Terminal(inside="tmux"), "auto", "blocks"),
        (KITTY, "blocks", "blocks"),
        (KITTY, "off", "blocks"),
        (KITTY, "sixel", "sixel"),
        (PLAIN, "kitty", "kitty"),
        (BLIND_XTERM, "sixel", "sixel"),
        (PLAIN, "iterm2", "iterm2"),
        (SCREEN, "kitty", "blocks"),
        (IN_XTERM, "sixel", "blocks"),
        (EVEN, "sixel", "sixel"),
        (SHUT, "kitty", "kitty"),
        (IN_KITTY, "iterm2", "blocks"),
    ],
)
def test_the_way_that_fits_the_terminal(terminal: Terminal, wanted: Images, mode: Mode) -> None:
    assert choose(terminal, wanted).mode == mode


def test_what_was_forced_without_being_offered_is_said() -> None:
    assert choose(XTERM, "sixel").fix == ""
    assert choose(PLAIN, "sixel").line == (
        "sixels: as the settings say, though the terminal did not offer them; "
        "/images auto where nothing or garbage shows"
    )


def test_what_tmux_lacks_is_said() -> None:
    lacks = "put set -g allow-passthrough on into tmux.conf"
    assert choose(SHUT) == Choice("blocks", "tmux does not hand pictures on", lacks)
    assert choose(SHUT, "kitty").fix == lacks
    assert choose(IN_KITTY).fix == ""


def test_a_terminals_name_is_text_from_elsewhere() -> None:
    evil = Terminal(inside="tmux", outside="a\x1b]0;b\x07\U0010eeee", passthrough=True)

    assert choose(evil).line.isprintable()


@pytest.mark.parametrize(
    ("answer", "outside"),
    [
        ("xterm-kitty\tkitty(0.41.1)\ton\n", ("kitty(0.41.1)", True)),
        ("xterm-kitty\tkitty(0.41.1)\toff\n", ("kitty(0.41.1)", False)),
        ("xterm-ghostty\t\tall\n", ("ghostty", True)),
        ("xterm-256color\t\t\n", ("256color", False)),
        ("no server running\n", ("no server running", False)),
        ("", ("", False)),
    ],
)
def test_tmux_tells_of_the_terminal_outside(answer: str, outside: tuple[str, bool]) -> None:
    assert read_outside(answer) == outside
