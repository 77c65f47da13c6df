from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.ui.captions.frame import Frame

SIDES = st.integers(1, 3000)
STEPS = st.tuples(st.integers(-4000, 4000), st.integers(-4000, 4000))
MOVES = st.lists(st.tuples(st.sampled_from(("moved", "resized", "stretched")), STEPS), max_size=8)


def is_inside(frame: Frame) -> bool:
    left, top, right, bottom = frame.box
    fits = 0 <= left < right <= frame.width and 0 <= top < bottom <= frame.height
    return fits and right - left >= min(8, frame.width) and bottom - top >= min(8, frame.height)


@given(SIDES, SIDES, MOVES)
def test_whatever_is_done_it_stays_inside_and_large_enough(
    width: int, height: int, moves: list[tuple[str, tuple[int, int]]]
) -> None:
    frame = Frame.middle(width, height)
    assert is_inside(frame)
    for name, step in moves:
        frame = getattr(frame, name)(*step)
        assert is_inside(frame), (name, step)


@given(SIDES, SIDES, STEPS, STEPS)
def test_two_corners_in_any_order_make_the_same_frame(
    width: int, height: int, one: tuple[int, int], other: tuple[int, int]
) -> None:
    whole = Frame(width, height, (0, 0, width, height))

    assert whole.between(one, other) == whole.between(other, one)
    assert is_inside(whole.between(one, other))


def test_moving_keeps_the_size() -> None:
    frame = Frame(100, 80, (10, 10, 30, 40))

    assert frame.moved(5, -20).box == (15, 0, 35, 30)
    assert frame.moved(500, 500).box == (80, 50, 100, 80)


def test_grown_over_all_of_it_it_is_the_whole_picture() -> None:
    frame = Frame(100, 80, (10, 10, 30, 40))

    assert not frame.is_whole
    assert frame.resized(200, 200).is_whole
