"""Outlines of messages: as much as is known of each before it is read."""

from __future__ import annotations

from collections.abc import Sequence

from tui.domain.chat import Message, Outline


def outline_of(message: Message) -> Outline:
    """What the store will say of this message in its outline."""
    return Outline(
        message.id,
        len(message.text),
        message.text.count("\n") + 1,
        len(message.attachments),
        message.is_sent,
    )


def put_back(
    outline: list[Outline], messages: Sequence[Message], order: Sequence[Outline]
) -> list[Message]:
    """Let messages return to their places; gives those that did.

    Args:
        outline: Changed in place; others may have come or gone in it.
        messages: Those that were taken out.
        order: What the store has, which alone knows the order.
    """
    rank = {entry.id: number for number, entry in enumerate(order)}
    here = {entry.id for entry in outline}
    coming = [each for each in messages if each.id in rank and each.id not in here]
    coming.sort(key=lambda message: rank[message.id])
    waiting = coming[::-1]
    merged: list[Outline] = []
    for entry in outline:
        while waiting and rank[waiting[-1].id] < rank.get(entry.id, len(rank)):
            merged.append(outline_of(waiting.pop()))
        merged.append(entry)
    outline[:] = merged + [outline_of(each) for each in reversed(waiting)]
    return coming
