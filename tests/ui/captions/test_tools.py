"""Asking others, comparing, questions and parts: what the editor opens."""

from __future__ import annotations

import asyncio

import pytest
from textual.widgets import Input, Static

from tests.ui.captions.test_editor import SIZES, FakeSource, shown, text_of
from tests.ui.captions.test_several import made_by
from tests.ui.widgets.harness import UNSET, Harness, wait_until
from tui.domain.caption import Asked
from tui.domain.connection import Model
from tui.domain.errors import CaptionError
from tui.domain.generation import Finished, Progress, Restarted, TextDelta
from tui.services.bounded import MOST_CAPTION
from tui.services.refinement import Other, Refined
from tui.ui.captions.ask_prompt import AskPrompt
from tui.ui.captions.compare import CompareScreen, marked
from tui.ui.captions.editor import CaptionEditor
from tui.ui.captions.question import QuestionDialog
from tui.ui.captions.region import RegionScreen, RegionView
from tui.ui.widgets.choice_list import ChoiceList


class Told:
    """Remembers what was asked."""

    def __init__(self, source: FakeSource) -> None:
        self.asked: list[Asked] = []
        self.made = made_by(source)
        start = self.made.start

        async def telling(asked: Asked):  # type: ignore[no-untyped-def]
            self.asked.append(asked)
            async for event in start(asked):
                yield event

        self.made.start = telling
        self.made.presets = {"as in the settings": "What's in it?", "short": "Be brief, {{user}}."}
        self.made.others = (
            Other("kitchen", "Fake: tiny-vision", Asked(connection="kitchen")),
            Other("offline description", "no model", Asked(source="describe")),
        )
        self.made.models = self.models
        self.editor = CaptionEditor([self.made], clock=lambda: 0.0)
        self.app = Harness(self.editor)

    async def models(self) -> list[Model]:
        return [Model("blind", "no"), Model("seer", "yes")]

    @property
    def ready(self) -> bool:
        return not self.editor.streaming and bool(text_of(self.editor))

    async def choose(self, pilot, words: str, opened: str = "ctrl+g") -> None:  # type: ignore[no-untyped-def]
        await pilot.press(opened)
        await wait_until(lambda: isinstance(self.app.screen, ChoiceList))
        self.app.screen.query_one(Input).value = words
        await pilot.press("enter")
        await pilot.pause()


async def test_another_prompt_is_asked_and_stays_for_the_next_time() -> None:
    told = Told(FakeSource(["One."]))
    async with told.app.run_test() as pilot:
        await wait_until(lambda: told.ready)
        await told.choose(pilot, "short")
        await wait_until(lambda: len(told.asked) == 2)
        await wait_until(lambda: told.ready)
        await pilot.press("ctrl+r")
        await wait_until(lambda: len(told.asked) == 3)

        assert told.asked[0] == Asked()
        assert told.asked[1] == Asked(prompt="Be brief, {{user}}.", preset="short", fresh=True)
        assert told.asked[2] == told.asked[1]


async def test_another_source_is_asked() -> None:
    told = Told(FakeSource(["One."]))
    async with told.app.run_test() as pilot:
        await wait_until(lambda: told.ready)
        await told.choose(pilot, "offline")
        await wait_until(lambda: len(told.asked) == 2)

        assert told.asked[1] == Asked(source="describe", fresh=True)


async def test_a_prompt_of_ones_own_is_asked() -> None:
    told = Told(FakeSource(["One."]))
    async with told.app.run_test() as pilot:
        await wait_until(lambda: told.ready)
        await told.choose(pilot, "Prompt: another")
        await wait_until(lambda: isinstance(told.app.screen, AskPrompt))
        await pilot.press(*"Who?", "enter")
        await wait_until(lambda: len(told.asked) == 2)

        assert told.asked[1].prompt == "Who?"


async def test_another_model_is_chosen_among_those_that_see_first() -> None:
    told = Told(FakeSource(["One."]))
    async with told.app.run_test() as pilot:
        await wait_until(lambda: told.ready)
        await told.choose(pilot, "Model: another")
        await wait_until(lambda: getattr(told.app.screen, "_title", "") == "Model")
        await pilot.press("enter")
        await wait_until(lambda: len(told.asked) == 2)

        assert told.asked[1].model == "seer"


async def test_models_that_cannot_be_listed_are_told() -> None:
    told = Told(FakeSource(["One."]))

    async def failing() -> list[Model]:
        raise CaptionError("no connection captions", hint="/connect for=captions chooses one")

    told.made.models = failing
    async with told.app.run_test() as pilot:
        await wait_until(lambda: told.ready)
        await told.choose(pilot, "Model: another")
        await wait_until(lambda: "no connection captions" in shown(told.editor, "#status"))


async def test_leaving_the_list_asks_nobody() -> None:
    told = Told(FakeSource(["One."]))
    async with told.app.run_test() as pilot:
        await wait_until(lambda: told.ready)
        await pilot.press("ctrl+g")
        await wait_until(lambda: isinstance(told.app.screen, ChoiceList))
        await pilot.press("escape")
        await pilot.pause()

        assert len(told.asked) == 1
        assert told.app.screen is told.editor


# -- comparing


def test_words_that_the_other_lacks_are_marked() -> None:
    assert marked("A red cat, asleep", "a RED dog asleep") == [
        ("A red", False),
        (" cat,", True),
        (" asleep", False),
    ]
    assert marked("same words", "same  words") == [("same words", False)]
    assert "".join(piece for piece, _ in marked("x\ny  z", "q")) == "x\ny  z"


def test_captions_as_long_as_no_reader_compares_them_do_not_hold_the_screen_up() -> None:
    text = "a " * (MOST_CAPTION // 2)
    assert marked(text, f"b {text}") == [(text, False)]


def comparing(told: Told, other: FakeSource) -> None:
    told.made.beside = lambda: made_by(other, source_label="the other")


@pytest.mark.parametrize("size", SIZES)
async def test_two_captions_stand_side_by_side_and_either_is_taken(size: tuple[int, int]) -> None:
    told = Told(FakeSource(["A red cat."]))
    comparing(told, FakeSource(["A red dog."]))
    async with told.app.run_test(size=size) as pilot:
        await wait_until(lambda: told.ready)
        await told.choose(pilot, "kitchen", opened="f6")
        await wait_until(lambda: isinstance(told.app.screen, CompareScreen))
        screen = told.app.screen
        await wait_until(
            lambda: "A red dog." in str(screen.query_one("#text-right", Static).content)
        )
        await wait_until(lambda: not any(lane.running for lane in screen._lanes.values()))  # type: ignore[attr-defined]
        await pilot.pause()
        left = screen.query_one("#text-left", Static)
        assert "cat." in str(left.content)
        assert [span.style for span in left.visual.spans]  # type: ignore[attr-defined]
        assert screen.query_one("#text-right").region.area > 0

        await pilot.press("2")
        await wait_until(lambda: text_of(told.editor) == "A red dog.")
        await pilot.press("alt+left")
        await wait_until(lambda: text_of(told.editor) == "A red cat.")

    assert len(told.asked) == 1


async def test_esc_stops_what_is_compared() -> None:
    told = Told(FakeSource(["A red cat."]))
    other = FakeSource(["A red", " dog."], hold_after=1)
    comparing(told, other)
    async with told.app.run_test() as pilot:
        await wait_until(lambda: told.ready)
        await told.choose(pilot, "kitchen", opened="f6")
        await wait_until(lambda: other.started == 1)
        await pilot.press("escape")
        await wait_until(lambda: other.closed == 1)

        assert text_of(told.editor) == "A red cat."


async def test_there_is_nothing_to_take_from_one_that_failed() -> None:
    told = Told(FakeSource(["A red cat."]))
    comparing(told, FakeSource([], CaptionError("it is down", hint="start it")))
    async with told.app.run_test() as pilot:
        await wait_until(lambda: told.ready)
        await told.choose(pilot, "kitchen", opened="f6")
        await wait_until(lambda: isinstance(told.app.screen, CompareScreen))
        screen = told.app.screen
        await wait_until(
            lambda: "it is down" in str(screen.query_one("#facts-right", Static).content)
        )
        await pilot.press("2")
        await pilot.pause()
        assert told.app.screen is screen
        await pilot.press("1")
        await wait_until(lambda: told.app.screen is told.editor)


# -- questions


async def test_an_answer_is_put_at_the_cursor() -> None:
    told = Told(FakeSource(["A sign."]))
    questions: list[Asked] = []

    async def answer(asked: Asked):  # type: ignore[no-untyped-def]
        questions.append(asked)
        yield Progress("captioning")
        yield TextDelta("not this")
        yield Restarted("another try")
        yield TextDelta("It says [b]STOP[/b].")
        yield Finished("stop")

    told.made.question = answer
    async with told.app.run_test() as pilot:
        await wait_until(lambda: told.ready)
        await pilot.press("f7")
        await wait_until(lambda: isinstance(told.app.screen, QuestionDialog))
        await pilot.press("ctrl+s")
        await pilot.pause()
        told.app.screen.query_one(Input).value = "What does it say?"
        await pilot.press("enter")
        await wait_until(
            lambda: "STOP" in str(told.app.screen.query_one("#answer", Static).content)
        )
        await wait_until(
            lambda: "inserts" in str(told.app.screen.query_one("#status", Static).content)
        )
        await pilot.press("ctrl+s")
        await wait_until(lambda: told.app.screen is told.editor)
        await pilot.press("ctrl+s")
        await wait_until(lambda: told.app.result is not UNSET)

    assert questions == [Asked(prompt="What does it say?")]
    assert told.app.result == Refined(["A sign. It says [b]STOP[/b]."])


async def test_a_source_that_cannot_be_asked_says_so() -> None:
    told = Told(FakeSource(["A sign."]))

    async def refusing(asked: Asked):  # type: ignore[no-untyped-def]
        raise CaptionError("local model cannot be asked anything", hint="choose a connection")
        yield

    told.made.question = refusing
    async with told.app.run_test() as pilot:
        await wait_until(lambda: told.ready)
        await pilot.press("f7")
        await wait_until(lambda: isinstance(told.app.screen, QuestionDialog))
        await pilot.press(*"who", "enter")
        status = told.app.screen.query_one("#status", Static)
        await wait_until(lambda: "cannot be asked" in str(status.content))
        await pilot.press("escape")
        await wait_until(lambda: told.app.screen is told.editor)


# -- parts


async def test_a_part_is_marked_with_keys_and_captioned() -> None:
    told = Told(FakeSource(["One."]))
    async with told.app.run_test(size=(120, 36)) as pilot:
        await wait_until(lambda: told.ready)
        await pilot.press("f8")
        await wait_until(lambda: isinstance(told.app.screen, RegionScreen))
        view = told.app.screen.query_one(RegionView)
        await wait_until(lambda: view.ready)
        before = view.marking.box
        await pilot.press("right", "down", "L", "J", "plus", "minus")
        left, top, right, bottom = view.marking.box
        assert left > before[0]
        assert top > before[1]
        assert right - left > before[2] - before[0]
        assert bottom - top > before[3] - before[1]

        await pilot.press("enter")
        await wait_until(lambda: len(told.asked) == 2)
        await wait_until(lambda: told.ready)
        assert told.asked[1].region == (left, top, right, bottom)
        await wait_until(lambda: "a part," in shown(told.editor, "#facts"))

        await pilot.press("f8")
        await wait_until(lambda: isinstance(told.app.screen, RegionScreen))
        await pilot.press("a", "enter")
        await wait_until(lambda: len(told.asked) == 3)

    assert told.asked[2].region is None


async def test_a_part_is_drawn_with_the_mouse() -> None:
    told = Told(FakeSource(["One."]))
    async with told.app.run_test(size=(120, 36)) as pilot:
        await wait_until(lambda: told.ready)
        await pilot.press("f8")
        await wait_until(lambda: isinstance(told.app.screen, RegionScreen))
        view = told.app.screen.query_one(RegionView)
        await wait_until(lambda: view.ready)
        await pilot.mouse_down(RegionView, offset=(60, 20))
        await pilot.hover(RegionView, offset=(40, 10))
        await pilot.mouse_up(RegionView, offset=(40, 10))
        await pilot.pause()
        left, top, right, bottom = view.marking.box

        assert 0 < left < right < 640
        assert 0 < top < bottom < 400
        inside = view.render_line(15)
        assert inside.cell_length == view.size.width


async def test_what_lies_outside_the_frame_is_darker() -> None:
    told = Told(FakeSource(["One."]))
    async with told.app.run_test(size=(120, 36)) as pilot:
        await wait_until(lambda: told.ready)
        await pilot.press("f8")
        await wait_until(lambda: isinstance(told.app.screen, RegionScreen))
        view = told.app.screen.query_one(RegionView)
        await wait_until(lambda: view.ready)
        await asyncio.sleep(0)
        row = view.render_line(view.size.height // 2)
        colours = [
            s.style.color.triplet for s in row if s.style and s.style.color and s.text == "▄"
        ]

        assert sum(colours[0] or ()) < sum(colours[len(colours) // 2] or ())
