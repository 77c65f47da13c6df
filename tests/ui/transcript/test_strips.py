from __future__ import annotations

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip

from tui.ui.transcript.lines import Line
from tui.ui.transcript.strips import FastStrip, StripMaker

RED = Style(color="red", bgcolor="black")
BLUE = Style(color="blue", bgcolor="black")
BOLD = Style(color="blue", bgcolor="black", bold=True)


def drawn(strip: Strip) -> str:
    return strip.render(Console(color_system="truecolor"))


def maker(cells: int = 12) -> StripMaker:
    return StripMaker(cells, lambda _: RED, [], Color(0, 0, 0))


def test_only_what_changes_between_colours_is_sent() -> None:
    strip = FastStrip([Segment("a", RED), Segment("b", BLUE), Segment("c", BOLD)], 3)

    assert drawn(strip) == "\x1b[31;40ma\x1b[34mb\x1b[1mc\x1b[0m"


def test_attributes_are_switched_off_alone() -> None:
    strip = FastStrip([Segment("a", BOLD), Segment("b", BLUE)], 2)

    assert drawn(strip) == "\x1b[1;34;40ma\x1b[22mb\x1b[0m"


def test_bold_survives_when_dim_ends() -> None:
    both = BOLD + Style(dim=True)
    strip = FastStrip([Segment("a", both), Segment("b", BOLD)], 2)

    assert drawn(strip) == "\x1b[1;2;34;40ma\x1b[22;1mb\x1b[0m"


def test_text_without_style_resets_what_came_before() -> None:
    assert drawn(FastStrip([Segment("a", RED), Segment("b")], 2)) == "\x1b[31;40ma\x1b[0mb"


def test_unusual_wishes_give_what_a_plain_strip_gives() -> None:
    segments = [Segment("漢字 and", RED), Segment(" more", BLUE)]
    fast, plain = FastStrip(segments, 13), Strip(segments, 13)

    assert fast.crop(2, 7) == plain.crop(2, 7)
    assert list(fast.divide([4, 13])) == list(plain.divide([4, 13]))
    assert fast.adjust_cell_length(20) == plain.adjust_cell_length(20)
    assert fast.apply_style(BOLD) == plain.apply_style(BOLD)
    assert fast.crop_extend(0, 15, RED) == plain.crop_extend(0, 15, RED)
    assert fast.simplify() == plain.simplify()
    assert fast.link_ids == plain.link_ids
    assert len(fast.text) == fast.cell_count


def test_a_cut_at_the_end_costs_nothing() -> None:
    strip = FastStrip([Segment("abc", RED)], 3)

    assert strip.divide([3])[0] is strip
    assert strip.crop(0, 3) is strip


def test_rows_fill_the_width_and_never_hold_control_characters() -> None:
    strip = maker().line(Line([("a\x1b[2J\nb", "text", "")]), "")

    assert strip.cell_length == 12
    assert strip.text == "  a\ufffd[2J b   "


def test_the_scroll_mark_takes_the_last_cell() -> None:
    assert maker().marked(maker().line(Line([("ab", "text", "")]), ""), "scroll").text[-1] == "▐"
