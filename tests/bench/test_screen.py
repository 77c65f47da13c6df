"""The emulated screen: what is visible, where, and when."""

from __future__ import annotations

import re

import pytest
from bench.screen import COLUMNS, ROWS, Screen, first_seen
from hypothesis import given
from hypothesis import strategies as st


def rows(*pieces: bytes) -> list[str]:
    screen = Screen()
    for piece in pieces:
        screen.feed(piece)
    return [screen.row(y).rstrip() for y in range(ROWS)]


def test_text_goes_where_the_cursor_is() -> None:
    shown = rows(b"one\r\n\x1b[3;5Htwo\x1b[1m bold\x1b[A\x1b[2D!")

    assert shown[:3] == ["one", "          !", "    two bold"]


def test_a_full_line_goes_on_in_the_next() -> None:
    shown = rows(b"x" * (COLUMNS + 3))

    assert shown[0] == "x" * COLUMNS
    assert shown[1] == "xxx"


def test_a_wide_character_takes_two_columns() -> None:
    assert rows("六月\x1b[1;3H!".encode())[0] == "六!"


@pytest.mark.parametrize(
    ("erasing", "left"), [("\x1b[K", "ab"), ("\x1b[1K", "   d"), ("\x1b[2K", ""), ("\x1b[P", "abd")]
)
def test_a_line_is_erased_in_parts(erasing: str, left: str) -> None:
    assert rows(f"abcd\x1b[1;3H{erasing}".encode())[0] == left


def test_only_the_region_scrolls() -> None:
    shown = rows(b"top\x1b[2;3r\x1b[2;1Hone\r\ntwo\r\nthree\x1b[r\x1b[4;1Hend")

    assert shown[:4] == ["top", "two", "three", "end"]


def test_the_last_row_scrolls_all() -> None:
    shown = rows(b"gone\r\n", *[b"%d\r\n" % number for number in range(ROWS)])

    assert shown[0] == "1"
    assert shown[-2:] == [str(ROWS - 1), ""]


def test_scrolling_by_more_than_there_is_empties_the_region() -> None:
    assert rows(b"one\r\ntwo\x1b[999S") == [""] * ROWS


def test_strings_and_modes_are_no_text() -> None:
    assert rows(b"\x1b]0;title\x07\x1bP+q544e\x1b\\\x1b_Gi=1;\x1b\\\x1b[>1u\x1b[?25lx")[0] == "x"


@given(st.text(max_size=40), st.integers(min_value=0, max_value=80))
def test_where_a_read_ends_changes_nothing(text: str, cut: int) -> None:
    data = f"\x1b[2;2H{text}\x1b[31m六\x1b]0;name\x07end".encode()

    assert rows(data[:cut], data[cut:]) == rows(data)


@given(st.binary(max_size=200))
def test_no_output_breaks_it(data: bytes) -> None:
    assert len(rows(data)) == ROWS


def test_nothing_is_visible_before_the_update_ends() -> None:
    pieces = [(1.0, b"\x1b[?2026hk0001"), (2.0, b" k0002\x1b[?2026l"), (3.0, b"\x1b[0m")]

    seen, changes = first_seen(Screen(), pieces, re.compile(r"k\d{4}"))

    assert seen == {"k0001": 2.0, "k0002": 2.0}
    assert changes == [2.0]
