from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from tests.slash.test_builtins import Room
from tui.domain.clipping import Clipping
from tui.domain.errors import ClipboardError, CommandError
from tui.services.dialogs import Choice, ChoiceQuestion, Ending, Notice, TextQuestion


@pytest.fixture
async def room() -> AsyncGenerator[Room, None]:
    made = await Room().open()
    yield made
    await made.services.aclose()


async def test_echo_shows_its_text_and_gives_it_on(room: Room) -> None:
    line = '/echo severity=error title=Oh timeout=1500 "a b" <b>c</b>'

    assert await room.run(line) == '"a b" <b>c</b>'
    assert room.interaction.notices == [Notice('"a b" <b>c</b>', "Oh", "error", 1.5)]


async def test_echo_takes_quotes_and_tags_away_when_asked_to(room: Room) -> None:
    assert await room.run('/echo raw=false escapeHtml=false "<b>a</b> b"') == "<b>a</b> b"
    assert room.interaction.notices[0].text == "a b"


async def test_echo_of_nothing_shows_nothing(room: Room) -> None:
    assert await room.run("/pass a || /echo") == ""
    assert room.interaction.notices == []


async def test_echo_says_that_a_severity_is_unknown(room: Room) -> None:
    await room.run("/echo severity=loud cssClass=x color=red hello")

    assert room.interaction.notices[0].severity == "info"
    assert "loud" in room.front.notes[0]


async def test_echo_takes_what_came_through_the_pipe(room: Room) -> None:
    assert await room.run("/pass a | /echo") == "a"


async def test_a_notice_without_end_stays_long(room: Room) -> None:
    await room.run("/echo timeout=0 here to stay")

    assert room.interaction.notices[0].seconds > 3600


async def test_input_gives_what_was_typed(room: Room) -> None:
    room.interaction.texts = ["a castle\nwith {{user}}"]
    line = "/input default=x rows=2 wide=true okButton=Draw placeholder=p <b>What?</b> | /echo"

    assert await room.run(line) == "a castle\nwith {{user}}"
    assert room.interaction.questions == [
        TextQuestion("What?", "x", "p", ok="Draw", rows=2, wide=True)
    ]


async def test_input_is_also_called_prompt(room: Room) -> None:
    room.interaction.texts = ["yes"]

    assert await room.run("/prompt Really?") == "yes"


async def test_input_runs_a_closure_for_each_end(room: Room) -> None:
    room.interaction.texts = ["cat", None, ""]
    line = "/input onSuccess={: /send got {{pipe}} :} onCancel={: /send nothing :} ?"

    assert [await room.run(line) for _ in range(3)] == ["cat", "", ""]
    assert room.texts()[1:] == ["got cat", "nothing", "got "]


@pytest.mark.parametrize(("ending", "end"), [("ok", "1"), ("cancel", "0"), ("dismissed", "")])
async def test_popup_gives_its_text_or_how_it_ended(room: Room, ending: Ending, end: str) -> None:
    room.interaction.ending = ending

    assert await room.run("/popup header=H cancelButton=No a<br>b") == "a<br>b"
    assert await room.run("/popup result=true cancelButton=No a<br>b") == end
    page = room.interaction.pages[0]
    assert (page.header, page.cancel, page.text) == ("H", "No", "a\nb")


async def test_buttons_give_the_label_that_was_chosen(room: Room) -> None:
    room.interaction.choices = [(1,), None]
    line = '/buttons labels=["a b","c"] Which?'

    assert await room.run(line) == "c"
    assert await room.run(line) == ""
    assert room.interaction.questions[0] == ChoiceQuestion("Which?", (Choice("a b"), Choice("c")))


async def test_several_buttons_give_a_list(room: Room) -> None:
    room.interaction.choices = [(0, 1), (), None]
    line = '/buttons multiple=true labels=["ä \\"b\\"",2] Which?'

    assert await room.run(line) == '["ä \\"b\\"","2"]'
    assert await room.run(line) == "[]"
    assert await room.run(line) == "[]"


async def test_labels_can_be_objects(room: Room) -> None:
    room.interaction.choices = [(0,)]
    line = '/buttons labels=[{"text":"go","tooltip":"<i>now</i>","icon":"fa-x"}] ?'

    assert await room.run(line) == "go"
    question = room.interaction.questions[0]
    assert isinstance(question, ChoiceQuestion)
    assert question.choices == (Choice("go", "now"),)


@pytest.mark.parametrize("labels", ["nonsense", "[]", "[[1]]", '[""]', "[true]", '{"a":1}', "5"])
async def test_labels_that_are_none_are_told(room: Room, labels: str) -> None:
    assert await room.run(f"/buttons labels={labels} Which?") == ""
    assert room.interaction.questions == []
    assert "/buttons shows nothing" in room.front.notes[0]


async def test_buttons_without_labels_are_refused(room: Room) -> None:
    with pytest.raises(CommandError, match="needs labels"):
        await room.run("/buttons Which?")


async def test_setinput_replaces_the_prompt(room: Room) -> None:
    assert await room.run("/setinput look: \x1b[2J") == "look: \ufffd[2J"
    assert room.front.drafts == ["look: \ufffd[2J"]


async def test_the_clipboard_is_written_and_read(room: Room) -> None:
    await room.run('/clipboard-set "quoted" text')
    assert room.front.copied == ['"quoted" text']
    room.clipboard.held = Clipping(text="copied\x07")

    assert await room.run("/clipboard-get") == "copied\ufffd"


async def test_a_clipboard_out_of_reach_is_an_error(room: Room) -> None:
    with pytest.raises(ClipboardError):
        await room.run("/clipboard-get")


async def test_beep_sounds(room: Room) -> None:
    await room.run("/times 3 {: /beep :}")

    assert room.interaction.beeps == 3
