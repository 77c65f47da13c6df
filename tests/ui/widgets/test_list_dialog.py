from __future__ import annotations

from textual import events
from textual.app import App

from tui.ui.widgets.choice_list import Choice, ChoiceList


async def test_enter_right_behind_fast_typing_takes_what_was_typed() -> None:
    chosen: list[str | None] = []
    app: App[None] = App()
    async with app.run_test() as pilot:
        choices = [Choice("first", "first"), Choice("second", "second")]
        await app.push_screen(ChoiceList("Pick", choices), chosen.append)
        await pilot.pause()

        for key in "second":
            app.post_message(events.Key(key, key))
        app.post_message(events.Key("enter", "\r"))
        while not chosen:
            await pilot.pause()

    assert chosen == ["second"]
