"""Commands that put messages into the chat and change those that are there."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.models import picture
from tests.slash.test_builtins import Room
from tui.domain import macros
from tui.domain.chat import Attachment, Message
from tui.domain.errors import AppError, CommandError
from tui.slash.binding import bind
from tui.slash.builtins import default_registry
from tui.slash.builtins.messages import as_typed
from tui.slash.parser import parse
from tui.slash.syntax import Closure


@pytest.fixture
async def room() -> AsyncGenerator[Room, None]:
    made = await Room().open()
    yield made
    await made.services.aclose()


def said(room: Room) -> list[tuple[str, str, str]]:
    messages = [room.session.message(index) for index in range(1, len(room.session))]
    return [(each.role, each.name, each.text) for each in messages]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('/send he said "a" \\| "b"', ("user", "You", 'he said "a" | "b"')),
        ('/send raw=false "a b" c', ("user", "You", "a b c")),
        ("/send name=Bob hi", ("user", "Bob", "hi")),
        ("/send /text", ("user", "You", "/text")),
        ("/sendas name=Ada hi {{char}}", ("assistant", "Ada", "hi Salon")),
        ("/sendas hi", ("assistant", "Salon", "hi")),
        ("/sys The door opens.", ("system", "Narrator", "The door opens.")),
        ("/nar name=Fate The door opens.", ("system", "Fate", "The door opens.")),
        ("/comment not for the model", ("system", "Note", "not for the model")),
        ("/pass {{user}} | /pass \\{\\{user\\}\\} | /send {{pipe}}", ("user", "You", "{{user}}")),
    ],
)
async def test_a_message_is_put_into_the_chat(
    room: Room, line: str, message: tuple[str, str, str]
) -> None:
    assert await room.run(line) == ""
    assert said(room) == [message]
    assert "sync" in room.front.calls


async def test_only_a_comment_is_kept_from_the_model(room: Room) -> None:
    await room.run("/send a | /sys b || /comment c")

    assert [room.session.message(index).is_sent for index in (1, 2, 3)] == [True, True, False]


async def test_at_says_where_and_return_what_comes_back(room: Room) -> None:
    await room.run("/send a | /send b")

    assert await room.run("/send at=-1 return=pipe between") == "between"
    assert json.loads(await room.run("/sys return=object end"))["mes"] == "end"
    assert [text for _, _, text in said(room)] == ["a", "between", "b", "end"]


async def test_pictures_that_wait_go_along(room: Room) -> None:
    room.front.pictures = [await room.services.captions.attach(Path("cat.png"))]

    await room.run("/send look")

    assert [each.name for each in room.session.message(-1).attachments] == ["cat.png"]
    assert room.front.pictures == []


async def test_nothing_is_not_sent(room: Room) -> None:
    with pytest.raises(CommandError, match="needs text"):
        await room.run("/send")
    with pytest.raises(CommandError, match="needs text"):
        await room.run("/sys")


async def test_the_last_messages_are_deleted_by_count_and_brought_back_at_once(room: Room) -> None:
    await room.run("/send a | /send b | /send c")

    assert await room.run("/del 2") == "b\nc\n"
    assert [text for _, _, text in said(room)] == ["a"]
    await room.run("/undo")
    assert [text for _, _, text in said(room)] == ["a", "b", "c"]
    with pytest.raises(CommandError, match="no 9 messages"):
        await room.run("/del 9")


async def test_messages_are_cut_by_their_numbers(room: Room) -> None:
    await room.run("/send a | /send b | /send c")

    assert await room.run("/cut 1-2") == "a\nb\n"
    assert await room.run("/cut last") == "c\n"
    with pytest.raises(AppError, match="no messages 7"):
        await room.run("/cut 7")


async def test_a_message_is_added_to_named_and_given_a_role(room: Room) -> None:
    await room.run("/send a")

    assert await room.run("/message-edit append=true b") == "ab"
    assert await room.run("/message-edit message=1 prepend=true c") == "cab"
    assert await room.run("/message-name at=1 Bob") == "Bob"
    assert await room.run("/message-role at=1 system") == "system"
    assert said(room) == [("system", "Bob", "cab")]


async def test_what_is_edited_comes_into_the_prompt_as_it_must_be_typed(room: Room) -> None:
    hostile = "{{user}} | /delete {: /quit :}() a{b}"
    await room.session.append(Message("m", "user", "You", hostile, 0.0))

    await room.run("/edit last")
    await room.run(room.front.drafts[-1] + "!")

    assert room.session.message(-1).text == hostile + "!"


REGISTRY = default_registry()


class Expanding:
    """Fills a call in as a script does that has no variables."""

    def text(self, text: str) -> str:
        return macros.expand(text, macros.Environment({"user": "You"}))

    def trial(self) -> Callable[[str], str]:
        return self.text

    def closure(self, closure: Closure) -> str:
        return f"closure {closure.source}"


@given(
    st.text(alphabet='\\{}|:"ab \n()/').filter(str.strip)
    | st.lists(st.sampled_from(["\\", "{", "}", "|", ":", "user", "<USER>", "()", '"']), min_size=1)
    .map("".join)
    .filter(str.strip),
    st.booleans(),
)
def test_any_text_is_read_as_it_was_when_it_is_typed_so(text: str, strict: bool) -> None:
    registry = REGISTRY
    line = f"/edit 0 {as_typed(text.strip(), strict=strict)}"
    (call,) = parse(line, registry.grammar, strict=strict).calls

    bound = bind(call, registry.find("edit"), Expanding())

    assert bound.text("text") == text.strip()


@pytest.mark.parametrize("line", ["/send name=Bob look", "/send at=0 look", "/send look"])
async def test_pictures_that_left_do_not_wait_after_the_next_start(room: Room, line: str) -> None:
    cat = Attachment(picture("cat.png").digest, "cat.png", "image/png", 8, 8, unchecked=True)
    room.front.pictures = list(await room.session.numbered((cat,)))
    await room.services.chats.note_pictures(room.session, room.front.pictures)
    await room.run(line)

    again = await room.services.library.open(room.session.chat.id)
    assert again.chat.draft_pictures == ()
    sent = next(m for m in map(again.message, range(2)) if m.attachments)
    assert not sent.attachments[0].unchecked
    assert again.chat.title == "look"
