from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.fakes.interaction import FakeInteraction
from tests.slash.test_builtins import Room
from tui.domain.chat import Message, Swipe
from tui.domain.errors import CommandError, ImageError, StorageError


@pytest.fixture
async def room() -> AsyncGenerator[Room, None]:
    made = await Room().open()
    yield made
    await made.services.aclose()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("A B.JPG", "a.png", "b.png", "notes.txt", "[1].png"):
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("a.png", ["a.png"]),
        ("a.png b.png", ["a.png", "b.png"]),
        ('"A B.JPG" a.png', ["A B.JPG", "a.png"]),
        ("A\\ B.JPG", ["A B.JPG"]),
        ("A B.JPG", ["A B.JPG"]),
        ("?.png", ["a.png", "b.png"]),
        ("[1].png", ["[1].png"]),
        ("*", ["A B.JPG", "[1].png", "a.png", "b.png"]),
        ("missing.png", ["missing.png"]),
    ],
)
async def test_all_files_of_the_line_wait(room: Room, line: str, names: list[str]) -> None:
    await room.run(f"/attach {line}")

    assert [str(path) for path in room.front.attached] == names


async def test_home_and_addresses_of_files_are_understood(room: Room, folder: Path) -> None:
    await room.run(f"/attach ~/*.JPG {(folder / 'a.png').as_uri()}")

    assert room.front.attached == [folder / "A B.JPG", folder / "a.png"]


async def test_a_pattern_that_fits_no_picture_is_told(room: Room) -> None:
    with pytest.raises(CommandError, match=r"no picture fits \*\.gif"):
        await room.run("/attach *.gif")


async def test_a_pattern_that_fits_too_much_is_told(room: Room, folder: Path) -> None:
    for number in range(60):
        (folder / f"{number}.gif").touch()

    with pytest.raises(CommandError, match="60 pictures are too many"):
        await room.run("/attach *.gif")
    assert room.front.attached == []


async def test_an_address_is_fetched_after_asking(room: Room) -> None:
    await room.run("/attach https://pics.example/a.png a.png")

    assert room.front.fetched == ["https://pics.example/a.png"]
    assert room.front.attached == [Path("a.png")]


async def test_nothing_picked_is_nothing_attached(room: Room) -> None:
    room.interaction = FakeInteraction(path=None)

    await room.run("/attach")

    assert room.front.attached == []


async def test_a_picture_goes_into_a_message_and_out_again(room: Room) -> None:
    await room.run("/attach mesId=0 A B.JPG")
    await room.run("/attach mesId=0 a.png")
    message = room.session.message(0)

    assert [each.name for each in message.attachments] == ["A B.JPG", "a.png"]
    assert [each.name for each in (await stored(room)).attachments] == ["A B.JPG", "a.png"]
    assert room.front.attached == []

    await room.run("/undo")
    assert [each.name for each in (await stored(room)).attachments] == ["A B.JPG"]


async def test_undo_takes_it_from_the_version_that_got_it(room: Room) -> None:
    message = room.session.message(0)
    await room.session.show(message, (Swipe("one", 1.0), Swipe("two", 2.0)), 1)
    await room.run("/attach mesId=0 a.png")
    await room.session.show(message, message.versions, 0)

    await room.run("/undo")

    assert [(each.text, each.attachments) for each in message.versions] == [
        ("one", ()),
        ("two", ()),
    ]


async def test_what_could_not_be_kept_is_not_shown(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: Message) -> list[Message]:
        raise StorageError("the disk is full")

    monkeypatch.setattr(room.store, "update", full)

    with pytest.raises(StorageError):
        await room.run("/attach mesId=0 a.png")

    assert room.session.message(0).attachments == ()


async def stored(room: Room) -> Message:
    chat = await room.services.library.open(room.session.chat.id)
    return chat.message(0)


async def test_the_same_picture_is_not_put_there_twice(room: Room) -> None:
    await room.run("/attach mesId=0 a.png")
    await room.run("/attach mesId=0 a.png")

    assert len(room.session.message(0).attachments) == 1


async def test_a_broken_picture_leaves_the_message_as_it_was(room: Room) -> None:
    with pytest.raises(ImageError):
        await room.run("/attach mesId=0 a.png bad.png")

    assert room.session.message(0).attachments == ()


@pytest.mark.parametrize("line", ["mesId=7 a.png", "mesId=0 https://pics.example/a.png"])
async def test_what_cannot_be_is_told(room: Room, line: str) -> None:
    with pytest.raises(CommandError):
        await room.run(f"/attach {line}")


async def test_paste_asks_the_screen(room: Room) -> None:
    await room.run("/paste")

    assert room.front.calls == ["paste"]
