from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from textual.geometry import Region
from textual.strip import Strip

from tests.fakes.models import Script
from tests.ui.app.stage import Stage, connected, opened
from tui.domain.errors import NetworkError
from tui.domain.generation import Finished, ReasoningDelta, TextDelta, Usage

DOWN = NetworkError("the server is gone", hint="start it and try again")
AGAIN: Script = (TextDelta("Another one."), Finished("stop", usage=Usage(1200, 4)))
MORE: Script = (TextDelta(" And more."), Finished("stop"))

Trigger = Callable[[Stage], Awaitable[None]]


async def test_a_message_goes_out_and_the_reply_streams_in() -> None:
    async with opened(await connected()) as stage:
        await stage.say("hello **you**")

        assert stage.texts == ["Welcome, You.", "hello **you**", "Hello there."]
        assert [turn.text for turn in stage.model.requests[0].turns][-1] == "hello **you**"
        assert "Hello there." in stage.screen
        assert "12 in, 3 out tokens" in stage.rows[-1]
        assert stage.prompt == ""


async def test_what_came_is_on_the_screen_while_more_is_awaited_and_esc_keeps_it() -> None:
    house = await connected((TextDelta("The first part"),), hold=True)
    async with opened(house) as stage:
        await stage.enter("hello")
        await stage.until(lambda: "The first part" in stage.screen)
        assert "Esc stops" in stage.rows[-1]

        await stage.press("escape")
        await stage.until(lambda: not stage.app.chat.replying.is_running)

        assert stage.texts[-1] == "The first part"
        assert stage.messages[-1].status == "stopped"
        assert stage.model.closed == 1
        assert "Esc stops" not in stage.rows[-1]
        assert stage.notices == []


async def test_the_cursor_stands_still_while_a_reply_streams() -> None:
    house = await connected((TextDelta("The first part"),), hold=True)
    async with opened(house) as stage:
        area = stage.app.chat.composer.area
        assert area.cursor_blink
        await stage.enter("hello")
        await stage.until(lambda: "The first part" in stage.screen)
        assert not area.cursor_blink

        await stage.press("escape")
        await stage.until(lambda: area.cursor_blink)


async def test_reasoning_is_folded_and_the_answer_shown() -> None:
    script = (ReasoningDelta("let me think of it"), TextDelta("Yes."), Finished("stop"))
    async with opened(await connected(script)) as stage:
        await stage.say("is it?")

        assert stage.messages[-1].reasoning == "let me think of it"
        assert "Yes." in stage.screen
        assert "let me think of it" not in stage.screen

        await stage.press("alt+up", "space")
        assert "let me think of it" in stage.screen
        await stage.press("space")
        assert "let me think of it" not in stage.screen


async def test_writing_while_a_reply_streams_stops_it_and_sends() -> None:
    house = await connected((TextDelta("Endless"),), hold=True)
    async with opened(house) as stage:
        await stage.enter("one")
        await stage.until(lambda: stage.texts[-1] == "Endless")
        house.connector.model.hold = False
        await stage.say("two")

        assert stage.texts[-3:] == ["Endless", "two", "Endless"]
        assert stage.messages[-3].status == "stopped"


async def by_r(stage: Stage) -> None:
    await stage.press("alt+up", "r")


async def by_palette(stage: Stage) -> None:
    await stage.choose("ask again after")


def by_line(line: str) -> Trigger:
    async def enter(stage: Stage) -> None:
        await stage.enter(line)

    return enter


@pytest.mark.parametrize("retry", [by_r, by_palette, by_line("/retry"), by_line("")])
async def test_a_failed_request_keeps_the_message_with_the_reason_and_can_be_retried(
    retry: Trigger,
) -> None:
    async with opened(await connected((DOWN,))) as stage:
        await stage.say("hello")
        assert (stage.texts[-1], stage.messages[-1].status) == ("hello", "failed")
        assert "the server is gone" in stage.messages[-1].error
        assert "the server is gone" in stage.screen
        assert "the server is gone" in stage.notices[-1]

        stage.model.script = AGAIN
        await retry(stage)
        await stage.until(lambda: not stage.app.chat.replying.is_running and len(stage.texts) == 3)

        assert stage.texts[1:] == ["hello", "Another one."]
        assert stage.messages[1].status == "complete"
        assert stage.messages[1].error == ""


async def test_a_reply_that_breaks_off_is_kept_with_the_reason() -> None:
    async with opened(await connected((TextDelta("Half a"), DOWN))) as stage:
        await stage.say("hello")

        assert stage.texts[-1] == "Half a"
        assert stage.messages[-1].status == "partial"
        assert "the server is gone" in stage.messages[-1].error


KEYS = {
    "regenerate": ("alt+up", "r"),
    "continue": ("alt+up", "g"),
    "delete": ("alt+up", "delete"),
    "copy": ("alt+up", "c"),
    "edit": ("alt+up", "e"),
}
WORDS = {
    "regenerate": "get another version",
    "continue": "let the last reply",
    "delete": "delete the focused message",
    "copy": "copy a message",
    "edit": "change the text",
}


async def do(stage: Stage, what: str, way: str) -> None:
    if way == "key":
        await stage.press(*KEYS[what])
    elif way == "palette":
        await stage.choose(WORDS[what])
    else:
        await stage.enter(f"/{what}")


WAYS = pytest.mark.parametrize("way", ["key", "palette", "command"])


@WAYS
async def test_regenerating_shows_another_reply_and_undo_brings_the_earlier_back(way: str) -> None:
    async with opened(await connected()) as stage:
        await stage.say("hello")
        stage.model.script = AGAIN
        await do(stage, "regenerate", way)
        await stage.until(lambda: stage.texts[-1] == "Another one.")
        await stage.until(lambda: not stage.app.chat.replying.is_running)
        assert len(stage.texts) == 3
        assert "1,200 in, 4 out tokens" in stage.rows[-1]

        await do_undo(stage, way)

        assert stage.texts[-1] == "Hello there."
        assert len(stage.texts) == 3


async def do_undo(stage: Stage, way: str) -> None:
    if way == "key":
        await stage.press("alt+up", "u")
    elif way == "palette":
        await stage.choose("take back the last edit")
    else:
        await stage.enter("/undo")


@WAYS
async def test_the_last_reply_goes_on_where_it_ended(way: str) -> None:
    async with opened(await connected()) as stage:
        await stage.say("hello")
        stage.model.script = MORE
        await do(stage, "continue", way)
        await stage.until(lambda: stage.texts[-1] == "Hello there. And more.")

        assert len(stage.texts) == 3


@WAYS
async def test_a_message_is_deleted_and_brought_back(way: str) -> None:
    async with opened(await connected()) as stage:
        await stage.say("hello")
        await do(stage, "delete", way)
        await stage.until(lambda: stage.texts == ["Welcome, You.", "hello"])
        assert stage.notes[-1] == "#2 was deleted: /undo takes it back"
        assert "Hello there." not in stage.screen

        await do_undo(stage, way)

        assert stage.texts == ["Welcome, You.", "hello", "Hello there."]
        assert "Hello there." in stage.screen


@WAYS
async def test_a_message_is_copied(way: str) -> None:
    async with opened(await connected()) as stage:
        await stage.say("hello")
        await do(stage, "copy", way)
        await stage.until(lambda: stage.app.clipboard == "Hello there.")

        assert stage.notes == ["#2 was copied"]


@WAYS
async def test_a_message_is_edited_in_the_prompt(way: str) -> None:
    async with opened(await connected()) as stage:
        await stage.say("hello")
        await do(stage, "edit", way)
        await stage.until(lambda: stage.prompt == "/edit 2 Hello there.")
        assert stage.app.focused is stage.app.chat.composer.area

        await stage.enter(" Really.")
        await stage.until(lambda: stage.texts[-1] == "Hello there. Really.")

        assert "Hello there. Really." in stage.screen
        await stage.enter("/undo")
        assert stage.texts[-1] == "Hello there."


async def test_keys_on_a_message_mean_the_focused_one() -> None:
    async with opened(await connected()) as stage:
        await stage.say("hello")
        await stage.press("alt+up", "alt+up", "c")
        await stage.until(lambda: stage.app.clipboard == "hello")

        await stage.press("escape")

        assert stage.app.chat.transcript.focused_index is None
        assert stage.app.focused is stage.app.chat.composer.area


async def test_an_unknown_command_never_reaches_the_model_and_stays_in_the_prompt() -> None:
    async with opened(await connected()) as stage:
        await stage.say("/cpation my secret.png")

        assert stage.model.requests == []
        assert stage.texts == ["Welcome, You."]
        assert stage.prompt == "/cpation my secret.png"
        assert "there is no command /cpation" in stage.notices[-1]
        assert "/caption" in stage.notices[-1]


async def test_two_slashes_send_a_line_that_begins_with_one() -> None:
    async with opened(await connected()) as stage:
        await stage.say("//shrug")

        assert stage.texts[1] == "/shrug"


async def test_the_prompt_that_is_sent_can_be_looked_at() -> None:
    async with opened(await connected()) as stage:
        await stage.say("hello")
        await stage.enter("/context")
        await stage.until(lambda: stage.top == "ContextScreen")

        assert "#1 You" in stage.screen
        await stage.press("escape")
        await stage.closed()


async def test_the_view_says_how_many_lines_are_below_and_end_follows() -> None:
    lines = "\n".join(f"- line {number}" for number in range(60))
    async with opened(await connected((TextDelta(lines), Finished("stop")))) as stage:
        await stage.say("list them")
        await stage.press("pageup", "pageup")
        await stage.say("/help send")
        assert "End to follow" in stage.hint

        await stage.press("end")
        assert stage.hint == ""
        assert "put a message into the chat" in stage.screen


LONG = "\n".join(f"line {number}" for number in range(400))


async def test_a_long_message_can_be_edited_like_any_other() -> None:
    async with opened(await connected((TextDelta(LONG), Finished("stop")))) as stage:
        await stage.say("a long one, please")
        await stage.press("alt+up", "e")
        await stage.until(lambda: stage.prompt.startswith("/edit 2 line 0"))
        await stage.enter(" and the end")
        await stage.until(lambda: stage.texts[-1] == f"{LONG} and the end")

        assert len(stage.model.requests) == 1


async def test_a_large_paste_belongs_to_the_command_it_was_pasted_behind() -> None:
    async with opened(await connected()) as stage:
        await stage.write("/send look:")
        await stage.app.chat.composer.paste(LONG)
        await stage.press("enter")
        await stage.until(lambda: len(stage.texts) == 2)

        assert stage.texts[-1] == f"look:\n\n{LONG}"
        assert stage.model.requests == []


async def test_a_large_paste_is_never_a_command() -> None:
    async with opened(await connected()) as stage:
        await stage.app.chat.composer.paste(f"/delete 0\n{LONG}")
        await stage.press("enter")
        await stage.until(lambda: stage.texts[-1] == "Hello there.")

        assert stage.texts[1].startswith("/delete 0\n")


async def test_a_key_while_a_reply_streams_paints_the_prompt_and_nothing_of_the_chat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house = await connected((TextDelta("The first part"),), hold=True)
    async with opened(house) as stage:
        await stage.enter("hello")
        await stage.until(lambda: "The first part" in stage.screen)
        transcript = stage.app.chat.transcript
        await stage.until(lambda: not transcript.frame_due)
        rendered: list[int] = []
        real = transcript.render_lines

        def counted(crop: Region) -> list[Strip]:
            rendered.append(crop.height)
            return real(crop)

        monkeypatch.setattr(transcript, "render_lines", counted)
        before = len(stage.app.written)
        await stage.press("x")

        assert "x" in stage.app.written[before:]
        assert stage.prompt == "x"
        assert rendered == []
