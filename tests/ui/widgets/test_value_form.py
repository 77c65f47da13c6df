from __future__ import annotations

from textual.app import App
from textual.widgets import Input, Static

from tests.ui.widgets.harness import wait_until
from tui.ui.widgets.value_form import Question, ValueForm


async def refuse(text: str) -> str:
    return f"{text} is not a number"


async def test_why_it_was_not_saved_stays_until_the_text_is_another() -> None:
    app = App[None]()
    async with app.run_test() as pilot:
        form = ValueForm(Question("Seconds", "How long?", "30", "60"), refuse)
        await app.push_screen(form)
        form.query_one(Input).value = "soon"
        await pilot.press("ctrl+s")
        problem = form.query_one("#problem", Static)
        await wait_until(lambda: "not a number" in str(problem.content))

        form.on_input_changed()

        assert "not a number" in str(problem.content)

        await pilot.press("1")
        await wait_until(lambda: not str(problem.content))
