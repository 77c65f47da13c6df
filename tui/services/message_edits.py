"""What scripts and keys change in messages: place, speaker, whether the model gets them.

Each change is on disk when its function returns; a change of several messages is made to all of
them or to none, and is one step of `/undo`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tui.domain.chat import Message
from tui.domain.errors import AppError
from tui.domain.generation import Role
from tui.domain.safetext import clean_line
from tui.services.session import ChatSession

_RANGE = re.compile(r"#?(-?\d{1,9}|last)(?:\s*-\s*#?(-?\d{1,9}|last))?", re.ASCII | re.IGNORECASE)
_PLACE = re.compile(r"[+-]?\d{1,9}", re.ASCII)


def read_range(typed: str, count: int) -> range:
    """The positions that `3`, `2-5`, `-1` or `2-last` name; negative ones count from the end.

    Args:
        typed: One position, or the first and the last of a range.
        count: How many messages there are.

    Raises:
        AppError: It is no range, or reaches out of the chat.
    """
    text = typed.strip()
    match = _RANGE.fullmatch(text)
    hint = f"the messages are #0 to #{count - 1}" if count else "the chat is empty"
    if match is None:
        shown = clean_line(typed, 40).strip()
        raise AppError(f"{shown!r} names no messages", hint="write 3, or 2-5 for several")
    ends = [-1 if end.casefold() == "last" else int(end) for end in match.groups() if end]
    first, last = (end + count if end < 0 else end for end in (ends[0], ends[-1]))
    if not 0 <= first <= last < count:
        raise AppError(f"there are no messages {clean_line(text, 40)}", hint=hint)
    return range(first, last + 1)


def read_place(typed: str, count: int) -> int:
    """Where `at=` puts a message: before that position; the number of messages means the end.

    Negative numbers count from the end, -0 is the end itself, and so is what is out of range.

    Raises:
        AppError: It is no whole number.
    """
    text = typed.strip()
    if not text:
        return count
    if _PLACE.fullmatch(text) is None:
        shown = clean_line(typed, 40).strip()
        raise AppError(f"at cannot be {shown!r}", hint="it is a position, such as 3 or -1")
    place = count + int(text) if text.startswith("-") else int(text)
    return place if 0 <= place <= count else count


async def insert(session: ChatSession, message: Message, at: str = "") -> int:
    """Put a ready message into the chat; gives its position.

    Args:
        session: The chat.
        message: One that is not yet in it.
        at: As for `read_place`.

    Raises:
        AppError: `at` is no number, or it could not be written.
    """
    place = read_place(at, len(session))
    if place < len(session):
        await session.insert(place, message)
    else:
        await session.append(message)
    session.chat.updated = max(session.chat.updated, message.created)
    return place


async def hide(session: ChatSession, indices: Iterable[int], *, hidden: bool = True) -> int:
    """Keep messages from the model, or let it have them again; gives how many changed.

    Raises:
        AppError: A position that is not there, or nothing could be written.
    """
    found = [session.at(index) for index in indices]
    changed = [message for message in found if message.hidden != hidden]
    what = "what the model got before"
    await _change(session, changed, what, hidden=hidden)
    return len(changed)


async def unhide(session: ChatSession, indices: Iterable[int]) -> int:
    """Let the model have messages again. Raises AppError as `hide` does."""
    return await hide(session, indices, hidden=False)


async def set_name(session: ChatSession, index: int, name: str) -> None:
    """Say who speaks, in all versions.

    Raises:
        AppError: No name, a position that is not there, or it could not be written.
    """
    shown = clean_line(name).strip()
    if not shown:
        raise AppError("a message needs a name", hint="say who speaks")
    message = session.at(index)
    before = [each.name for each in message.versions]

    async def give(names: Sequence[str]) -> None:
        named = [replace(e, name=n) for e, n in zip(message.versions, names, strict=True)]
        await session.show(message, tuple(named), message.swipe)

    await give([shown] * len(before))
    session.undos.append((f"the name of #{index}", lambda: give(before)))


async def set_role(session: ChatSession, index: int, role: Role) -> None:
    """Say as whose words the model gets a message; those of the system are a narrator's.

    Raises:
        AppError: A position that is not there, or it could not be written.
    """
    kind = "narrator" if role == "system" else ""
    message = session.at(index)
    await _change(session, [message], f"the role of #{index}", role=role, kind=kind)


async def delete_range(session: ChatSession, start: int, stop: int) -> list[Message]:
    """Take messages out, in one step of `/undo`; gives them.

    Args:
        session: The chat.
        start: The first one.
        stop: The one after the last.

    Raises:
        AppError: A position that is not there, or it could not be written.
    """
    if start >= stop:
        return []
    for index in (start, stop - 1):
        session.at(index)
    removed = await session.remove_all(range(start, stop))
    last = stop - 1
    what = f"message #{start}" if start == last else f"messages #{start} to #{last}"
    session.undos.append((what, lambda: session.bring_back(*removed)))
    return removed


async def _change(
    session: ChatSession, messages: Sequence[Message], what: str, **values: object
) -> None:
    """Set fields of messages, on disk first, in one step of `/undo`."""
    before = [{name: getattr(message, name) for name in values} for message in messages]

    def put_back() -> None:
        for message, kept in zip(messages, before, strict=True):
            for name, value in kept.items():
                setattr(message, name, value)

    async def undo() -> None:
        put_back()
        await session.update(*messages)

    if not messages:
        return
    for message in messages:
        for name, value in values.items():
            setattr(message, name, value)
    try:
        await session.update(*messages)
    except AppError:
        put_back()
        raise
    session.undos.append((what, undo))


def rest_of(draft: str, sent: str) -> str:
    """What of a draft is not sent: what was typed behind the message, or is for another one."""
    rest = draft.removeprefix(sent)
    return rest.removeprefix("\n") if rest[:1] in ("", "\n") else draft
