"""What happens in the editor while something else is going on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from textual.widgets import Input

from tests.ui.captions.test_editor import FakeSource, shown, text_of
from tests.ui.captions.test_several import made_by
from tests.ui.captions.test_tools import Told
from tests.ui.widgets.harness import UNSET, Harness, wait_until
from tui.domain.caption import Asked
from tui.domain.errors import AppError, NetworkError
from tui.domain.generation import Finished, GenerationEvent, Progress, TextDelta
from tui.services.refinement import Refined
from tui.ui.captions.compare import CompareScreen
from tui.ui.captions.editor import CaptionEditor
from tui.ui.captions.question import QuestionDialog

GONE = NetworkError("gone")
Piece = str | AppError | None


class Runs:
    """A source that says something else each time; None waits for the gate, "hold" for good."""

    def __init__(self, *runs: list[Piece]) -> None:
        self.runs = runs
        self.asked: list[Asked] = []
        self.gate = asyncio.Event()

    async def __call__(self, asked: Asked) -> AsyncGenerator[GenerationEvent, None]:
        self.asked.append(asked)
        for piece in self.runs[min(len(self.asked), len(self.runs)) - 1]:
            if piece is None:
                await self.gate.wait()
            elif piece == "hold":
                await asyncio.Event().wait()
            elif isinstance(piece, AppError):
                raise piece
            else:
                yield TextDelta(piece)
        yield Finished("stop")


def editing(*sources: Runs) -> tuple[Harness, CaptionEditor]:
    count = len(sources)
    made = [made_by(source, at, count) for at, source in enumerate(sources, 1)]
    editor = CaptionEditor(made, clock=lambda: 0.0)
    return Harness(editor), editor


def done(editor: CaptionEditor) -> bool:
    return all(page.begun and not page.running for page in editor.pages)


async def test_asking_again_in_the_middle_keeps_each_version_with_its_text() -> None:
    app, editor = editing(Runs(["A lake", "hold"], ["A cat."], ["A dog."]))
    async with app.run_test() as pilot:
        await wait_until(lambda: text_of(editor) == "A lake")
        for text in ("A cat.", "A dog."):
            await pilot.press("ctrl+r")
            await wait_until(lambda: text_of(editor) == text and not editor.streaming)  # noqa: B023
        for text in ("A cat.", "A lake"):
            await pilot.press("alt+left")
            await wait_until(lambda: text_of(editor) == text)  # noqa: B023
            current = editor.page.refinement.current
            assert current is not None
            assert (current.text, current.source_label) == (text, "local model")

    assert [made.text for made in editor.page.refinement.versions] == [
        "A lake",
        "A cat.",
        "A dog.",
    ]


async def test_an_accepted_one_that_is_asked_again_is_open_again() -> None:
    app, editor = editing(Runs(["A lake."], ["New", "hold"]), Runs(["A cat."]))
    async with app.run_test() as pilot:
        await wait_until(lambda: done(editor))
        await pilot.press("ctrl+s")
        await wait_until(lambda: editor.pages.at == 1)
        await pilot.press("tab")
        await wait_until(lambda: editor.pages.at == 0)
        await pilot.press("ctrl+r")
        await wait_until(lambda: text_of(editor) == "New")
        await pilot.press("tab")
        await wait_until(lambda: editor.pages.at == 1)
        await pilot.press("ctrl+s")
        await wait_until(lambda: editor.pages.at == 0)

        assert app.result is UNSET
        assert editor.page.outcome == "open"


async def test_what_is_pasted_before_the_first_word_stays_with_its_version() -> None:
    app, editor = editing(Runs(["A lake."], ["hold"], ["A dog."]))
    async with app.run_test() as pilot:
        await wait_until(lambda: text_of(editor) == "A lake." and not editor.streaming)
        await pilot.press("ctrl+r")
        await wait_until(lambda: editor.streaming)
        editor.insert_text("PASTED")
        await wait_until(lambda: not editor.page.running)
        await pilot.press("ctrl+r")
        await wait_until(lambda: text_of(editor) == "A dog." and not editor.streaming)
        await pilot.press("alt+left")
        await wait_until(lambda: text_of(editor) == "A lake. PASTED")


async def test_what_was_taken_from_a_comparison_is_not_mixed_with_what_still_comes() -> None:
    source = Runs(["A lake", None, " below a mountain."])
    made = made_by(source)
    told = Told(FakeSource())
    made.presets, made.others = told.made.presets, told.made.others
    made.beside = lambda: made_by(FakeSource(["Other."]))
    editor = CaptionEditor([made], clock=lambda: 0.0)
    told.app = app = Harness(editor)
    async with app.run_test() as pilot:
        await wait_until(lambda: text_of(editor) == "A lake")
        await told.choose(pilot, "kitchen", "f6")
        await wait_until(lambda: isinstance(app.screen, CompareScreen))
        screen = app.screen
        assert isinstance(screen, CompareScreen)
        await wait_until(lambda: screen._lanes["right"].made is not None)
        await pilot.press("2")
        await wait_until(lambda: app.screen is editor and text_of(editor) == "Other.")
        source.gate.set()
        await pilot.pause(0.05)
        assert text_of(editor) == "Other."

        await pilot.press("ctrl+s")
        await wait_until(lambda: app.result is not UNSET)

    assert app.result == Refined(["Other."])
    assert made.current is not None
    assert made.current.text == "Other."


async def test_a_side_that_is_asked_again_in_the_middle_is_what_it_says_now() -> None:
    other = Runs(["A red", "hold"], ["A blue", None, " dog."])
    told = Told(FakeSource(["A red cat."]))
    told.made.beside = lambda: made_by(other)
    async with told.app.run_test() as pilot:
        await wait_until(lambda: told.ready)
        await told.choose(pilot, "kitchen", "f6")
        await wait_until(lambda: isinstance(told.app.screen, CompareScreen))
        screen = told.app.screen
        assert isinstance(screen, CompareScreen)
        right = screen._lanes["right"]
        await wait_until(lambda: right.text == "A red")
        await pilot.press("ctrl+r")
        await wait_until(lambda: right.text == "A blue")

        assert right.running
        assert right.made is None

        other.gate.set()
        await wait_until(lambda: not right.running)
        assert right.made is not None
        assert right.made.text == "A blue dog."


async def test_accepting_all_waits_for_what_lies_above_the_editor() -> None:
    source = Runs(["A lake", None, "."])
    app, editor = editing(source, Runs(["A cat."]))
    async with app.run_test() as pilot:
        await wait_until(lambda: text_of(editor) == "A lake")
        await pilot.press("f5", "f7")
        await wait_until(lambda: isinstance(app.screen, QuestionDialog))
        source.gate.set()
        await wait_until(lambda: done(editor))
        await pilot.pause()
        assert app.result is UNSET
        assert isinstance(app.screen, QuestionDialog)
        assert editor.pages.at == 0

        app.screen.query_one(Input).value = ""
        await pilot.press("escape")
        await wait_until(lambda: app.result is not UNSET)

    assert app.result == Refined(["A lake.", "A cat."])


async def test_what_broke_off_is_not_accepted_with_all_the_others() -> None:
    app, editor = editing(Runs(["A lake bel", GONE]), Runs(["A cat."]))
    async with app.run_test() as pilot:
        await wait_until(lambda: done(editor))
        await pilot.press("f5")
        await wait_until(lambda: editor.pages._pages[1].outcome == "accepted")
        assert app.result is UNSET
        assert "gone" in shown(editor, "#status")

        await pilot.press("o", "f5")
        await wait_until(lambda: app.result is not UNSET)

    assert app.result == Refined(["A lake belo", "A cat."])


async def test_accepting_all_stops_at_an_empty_caption() -> None:
    app, editor = editing(Runs(["A lake."]), Runs(["A cat."]))
    async with app.run_test() as pilot:
        await wait_until(lambda: done(editor))
        await pilot.press(*["backspace"] * 7)
        await wait_until(lambda: not text_of(editor))
        await pilot.press("f5")
        await wait_until(lambda: editor.pages._pages[1].outcome == "accepted")

        assert app.result is UNSET
        assert not editor.pages.accepts_all


async def test_keys_behind_the_last_one_are_void() -> None:
    app, editor = editing(Runs(["A lake."]))
    async with app.run_test() as pilot:
        await wait_until(lambda: done(editor) and text_of(editor) == "A lake.")
        for key in ("ctrl+s", "ctrl+s", "escape"):
            app.simulate_key(key)
        await wait_until(lambda: app.result is not UNSET)
        await pilot.pause()

        assert app.result == Refined(["A lake."])
        assert len(app.screen_stack) == 1


async def test_a_download_is_for_the_picture_it_was_begun_for() -> None:
    gate = asyncio.Event()

    async def download() -> AsyncGenerator[Progress, None]:
        yield Progress("model.onnx")
        await gate.wait()

    first, second = Runs(["A lake."], ["By the model."]), Runs(["A cat."], ["Wrong."])
    made = [made_by(first, 1, 2, download=download), made_by(second, 2, 2)]
    editor = CaptionEditor(made, clock=lambda: 0.0)
    app = Harness(editor)
    async with app.run_test() as pilot:
        await wait_until(lambda: done(editor))
        await pilot.press("ctrl+d", "tab")
        await wait_until(lambda: editor.pages.at == 1)
        gate.set()
        await wait_until(lambda: len(first.asked) == 2 and done(editor))

        assert [page.text for page in editor.pages] == ["By the model.", "A cat."]
        assert len(second.asked) == 1


async def test_accepting_before_the_first_word_says_that_it_is_still_made() -> None:
    app, editor = editing(Runs(["hold"]))
    async with app.run_test() as pilot:
        await wait_until(lambda: editor.streaming)
        await pilot.press("ctrl+s")
        await wait_until(lambda: "still captioning" in shown(editor, "#status"))

        assert app.result is UNSET
        assert editor.page.running
