from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.house import House
from tui.domain.chat import Message
from tui.domain.errors import AppError, StorageError
from tui.services import message_edits as edits
from tui.services.session import ChatSession


class Desk:
    """A house with a chat of some messages."""

    def __init__(self, house: House, session: ChatSession) -> None:
        self.house = house
        self.session = session

    @property
    def texts(self) -> list[str]:
        return [self.session.message(at).text for at in range(len(self.session))]

    @property
    def hidden(self) -> list[int]:
        return [at for at in range(len(self.session)) if self.session.message(at).hidden]

    async def undo(self) -> str | None:
        return await self.house.services.chats.undo(self.session)

    async def again(self) -> Desk:
        """The chat as the store has it."""
        opened = await self.house.services.library.open(self.session.chat.id)
        return Desk(self.house, opened)


@pytest.fixture
async def desk() -> Desk:
    house = House()
    session = await house.services.library.new("ada")
    for number in range(5):
        await session.append(Message(f"m{number}", "user", "You", f"text {number}", 1.0))
    return Desk(house, session)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("0", [0]),
        ("#3", [3]),
        (" 1-3 ", [1, 2, 3]),
        ("1 - 3", [1, 2, 3]),
        ("-1", [4]),
        ("last", [4]),
        ("3-Last", [3, 4]),
        ("-2-last", [3, 4]),
        ("-3--2", [2, 3]),
        ("2--1", [2, 3, 4]),
        ("-5-0", [0]),
        ("4-4", [4]),
    ],
)
def test_a_range_names_positions(typed: str, expected: list[int]) -> None:
    assert list(edits.read_range(typed, 5)) == expected


@pytest.mark.parametrize("typed", ["", "x", "1-", "1-2-3", "3-1", "5", "-6", "0-9", "1.5", "١"])
def test_what_is_no_range_of_the_chat_is_refused(typed: str) -> None:
    with pytest.raises(AppError) as caught:
        edits.read_range(typed, 5)
    assert caught.value.hint


@given(st.text(max_size=12) | st.from_regex(r"-?\d{1,3}(--?\d{1,3})?", fullmatch=True))
def test_a_range_is_in_the_chat_or_an_error(typed: str) -> None:
    try:
        found = edits.read_range(typed, 7)
    except AppError:
        return
    assert len(found) > 0
    assert set(found) <= set(range(7))


def test_an_empty_chat_has_no_messages() -> None:
    with pytest.raises(AppError) as caught:
        edits.read_range("0", 0)
    assert caught.value.hint == "the chat is empty"


@pytest.mark.parametrize(
    ("typed", "place"),
    [("", 5), ("0", 0), ("3", 3), ("5", 5), ("99", 5), ("-1", 4), ("-0", 5), ("-5", 0), ("-6", 5)],
)
def test_a_place_is_before_a_message_or_the_end(typed: str, place: int) -> None:
    assert edits.read_place(typed, 5) == place


@pytest.mark.parametrize("typed", ["x", "1.5", "--1", "1 2"])
def test_a_place_is_a_whole_number(typed: str) -> None:
    with pytest.raises(AppError, match="at cannot be"):
        edits.read_place(typed, 5)


@pytest.mark.parametrize(("at", "place"), [("1", 1), ("-1", 4), ("", 5), ("-0", 5)])
async def test_a_message_is_put_where_it_belongs(desk: Desk, at: str, place: int) -> None:
    made = Message("new", "user", "You", "new", 9e9)

    assert await edits.insert(desk.session, made, at) == place

    assert desk.texts.index("new") == place
    assert (await desk.again()).texts == desk.texts
    assert desk.session.chat.updated == 9e9


async def test_what_is_hidden_is_on_disk_and_can_be_undone_in_one_step(desk: Desk) -> None:
    await edits.hide(desk.session, [1])

    assert await edits.hide(desk.session, range(1, 4)) == 2
    assert desk.hidden == (await desk.again()).hidden == [1, 2, 3]
    assert [entry.is_sent for entry in desk.session.outline] == [True, False, False, False, True]
    assert await edits.hide(desk.session, range(1, 4)) == 0

    assert await desk.undo() == "what the model got before"
    assert desk.hidden == (await desk.again()).hidden == [1]
    assert await edits.unhide(desk.session, [0, 1]) == 1
    assert desk.hidden == []


async def test_a_wrong_position_hides_nothing(desk: Desk) -> None:
    with pytest.raises(AppError, match="no message #5"):
        await edits.hide(desk.session, [3, 5])

    assert desk.hidden == []
    assert await desk.undo() is None


async def test_what_cannot_be_written_stays_as_it_was(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_messages: Message) -> None:
        raise StorageError("no room")

    monkeypatch.setattr(desk.house.store, "update", full)
    for change in (
        edits.hide(desk.session, [1, 2]),
        edits.set_name(desk.session, 1, "Bob"),
        edits.set_role(desk.session, 1, "system"),
        desk.house.services.chats.edit(desk.session, 1, "new"),
    ):
        with pytest.raises(StorageError):
            await change

    message = desk.session.message(1)
    assert desk.hidden == []
    assert message.text == "text 1"
    assert (message.name, message.role, message.kind) == ("You", "user", "")
    assert await desk.undo() is None


async def test_a_name_is_that_of_all_versions(desk: Desk) -> None:
    message = desk.session.message(2)
    await desk.session.show(message, (*message.versions, *message.versions), 1)

    await edits.set_name(desk.session, 2, "Bob\x1b[2J")
    named = [each.name for each in message.versions]
    await desk.session.show(message, message.versions, 0)
    await desk.undo()

    assert named == ["Bob\ufffd[2J"] * 2
    assert [each.name for each in message.versions] == ["You", "You"]
    with pytest.raises(AppError, match="needs a name"):
        await edits.set_name(desk.session, 2, " ")


async def test_the_systems_words_are_a_narrators(desk: Desk) -> None:
    message = desk.session.message(2)

    await edits.set_role(desk.session, 2, "system")
    assert (message.role, message.kind) == ("system", "narrator")
    await edits.set_role(desk.session, 2, "assistant")
    assert (message.role, message.kind) == ("assistant", "")

    assert await desk.undo() == "the role of #2"
    assert (message.role, message.kind) == ("system", "narrator")


async def test_a_range_goes_and_returns_in_one_step(desk: Desk) -> None:
    removed = await edits.delete_range(desk.session, 1, 4)
    await edits.insert(desk.session, Message("new", "user", "You", "new", 1.0), "1")
    left = desk.texts

    assert [each.text for each in removed] == ["text 1", "text 2", "text 3"]
    assert left == (await desk.again()).texts == ["text 0", "new", "text 4"]
    assert await desk.undo() == "messages #1 to #3"
    assert desk.texts == (await desk.again()).texts
    assert [text for text in desk.texts if text != "new"] == [f"text {n}" for n in range(5)]


async def test_a_range_out_of_the_chat_deletes_nothing(desk: Desk) -> None:
    with pytest.raises(AppError):
        await edits.delete_range(desk.session, 3, 6)
    assert await edits.delete_range(desk.session, 3, 3) == []

    assert len(desk.session) == 5
    assert await desk.undo() is None


async def test_what_came_while_others_return_stays(desk: Desk) -> None:
    store = desk.house.store
    removed = await desk.session.remove_all([1, 2])
    outline = store.outline

    async def slowly(chat_id: str) -> object:
        found = await outline(chat_id)
        await desk.session.append(Message("late", "user", "You", "late", 1.0))
        return found

    store.outline = slowly  # type: ignore[method-assign, assignment]  # one that is overtaken
    await desk.session.bring_back(*removed)

    assert desk.texts == [*(f"text {n}" for n in range(5)), "late"]


async def test_variables_are_kept_with_the_chat_and_the_global_ones_for_all(desk: Desk) -> None:
    desk.session.variables.set("x", [1, "two"])
    desk.session.shared.set("y", 2)
    await desk.session.keep_variables()

    again = await desk.again()
    assert again.session.chat.variables == {"x": '[1,"two"]'}
    assert await desk.house.store.globals() == {"y": 2}


async def test_variables_that_could_not_be_kept_are_kept_the_next_time(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_chat: object, _known: object) -> None:
        raise StorageError("no room")

    desk.session.variables.set("x", 1)
    with monkeypatch.context() as patch:
        patch.setattr(desk.house.store, "save", full)
        with pytest.raises(StorageError):
            await desk.session.keep_variables()
    await desk.session.keep_variables()

    assert (await desk.again()).session.chat.variables == {"x": 1}
