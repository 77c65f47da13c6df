from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.house import House
from tui.domain.chat import Attachment
from tui.domain.errors import AppError
from tui.services.picture_ids import find, pictures, read_id
from tui.services.session import ChatSession


def shown(name: str, number: int = 0) -> Attachment:
    return Attachment(name, f"{name}.png", "image/png", 4, 2, number=number)


async def chat(*messages: str) -> tuple[House, ChatSession]:
    """A chat whose messages have a picture for each letter."""
    house = House()
    session = await house.services.library.new()
    for letters in messages:
        await house.services.chats.send(session, "look", [shown(letter) for letter in letters])
    return house, session


@given(st.integers(0, 999_999), st.sampled_from(["img", "IMG", "Img"]), st.sampled_from(["", " "]))
def test_an_id_is_read_in_any_case(number: int, prefix: str, space: str) -> None:
    assert read_id(f"{space}{prefix}{number}{space}") == number


@given(st.text(max_size=12))
def test_whatever_is_no_id_is_none(word: str) -> None:
    found = read_id(word)

    rest = word.strip().casefold().removeprefix("img")
    assert (found is None) or (rest.isascii() and rest.isdecimal() and int(rest) == found)


@pytest.mark.parametrize("word", ["img", "img-1", "img1.png", "img 1", "img١", "img1234567", "1"])
def test_what_only_looks_like_an_id_is_none(word: str) -> None:
    assert read_id(word) is None


@given(st.lists(st.text("ab", max_size=3), max_size=6), st.integers(0, 20))
async def test_every_picture_is_found_where_it_is_and_no_other(
    messages: list[str], wanted: int
) -> None:
    _, session = await chat(*messages)
    count = sum(map(len, messages))

    if 1 <= wanted <= count:
        found = find(wanted, session, ())
        assert found.index is not None
        assert session.message(found.index).attachments[found.place] is found.picture
        assert found.picture.number == wanted
    else:
        with pytest.raises(AppError, match=f"there is no img{wanted}"):
            find(wanted, session, ())


async def test_the_newest_use_wins() -> None:
    house, session = await chat("a", "b")
    await house.services.chats.send(session, "again", [shown("c", 1)])

    assert find(1, session, ()).index == 3
    assert find(1, session, (shown("d", 1),)).index is None
    assert [found.index for found in pictures(session, ())] == [3, 2, 1]


@pytest.mark.parametrize(
    ("messages", "hint"),
    [
        ((), "no pictures yet"),
        (("a",), "this chat has img1 alone"),
        (("ab",), "this chat has img1 and img2"),
        (("ab", "cd"), "this chat has img1 to img4"),
    ],
)
async def test_the_hint_names_those_that_are_there(messages: tuple[str, ...], hint: str) -> None:
    _, session = await chat(*messages)

    with pytest.raises(AppError) as caught:
        find(99, session, ())

    assert hint in caught.value.hint


async def test_a_number_is_never_given_out_again() -> None:
    house, session = await chat("a", "b")
    await session.remove(2)
    again = await house.services.library.open(session.chat.id)

    await house.services.chats.send(again, "next", [shown("c")])

    assert [each.number for each in again.message(2).attachments] == [3]
    with pytest.raises(AppError) as caught:
        find(2, again, ())
    assert caught.value.hint == "this chat has img1 and img3"
