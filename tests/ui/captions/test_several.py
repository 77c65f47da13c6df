"""Several pictures in one editor, and the versions of each."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable

import pytest

from tests.ui.captions.test_editor import SIZES, FakeSource, refinement, shown, text_of
from tests.ui.widgets.harness import UNSET, Harness, picture, wait_until
from tui.domain.caption import Asked, Caption
from tui.domain.cleanup import CleanUp
from tui.domain.errors import NetworkError
from tui.domain.generation import GenerationEvent
from tui.services.refinement import Refined, Refinement
from tui.ui.captions.editor import CaptionEditor
from tui.ui.widgets.choice_list import ChoiceList

Source = Callable[[Asked], AsyncGenerator[GenerationEvent, None]]
ALL = ["A lake below a mountain.", "A cat.", "A dog."]


def sources(*, third: FakeSource | None = None) -> list[FakeSource]:
    return [FakeSource(), FakeSource(["A cat."]), third or FakeSource(["A dog."])]


def made_by(source: Source, at: int = 1, of: int = 1, **more: object) -> Refinement:
    """A refinement that keeps its versions as the service does."""
    made = refinement(source, image=picture(f"{at}.png"), position=(at, of), **more)
    start = made.start

    async def keeping(asked: Asked):  # type: ignore[no-untyped-def]
        text = ""
        try:
            async for event in start(asked):
                text += getattr(event, "text", "")
                yield event
        finally:
            if text.strip():
                label = asked.connection or made.source_label
                prompt = asked.prompt or made.prompt
                version = Caption(text.strip(), "x", label, "m", prompt, 1.0, region=asked.region)
                made.versions.append(version)
                made.current = version

    made.start = keeping
    return made


def editing(*sources: FakeSource) -> tuple[Harness, CaptionEditor]:
    count = len(sources)
    made = [made_by(source, at, count) for at, source in enumerate(sources, 1)]
    editor = CaptionEditor(made, clock=lambda: 0.0)
    return Harness(editor), editor


def all_there(editor: CaptionEditor) -> bool:
    return all(page.begun and not page.running for page in editor.pages)


@pytest.mark.parametrize("size", SIZES)
async def test_each_is_accepted_in_its_turn(size: tuple[int, int]) -> None:
    app, editor = editing(*sources())
    async with app.run_test(size=size) as pilot:
        await wait_until(lambda: all_there(editor))
        for text in ALL:
            await wait_until(lambda text=text: text_of(editor) == text)  # type: ignore[misc]
            await pilot.press("ctrl+s")
        await wait_until(lambda: app.result is not UNSET)

    assert app.result == Refined(ALL)


async def test_the_next_is_captioned_while_one_looks_at_the_first() -> None:
    first, second, third = sources()
    app, editor = editing(first, second, third)
    async with app.run_test():
        await wait_until(lambda: all_there(editor))

        assert editor.pages.at == 0
        assert (second.started, third.started) == (1, 1)


async def test_tab_goes_round_and_keeps_what_was_written() -> None:
    app, editor = editing(*sources())
    async with app.run_test() as pilot:
        await wait_until(lambda: all_there(editor))
        await pilot.press("!", "tab")
        await wait_until(lambda: text_of(editor) == "A cat.")
        assert "2 of 3" in str(editor.query_one("#frame").border_subtitle)

        await pilot.press("shift+tab")
        await wait_until(lambda: text_of(editor) == f"{ALL[0]}!")


async def test_one_is_skipped_and_the_others_are_accepted_together() -> None:
    app, editor = editing(*sources())
    async with app.run_test() as pilot:
        await wait_until(lambda: all_there(editor))
        await pilot.press("f9")
        await wait_until(lambda: text_of(editor) == "A cat.")
        await pilot.press("f5")
        await wait_until(lambda: app.result is not UNSET)

    assert app.result == Refined([None, "A cat.", "A dog."])


async def test_accepting_all_waits_for_those_that_are_still_coming() -> None:
    slow = FakeSource(["A do", "g."], hold_after=1)
    app, editor = editing(*sources(third=slow))
    async with app.run_test() as pilot:
        await wait_until(lambda: editor.pages._pages[2].text == "A do")
        await pilot.press("f5")
        await wait_until(lambda: "2 of 3" in shown(editor, "#status"))
        assert app.result is UNSET

        await pilot.press("escape")
        assert not editor.pages.accepts_all
        await pilot.press("ctrl+s")
        await wait_until(lambda: app.result is not UNSET)

    assert app.result == Refined([ALL[0], "A cat.", "A do"])


async def test_a_failure_stops_accepting_all_and_is_shown() -> None:
    broken = FakeSource([], NetworkError("no answer", hint="is Ollama running?"))
    app, editor = editing(*sources(third=broken))
    async with app.run_test() as pilot:
        await pilot.press("f5")
        await wait_until(lambda: editor.pages.at == 2)
        await wait_until(lambda: "no answer" in shown(editor, "#status"))

        assert app.result is UNSET
        assert not editor.pages.accepts_all


async def test_esc_twice_leaves_the_rest_and_keeps_what_was_accepted() -> None:
    app, editor = editing(*sources())
    async with app.run_test() as pilot:
        await wait_until(lambda: all_there(editor))
        await pilot.press("ctrl+s")
        await wait_until(lambda: text_of(editor) == "A cat.")
        await pilot.press("escape")
        await pilot.pause()
        assert app.result is UNSET
        assert "once more leaves these 2" in shown(editor, "#status")

        await pilot.press("escape")
        await wait_until(lambda: app.result is not UNSET)

    assert app.result == Refined([ALL[0], None, None], cancelled=True)
    assert [page.refinement.left for page in editor.pages][1:] == ["A cat.", "A dog."]


# -- versions


async def test_every_version_stays_and_can_be_walked() -> None:
    source = FakeSource(["One."])
    app, editor = editing(source)
    async with app.run_test() as pilot:
        await wait_until(lambda: all_there(editor))
        source.pieces = ["Two."]
        await pilot.press("!", "ctrl+r")
        await wait_until(lambda: text_of(editor) == "Two." and not editor.streaming)
        await pilot.pause()
        assert "version 2 of 2" in shown(editor, "#facts")

        await pilot.press("alt+left")
        await wait_until(lambda: text_of(editor) == "One.!")
        await pilot.press("alt+left")
        assert text_of(editor) == "One.!"
        assert "[Alice sends Salon a picture that contains: One.!]" in shown(editor, "#preview")
        await pilot.press("ctrl+s")
        await wait_until(lambda: app.result is not UNSET)

    assert app.result == Refined(["One.!"])
    assert editor.page.refinement.current is not None
    assert editor.page.refinement.current.text == "One."


async def test_what_was_written_by_hand_is_a_version_too() -> None:
    source = FakeSource([])
    app, editor = editing(source)
    async with app.run_test() as pilot:
        await wait_until(lambda: all_there(editor))
        await pilot.press(*"mine")
        source.pieces = ["Theirs."]
        await pilot.press("ctrl+r")
        await wait_until(lambda: text_of(editor) == "Theirs." and not editor.streaming)
        await pilot.press("alt+left")
        await wait_until(lambda: text_of(editor) == "mine")


async def test_an_earlier_caption_is_looked_over_before_anybody_is_asked() -> None:
    source = FakeSource(["New."])
    made = made_by(source)
    made.versions = [Caption(text, "", "local model", "m", "?", 1.0) for text in ("Old.", "Now.")]
    made.current, made.revises = made.versions[-1], True
    editor = CaptionEditor([made], clock=lambda: 0.0)
    app = Harness(editor)
    async with app.run_test() as pilot:
        await wait_until(lambda: text_of(editor) == "Now.")
        assert source.started == 0

        await pilot.press("alt+left", "ctrl+s")
        await wait_until(lambda: app.result is not UNSET)

    assert app.result == Refined(["Old."])


# -- templates, rules, length


def fitted(source: FakeSource) -> tuple[Harness, CaptionEditor]:
    made = made_by(source)
    made.templates = {"as in the settings": "<{{caption}}>", "alone": "{{caption}}"}
    made.template = "<{{caption}}>"
    made.preview = lambda text: made.template.replace("{{caption}}", text)
    made.cleanup = made.usual_cleanup = CleanUp(prefix="Photo: ")
    made.word_limit = 3
    editor = CaptionEditor([made], clock=lambda: 0.0)
    return Harness(editor), editor


async def test_the_template_follows_the_cursor_and_what_is_seen_is_what_is_kept() -> None:
    app, editor = fitted(FakeSource(["The image shows a cat."]))
    async with app.run_test() as pilot:
        await wait_until(lambda: not editor.streaming and text_of(editor) != "")
        await wait_until(lambda: shown(editor, "#preview") == "<Photo: A cat.>")
        assert "opening left out, prefix (Ctrl+L)" in shown(editor, "#preview-label")

        await pilot.press("ctrl+t")
        await wait_until(lambda: isinstance(app.screen, ChoiceList))
        await pilot.press("down")
        await wait_until(lambda: shown(editor, "#preview") == "Photo: A cat.")
        await pilot.press("escape")
        await wait_until(lambda: shown(editor, "#preview") == "<Photo: A cat.>")

        await pilot.press("ctrl+t")
        await wait_until(lambda: isinstance(app.screen, ChoiceList))
        await pilot.press("down", "enter")
        await wait_until(lambda: app.screen is editor)
        assert "alone" in shown(editor, "#preview-label")
        await pilot.press("ctrl+s")
        await wait_until(lambda: app.result is not UNSET)

    assert app.result == Refined(["Photo: A cat."])
    assert editor.page.refinement.template == "{{caption}}"


async def test_a_rule_is_switched_off_for_this_editor() -> None:
    app, editor = fitted(FakeSource(["The image shows a cat."]))
    async with app.run_test() as pilot:
        await wait_until(lambda: not editor.streaming and text_of(editor) != "")
        await pilot.press("ctrl+l")
        await wait_until(lambda: app.screen is not editor)
        await pilot.press("space", "escape")
        await wait_until(lambda: app.screen is editor)

        assert shown(editor, "#preview") == "<Photo: The image shows a cat.>"
        assert editor.page.refinement.usual_cleanup == CleanUp(prefix="Photo: ")


async def test_a_caption_that_is_too_long_is_marked() -> None:
    app, editor = fitted(FakeSource(["one two three"]))
    async with app.run_test() as pilot:
        await wait_until(lambda: not editor.streaming and text_of(editor) != "")
        area = editor.query_one("#caption")
        # The prefix counts, too.
        assert str(area.border_subtitle) == "4 of 3 words · 20 characters"
        assert area.has_class("-long")

        await pilot.press(*["backspace"] * 10)
        await wait_until(lambda: not area.has_class("-long"))
