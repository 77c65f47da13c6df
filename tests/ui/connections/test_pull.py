from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from textual.widgets import Static

from tests.ui.connections.test_connections import Desk
from tests.ui.widgets.harness import UNSET, Harness, wait_until
from tui.domain.connection import Endpoint, Model
from tui.domain.errors import ModelNotFound
from tui.domain.generation import Progress
from tui.domain.settings import ConnectionSettings
from tui.ui.connections.pull import PullDialog


def dialog(desk: Desk) -> tuple[Harness, PullDialog]:
    screen = PullDialog(desk.connections, "", ConnectionSettings("puller"))
    return Harness(screen), screen


def said(screen: PullDialog) -> str:
    return str(screen.query_one("#progress", Static).content)


async def test_a_model_is_fetched_and_given_back_with_what_is_known_of_it() -> None:
    desk = Desk()
    desk.connector.listed = []
    app, _ = dialog(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"moon")
        desk.connector.listed = [Model("moondream:latest", "yes")]
        await pilot.press("enter")
        await wait_until(lambda: app.result is not UNSET)

    assert desk.connector.pulled == ["moondream"]
    assert app.result == Model("moondream:latest", "yes")


async def test_any_name_can_be_typed() -> None:
    desk = Desk()
    app, screen = dialog(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"gemma3:12b")
        assert screen.rows.rows[0].label == "Fetch “gemma3:12b”"
        await pilot.press("enter")
        await wait_until(lambda: app.result is not UNSET)

    assert desk.connector.pulled == ["gemma3:12b"]


async def test_what_is_there_is_taken_without_fetching() -> None:
    desk = Desk()
    app, screen = dialog(desk)
    async with app.run_test() as pilot:
        await wait_until(lambda: any(row.id == "tiny-vision" for row in screen.rows.rows))
        await pilot.press(*"tiny-vision", "enter")
        await wait_until(lambda: app.result is not UNSET)

    assert app.result == Model("tiny-vision", "yes")
    assert desk.connector.pulled == []


async def test_escape_pauses_and_the_same_again_goes_on() -> None:
    desk = Desk()
    closed = asyncio.Event()

    async def pull(endpoint: Endpoint, model: str) -> AsyncGenerator[Progress, None]:
        desk.connector.pulled.append(model)
        try:
            yield Progress("fetching the model", 25e6, 100e6, "bytes")
            if len(desk.connector.pulled) == 1:
                await asyncio.Event().wait()
        finally:
            closed.set()

    desk.connector.pull = pull  # type: ignore[method-assign]
    app, screen = dialog(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"llava", "enter")
        await wait_until(lambda: "25%" in said(screen))
        assert "25.0 MB of 100.0 MB" in said(screen)
        await pilot.press("escape")
        await wait_until(closed.is_set)
        assert "paused" in said(screen)
        assert app.result is UNSET
        await pilot.press("enter")
        await wait_until(lambda: app.result is not UNSET)

    assert desk.connector.pulled == ["llava", "llava"]


async def test_a_failure_is_said_and_the_dialog_stays() -> None:
    desk = Desk()
    desk.connector.pulling = [ModelNotFound("there is no such model", hint="look at its name")]
    app, screen = dialog(desk)
    async with app.run_test() as pilot:
        await pilot.press(*"nonsense", "enter")
        await wait_until(lambda: "no such model" in said(screen))

        assert app.result is UNSET
        await pilot.press("escape")
        await wait_until(lambda: app.result is None)
