"""The short ids of pictures, `img3`: read where they are typed, found again in the chat."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tui.domain.chat import Attachment, Message
from tui.domain.errors import AppError, CaptionError
from tui.services.session import ChatSession

_ID = re.compile(r"img(\d{1,6})", re.IGNORECASE | re.ASCII)
_MOST_NAMED = 6


@dataclass(frozen=True, slots=True)
class Found:
    """A picture of a chat, and where it is."""

    picture: Attachment
    index: int | None = None
    """Its message (`#N`); None: it waits beside the prompt."""
    place: int = 0
    """Which of the pictures there, from 0."""


def read_id(word: str) -> int | None:
    """The number in `img3`; None when the word is no id."""
    match = _ID.fullmatch(word.strip())
    return int(match.group(1)) if match else None


def pictures(session: ChatSession, waiting: Sequence[Attachment]) -> Iterator[Found]:
    """All pictures of a chat, those that wait first, then the newest message's.

    Messages are read as they are reached, so whoever stops early reads little.
    """
    for place, picture in enumerate(waiting):
        yield Found(picture, None, place)
    for index in range(len(session) - 1, -1, -1):
        if session.outline[index].pictures:
            for place, picture in enumerate(session.message(index).attachments):
                yield Found(picture, index, place)


def find(number: int, session: ChatSession, waiting: Sequence[Attachment]) -> Found:
    """The newest use of a picture.

    Args:
        number: 3 for `img3`.
        session: The chat.
        waiting: The pictures beside the prompt.

    Raises:
        AppError: The chat has no such picture; the hint names those it has.
    """
    known: set[int] = set()
    for found in pictures(session, waiting):
        if found.picture.number == number and number:
            return found
        known.add(found.picture.number)
    known.discard(0)
    raise AppError(f"there is no img{number}", hint=_told(sorted(known)))


def _told(numbers: list[int]) -> str:
    names = [f"img{number}" for number in numbers]
    if not names:
        return "this chat has no pictures yet, /attach takes one from disk"
    if len(names) == 1:
        return f"this chat has {names[0]} alone"
    if numbers[-1] - numbers[0] == len(numbers) - 1 and len(names) > 2:
        return f"this chat has {names[0]} to {names[-1]}"
    if len(names) > _MOST_NAMED:
        return f"this chat has {len(names)} pictures from {names[0]} to {names[-1]}"
    return f"this chat has {', '.join(names[:-1])} and {names[-1]}"


def picture_at(message: Message, index: int, place: int) -> Attachment:
    """A picture of a message.

    Args:
        message: The message.
        index: Its position, for the error.
        place: Which of its pictures, from 0.

    Raises:
        CaptionError: It has none, or not that many.
    """
    count = len(message.attachments)
    if not count:
        raise CaptionError(
            f"message #{index} has no picture", hint="/caption file=PATH takes one from disk"
        )
    if not 0 <= place < count:
        raise CaptionError(
            f"message #{index} has no picture with index {place}",
            hint=f"they go from 0 to {count - 1}" if count > 1 else "its only one has index 0",
        )
    return message.attachments[place]


def first_without_caption(message: Message) -> int:
    """Place of the picture that lacks a caption, the first where all have one."""
    lacking = (at for at, each in enumerate(message.attachments) if not each.caption)
    return next(lacking, 0)
