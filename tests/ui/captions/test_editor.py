from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from textual import events
from textual.widgets import Static, TextArea

from tests.ui.widgets.harness import UNSET, Harness, picture, wait_until
from tui.domain.caption import Asked, Caption, wrap
from tui.domain.errors import AppError, NetworkError, StorageError
from tui.domain.generation import Finished, GenerationEvent, Progress, Restarted, TextDelta, Usage
from tui.domain.macros import Environment
from tui.services.refinement import Refined, Refinement
from tui.ui.captions import editor_view
from tui.ui.captions.editor import CaptionEditor
from tui.ui.widgets.image_view import ImageView

TEMPLATE = "[{{user}} sends {{char}} a picture that contains: {{caption}}]"
SIZES = [(120, 36), (80, 24), (40, 12)]


@dataclass
class FakeSource:
    """A source that goes on when it is told to."""

    pieces: list[str] = field(default_factory=lambda: ["A lake", " below", " a mountain."])
    error: AppError | None = None
    hold_after: int | None = None
    """Wait for good after so many pieces."""
    restart: str = ""
    """Begin anew after the pieces, for this reason, with one piece more."""
    started: int = 0
    closed: int = 0
    fresh: list[bool] = field(default_factory=list)
    """What each start asked for."""

    async def __call__(self, asked: Asked) -> AsyncGenerator[GenerationEvent, None]:
        self.started += 1
        self.fresh.append(asked.fresh)
        try:
            yield Progress("loading the model")
            for index, piece in enumerate(self.pieces):
                if index == self.hold_after:
                    await asyncio.Event().wait()
                yield TextDelta(piece)
            if self.hold_after == len(self.pieces):
                await asyncio.Event().wait()
            if self.restart:
                yield Restarted(self.restart)
                yield TextDelta("A second try.")
            if self.error:
                raise self.error
            yield Finished("stop")
        finally:
            self.closed += 1


def refinement(source: Callable[[Asked], Any], **more: Any) -> Refinement:
    names = Environment({"user": "Alice", "char": "Salon"})
    return Refinement(
        image=more.pop("image", picture()),
        prompt="What's in this image?",
        start=source,
        preview=lambda text: wrap(TEMPLATE, text, names),
        source_label=more.pop("source_label", "local model"),
        **more,
    )


def editor_app(source: Callable[[Asked], Any], **more: Any) -> tuple[Harness, CaptionEditor]:
    editor = CaptionEditor([refinement(source, **more)], clock=lambda: 0.0)
    return Harness(editor), editor


def text_of(editor: CaptionEditor) -> str:
    return editor.query_one("#caption", TextArea).text


def shown(editor: CaptionEditor, selector: str) -> str:
    return str(editor.query_one(selector, Static).content)


@pytest.mark.parametrize("size", SIZES)
async def test_the_caption_streams_in_and_ctrl_s_gives_it(size: tuple[int, int]) -> None:
    app, editor = editor_app(FakeSource())
    async with app.run_test(size=size) as pilot:
        await wait_until(lambda: text_of(editor) == "A lake below a mountain.")
        await pilot.pause()
        preview = shown(editor, "#preview")
        await pilot.press("ctrl+s")
        await pilot.pause()

    assert app.result == Refined(["A lake below a mountain."])
    assert preview == "[Alice sends Salon a picture that contains: A lake below a mountain.]"


@pytest.mark.parametrize("size", SIZES)
async def test_everything_needed_is_in_view(size: tuple[int, int]) -> None:
    app, editor = editor_app(FakeSource(), note="no model yet\nsee the manual", warning="careful")
    async with app.run_test(size=size) as pilot:
        await wait_until(lambda: not editor.streaming)
        await pilot.pause()
        screen = app.screen.region
        buttons = () if size == (40, 12) else ("#ok", "#cancel")
        for selector in ("#caption", "#preview-box", "#facts", "#status", "KeyFooter", *buttons):
            region = editor.query_one(selector).region
            assert region.area > 0, selector
            assert screen.contains_region(region), selector
        assert editor.query_one("#caption").region.height >= 2
        assert editor.query_one("#picture", ImageView).display == (size != (40, 12))


async def test_typing_stops_the_source_and_keeps_the_text() -> None:
    source = FakeSource(hold_after=2)
    app, editor = editor_app(source)
    async with app.run_test() as pilot:
        await wait_until(lambda: text_of(editor) == "A lake below")
        await pilot.press("!", "?")
        await wait_until(lambda: source.closed == 1)
        await pilot.press("ctrl+s")
        await pilot.pause()

    assert app.result == Refined(["A lake below!?"])


async def test_cancel_stops_the_source_at_once() -> None:
    source = FakeSource(hold_after=1)
    app, editor = editor_app(source)
    async with app.run_test() as pilot:
        await wait_until(lambda: text_of(editor) == "A lake")
        await pilot.press("escape")
        await wait_until(lambda: app.result == Refined([None], cancelled=True))

        assert source.closed == 1


async def test_what_was_written_is_handed_over_when_it_is_discarded() -> None:
    app, editor = editor_app(FakeSource(hold_after=1))
    async with app.run_test() as pilot:
        await wait_until(lambda: text_of(editor) == "A lake")
        await pilot.press("!", "escape")
        await wait_until(lambda: app.result == Refined([None], cancelled=True))

    assert editor.page.refinement.left == "A lake!"


async def test_what_is_written_is_kept_while_the_editor_is_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(editor_view, "KEEP_SECONDS", 0.01)
    kept: list[str] = []
    full = False

    async def write(text: str) -> None:
        if full:
            raise StorageError("the disk is full", hint="make room")
        kept.append(text)

    app, editor = editor_app(FakeSource(hold_after=1))
    async with app.run_test() as pilot:
        await wait_until(lambda: text_of(editor) == "A lake")
        editor.page.refinement.write = write
        await pilot.press("!")
        await wait_until(lambda: kept == ["A lake!"])
        full = True
        await pilot.press("!")
        await wait_until(lambda: "not kept yet: the disk is full" in editor.page.status)
        full = False
        await wait_until(lambda: kept[-1] == "A lake!!")

        await wait_until(lambda: editor.page.status == "")
        assert text_of(editor) == "A lake!!"


async def test_ctrl_r_while_a_caption_comes_in_shows_the_new_one_as_running() -> None:
    source = FakeSource(hold_after=1)
    app, editor = editor_app(source)
    async with app.run_test() as pilot:
        await wait_until(lambda: text_of(editor) == "A lake")
        await pilot.press("ctrl+r")
        await wait_until(lambda: source.closed == 1 and source.started == 2)
        await pilot.pause()

        assert editor.streaming


async def test_ctrl_r_asks_again_and_replaces_the_text() -> None:
    source = FakeSource()
    app, editor = editor_app(source)
    async with app.run_test() as pilot:
        await wait_until(lambda: not editor.streaming and source.started == 1)
        source.pieces = ["Another view"]
        await pilot.press("x", "ctrl+r")
        await wait_until(lambda: text_of(editor) == "Another view")

    assert source.fresh == [False, True]


async def test_a_source_that_gives_way_is_cleared_away_and_said() -> None:
    source = FakeSource(restart="kitchen answered nothing in 60 s")
    app, editor = editor_app(source)
    async with app.run_test() as pilot:
        await wait_until(lambda: not editor.streaming)
        await pilot.pause()

        assert text_of(editor) == "A second try."
        assert shown(editor, "#remarks") == "kitchen answered nothing in 60 s"

        await pilot.press("ctrl+s")
        await pilot.pause()

    assert app.result == Refined(["A second try."])


async def test_what_a_chain_says_in_the_end_stands_in_the_remarks() -> None:
    note = "local model answered; kitchen: no answer in 60 s"
    made = Caption("x", "local", "local model", "", "?", 1, note)
    app, editor = editor_app(FakeSource(restart="kitchen: no answer in 60 s"), current=made)
    async with app.run_test() as pilot:
        await wait_until(lambda: not editor.streaming)
        await pilot.pause()

        assert shown(editor, "#remarks") == note


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_a_long_error_can_be_read_to_its_end(size: tuple[int, int]) -> None:
    error = NetworkError(
        "kitchen says that there is no credit left for this key, and that the plan ended",
        hint="add credit at the provider, or choose another source with captioning.source (F2)",
    )
    app, editor = editor_app(FakeSource(pieces=[], error=error))
    async with app.run_test(size=size) as pilot:
        await wait_until(lambda: not editor.streaming)
        await pilot.pause()
        rows = [strip.text for strip in app.screen._compositor.render_strips()]

    assert "Ctrl+R to try again" in " ".join(" ".join(rows).split())


async def test_an_error_is_one_line_and_the_text_stays() -> None:
    source = FakeSource()
    app, editor = editor_app(source)
    async with app.run_test() as pilot:
        await wait_until(lambda: not editor.streaming)
        source.pieces, source.error = [], NetworkError("no answer", hint="is Ollama running?")
        await pilot.press("ctrl+r")
        await wait_until(lambda: source.closed == 2)
        await pilot.pause()

        assert shown(editor, "#status") == "no answer: is Ollama running? · Ctrl+R to try again"
        assert text_of(editor) == "A lake below a mountain."


async def test_an_empty_caption_is_not_inserted() -> None:
    app, editor = editor_app(FakeSource(pieces=[]))
    async with app.run_test() as pilot:
        await wait_until(lambda: not editor.streaming)
        await pilot.press("ctrl+s")
        await pilot.pause()

        assert app.result is UNSET
        assert "no caption yet" in shown(editor, "#status")


async def test_hostile_text_is_shown_as_it_is() -> None:
    hostile = "[red]x[/] {{user}} [/ | /delete \x1b]52;c;aGk=\x07 \u202eabc"
    app, editor = editor_app(
        FakeSource(pieces=[hostile]), image=picture("[/]\x1b[2J.png"), note="see [/] here"
    )
    async with app.run_test() as pilot:
        await wait_until(lambda: not editor.streaming)
        await pilot.pause()
        preview, facts = shown(editor, "#preview"), shown(editor, "#facts")
        await pilot.press("ctrl+s")
        await pilot.pause()

    assert "[red]x[/] {{user}} [/ | /delete" in preview
    assert "\x1b" not in preview + facts + str(app.result)
    assert "\u202e" not in preview
    assert facts.startswith("[/]")


async def test_enter_is_a_new_line() -> None:
    app, editor = editor_app(FakeSource(pieces=["one"]))
    async with app.run_test() as pilot:
        await wait_until(lambda: not editor.streaming)
        await pilot.press("enter", *"two", "ctrl+s")
        await pilot.pause()

    assert app.result == Refined(["one\ntwo"])


class Download:
    """A download that stops half-way the first time."""

    def __init__(self) -> None:
        self.runs = 0

    async def __call__(self) -> AsyncGenerator[Progress, None]:
        self.runs += 1
        yield Progress("model.onnx", 50e6, 246e6, "bytes")
        if self.runs == 1:
            await asyncio.Event().wait()
        yield Progress("model.onnx", 246e6, 246e6, "bytes")


async def test_esc_pauses_the_download_and_ctrl_d_goes_on_and_captions_again() -> None:
    source, download = FakeSource(), Download()
    app, editor = editor_app(source, download=download, download_label="vit-gpt2, 246 MB")
    async with app.run_test() as pilot:
        await wait_until(lambda: not editor.streaming)
        await pilot.press("ctrl+d")
        await wait_until(lambda: "50.0 MB of 246.0 MB" in shown(editor, "#status"))
        await pilot.press("escape")
        await wait_until(lambda: not editor.downloading)
        assert app.result is UNSET
        assert "paused" in shown(editor, "#status")

        await pilot.press("ctrl+d")
        await wait_until(lambda: source.started == 2)

    assert download.runs == 2


async def test_the_facts_name_source_model_and_seconds() -> None:
    caption = Caption("A lake.", "multimodal", "Ollama", "moondream", "?", 2.34)
    source = FakeSource()
    app, editor = editor_app(source, source_label="Ollama")
    async with app.run_test() as pilot:
        await wait_until(lambda: not editor.streaming)
        editor.page.refinement.current = caption  # as the service does at the end of the stream
        await wait_until(lambda: "moondream" in shown(editor, "#facts"))
        await pilot.pause()

        assert shown(editor, "#facts") == (
            "lake.jpg\n4032 × 2520, 2.1 MB\nOllama\nmoondream\n2.3 s"
        )


@pytest.mark.parametrize(
    ("more", "took"),
    [
        ({"usage": Usage(812, 64, cost=0.0004)}, "2.3 s · 812 + 64 tokens · $0.0004"),
        ({"usage": Usage(1812, None)}, "2.3 s · 1,812 tokens"),
        ({"usage": Usage(1, 2, cost=0.0)}, "2.3 s · 1 + 2 tokens · free"),
        ({"usage": Usage(1, 2, cost=0.00001)}, "2.3 s · 1 + 2 tokens · under $0.0001"),
        ({"usage": Usage(1, 2, cost=1.5), "cached": True}, "from cache"),
    ],
)
async def test_the_facts_tell_what_a_caption_took(more: dict[str, Any], took: str) -> None:
    made = Caption("x", "multimodal", "Ollama", "m", "?", 2.34, **more)
    app, editor = editor_app(FakeSource(), source_label="Ollama", current=made)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(lambda: not editor.streaming)
        await pilot.pause()

        assert shown(editor, "#facts").splitlines()[-1] == took
        assert ("from cache · Ctrl+R" in shown(editor, "#status")) == ("cached" in more)


@pytest.mark.parametrize("size", SIZES)
async def test_why_the_offline_description_answers_can_be_read(size: tuple[int, int]) -> None:
    why = "no local model: it is not on this machine yet"
    rest = "offline description in place of Xenova/vit-gpt2-image-captioning; salon model download"
    app, editor = editor_app(
        FakeSource(),
        note=f"{why}; {rest} puts it into /somebody/.cache/huggingface/hub; and more",
        download=Download(),
        download_label="Xenova/vit-gpt2-image-captioning, 246 MB",
    )
    async with app.run_test(size=size) as pilot:
        await wait_until(lambda: text_of(editor) == "A lake below a mountain.")
        await pilot.pause()

        rows = (row.text for row in app.screen._compositor.render_strips())
        text = " ".join(" ".join(row.strip("│ ") for row in rows).split())

    assert why in text
    if size[0] >= 80:
        assert "Ctrl+D gets Xenova/vit-gpt2-image-captioning, 246 MB" in text
        assert rest in text


async def test_what_is_typed_right_before_ctrl_s_is_part_of_the_caption() -> None:
    app, editor = editor_app(FakeSource(["A cat"]))
    async with app.run_test() as pilot:
        await wait_until(lambda: not editor.streaming and text_of(editor) == "A cat")
        # As a terminal sends what was pasted or typed fast: in one go.
        for key in (*"!?", "ctrl+s"):
            character = key if len(key) == 1 else None
            app._driver.send_message(events.Key(key, character))  # type: ignore[union-attr]
        await wait_until(lambda: app.result is not UNSET)
        await pilot.pause()

    assert app.result == Refined(["A cat!?"])
