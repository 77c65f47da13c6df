from __future__ import annotations

import pytest
from textual.widgets import Input, Static

from tests.ui.widgets.harness import Harness, wait_until
from tui.domain.settings import ChainStep
from tui.ui.settings.chain import ChainEditor
from tui.ui.widgets.choice_list import ChoiceList
from tui.ui.widgets.value_form import ValueForm


class Kept:
    """Takes the steps, or says why not."""

    def __init__(self, problem: str = "") -> None:
        self.steps: list[dict[str, object]] | None = None
        self.problem = problem

    async def __call__(self, steps: list[dict[str, object]]) -> str:
        self.steps = steps
        return self.problem

    @property
    def sources(self) -> list[object]:
        return [step["connection"] or step["source"] for step in self.steps or []]


def editor(kept: Kept) -> ChainEditor:
    steps = (ChainStep("multimodal", "kitchen", seconds=30), ChainStep("describe"))
    return ChainEditor(steps, {"kitchen": "Ollama: moondream"}, kept)


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (40, 12)])
async def test_a_step_is_added_moved_and_removed(size: tuple[int, int]) -> None:
    kept = Kept()
    screen = editor(kept)
    app = Harness(screen)
    async with app.run_test(size=size) as pilot:
        await pilot.press("a")
        await wait_until(lambda: isinstance(app.screen, ChoiceList))
        await pilot.press(*"horde", "enter")
        await wait_until(lambda: kept.sources == ["kitchen", "describe", "horde"])
        await pilot.press("ctrl+up")
        await wait_until(lambda: kept.sources == ["kitchen", "horde", "describe"])
        await pilot.press("home", "delete")
        await wait_until(lambda: kept.sources == ["horde", "describe"])

        assert [row.label for row in screen._rows.rows] == ["1. horde", "2. describe"]


async def test_a_step_gets_another_time_limit_and_a_wrong_one_is_said() -> None:
    kept = Kept()
    app = Harness(editor(kept))
    async with app.run_test() as pilot:
        await pilot.press("enter")
        await wait_until(lambda: isinstance(app.screen, ValueForm))
        app.screen.query_one(Input).value = "soon"
        await pilot.press("ctrl+s")
        problem = app.screen.query_one("#problem", Static)
        await wait_until(lambda: "a number of seconds" in str(problem.content))
        app.screen.query_one(Input).value = "12,5"
        await pilot.press("ctrl+s")
        await wait_until(lambda: kept.steps is not None)

        assert kept.steps is not None
        assert kept.steps[0]["seconds"] == 12.5


async def test_what_cannot_be_kept_is_said_and_not_shown_as_kept() -> None:
    kept = Kept("config.yaml cannot be written")
    screen = editor(kept)
    app = Harness(screen)
    async with app.run_test() as pilot:
        await pilot.press("delete")
        await wait_until(lambda: kept.steps is not None)
        await pilot.pause()

        assert len(screen._rows.rows) == 2
        assert "cannot be written" in str(screen.query_one("#about", Static).content)
