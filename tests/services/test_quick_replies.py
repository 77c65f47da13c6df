from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.fakes.house import House
from tui.adapters.quick_replies import YamlQuickReplies
from tui.domain.errors import AppError
from tui.domain.quick_reply import QuickReply, QuickReplySet, find
from tui.services.quick_replies import QuickReplies


def test_a_reply_is_found_by_its_label_or_with_its_set() -> None:
    first = QuickReplySet("A", (QuickReply("hi", "/echo A"), QuickReply("B.hi", "/echo label")))
    second = QuickReplySet("B", (QuickReply("hi", "/echo B"), QuickReply("Hi", "/echo Hi")))

    def script(name: str) -> str:
        found = find((first, second), name)
        return found.reply.script if found else ""

    assert script("hi") == "/echo A"
    assert script("Hi") == "/echo Hi"
    assert script("B.hi") == "/echo B"
    assert script("b.hi") == "/echo B"
    assert script("HI") == "/echo A"
    assert script("nothing") == ""


def test_a_changed_script_is_another_one() -> None:
    assert QuickReply("a", "/echo").digest == QuickReply("b", "/echo", "title").digest
    assert QuickReply("a", "/echo").digest != QuickReply("a", "/echo ").digest


async def test_what_the_person_makes_may_run_and_what_is_imported_may_not(tmp_path: Path) -> None:
    house = House()
    quick = house.services.quick_replies
    house.quick_replies.given = QuickReplySet("Theirs", (QuickReply("x", "/delete"),))
    await quick.take_in(tmp_path)
    await quick.put("Mine", QuickReply("y", "/echo"))

    theirs, mine = await quick.find("x"), await quick.find("y")
    assert theirs and mine
    assert not await quick.may_run(theirs)
    assert await quick.may_run(mine)
    await quick.allow(theirs)
    assert await quick.may_run(theirs)


async def test_what_is_made_at_once_is_all_kept(tmp_path: Path) -> None:
    house = House()
    quick = QuickReplies(YamlQuickReplies(tmp_path), house.said, house.settings)
    await quick.put("Mine", QuickReply("a", "/echo"))

    await asyncio.gather(*(quick.put("Mine", QuickReply(each, "/echo")) for each in "bcd"))
    found = await quick.find("b")
    assert found
    await asyncio.gather(quick.delete(found), quick.put("Mine", QuickReply("e", "/echo")))

    assert [each.label for each in (await quick.sets())[0].replies] == ["a", "c", "d", "e"]


async def test_a_new_title_for_what_was_imported_is_no_approval() -> None:
    house = House()
    quick = house.services.quick_replies
    house.quick_replies.add("Theirs", QuickReply("x", "/delete"))

    await quick.put("Theirs", QuickReply("z", "/delete", "harmless"), replaces="x")

    found = await quick.find("z")
    assert found
    assert not await quick.may_run(found)


async def test_a_second_import_stands_beside_the_first(tmp_path: Path) -> None:
    house = House()
    house.quick_replies.given = QuickReplySet("Theirs", (QuickReply("x", "/delete"),))

    names = [(await house.services.quick_replies.take_in(tmp_path)).name for _ in range(3)]

    assert names == ["Theirs", "Theirs 2", "Theirs 3"]


async def test_a_label_is_there_once_and_a_set_goes_with_its_last_reply() -> None:
    house = House()
    quick = house.services.quick_replies
    await quick.put("", QuickReply("a", "/echo"))
    with pytest.raises(AppError, match="a quick reply 'a' in My replies already"):
        await quick.put("my replies", QuickReply("a", "/echo"))
    with pytest.raises(AppError, match="needs a label"):
        await quick.put("", QuickReply("", "/echo"))

    found = await quick.find("a")
    assert found
    await quick.delete(found)

    assert list(await quick.sets()) == []


async def test_buttons_are_those_of_the_setting_the_set_the_reply_or_what_was_said() -> None:
    house = House()
    quick = house.services.quick_replies
    house.quick_replies.add("A", QuickReply("a", ""), QuickReply("h", "", bar=True, hidden=True))
    house.quick_replies.add("B", QuickReply("b", ""), bar=True)
    house.quick_replies.add("C", QuickReply("c", "", bar=True), QuickReply("c2", ""))

    async def labels() -> list[str]:
        return [found.reply.label for found in await quick.buttons()]

    assert await labels() == ["b", "c"]
    await house.settings.change("ui.quick_replies", True)
    assert await labels() == ["a", "b", "c", "c2"]
    await quick.show(house.quick_replies.kept["B"], on=False)
    await house.settings.change("ui.quick_replies", False)
    await quick.show(house.quick_replies.kept["A"], on=True)
    assert await labels() == ["a", "c"]
