from __future__ import annotations

from textual import events

from tests.ui.widgets.harness import UNSET, Harness
from tui.ui.widgets.confirm import Confirm


async def test_a_key_from_before_the_question_answers_nothing() -> None:
    app = Harness(Confirm("Fetch it?"))
    early = events.Key("y", "y")

    async with app.run_test() as pilot:
        await pilot.pause()
        app.post_message(early)
        await pilot.pause()
        assert app.result is UNSET

        await pilot.press("y")
        assert app.result is True
