from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.domain.chat import Outline
from tui.ui.transcript.heights import Heights, estimates

HEIGHTS = st.lists(st.integers(0, 9), min_size=1, max_size=30)


@given(HEIGHTS, st.lists(st.tuples(st.integers(0, 29), st.integers(0, 9)), max_size=20))
def test_sums_follow_every_change(heights: list[int], changes: list[tuple[int, int]]) -> None:
    known = Heights(heights)
    for index, height in changes:
        if index < len(heights):
            assert known.set(index, height) == height - heights[index]
            heights[index] = height
            assert known.top(index) == sum(heights[:index])
    assert known.total == sum(heights)


@given(HEIGHTS)
def test_every_row_belongs_to_the_message_that_covers_it(heights: list[int]) -> None:
    known = Heights(heights)
    rows = [index for index, height in enumerate(heights) for _ in range(height)]

    assert [known.at(row) for row in range(len(rows))] == rows


def test_rows_behind_the_end_belong_to_the_last() -> None:
    assert Heights([2, 3]).at(99) == 1


def test_an_estimate_counts_lines_width_and_pictures() -> None:
    assert estimates([Outline("x", 100, 3, 1)], 50, 10) == [2 + 3 + 2 + 11]


@given(HEIGHTS, HEIGHTS)
def test_items_come_at_the_end(heights: list[int], more: list[int]) -> None:
    known = Heights(heights)
    assert known.total == sum(heights)
    known.extend(more)
    assert known.total == sum(heights + more)
