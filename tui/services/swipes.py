"""The versions of a reply: which one is shown, one more, one less.

Each change is on disk when its function returns, and all but going from one to the next is a
step of `/undo`.
"""

from __future__ import annotations

import time
from typing import Literal

from tui.domain.chat import Message, Swipe
from tui.domain.errors import AppError
from tui.domain.safetext import clean
from tui.services.ledger import must_be_ours
from tui.services.session import ChatSession

Direction = Literal["left", "right"]


async def swipe(session: ChatSession, direction: Direction, index: int | None = None) -> bool:
    """Show the version before or after; before the first comes the last one.

    Args:
        session: The chat.
        direction: Where to go.
        index: Position of the message; None: the last one.

    Returns:
        Whether there is nothing more to do. Otherwise it is the last reply's last version that
        is shown, and the next one is to be generated.

    Raises:
        AppError: It has no versions, is still being written, or it could not be written to disk.
    """
    message = _reply(session, index)
    count, at = len(message.versions), message.swipe
    if direction == "right" and at == count - 1:
        if index not in (None, session.last_said()):
            raise AppError("there is no later version", hint="only the last reply gets new ones")
        return False
    step = 1 if direction == "right" else -1
    if count > 1:
        await session.show(message, message.versions, (at + step) % count)
    return True


async def add_swipe(session: ChatSession, text: str, *, switch: bool = False) -> int:
    """Give the last reply another version that was not generated.

    Args:
        session: The chat.
        text: Its words.
        switch: Whether it is shown from now on.

    Returns:
        Its number, counted from 0.

    Raises:
        AppError: There is no reply, it is still being written, or it could not be written to disk.
    """
    message = _reply(session, None)
    versions, at = message.versions, message.swipe
    added = Swipe(clean(text), time.time(), message.name)
    await session.show(message, (*versions, added), len(versions) if switch else at)
    _can_return(session, message, versions, at, "the versions without the one that was added")
    return len(versions)


async def delete_swipe(session: ChatSession, number: int | None = None) -> int:
    """Take away a version of the last reply.

    Args:
        session: The chat.
        number: Which one, counted from 1; None: the one that is shown.

    Returns:
        The number of the version that is shown now, counted from 0.

    Raises:
        AppError: There is no such version, or it is the only one, or it could not be written.
    """
    message = _reply(session, None)
    versions, at = message.versions, message.swipe
    gone = at if number is None else number - 1
    if not 0 <= gone < len(versions):
        raise AppError(
            f"the last reply has no version {number}", hint=f"they go from 1 to {len(versions)}"
        )
    if len(versions) == 1:
        raise AppError("the last reply has no other version", hint="/delete takes it out")
    left = (*versions[:gone], *versions[gone + 1 :])
    shown = at - 1 if gone < at else min(at, len(left) - 1)
    await session.show(message, left, shown)
    _can_return(session, message, versions, at, "the version that was taken away")
    return shown


def _reply(session: ChatSession, index: int | None) -> Message:
    """The reply at a position, or the last one, if its versions can be changed now."""
    at = session.last_said() if index is None else index
    if at is None:
        raise AppError("there is no reply yet", hint="write something first")
    message = session.at(at)
    if message.role != "assistant":
        raise AppError(
            f"#{at} is not a reply", hint="only replies have versions; /reply asks for one"
        )
    must_be_ours(message)
    if message.status == "streaming":
        raise AppError("the reply is still being written", hint="Esc stops it and keeps what came")
    return message


def _can_return(
    session: ChatSession, message: Message, versions: tuple[Swipe, ...], at: int, what: str
) -> None:
    session.undos.append((what, lambda: session.show(message, versions, at)))
