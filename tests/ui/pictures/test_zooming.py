from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.ui.pictures.zooming import (
    Look,
    Place,
    box,
    kept_inside,
    panned,
    shown,
    taken,
    whole,
    zoomed,
)

SIDES = st.integers(1, 8000)
PLACES = st.builds(Place, SIDES, SIDES, st.integers(1, 400), st.integers(1, 150))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("zoom"), st.floats(0.2, 5), st.floats(0, 1)),
        st.tuples(st.just("pan"), st.floats(-2, 2), st.floats(-2, 2)),
    ),
    max_size=12,
)


def walked(place: Place, steps: list[tuple[str, float, float]]) -> Look:
    look = whole(place)
    for kind, one, other in steps:
        if kind == "zoom":
            look = zoomed(look, place, one, (other, 1 - other))
        else:
            look = panned(look, place, one, other)
    return look


@given(PLACES, STEPS)
def test_what_is_shown_is_always_inside_the_picture(
    place: Place, steps: list[tuple[str, float, float]]
) -> None:
    left, top, right, bottom = box(walked(place, steps), place)

    assert 0 <= left < right <= place.width
    assert 0 <= top < bottom <= place.height


@given(PLACES)
def test_at_first_all_of_it_is_shown(place: Place) -> None:
    columns, rows = taken(whole(place), place)

    assert box(whole(place), place) == (0, 0, place.width, place.height)
    assert columns <= place.columns
    assert rows <= place.rows
    assert columns == place.columns or rows == place.rows


@given(PLACES, STEPS)
def test_the_shape_is_kept(place: Place, steps: list[tuple[str, float, float]]) -> None:
    look = walked(place, steps)
    across, down = shown(look, place)

    # What is shown fills the room at this scale, or all of the picture is shown.
    assert across == pytest.approx(min(place.width, place.columns / look.scale))
    assert down == pytest.approx(min(place.height, 2 * place.rows / look.scale))


@given(PLACES, STEPS, st.floats(1.01, 4), st.floats(0, 1), st.floats(0, 1))
def test_going_in_and_out_again_returns(
    place: Place, steps: list[tuple[str, float, float]], factor: float, x: float, y: float
) -> None:
    before = walked(place, steps)
    nearer = zoomed(before, place, factor, (x, y))
    if nearer.scale != pytest.approx(before.scale * factor):
        return  # as near as it gets
    after = zoomed(nearer, place, 1 / factor, (x, y))

    assert (after.scale, after.x, after.y) == pytest.approx((before.scale, before.x, before.y))


@given(PLACES, STEPS)
def test_the_scale_has_an_end_on_both_sides(
    place: Place, steps: list[tuple[str, float, float]]
) -> None:
    look = walked(place, steps)

    assert place.smallest <= look.scale <= place.largest
    assert zoomed(look, place, 1e9).scale == place.largest
    assert zoomed(look, place, 1e-9).scale == place.smallest
    assert kept_inside(look, place) == look


def test_a_spot_under_the_mouse_stays_there() -> None:
    place = Place(1000, 1000, 100, 50)
    look = zoomed(whole(place), place, 4, (0.25, 0.25))

    # 250 px from the left was at a quarter of the room, and still is.
    across, down = shown(look, place)
    assert look.x - across / 2 + across / 4 == pytest.approx(250)
    assert look.y - down / 2 + down / 4 == pytest.approx(250)


def test_a_small_picture_can_be_seen_as_small_as_it_is() -> None:
    place = Place(16, 12, 100, 30)

    assert whole(place).scale == 5.0
    assert taken(zoomed(whole(place), place, 0.01), place) == (16, 6)


def test_panning_stops_at_the_edge() -> None:
    place = Place(1000, 800, 100, 40)
    near = zoomed(whole(place), place, 2)

    assert box(panned(near, place, -9, -9), place) == (0, 0, 500, 400)
    assert box(panned(near, place, 9, 9), place) == (500, 400, 1000, 800)
    assert panned(whole(place), place, 1, 1) == whole(place)
