from __future__ import annotations

from rich.console import Console
from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip

from tui.ui.transcript.strips import FastStrip
from tui.ui.transcript.terminal_scroll import TerminalScroll

VIEW = Region(0, 2, 10, 5)
COMMAND = "\x1b[0m\x1b[3;7r\x1b[7;1H\n\n\x1b[r\x1b[6;1H"


def rows(scroll: TerminalScroll) -> list[Strip]:
    return scroll.prepared(FastStrip([Segment(f"row {each}")]) for each in range(5))


def drawn(strips: list[Strip]) -> list[str]:
    return [strip.render(Console()) for strip in strips]


def test_the_first_changed_row_scrolls_the_terminal_once() -> None:
    scroll = TerminalScroll()
    scroll.request(VIEW, 2, 3)
    strips = rows(scroll)

    assert drawn(strips[3:]) == [f"{COMMAND}row 3", "row 4"]
    assert drawn(strips[3:]) == ["row 3", "row 4"]
    assert not scroll.due


def test_a_frame_that_paints_everything_does_not_scroll() -> None:
    scroll = TerminalScroll()
    scroll.request(VIEW, 2, 3)

    assert drawn(rows(scroll)) == [f"row {each}" for each in range(5)]
    assert not scroll.due


def test_a_row_that_changes_meanwhile_is_painted_after_the_scroll() -> None:
    scroll = TerminalScroll()
    scroll.request(VIEW, 2, 3)
    assert scroll.includes(2)

    assert "\n\n" in drawn(rows(scroll)[2:])[0]


def test_a_change_of_the_top_row_needs_everything() -> None:
    scroll = TerminalScroll()
    scroll.request(VIEW, 2, 3)

    assert not scroll.includes(0)
