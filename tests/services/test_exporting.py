from __future__ import annotations

import asyncio
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.exported import CAT, IMAGE, MESSAGES
from tests.fakes.house import House
from tui.adapters.storage.exports import ExportFolder
from tui.domain.chat import Message, Swipe
from tui.domain.errors import StorageError
from tui.domain.export.formats import FORMATS
from tui.domain.generation import Progress
from tui.domain.image import Image
from tui.services.exporting import ExportService
from tui.services.session import ChatSession


async def told(house: House) -> ChatSession:
    """A chat with everything in it, whose cat is in the store."""
    await house.images.put(IMAGE)
    session = await house.services.library.new("ada")
    session.chat.title = "Cats"
    await session.save()
    for message in MESSAGES:
        await session.append(replace(message))
    return session


def names(folder: Path) -> list[str]:
    return sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*"))


@pytest.mark.parametrize(
    ("form", "files"),
    [
        ("markdown", ["Cats-assets", "Cats-assets/img2.png", "Cats.md"]),
        ("jsonl", ["Cats-media", "Cats-media/img2.png", "Cats.jsonl"]),
        ("html", ["Cats.html"]),
        ("text", ["Cats.txt"]),
    ],
)
async def test_a_chat_becomes_a_file_called_after_it(
    tmp_path: Path, form: str, files: list[str]
) -> None:
    house = House()
    session = await told(house)
    exports, format_ = house.services.exports, FORMATS[form]

    path = await exports.place(session, format_, tmp_path)
    done = await exports.to_file(session, format_, path)

    assert names(tmp_path) == files
    assert done.path == path
    assert (done.messages, done.pictures) == (8, 0 if form == "text" else 2)
    assert done.gone == (0 if form == "text" else 2)
    assert path.read_text(encoding="utf-8") == await _as_text(exports, session, form, files)


async def _as_text(
    exports: ExportService, session: ChatSession, form: str, files: list[str]
) -> str:
    """What is given out as one text, with the addresses that only a file has."""
    text = await exports.to_text(session, FORMATS[form])
    if form == "markdown":
        alt = r'a cat \[asleep\] on a "red" \<b\>sofa\</b\>, {{user}} \& 猫 �\[31m'
        text = text.replace(f"*Picture:* {alt}", f"![{alt}]({files[1]})")
    elif form == "jsonl":
        text = text.replace('"url":""', f'"url":"{files[1]}"', 2)
    return text


async def test_one_picture_in_many_messages_is_one_file(tmp_path: Path) -> None:
    house = House()
    session = await told(house)
    await house.services.exports.to_file(session, FORMATS["markdown"], tmp_path / "a b#.md")

    assert (tmp_path / "a b#.md").read_text(encoding="utf-8").count("a%20b%23-assets/img2.png") == 2
    assert (tmp_path / "a b#-assets" / "img2.png").read_bytes() == IMAGE.data


async def test_a_taken_name_gets_a_number(tmp_path: Path) -> None:
    house = House()
    session = await told(house)
    exports, form = house.services.exports, FORMATS["markdown"]
    (tmp_path / "Cats.md").touch()
    (tmp_path / "Cats-2-assets").mkdir()

    assert await exports.free(session, form, tmp_path) == tmp_path / "Cats-3.md"
    assert await exports.free(session, form, tmp_path / "mine") == tmp_path / "mine.md"
    assert await exports.free(session, form, tmp_path / "Cats.md") == tmp_path / "Cats-3.md"


async def test_a_chat_without_a_title_is_called_after_who_answers(tmp_path: Path) -> None:
    house = House()
    session = await house.services.library.new("ada")

    path = await house.services.exports.place(session, FORMATS["html"], tmp_path)
    assert path.name == "Chat-with-Ada-Lovelace.html"


async def test_it_is_told_how_far_it_is(tmp_path: Path) -> None:
    house = House()
    session = await told(house)
    heard: list[Progress] = []

    await house.services.exports.to_file(
        session, FORMATS["html"], tmp_path / "x.html", tell=heard.append
    )

    assert heard == [Progress("exporting", 0, 8)]


class Broken:
    """A store of pictures whose disk gives up."""

    async def put(self, image: Image) -> None:
        raise AssertionError

    async def get(self, digest: str) -> Image | None:
        raise StorageError("a stored picture cannot be read", hint="input/output error")

    def place(self, image: Image) -> Path:
        raise AssertionError


@pytest.mark.parametrize("form", ["markdown", "html", "jsonl"])
async def test_a_failure_on_the_way_leaves_nothing(tmp_path: Path, form: str) -> None:
    house = House()
    session = await told(house)
    exports = ExportService(house.settings, house.store, Broken(), ExportFolder())

    with pytest.raises(StorageError, match="cannot be read"):
        await exports.to_file(session, FORMATS[form], tmp_path / "x")
    assert names(tmp_path) == []


async def test_an_export_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    house = House()
    session = await told(house)

    def stop(_: Progress) -> None:
        assert len(names(tmp_path)) == 1
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await house.services.exports.to_file(
            session, FORMATS["markdown"], tmp_path / "x.md", tell=stop
        )
    assert names(tmp_path) == []


async def test_a_page_of_many_pictures_is_never_in_memory_as_a_whole(tmp_path: Path) -> None:
    house = House()
    session = await house.services.library.new("ada")
    big = replace(IMAGE, data=b"x" * 1_000_000)
    await house.images.put(big)
    for number in range(40):
        await session.append(replace(MESSAGES[1], id=str(number), attachments=(CAT,)))

    tracemalloc.start()
    try:
        await house.services.exports.to_file(session, FORMATS["html"], tmp_path / "x.html")
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert (tmp_path / "x.html").stat().st_size > 50_000_000
    assert most < 12_000_000


async def test_pictures_of_all_versions_are_beside_sillytaverns_file(tmp_path: Path) -> None:
    house = House()
    await house.images.put(IMAGE)
    session = await house.services.library.new("ada")
    reply = Message("m", "assistant", "Ada", "look", 1.0, (CAT,))
    reply.show((*reply.versions, Swipe("none", 2.0, "Ada")), 1)
    await session.append(reply)
    session.chat.variables = {"x": "1"}

    for form, pictures in (("jsonl", 1), ("markdown", 0)):
        done = await house.services.exports.to_file(
            session, FORMATS[form], tmp_path / f"chat{FORMATS[form].suffix}"
        )
        assert done.pictures == pictures

    written = (tmp_path / "chat.jsonl").read_text(encoding="utf-8")
    assert '"swipe_info":[{' in written
    assert "chat-media/img2.png" in written
    assert '"variables":{"x":"1"}' in written
