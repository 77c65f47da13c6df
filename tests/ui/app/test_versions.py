"""Versions of replies and hidden messages, by key."""

from __future__ import annotations

from tests.ui.app.stage import Stage, connected, opened
from tui.domain.chat import Message
from tui.domain.errors import NetworkError
from tui.domain.generation import Finished, TextDelta


async def answered(stage: Stage) -> None:
    """A chat with a reply of two versions, the second one shown; the reply has the focus."""
    await stage.say("hi")
    stage.model.script = (TextDelta("Other words."), Finished("stop"))
    await stage.press("alt+up")
    await stage.press("right")
    await stage.until(lambda: stage.messages[-1].text == "Other words." and not stage.replying)


def head(stage: Stage) -> str:
    """The head line of the last message."""
    at = f"#{len(stage.messages) - 1} "
    return next(row.strip("▎ ") for row in stage.rows if at in row)


async def test_keys_walk_the_versions_and_ask_for_the_next() -> None:
    async with opened(await connected()) as stage:
        await answered(stage)
        assert head(stage) == "#2 Salon · 2/2"

        await stage.press("left")
        await stage.until(lambda: stage.messages[-1].text == "Hello there.")
        assert head(stage) == "#2 Salon · 1/2"
        assert "Hello there." in stage.screen
        assert "Other words." not in stage.screen

        await stage.press("right_square_bracket")
        await stage.until(lambda: stage.messages[-1].text == "Other words.")
        await stage.press("left_square_bracket")
        await stage.until(lambda: stage.messages[-1].text == "Hello there.")
        assert len(stage.messages) == 3
        assert len(stage.model.requests) == 2


async def test_in_the_prompt_the_keys_are_what_they_were() -> None:
    async with opened(await connected()) as stage:
        await answered(stage)
        await stage.press("escape")
        await stage.press("[", "h", "]", "left", "x")

        assert stage.prompt == "[hx]"
        assert head(stage) == "#2 Salon · 2/2"


async def test_a_version_that_fails_says_so_and_the_earlier_one_stays() -> None:
    async with opened(await connected()) as stage:
        await answered(stage)
        stage.model.script = (NetworkError("no answer from the server"),)
        await stage.press("right")
        await stage.until(lambda: bool(stage.notices))

        assert "no answer from the server" in stage.notices[-1]
        assert head(stage) == "#2 Salon · 2/2"
        assert stage.texts[-1] == "Other words."


async def test_a_version_streams_in_place_and_esc_keeps_both() -> None:
    async with opened(await connected()) as stage:
        await answered(stage)
        stage.model.script, stage.model.hold = (TextDelta("Half of"),), True
        await stage.press("right")
        await stage.until(lambda: "Half of" in stage.screen)
        assert "Other words." not in stage.screen

        await stage.press("escape")
        await stage.until(lambda: not stage.replying)

        assert head(stage) == "#2 Salon · 3/3 · stopped"
        assert [each.text for each in stage.messages[-1].versions] == [
            *("Hello there.", "Other words.", "Half of"),
        ]


async def test_the_reply_before_a_comment_streams_where_it_stands() -> None:
    async with opened(await connected()) as stage:
        await stage.say("hi")
        comment = Message("c", "system", "Note", "a remark", 1.0, kind="comment")
        await stage.app.chat.session.append(comment)
        stage.app.chat.sync()
        stage.model.script, stage.model.hold = (TextDelta("Half of"),), True
        await stage.enter("/swipe")
        await stage.until(lambda: "Half of" in stage.screen)

        rows = [row.strip() for row in stage.rows]
        assert rows.index("Half of") < rows.index("a remark")
        assert "#3 Note · comment" in rows
        await stage.press("escape")
        await stage.until(lambda: not stage.replying)


async def test_a_key_hides_a_message_and_shows_it_again() -> None:
    async with opened(await connected()) as stage:
        await stage.say("hi")
        await stage.press("alt+up")
        await stage.press("h")
        await stage.until(lambda: stage.messages[-1].hidden)
        await stage.quiet()
        assert head(stage) == "#2 Salon · hidden"
        assert stage.app.chat.transcript.focused_index == 2

        await stage.press("h")
        await stage.until(lambda: not stage.messages[-1].hidden)
        await stage.press("u")
        await stage.until(lambda: stage.messages[-1].hidden)


async def test_what_a_narrator_told_is_answered_by_enter() -> None:
    async with opened(await connected()) as stage:
        told = Message("n", "system", "Narrator", "It rains.", 1.0, kind="narrator")
        await stage.app.chat.session.append(told)
        stage.app.chat.sync()
        await stage.press("enter")
        await stage.until(lambda: stage.texts[-1] == "Hello there.")

        roles = [turn.role for turn in stage.model.requests[0].turns]
        assert roles == ["system", "assistant", "system"]
