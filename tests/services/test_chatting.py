from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from tests.fakes.house import House
from tests.fakes.models import HELLO, FakeChatModel, FakeConnector
from tui.domain.chat import Message
from tui.domain.errors import AppError, NetworkError, ProviderError, StorageError
from tui.domain.generation import (
    Finished,
    GenerationEvent,
    Progress,
    ReasoningDelta,
    TextDelta,
)
from tui.services import growing_reply, swipes
from tui.services.session import ChatSession


class Chatting:
    """A house with a chat, and the model that answers in it."""

    def __init__(self, house: House, session: ChatSession, model: FakeChatModel) -> None:
        self.house = house
        self.session = session
        self.model = model
        self.chats = house.services.chats

    async def reply(self) -> None:
        async with aclosing(self.chats.reply(self.session)) as events:
            async for _ in events:
                pass

    def stored(self, index: int) -> str:
        return self.house.store.read([self.session.outline[index].id])[0].text


@pytest.fixture
async def chatting() -> Chatting:
    house = House()
    await house.settings.change("chat.connection", "kitchen")
    connector = house.services.connections._connector
    assert isinstance(connector, FakeConnector)
    return Chatting(house, await house.services.library.new(), connector.model)


async def test_the_message_is_on_disk_before_anything_is_asked(chatting: Chatting) -> None:
    await chatting.chats.send(chatting.session, "hello")

    assert chatting.stored(1) == "hello"
    assert chatting.model.requests == []
    assert chatting.session.chat.title == "hello"


async def test_a_message_in_the_chat_counts_as_sent_when_what_goes_with_it_is_not_kept(
    chatting: Chatting, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object) -> None:
        raise StorageError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(chatting.house.store, "save", full)
        sent = await chatting.chats.send(chatting.session, "hello")

    assert chatting.session.message(-1) is sent
    assert chatting.stored(1) == "hello"
    await chatting.session.save()
    kept = await chatting.house.store.load(chatting.session.chat.id)
    assert kept is not None
    assert kept.title == "hello"


async def test_a_reply_streams_into_the_chat_and_counts_its_tokens(chatting: Chatting) -> None:
    await chatting.chats.send(chatting.session, "hi")

    await chatting.reply()

    reply = chatting.session.message(-1)
    assert (reply.text, reply.status, reply.name) == ("Hello there.", "complete", "Salon")
    assert (reply.input_tokens, reply.output_tokens) == (12, 3)
    assert chatting.stored(2) == "Hello there."
    assert [turn.role for turn in chatting.model.requests[0].turns] == [
        "system",
        "assistant",
        "user",
    ]


async def test_stopping_keeps_the_part_and_closes_the_model(chatting: Chatting) -> None:
    chatting.model.script, chatting.model.hold = (TextDelta("Half a"),), True
    await chatting.chats.send(chatting.session, "hi")

    task = asyncio.create_task(chatting.reply())
    while len(chatting.session) < 3:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert chatting.session.message(-1).status == "stopped"
    assert chatting.stored(2) == "Half a"
    assert chatting.model.closed == 1


async def test_stopping_before_the_first_word_marks_the_question(chatting: Chatting) -> None:
    chatting.model.script, chatting.model.hold = (), True
    await chatting.chats.send(chatting.session, "hi")

    task = asyncio.create_task(chatting.reply())
    while not chatting.model.requests:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert len(chatting.session) == 2
    assert chatting.session.message(-1).status == "failed"
    assert "stopped" in chatting.session.message(-1).error


async def test_a_refused_request_keeps_the_message_with_the_reason(chatting: Chatting) -> None:
    chatting.model.script = (NetworkError("no answer from the server", hint="is it running?"),)
    await chatting.chats.send(chatting.session, "hi")

    with pytest.raises(NetworkError):
        await chatting.reply()

    asked = chatting.session.message(-1)
    assert (asked.text, asked.status) == ("hi", "failed")
    assert asked.error == "no answer from the server: is it running?"


async def test_a_retry_that_works_clears_the_failure(chatting: Chatting) -> None:
    chatting.model.script = (NetworkError("down"),)
    await chatting.chats.send(chatting.session, "hi")
    with pytest.raises(NetworkError):
        await chatting.reply()

    chatting.model.script = HELLO
    await chatting.reply()

    assert chatting.session.message(1).status == "complete"
    assert chatting.session.message(1).error == ""


async def test_a_stream_that_breaks_keeps_what_came_as_partial(chatting: Chatting) -> None:
    chatting.model.script = (TextDelta("Once upon"), NetworkError("the connection broke"))
    await chatting.chats.send(chatting.session, "a tale")

    with pytest.raises(NetworkError):
        await chatting.reply()

    reply = chatting.session.message(-1)
    assert (reply.text, reply.status) == ("Once upon", "partial")
    assert reply.error == "the connection broke"
    assert chatting.session.message(1).status == "complete"


async def test_an_ending_without_its_sign_is_partial(chatting: Chatting) -> None:
    chatting.model.script = (TextDelta("Once"), Finished("incomplete"))
    await chatting.chats.send(chatting.session, "a tale")

    await chatting.reply()

    assert chatting.session.message(-1).status == "partial"


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ((Finished("stop"),), "empty answer: /retry asks again, /model"),
        ((Finished("incomplete"),), "broke off before its first word: /retry"),
        ((ReasoningDelta("hm"), Finished("length")), "ran out of tokens"),
        ((Finished("content_filter"),), "filter"),
    ],
)
async def test_an_answer_without_text_is_an_error_with_its_reason(
    chatting: Chatting, script: tuple[ReasoningDelta | Finished, ...], words: str
) -> None:
    chatting.model.script = script
    await chatting.chats.send(chatting.session, "hi")

    with pytest.raises(ProviderError) as caught:
        await chatting.reply()

    assert words in caught.value.line()


async def test_a_growing_reply_is_saved_while_it_grows(
    chatting: Chatting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growing_reply, "CHECKPOINT_SECONDS", 0.01)
    chatting.model.script, chatting.model.hold = (TextDelta("saved"), TextDelta(" soon")), True
    await chatting.chats.send(chatting.session, "hi")

    task = asyncio.create_task(chatting.reply())
    while len(chatting.session) < 3 or chatting.stored(2) != "saved soon":
        await asyncio.sleep(0.005)

    assert chatting.house.store.read([chatting.session.outline[2].id])[0].status == "streaming"
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_regenerating_replaces_the_reply_and_undo_brings_it_back(
    chatting: Chatting,
) -> None:
    await chatting.chats.send(chatting.session, "hi")
    await chatting.reply()
    chatting.model.script = (TextDelta("Other."), Finished("stop"))

    async with aclosing(chatting.chats.regenerate(chatting.session)) as events:
        async for _ in events:
            pass
    assert [chatting.session.message(i).text for i in (1, 2)] == ["hi", "Other."]

    assert await chatting.chats.undo(chatting.session) == "the earlier reply"
    assert [chatting.session.message(i).text for i in (1, 2)] == ["hi", "Hello there."]
    assert len(chatting.session) == 3


async def test_a_regenerated_reply_is_a_version_beside_the_earlier_one(
    chatting: Chatting,
) -> None:
    session, chats = chatting.session, chatting.chats
    await chats.send(session, "hi")
    await chatting.reply()
    chatting.model.script = (TextDelta("Other."), Finished("stop"))

    await _drain(chats.regenerate(session))

    reply = session.message(2)
    assert [each.text for each in reply.versions] == ["Hello there.", "Other."]
    assert (reply.swipe, reply.output_tokens, reply.versions[0].output_tokens) == (1, None, 3)
    asked = chatting.model.requests[-1].turns
    assert [(turn.role, turn.text) for turn in asked[1:]] == [
        *(("assistant", "Welcome, You."), ("user", "hi")),
    ]
    [kept] = chatting.house.store.read([reply.id])
    assert [each.text for each in kept.versions] == ["Hello there.", "Other."]


async def test_until_a_regeneration_begins_the_earlier_reply_stands_on_disk(
    chatting: Chatting,
) -> None:
    session, chats = chatting.session, chatting.chats
    await chats.send(session, "hi")
    await chatting.reply()
    chatting.model.script, chatting.model.hold = (), True

    task = asyncio.create_task(_drain(chats.regenerate(session)))
    while len(chatting.model.requests) < 2:
        await asyncio.sleep(0)
    again = await chatting.house.services.library.open(session.chat.id)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert _texts(again) == ["Welcome, You.", "hi", "Hello there."]
    assert session.message(2).swipes == ()


@pytest.mark.parametrize(
    "script", [(TextDelta(" "), Finished("stop")), (ReasoningDelta("hm"), Finished("length"))]
)
async def test_a_version_in_which_nothing_is_said_is_taken_away_again(
    chatting: Chatting, script: tuple[TextDelta | ReasoningDelta | Finished, ...]
) -> None:
    session, chats = chatting.session, chatting.chats
    await chats.send(session, "hi")
    await chatting.reply()
    chatting.model.script = script

    with pytest.raises(ProviderError):
        await _drain(chats.regenerate(session))

    reply = session.message(2)
    assert (reply.text, reply.status, reply.swipes) == ("Hello there.", "complete", ())
    assert chatting.stored(2) == "Hello there."
    assert await chats.undo(session) is None


async def test_a_stopped_version_stands_beside_the_earlier_one(chatting: Chatting) -> None:
    session, chats = chatting.session, chatting.chats
    await chats.send(session, "hi")
    await chatting.reply()
    chatting.model.script, chatting.model.hold = (TextDelta("Half a"),), True

    task = asyncio.create_task(_drain(chats.regenerate(session)))
    while session.message(2).text != "Half a":
        await asyncio.sleep(0)
    growing = session.growing()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    versions = session.message(2).versions
    assert growing == 2
    assert [(each.text, each.status) for each in versions] == [
        *(("Hello there.", "complete"), ("Half a", "stopped")),
    ]


async def test_a_version_that_cannot_be_kept_leaves_the_earlier_one(
    chatting: Chatting, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, chats = chatting.session, chatting.chats
    await chats.send(session, "hi")
    await chatting.reply()

    async def full(*_messages: Message) -> None:
        raise StorageError("no room")

    monkeypatch.setattr(chatting.house.store, "update", full)
    with pytest.raises(StorageError, match="no room"):
        await _drain(chats.regenerate(session))

    assert session.message(2).text == "Hello there."
    assert session.message(2).swipes == ()


async def test_behind_a_comment_the_reply_is_still_the_last_one(chatting: Chatting) -> None:
    session, chats = chatting.session, chatting.chats
    await chats.send(session, "hi")
    await chatting.reply()
    await session.append(Message("c", "system", "Note", "mine", 1.0, kind="comment"))

    chatting.model.script = (TextDelta("Other."), Finished("stop"))
    await _drain(chats.regenerate(session))
    chatting.model.script = (TextDelta(" More."), Finished("stop"))
    await _drain(chats.continue_reply(session))

    assert _texts(session)[2:] == ["Other. More.", "mine"]
    asked = chatting.model.requests[-1].turns
    assert [turn.text for turn in asked[1:]] == ["Welcome, You.", "hi", "Other."]


async def test_a_version_that_is_no_longer_shown_does_not_go_on_in_another(
    chatting: Chatting,
) -> None:
    session, chats = chatting.session, chatting.chats
    await chats.send(session, "hi")
    await chatting.reply()
    await swipes.add_swipe(session, "Other.", switch=True)
    events = chats.continue_reply(session)
    await swipes.swipe(session, "left")
    chatting.model.script = (Progress("waiting"), TextDelta(" More."), Finished("stop"))

    async with aclosing(events):
        await anext(events)
        await swipes.swipe(session, "right")
        with pytest.raises(AppError, match="another version is shown"):
            await anext(events)

    assert [each.text for each in session.message(2).versions] == ["Hello there.", "Other."]


async def test_an_edit_is_undone_in_the_version_that_was_edited(chatting: Chatting) -> None:
    session, chats = chatting.session, chatting.chats
    await chats.send(session, "hi")
    await chatting.reply()
    chatting.model.script = (TextDelta("Other."), Finished("stop"))
    await _drain(chats.regenerate(session))
    reply = session.message(2)
    await chats.edit(session, 2, "Another.")
    await session.show(reply, reply.versions, 0)

    await chats.undo(session)

    assert [each.text for each in reply.versions] == ["Hello there.", "Other."]
    assert reply.swipe == 1


async def test_hidden_messages_are_not_sent_and_make_room_for_older_ones(
    chatting: Chatting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.services.chatting.TAIL", 3)
    session, chats = chatting.session, chatting.chats
    for number in range(8):
        await chats.send(session, f"m{number}")
    for index in (5, 7):
        session.message(index).hidden = True
        await session.update(session.message(index))
    again = await chatting.house.services.library.open(session.chat.id)

    prompt = await chats.prompt(again)

    assert [part.text for part in prompt.parts if part.in_chat] == ["m3", "m5", "m7"]
    assert (prompt.left_out, prompt.withheld) == (4, 2)


async def test_a_regeneration_that_fails_leaves_the_old_reply(chatting: Chatting) -> None:
    await chatting.chats.send(chatting.session, "hi")
    await chatting.reply()
    chatting.model.script = (NetworkError("down"),)

    with pytest.raises(NetworkError):
        async with aclosing(chatting.chats.regenerate(chatting.session)) as events:
            async for _ in events:
                pass

    question, reply = chatting.session.message(1), chatting.session.message(2)
    assert reply.text == "Hello there."
    assert (question.status, question.error) == ("complete", "")


async def test_the_greeting_is_not_regenerated(chatting: Chatting) -> None:
    with pytest.raises(AppError, match="greeting"):
        async with aclosing(chatting.chats.regenerate(chatting.session)) as events:
            async for _ in events:
                pass

    assert len(chatting.session) == 1


async def test_continuing_appends_to_the_same_message(chatting: Chatting) -> None:
    await chatting.chats.send(chatting.session, "hi")
    await chatting.reply()
    chatting.model.script = (TextDelta(" And more."), Finished("stop"))

    async with aclosing(chatting.chats.continue_reply(chatting.session)) as events:
        async for _ in events:
            pass

    assert chatting.stored(2) == "Hello there. And more."
    assert chatting.model.requests[-1].turns[-1].role == "assistant"


async def test_continuing_drops_what_the_server_says_again_and_can_be_undone(
    chatting: Chatting,
) -> None:
    await chatting.chats.send(chatting.session, "hi")
    await chatting.reply()
    chatting.model.script = (TextDelta("Hello th"), TextDelta("ere. And more."), Finished("stop"))

    await _drain(chatting.chats.continue_reply(chatting.session))
    assert chatting.stored(2) == "Hello there. And more."

    await chatting.chats.undo(chatting.session)
    assert chatting.stored(2) == "Hello there."


async def test_there_is_nothing_to_continue_after_ones_own_message(chatting: Chatting) -> None:
    await chatting.chats.send(chatting.session, "hi")

    with pytest.raises(AppError, match="no reply to continue"):
        await _drain(chatting.chats.continue_reply(chatting.session))


async def test_edits_and_deletions_can_be_undone_in_turn(chatting: Chatting) -> None:
    session, chats = chatting.session, chatting.chats
    await chats.send(session, "one")
    await chats.send(session, "two")

    await chats.edit(session, 1, "ONE")
    await chats.delete(session, 2)
    assert [session.message(i).text for i in range(1, len(session))] == ["ONE"]

    await chats.undo(session)
    await chats.undo(session)
    assert [session.message(i).text for i in range(1, len(session))] == ["one", "two"]
    assert await chats.undo(session) is None


async def test_a_wrong_number_says_which_there_are(chatting: Chatting) -> None:
    with pytest.raises(AppError, match="no message #7") as caught:
        await chatting.chats.delete(chatting.session, 7)

    assert caught.value.hint == "they go from #0 to #0"


async def test_without_a_connection_the_reason_is_kept_at_the_message(
    chatting: Chatting,
) -> None:
    await chatting.house.settings.change("chat.connection", "")
    await chatting.chats.send(chatting.session, "hi")

    with pytest.raises(AppError, match="no model is connected"):
        await chatting.reply()

    assert chatting.session.message(-1).status == "failed"


async def test_a_draft_survives_a_restart(chatting: Chatting) -> None:
    await chatting.chats.note_draft(chatting.session, "unsent")

    again = await chatting.house.services.library.resume()

    assert again.chat.draft == "unsent"


async def test_long_chats_are_read_in_blocks(chatting: Chatting) -> None:
    for number in range(200):
        await chatting.chats.send(chatting.session, f"message {number}")

    again = await chatting.house.services.library.open(chatting.session.chat.id)

    assert again.message(150).text == "message 149"
    assert again.message(-1).text == "message 199"
    assert [m.text for _, m in again.tail(2)] == ["message 198", "message 199"]
    assert again.index_of(again.message(17).id) == 17


async def test_what_is_added_before_a_regeneration_begins_is_not_taken_for_it(
    chatting: Chatting,
) -> None:
    session, chats = chatting.session, chatting.chats
    await chats.send(session, "hi")
    await chatting.reply()
    chatting.model.script, chatting.model.hold = (), True

    task = asyncio.create_task(_drain(chats.regenerate(session)))
    while len(chatting.model.requests) < 2:
        await asyncio.sleep(0)
    await chats.send(session, "and this")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert _texts(session)[1:] == ["hi", "Hello there.", "and this"]
    assert await chats.undo(session) is None


async def test_a_deletion_before_a_regeneration_begins_does_not_lose_the_old_reply(
    chatting: Chatting,
) -> None:
    session, chats = chatting.session, chatting.chats
    await chats.send(session, "hi")
    await chatting.reply()
    chatting.model.script, chatting.model.hold = (), True

    task = asyncio.create_task(_drain(chats.regenerate(session)))
    while len(chatting.model.requests) < 2:
        await asyncio.sleep(0)
    await chats.delete(session, 0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert _texts(session) == ["hi", "Hello there."]


async def test_a_deletion_is_undone_to_its_place_whatever_was_deleted_meanwhile(
    chatting: Chatting,
) -> None:
    session, chats = chatting.session, chatting.chats
    for text in ("one", "two", "three"):
        await chats.send(session, text)
    whole = _texts(session)
    await chats.delete(session, 1)
    await session.remove(0)

    await chats.undo(session)

    assert _texts(session) == whole[1:]
    again = await chatting.house.services.library.open(session.chat.id)
    assert _texts(again) == _texts(session)


async def test_undoing_twice_at_once_brings_each_thing_back_once(
    chatting: Chatting, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, chats = chatting.session, chatting.chats
    restore = chatting.house.store.restore_message

    async def slowly(message_id: str) -> None:
        await asyncio.sleep(0)
        await restore(message_id)

    monkeypatch.setattr(chatting.house.store, "restore_message", slowly)
    for text in ("one", "two"):
        await chats.send(session, text)
    whole = _texts(session)
    await chats.delete(session, 2)
    await chats.delete(session, 1)

    first, second, third = await asyncio.gather(*(chats.undo(session) for _ in range(3)))

    assert (first, second, third) == ("message #1", "message #2", None)
    assert _texts(session) == whole


async def test_stopping_twice_still_saves_what_came(
    chatting: Chatting, monkeypatch: pytest.MonkeyPatch
) -> None:
    chatting.model.script, chatting.model.hold = (TextDelta("Half a"),), True
    await chatting.chats.send(chatting.session, "hi")
    update = chatting.house.store.update
    saving, saved = asyncio.Event(), asyncio.Event()

    async def slowly(message: Message) -> None:
        saving.set()
        await asyncio.sleep(0)
        await update(message)
        saved.set()

    task = asyncio.create_task(chatting.reply())
    while len(chatting.session) < 3:
        await asyncio.sleep(0)
    monkeypatch.setattr(chatting.house.store, "update", slowly)
    task.cancel()
    await saving.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(1):
        await saved.wait()

    assert chatting.house.store.read([chatting.session.outline[2].id])[0].status == "stopped"


async def test_stopping_while_the_first_words_are_saved_keeps_them(
    chatting: Chatting, monkeypatch: pytest.MonkeyPatch
) -> None:
    chatting.model.script, chatting.model.hold = (TextDelta("Half a"),), True
    await chatting.chats.send(chatting.session, "hi")
    append = chatting.house.store.append
    saving = asyncio.Event()

    async def slowly(chat_id: str, message: Message) -> None:
        await append(chat_id, message)
        saving.set()
        await asyncio.sleep(0)

    monkeypatch.setattr(chatting.house.store, "append", slowly)
    task = asyncio.create_task(chatting.reply())
    await saving.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert [m.status for m in map(chatting.session.message, (1, 2))] == ["complete", "stopped"]
    assert chatting.stored(2) == chatting.session.message(2).text


async def test_a_save_that_fails_on_the_way_does_not_keep_the_last_one_from_being_made(
    chatting: Chatting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growing_reply, "CHECKPOINT_SECONDS", 0.001)
    chatting.model.script, chatting.model.hold = (TextDelta("Half"), TextDelta(" a")), True
    await chatting.chats.send(chatting.session, "hi")
    update = chatting.house.store.update
    failed = asyncio.Event()

    async def locked(message: Message) -> None:
        failed.set()
        raise StorageError("locked")

    monkeypatch.setattr(chatting.house.store, "update", locked)
    task = asyncio.create_task(chatting.reply())
    await failed.wait()
    monkeypatch.setattr(chatting.house.store, "update", update)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert chatting.stored(2) == "Half a"


async def _drain(stream: AsyncGenerator[GenerationEvent, None]) -> None:
    async with aclosing(stream) as events:
        async for _ in events:
            pass


def _texts(session: ChatSession) -> list[str]:
    return [session.message(index).text for index in range(len(session))]
