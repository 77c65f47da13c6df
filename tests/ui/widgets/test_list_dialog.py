from __future__ import annotations

import pytest
from textual import events
from textual.app import App

from tui.ui.widgets.choice_list import Choice, ChoiceList


@pytest.mark.parametrize(
    ("keys", "taken"),
    [((*"second",), "second"), ((*"sec", "down"), "second to none"), (("down",), "second")],
)
async def test_enter_right_behind_fast_keys_takes_what_they_led_to(
    keys: tuple[str, ...], taken: str
) -> None:
    chosen: list[str | None] = []
    app: App[None] = App()
    async with app.run_test() as pilot:
        names = ("first", "second", "second to none")
        choices = [Choice(name, name) for name in names]
        await app.push_screen(ChoiceList("Pick", choices), chosen.append)
        await pilot.pause()

        for key in keys:
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        app.post_message(events.Key("enter", "\r"))
        while not chosen:
            await pilot.pause()

    assert chosen == [taken]
