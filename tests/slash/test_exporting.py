from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.exported import IMAGE, MESSAGES
from tests.slash.test_builtins import Room
from tui.domain.errors import CommandError


@pytest.fixture
async def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Room, None]:
    monkeypatch.chdir(tmp_path)
    made = await Room().open()
    await made.images.put(IMAGE)
    for message in MESSAGES:
        await made.session.append(replace(message))
    await made.run("/rename Cats & dogs")
    yield made
    await made.services.aclose()


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


async def test_the_chat_becomes_markdown_and_is_told_where(room: Room, tmp_path: Path) -> None:
    result = await room.run("/export")

    assert names(tmp_path) == ["Cats-dogs-assets", "Cats-dogs.md"]
    assert result == str(tmp_path / "Cats-dogs.md")
    assert room.front.notes == [
        f"exported 9 messages, 2 pictures, 2 pictures gone from the store: {result}"
    ]


async def test_a_second_time_gets_a_number(room: Room, tmp_path: Path) -> None:
    for line in ("/export html", "/export HTML", "/export html .", "/export html Cats-dogs.html"):
        await room.run(line)

    assert names(tmp_path) == [
        *("Cats-dogs-2.html", "Cats-dogs-3.html", "Cats-dogs-4.html", "Cats-dogs.html")
    ]


@pytest.mark.parametrize(
    ("line", "file"),
    [
        ("/export jsonl my chat", "my chat.jsonl"),
        ('/export text "my chat.txt"', "my chat.txt"),
        ("/export markdown notes.md", "notes.md"),
        ("/export my notes.html", "my notes.html"),
        ('/export "my notes.txt"', "my notes.txt"),
        ("/export .", "Cats-dogs.md"),
    ],
)
async def test_a_file_can_be_named(room: Room, tmp_path: Path, line: str, file: str) -> None:
    await room.run(line)

    assert file in names(tmp_path)
    assert room.front.copied == []


async def test_text_goes_to_the_clipboard(room: Room, tmp_path: Path) -> None:
    await room.run("/export text")

    assert "Sends a picture (img3) that shows: a dog\nTwo of them: 你好\n" in room.front.copied[0]
    assert room.front.notes == ["9 messages were copied"]
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/export pdf", "there is no format 'pdf'"),
        ("/export notes.pdf", "no format ends in '.pdf'"),
        ("/export html gone/x.html", "cannot write x.html"),
    ],
)
async def test_what_cannot_be_done_is_said(
    room: Room, tmp_path: Path, line: str, said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        await room.run(line)
    assert names(tmp_path) == []


async def test_a_format_that_was_mistyped_is_guessed(room: Room) -> None:
    with pytest.raises(CommandError) as caught:
        await room.run("/export htlm")
    assert (caught.value.hint, caught.value.column) == ("did you mean html?", 8)


async def test_an_empty_chat_is_not_exported(room: Room) -> None:
    room.session = await room.services.library.new("ada")

    with pytest.raises(CommandError, match="nothing to export"):
        await room.run("/export")
