from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from textual.app import App

from tui.ui import collecting
from tui.ui.collecting import QUIET, Collector


class Ring:
    """Holds itself."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def thresholds() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def lost() -> weakref.ref[Ring]:
    """Something that only a large round finds, after enough middle ones to make it worth while."""
    ring = weakref.ref(Ring())
    gc.set_threshold(0)
    for _ in range(3):
        gc.collect(1)
    return ring


def test_a_quiet_moment_is_used() -> None:
    gc.collect()
    ring = lost()

    assert Collector(clock=lambda: 1.0).look()
    assert ring() is None


def test_while_something_goes_on_nothing_is_looked_at() -> None:
    times = iter((0.0, QUIET * 2, QUIET * 4, QUIET * 4))
    collector = Collector(clock=lambda: next(times))
    lost()

    assert [collector.look() for _ in range(3)] == [False, False, True]


def test_a_round_that_is_not_worth_while_is_left_out() -> None:
    gc.set_threshold(0)
    gc.collect()

    assert not Collector(clock=lambda: 1.0).look()


async def test_python_waits_longer_once_it_began() -> None:
    app: App[None] = App()
    small, middle, large = gc.get_threshold()
    async with app.run_test():
        collecting.begin(app)
        now = gc.get_threshold()

    assert now[:2] == (small, middle)
    assert now[2] > large
