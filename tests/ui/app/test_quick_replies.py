from __future__ import annotations

import pytest

from tests.fakes.house import House
from tests.ui.app.stage import Stage, connected, opened
from tui.domain.errors import ConfigError
from tui.domain.quick_reply import QuickReply, QuickReplySet
from tui.ui.chat.quick_bar import QuickBar, QuickButton
from tui.ui.palette import SalonCommands
from tui.ui.widgets import script_question

HOSTILE = "[/]\x1b]0;x\x07 [b]"


async def with_bar(*replies: QuickReply, trusted: bool = True, with_draft: bool = False) -> House:
    """A house with a set that shows its buttons."""
    house = await connected()
    house.quick_replies.kept["Set"] = QuickReplySet(
        "Set", replies, bar=True, with_draft=with_draft, id="Set"
    )
    if trusted:
        house.said.digests += [each.digest for each in replies]
    return house


def labels(stage: Stage) -> list[str]:
    """The buttons that can be seen."""
    bars = [bar for bar in stage.app.chat.query(QuickBar) if bar.display]
    return [str(button.label) for bar in bars for button in bar.buttons]


def at(stage: Stage) -> str:
    """The button that has the focus."""
    button = stage.app.focused
    return str(button.label) if isinstance(button, QuickButton) else ""


async def test_without_quick_replies_there_is_no_row() -> None:
    async with opened() as stage:
        await stage.press("f6")

        assert not stage.app.chat.query(QuickBar)
        assert "/qr-create makes one" in stage.notices[-1]
        assert stage.app.focused is stage.app.chat.composer.area


async def test_a_button_is_clicked() -> None:
    house = await with_bar(QuickReply("hello", "/send Hello! | /trigger", "Say hello"))
    async with opened(house) as stage:
        await stage.until(lambda: labels(stage) == ["hello"])
        await stage.write("a draft")
        await stage.pilot.click(QuickButton)
        await stage.until(lambda: stage.texts[-1] == "Hello there.")

        assert stage.texts[-2] == "Hello!"
        assert stage.prompt == "a draft"
        assert stage.app.focused is stage.app.chat.composer.area


async def test_buttons_are_reached_by_key() -> None:
    replies = [QuickReply(name, f"/send {name}") for name in ("a", "b c", '"d"')]
    async with opened(await with_bar(*replies)) as stage:
        await stage.until(lambda: len(labels(stage)) == 3)
        walked = []
        for key in ("f6", "left", "right", "right", "right", "left"):
            await stage.press(key)
            walked.append(at(stage))
        assert walked == ["a", "a", "b c", '"d"', '"d"', "b c"]

        await stage.press("enter")
        await stage.until(lambda: stage.texts[-1] == "b c")
        assert at(stage) == ""
        await stage.press("f6", "right", "right", "enter")
        await stage.until(lambda: stage.texts[-1] == '"d"')
        for back in ("f6", "down", "escape"):
            await stage.press("f6", back)
            assert stage.app.focused is stage.app.chat.composer.area, back


async def test_what_is_typed_on_a_button_goes_into_the_prompt() -> None:
    async with opened(await with_bar(QuickReply("a", "/send a"))) as stage:
        await stage.until(lambda: bool(labels(stage)))
        await stage.press("f6", "h", "i", "space", "y")

        assert stage.prompt == "hi y"


async def test_text_goes_out_with_what_stands_in_the_prompt() -> None:
    house = await with_bar(QuickReply("kind", "Be kind."), with_draft=True)
    async with opened(house) as stage:
        await stage.until(lambda: bool(labels(stage)))
        await stage.write("Tell me.")
        await stage.press("f6", "enter")
        await stage.until(lambda: stage.texts[-1] == "Hello there.")

        assert stage.texts[-2] == "Tell me. Be kind."
        assert stage.prompt == ""


async def test_a_text_of_its_own_leaves_the_draft_where_it_was() -> None:
    async with opened(await with_bar(QuickReply("kind", "Be kind, {{char}}."))) as stage:
        await stage.until(lambda: bool(labels(stage)))
        await stage.write("a draft")
        await stage.press("f6", "enter")
        await stage.until(lambda: stage.texts[-1] == "Hello there.")

        assert stage.texts[-2] == "Be kind, Salon."
        assert stage.prompt == "a draft"


async def test_what_its_macros_give_is_not_searched_for_further_ones() -> None:
    async with opened(await with_bar(QuickReply("kind", "I say {{getvar::x}}"))) as stage:
        await stage.until(lambda: bool(labels(stage)))
        stage.app.chat.session.variables.set("x", "{{user}}")
        await stage.press("f6", "enter")
        await stage.until(lambda: stage.texts[-1] == "Hello there.")

        assert stage.texts[-2] == "I say {{user}}"


async def test_the_row_follows_what_is_made_and_turned_off() -> None:
    async with opened() as stage:
        await stage.enter("/qr-create label=one bar=true /send 1")
        await stage.until(lambda: labels(stage) == ["one"])
        await stage.enter("/qr-create label=two /send 2")
        await stage.enter("/set ui.quick_replies true")
        await stage.until(lambda: labels(stage) == ["one", "two"])
        await stage.enter("/qr-set-off my replies")
        await stage.until(lambda: labels(stage) == [])


async def test_a_small_screen_keeps_its_rows_for_the_messages() -> None:
    house = await with_bar(QuickReply("a", "/send a"))
    async with opened(house, size=(40, 12)) as stage:
        await stage.until(lambda: bool(stage.app.chat.query(QuickBar)))
        await stage.press("f6")
        assert labels(stage) == []
        assert "No room" in stage.notices[-1]

        await stage.pilot.resize_terminal(80, 24)
        await stage.until(lambda: labels(stage) == ["a"])


async def test_the_palette_and_the_popup_know_them() -> None:
    house = await with_bar(
        QuickReply("my-script", "/pass x", "Do my thing"), QuickReply("Two words", "/send two")
    )
    async with opened(house) as stage:
        await stage.until(lambda: len(labels(stage)) == 2)
        entries = {entry.command: entry.title for entry in SalonCommands.entries()}
        assert entries["/my-script"] == "Do my thing"
        assert entries['/run "Set.Two words"'] == "Two words"
        assert "/run Set.my-script" not in entries

        offered = [row.insert for row in stage.app.desk.suggest("/run two", 8)]
        assert offered == ["Two words"]
        assert [row.insert for row in stage.app.desk.suggest("/my-", 4)] == ["/my-script"]
        assert [row.insert for row in stage.app.desk.suggest("/qr-set s", 9)] == ["Set"]

        await stage.choose("two words")
        await stage.until(lambda: stage.texts[-1] == "two")


async def test_a_script_from_elsewhere_asks_before_it_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(script_question, "SETTLED_SECONDS", 0.0)
    house = await with_bar(QuickReply("theirs", "/send hi | /cut 0"), trusted=False)
    async with opened(house) as stage:
        await stage.until(lambda: bool(labels(stage)))
        await stage.enter("/theirs")
        await stage.until(lambda: stage.top == "ScriptQuestion")
        assert "Set.theirs comes from elsewhere" in stage.screen
        assert "changes or deletes messages: /cut" in stage.screen
        assert "/send hi | /cut 0" in stage.screen

        await stage.press("enter")
        await stage.closed()
        assert len(stage.messages) == 1
        assert "was not allowed to run" in stage.notices[-1]
        assert stage.prompt == "/theirs"

        await stage.press("enter")
        await stage.until(lambda: stage.top == "ScriptQuestion")
        await stage.press("y")
        await stage.closed()
        await stage.until(lambda: stage.texts == ["hi"])
        await stage.enter("/theirs")
        await stage.until(lambda: len(stage.messages) == 1 and stage.texts == ["hi"])
        assert len(house.said.digests) == 1


async def test_who_goes_on_typing_allows_nothing() -> None:
    house = await with_bar(QuickReply("theirs", "/send hi"), trusted=False)
    async with opened(house) as stage:
        await stage.enter("/theirs")
        await stage.until(lambda: stage.top == "ScriptQuestion")
        await stage.press(*"yetyy")
        assert stage.top == "ScriptQuestion"

        await stage.press("left", "enter")
        await stage.until(lambda: stage.texts[-1] == "hi")


async def test_the_question_fits_a_small_screen_and_shows_everything() -> None:
    script = "\n".join(["/send hi |", *(f"/pass {number} |" for number in range(60)), "/cut 0"])
    house = await with_bar(QuickReply("theirs", script), trusted=False)
    async with opened(house, size=(40, 12)) as stage:
        await stage.enter("/theirs")
        await stage.until(lambda: stage.top == "ScriptQuestion")
        assert "Run it" in stage.screen
        for _ in range(20):
            await stage.press("pagedown")

        assert "/cut 0" in stage.screen
        assert "Run it" in stage.screen
        await stage.press("escape")
        await stage.closed()
        assert len(stage.messages) == 1


async def test_what_others_wrote_is_only_ever_text() -> None:
    reply = QuickReply(f"x{HOSTILE}", f"/pass {HOSTILE}", f"title {HOSTILE}")
    command = QuickReply("mine", "/pass", f"title {HOSTILE}")
    house = await with_bar(reply, command, trusted=False)
    async with opened(house) as stage:
        await stage.until(lambda: bool(labels(stage)))
        await stage.press("f6", "enter")
        await stage.until(lambda: stage.top == "ScriptQuestion")
        await stage.press("escape")
        await stage.closed()
        await stage.press("ctrl+p")
        await stage.until(lambda: stage.top == "CommandPalette")
        await stage.press("t", "i", "t", "l", "e")
        await stage.press("escape")
        await stage.press("slash", "m", "i", "n")
        await stage.until(lambda: "title [/]" in stage.screen)
        await stage.press("escape", "f1")
        await stage.until(lambda: stage.top == "HelpScreen")
        await stage.write_in_dialog("mine")
        await stage.press("escape")
        await stage.closed()

        assert "\x1b]0;" not in stage.app.written
        assert "[/]" in stage.screen


async def test_a_file_that_cannot_be_read_is_told_once() -> None:
    house = await with_bar(QuickReply("a", "/send a"))
    house.quick_replies.problems.append(ConfigError("day.yaml: must hold `name: value` lines"))
    async with opened(house) as stage:
        await stage.until(lambda: any("day.yaml" in each for each in stage.notices))
        await stage.enter("/send one")
        await stage.enter("/send two")
        await stage.until(lambda: stage.texts[-1] == "two")

        assert sum("day.yaml" in each for each in stage.notices) == 1
        assert labels(stage) == ["a"]


async def test_the_question_takes_no_more_room_than_it_needs() -> None:
    house = await with_bar(QuickReply("theirs", "/send hi"), trusted=False)
    async with opened(house, size=(80, 24)) as stage:
        await stage.enter("/theirs")
        await stage.until(lambda: stage.top == "ScriptQuestion")

        assert stage.app.screen.query_one("#frame").size.height < 14
        await stage.press("n")
        await stage.closed()


@pytest.mark.parametrize("name", ["run", "slow", "qr"])
async def test_one_that_runs_is_shown_and_stopped_as_any_script(name: str) -> None:
    async with opened(await with_bar(QuickReply("slow", "/delay 60000 | /echo never"))) as stage:
        await stage.enter("/slow" if name == "slow" else f"/{name} slow")
        await stage.until(lambda: f"script 1/1 /{name}" in stage.rows[-1])
        await stage.enter("/pass 1 | /pass 2")
        assert stage.prompt == "/pass 1 | /pass 2"
        await stage.press("escape")
        await stage.quiet()

        assert stage.notes == [f"the script was stopped at 1/1 /{name}"]
