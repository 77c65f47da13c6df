from __future__ import annotations

import threading
import webbrowser

import pytest

from tests.ui.app.stage import Stage, opened

ADDRESS = "https://example.org/[red]x[/]"


class Browser:
    """What webbrowser gives; it remembers what it was asked to open, and where."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.opened: list[tuple[str, bool]] = []

    def open(self, url: str) -> bool:
        self.opened.append((url, threading.current_thread() is threading.main_thread()))
        return True


async def ask(stage: Stage, href: str, *keys: str) -> None:
    worker = stage.app.ask_to_open(href)
    await stage.until(lambda: stage.top == "Confirm")
    assert "example.org/[red]x[/]" in stage.screen
    await stage.press(*keys)
    await worker.wait()
    await stage.quiet()


async def test_a_link_is_shown_in_full_and_opened_beside_the_app(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser = Browser("firefox")
    monkeypatch.setattr(webbrowser, "get", lambda: browser)
    async with opened() as stage:
        await ask(stage, ADDRESS, "y")

    assert browser.opened == [(ADDRESS, False)]


async def test_a_browser_that_would_draw_over_the_app_is_not_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser = Browser("/usr/bin/w3m")
    monkeypatch.setattr(webbrowser, "get", lambda: browser)
    async with opened() as stage:
        await ask(stage, ADDRESS, "y")

        assert "no browser" in stage.notices[-1].lower()
    assert browser.opened == []


async def test_a_link_that_is_not_wanted_stays_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Browser("firefox")
    monkeypatch.setattr(webbrowser, "get", lambda: browser)
    async with opened() as stage:
        await ask(stage, ADDRESS, "escape")

    assert browser.opened == []


async def test_what_is_no_web_address_is_not_opened() -> None:
    async with opened() as stage:
        await stage.app.ask_to_open("file:///etc/passwd").wait()

        assert stage.notices == ["Not opened, for it is no web address: file:///etc/passwd"]
