from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.domain.generation import Progress
from tui.ui.widgets.progress import Speedometer


def fetching(done: float, total: float | None = 100e6) -> Progress:
    return Progress("fetching llava", done, total, "bytes")


def test_share_amount_speed_and_the_time_left_are_told() -> None:
    meter = Speedometer()
    meter.line(fetching(0), 0.0)

    assert meter.line(fetching(25e6), 2.5) == (
        "━━━───────── 25% · 25.0 MB of 100.0 MB · 10.0 MB/s · 8 s left · fetching llava"
    )
    assert meter.brief(fetching(35e6), 3.5) == "fetching llava 35% · 10.0 MB/s"


def test_what_was_there_already_is_no_speed() -> None:
    meter = Speedometer()
    meter.line(fetching(0), 0.0)
    assert "/s" not in meter.line(fetching(60e6), 0.3)  # a download that goes on

    assert "1.0 MB/s" in meter.line(fetching(61e6), 1.3)


def test_the_speed_is_that_of_the_last_five_seconds() -> None:
    meter = Speedometer()
    for second in range(10):
        meter.line(fetching(9e6 * second), float(second))
    for second in range(10, 20):
        line = meter.line(fetching(81e6 + 1e6 * (second - 9)), float(second))

    assert "1.0 MB/s" in line


def test_what_counts_something_else_has_no_speed() -> None:
    meter = Speedometer()
    meter.brief(Progress("reading the prompt", 10, 100, "tokens"), 0.0)

    assert meter.brief(Progress("reading the prompt", 90, 100, "tokens"), 9.0) == (
        "reading the prompt 90%"
    )
    assert meter.line(Progress("loading"), 9.0) == "loading…"


@given(
    st.lists(
        st.tuples(st.floats(0, 1e12), st.one_of(st.none(), st.floats(0, 1e12)), st.floats(0, 60)),
        min_size=1,
    )
)
def test_whatever_comes_there_is_a_line(steps: list[tuple[float, float | None, float]]) -> None:
    meter, now = Speedometer(), 0.0
    for done, total, pause in steps:
        now += pause
        assert "fetching llava" in meter.line(fetching(done, total), now)
