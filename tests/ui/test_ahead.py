"""What the first command needs is loaded before there is one, beside the keys."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest
from textual.app import App

from tests.ui.app.stage import connected, opened
from tests.ui.widgets.harness import wait_until
from tui.ui import ahead


def test_the_first_command_finds_everything_loaded() -> None:
    script = (
        "import sys, importlib, tui.ui.app\n"
        "from tui.ui.ahead import MODULES\n"
        "for name in MODULES: importlib.import_module(name)\n"
        "there = set(sys.modules)\n"
        "from tui.ui.desk import Desk\n"
        "from tui.ui.navigation import AppActions\n"
        "from tui.slash.builtins import default_registry\n"
        "default_registry()\n"
        "print(*sorted(set(sys.modules) - there))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == []


async def test_it_is_loaded_in_a_thread_in_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[tuple[str, bool]] = []

    def load(name: str) -> None:
        loaded.append((name, threading.current_thread() is threading.main_thread()))

    monkeypatch.setattr(ahead, "FIRST_SECONDS", 0.01)
    monkeypatch.setattr(ahead, "_PAUSE", 0.0)
    monkeypatch.setattr(ahead, "import_module", load)
    app: App[None] = App()
    async with app.run_test():
        ahead.begin(app, lambda: False)
        await wait_until(lambda: len(loaded) == len(ahead.MODULES))

    assert loaded == [(name, False) for name in ahead.MODULES]


async def test_an_app_that_ends_loads_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    ended = threading.Event()

    def load(name: str) -> None:
        loaded.append(name)
        ended.wait(20)

    monkeypatch.setattr(ahead, "FIRST_SECONDS", 0.01)
    monkeypatch.setattr(ahead, "_PAUSE", 0.0)
    monkeypatch.setattr(ahead, "import_module", load)
    app: App[None] = App()
    async with app.run_test():
        ahead.begin(app, lambda: False)
        await wait_until(lambda: bool(loaded))
        app.workers.cancel_all()
        ended.set()

    assert loaded == [ahead.MODULES[0]]


async def test_the_editors_style_sheet_is_known_before_it_opens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ahead, "FIRST_SECONDS", 0.01)
    monkeypatch.setattr(ahead, "_PAUSE", 0.0)
    async with opened(await connected()) as stage:
        sheets = stage.app.stylesheet
        await stage.until(lambda: sheets.has_source(str(ahead._SHEETS[0])))
        known, parsed = set(sheets.source), 0

        def reparse() -> None:
            nonlocal parsed
            parsed += 1

        monkeypatch.setattr(sheets, "reparse", reparse)
        await stage.enter("/caption cat.png")
        await stage.editor()

        assert known < set(sheets.source)
        assert parsed == 0
