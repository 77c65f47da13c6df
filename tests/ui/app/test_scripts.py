"""Scripts typed at the prompt: progress, results, errors, and how they end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest
from textual.widgets import TextArea

from tests.fakes.models import FakeLocal
from tests.ui.app.stage import Stage, connected, opened
from tui.domain.errors import ProviderError
from tui.domain.generation import Finished, GenerationEvent, TextDelta
from tui.domain.image import Image
from tui.ui.widgets.row_list import RowList

LONG = "/pass a | /delay 60000 | /echo never"


def running(stage: Stage) -> bool:
    return stage.app.desk.running.script is not None


async def begin(stage: Stage, line: str) -> None:
    await stage.enter(line)
    await stage.until(lambda: running(stage))


async def test_the_result_of_a_computation_is_shown() -> None:
    async with opened() as stage:
        await stage.enter("/pass [/] \x1b{{user}} | /pass <{{pipe}}>")

        assert stage.notes == ["<[/] \ufffdYou>"]


async def test_what_was_shown_is_not_shown_twice() -> None:
    async with opened() as stage:
        await stage.enter("/echo title=[b] hello [/]")
        await stage.enter("/pass nothing || /pass")
        await stage.enter("/pass a | /setinput")

        assert stage.notices == ["hello [/]"]
        assert stage.prompt == "a"
        assert stage.notes == []


async def test_a_long_result_is_cut() -> None:
    async with opened() as stage:
        stage.app.chat.composer.load(f"/pass {'word ' * 2000}")
        await stage.press("enter")

        (note,) = stage.notes
        assert len(note) < 4100
        assert "9,999 characters" in note


async def test_a_question_waits_for_its_answer() -> None:
    async with opened() as stage:
        await stage.enter('/input default="a cat" What? | /echo You wrote: {{pipe}}')
        await stage.until(lambda: stage.top == "AskText")
        stage.app.screen.query_one(TextArea).text = "two\nlines"
        await stage.press("enter")
        await stage.closed()

        assert stage.notices == ["You wrote: two\nlines"]
        assert stage.app.focused is stage.app.chat.composer.area


async def test_a_choice_and_a_page() -> None:
    async with opened() as stage:
        await stage.enter('/buttons labels=["one","two"] Which? | /popup <b>{{pipe}}</b>!')
        await stage.until(lambda: stage.top == "AskChoice")
        await stage.press("down", "enter")
        await stage.until(lambda: stage.top == "ScriptPage")
        assert "two!" in stage.screen
        await stage.press("enter")
        await stage.closed()

        assert stage.notes == []


async def test_f10_ends_a_script_that_asks_again_and_again() -> None:
    async with opened() as stage:
        await stage.enter("/times 50 {: /input Again? :} | /echo never")
        await stage.until(lambda: stage.top == "AskText")
        await stage.press("escape")
        await stage.until(lambda: stage.top == "AskText")
        await stage.press("f10")
        await stage.closed()
        await stage.until(lambda: not running(stage))

        assert stage.notes == ["aborted: ended by F10"]
        assert stage.notices == []


async def test_the_status_line_says_how_far_a_script_is() -> None:
    async with opened() as stage:
        await begin(stage, LONG)

        assert "script 2/3 /delay" in stage.rows[-1]
        assert "Esc stops" in stage.rows[-1]
        await stage.press("escape")
        await stage.until(lambda: not running(stage))
        await stage.quiet()

        assert "script" not in stage.rows[-1]
        assert stage.notes == ["the script was stopped at 2/3 /delay"]
        assert stage.notices == []


async def test_a_second_line_stays_in_the_prompt() -> None:
    async with opened() as stage:
        await begin(stage, LONG)
        await stage.enter("/pass 1 | /pass 2")

        assert stage.prompt == "/pass 1 | /pass 2"
        assert "2/3 /delay" in stage.notices[-1]
        assert running(stage)
        assert stage.notes == []


async def test_abort_ends_a_script_from_the_prompt() -> None:
    for line in ("/abort", "/abort quiet=false enough", "/stop"):
        async with opened() as stage:
            await begin(stage, LONG)
            await stage.enter(line)
            await stage.until(lambda: not running(stage))

            assert stage.prompt == ""


async def test_keys_work_beside_a_script() -> None:
    async with opened() as stage:
        await begin(stage, LONG)
        await stage.press("f1")
        await stage.until(lambda: stage.top == "HelpScreen")
        await stage.press("escape")
        await stage.closed()

        assert running(stage)


class Patient(FakeLocal):
    """A source that never answers, and knows that it was left."""

    def __init__(self) -> None:
        super().__init__("/models")
        self.left = False

    async def caption(self, image: Image, prompt: str) -> AsyncGenerator[GenerationEvent, None]:
        self.asked.append((image, prompt))
        try:
            await asyncio.Event().wait()
        finally:
            self.left = True
        yield TextDelta("never")
        yield Finished("stop")


async def test_esc_ends_the_caption_inside_a_script() -> None:
    house = await connected()
    await house.settings.change("captioning.edit_before_saving", False)
    source = house.sources.local_source = Patient()
    async with opened(house) as stage:
        await begin(stage, "/caption cat.png | /echo never")
        await stage.until(lambda: bool(source.asked))
        await stage.press("escape")
        await stage.until(lambda: not running(stage))

        assert source.left
        assert stage.notes == ["the script was stopped at 1/2 /caption"]
        assert stage.texts == ["Welcome, You."]


async def test_esc_ends_the_reply_inside_a_script() -> None:
    house = await connected(hold=True)
    async with opened(house) as stage:
        await begin(stage, "/send hello | /reply | /echo never")
        await stage.until(lambda: stage.replying)
        await stage.press("escape")
        await stage.until(lambda: not running(stage) and not stage.replying)

        assert stage.notices == []


async def test_a_line_that_cannot_be_read_comes_back_with_the_cursor_at_the_error() -> None:
    async with opened() as stage:
        line = "/pass a |\n/ehco b | /pass c"
        stage.app.chat.composer.load(line)
        await stage.press("enter")

        assert stage.prompt == line
        assert stage.app.chat.composer.area.cursor_location == (1, 0)
        assert "line 2, column 1" in stage.notices[-1]
        assert "did you mean /echo" in stage.notices[-1]
        assert stage.notes == []


async def test_a_failure_on_the_way_says_where() -> None:
    house = await connected()
    async with opened(house) as stage:
        await stage.enter("/send one | /caption bad.png | /send never")
        await stage.until(lambda: bool(stage.notices))

        assert stage.texts[-1] == "one"
        assert "bad.png" in stage.notices[-1]
        assert "(script, 2/3 /caption)" in stage.notices[-1]
        await stage.until(lambda: not running(stage))


async def test_scripts_by_key_and_by_hand_end_each_by_itself() -> None:
    async with opened() as stage:
        scripts = stage.app.desk.running._scripts
        first, second = stage.app.run_line(LONG), stage.app.run_line(LONG)
        await stage.until(lambda: len(scripts) == 2)
        first.cancel()
        await stage.until(lambda: len(scripts) == 1)
        assert "script 2/3 /delay" in stage.rows[-1]
        second.cancel()
        await stage.until(lambda: not running(stage))
        await stage.quiet()

        assert "script" not in stage.rows[-1]


async def test_a_notice_can_be_waited_for() -> None:
    async with opened() as stage:
        await stage.enter("/echo timeout=60000 awaitDismissal=true hello | /send after")
        await stage.until(lambda: running(stage) and stage.notices == ["hello"])
        assert stage.texts == ["Welcome, You."]
        stage.app.clear_notifications()
        await stage.until(lambda: stage.texts[-1] == "after")


async def test_a_notice_that_is_waited_for_goes_with_time() -> None:
    async with opened() as stage:
        await stage.enter("/echo timeout=50 awaitDismissal=true hello | /send after")
        await stage.until(lambda: stage.texts[-1] == "after")

        assert stage.notices == []


async def test_a_notice_is_shown_once() -> None:
    async with opened() as stage:
        echo = "/echo preventDuplicates=true hello"
        await stage.enter(f"{echo} | {echo} | /times 3 {{: {echo} :}}")
        await stage.until(lambda: not running(stage))

        assert stage.notices == ["hello"]


async def test_several_can_be_marked_with_the_mouse() -> None:
    async with opened() as stage:
        await stage.enter('/buttons multiple=true labels=["one","two","three"] Which?')
        await stage.until(lambda: stage.top == "AskChoice")
        await stage.pilot.click(RowList, offset=(4, 2))
        await stage.press("enter")
        await stage.closed()

        assert stage.notes == ['["three"]']


async def test_the_popup_completes_behind_a_bar() -> None:
    async with opened() as stage:
        await stage.write("/pass a | /ech")
        await stage.press("enter")
        assert stage.prompt == "/pass a | /echo "

        await stage.write("{{us")
        await stage.press("tab", "enter")

        assert stage.notices == ["You"]


async def test_chats_and_characters_are_offered_once_they_are_read() -> None:
    async with opened() as stage:
        await stage.write("/pass a | /character ")
        await stage.until(lambda: bool(stage.app.desk._suggester._read))
        await stage.write("ad")
        assert "Ada Lovelace" in stage.screen

        stage.app.chat.composer.load("")
        await stage.write("/fate mesId=")

        assert "Welcome, You." in stage.screen
        assert "0 " in stage.screen


async def test_a_long_script_is_completed_too() -> None:
    async with opened() as stage:
        stage.app.chat.composer.load("/pass word | " * 800)
        await stage.write("/capt")
        await stage.press("tab")

        assert stage.prompt.endswith("| /caption ")


async def test_what_has_several_lines_is_shown_as_such() -> None:
    async with opened() as stage:
        await stage.enter("/pass one{{newline}}  two")
        await stage.enter("/help len")

        rows = [row.rstrip() for row in stage.rows]
        first = next(at for at, row in enumerate(rows) if row.endswith("  one"))
        assert rows[first + 1].endswith("    two")
        assert any(row.strip() == "/len [text]" for row in rows)


@pytest.mark.parametrize("command", ["/reply", "/regenerate", "/continue"])
async def test_a_reply_that_fails_ends_the_script(command: str) -> None:
    async with opened(await connected()) as stage:
        await stage.say("hello")
        house = stage.house
        house.connector.model.script = (ProviderError("the server is full"),)
        await stage.enter(f"/setvar key=a b | {command} | /echo never")
        await stage.until(lambda: not running(stage))
        await stage.quiet()

        assert stage.notices == [f"the server is full (script, 2/3 {command})"]
        assert stage.prompt == ""


async def test_a_script_ends_where_nobody_can_answer() -> None:
    async with opened() as stage:
        await stage.enter("/send hello | /trigger | /echo never")
        await stage.until(lambda: not running(stage))
        await stage.quiet()

        (notice,) = stage.notices
        assert "(script, 2/3 /reply)" in notice
        assert stage.texts[-1] == "hello"


async def test_what_a_key_does_meanwhile_brings_no_script_back() -> None:
    async with opened(await connected((ProviderError("the server is full"),))) as stage:
        await begin(stage, "/setvar key=a b | /delay 200 | /reply")
        await stage.app.run_line("/getvar a").wait()
        await stage.until(lambda: not running(stage))
        await stage.quiet()

        assert "the server is full" in stage.notices[-1]
        assert stage.prompt == ""
