from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterator

import pytest
from textual.app import App

from tui.ui.terminal import early_signals, signals


class Signalled(App[None]):
    def __init__(self, save: Callable[[], Awaitable[None]] | None) -> None:
        super().__init__()
        self.save = save

    def on_mount(self) -> None:
        signals.install(self, self.save)


@pytest.fixture(autouse=True)
def handlers_come_back() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in early_signals.numbers()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


async def failing() -> None:
    raise OSError("disk full")


async def hanging() -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("save", [None, failing, hanging])
async def test_the_app_ends_whatever_saving_does(
    save: Callable[[], Awaitable[None]] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signals, "SAVE_SECONDS", 0.05)
    app = Signalled(save)
    async with app.run_test() as pilot:
        os.kill(os.getpid(), signal.SIGTERM)
        while app.return_code is None:
            await pilot.pause(0.01)

    assert app.return_code == 128 + signal.SIGTERM


async def test_a_second_signal_does_not_cut_saving_short() -> None:
    begun, kept = asyncio.Event(), []

    async def slow() -> None:
        begun.set()
        await asyncio.sleep(0.05)
        kept.append("draft")

    app = Signalled(slow)
    async with app.run_test() as pilot:
        os.kill(os.getpid(), signal.SIGHUP)
        await begun.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGHUP)
        while app.return_code is None:
            await pilot.pause(0.01)

    assert app.return_code == 128 + signal.SIGHUP
    assert kept == ["draft"]


async def test_a_signal_that_came_too_early_is_acted_on() -> None:
    early_signals.note()
    os.kill(os.getpid(), signal.SIGTERM)
    app = Signalled(None)
    async with app.run_test() as pilot:
        while app.return_code is None:
            await pilot.pause(0.01)

    assert app.return_code == 128 + signal.SIGTERM
