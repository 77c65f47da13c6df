"""The shape that strict protocols want a chat in: one system text, then user and model in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tui.domain.connection import Endpoint
from tui.domain.errors import ImageRejected
from tui.domain.generation import Turn
from tui.domain.image import Image

OPENING = "[The conversation begins.]"
"""Said for the person where a chat starts with the character's greeting."""
GO_ON = "[Continue your last message exactly where it ends; repeat nothing of it.]"
"""Said for the person to a model that does not continue its own last message."""


@dataclass(frozen=True, slots=True)
class Side:
    """What one side says before the other one answers."""

    role: Literal["user", "assistant"]
    turns: tuple[Turn, ...]
    """None of them is empty."""


def split(turns: Sequence[Turn]) -> tuple[str, list[Side]]:
    """The system text, and the chat as sides that alternate and begin with the user.

    System turns after the chat has begun are kept where they are, as the user's. Turns without
    text and pictures are left out, and the end of a last reply that is to be continued loses
    its white space: servers refuse both.
    """
    start = next((n for n, turn in enumerate(turns) if turn.role != "system"), len(turns))
    system = "\n\n".join(turn.text for turn in turns[:start] if turn.text.strip())
    sides: list[Side] = []
    for turn in turns[start:]:
        role: Literal["user", "assistant"] = "assistant" if turn.role == "assistant" else "user"
        if not (turn.text.strip() or (turn.images and role == "user")):
            continue
        if sides and sides[-1].role == role:
            sides[-1] = Side(role, (*sides[-1].turns, turn))
        else:
            sides.append(Side(role, (turn,)))
    if not sides or sides[0].role != "user":
        sides.insert(0, Side("user", (Turn("user", OPENING),)))
    if sides[-1].role == "assistant":
        *before, last = sides[-1].turns
        sides[-1] = Side("assistant", (*before, Turn("assistant", last.text.rstrip())))
    return system, sides


def pictures(turn: Turn, endpoint: Endpoint) -> tuple[Image, ...]:
    """The pictures that go along with a turn.

    Raises:
        ImageRejected: One is of a type that the provider does not take.
    """
    provider = endpoint.provider
    if turn.role != "user":
        return ()
    for image in turn.images:
        if image.mime not in provider.pictures.accepts:
            raise ImageRejected(
                f"{provider.label} does not take {image.mime}", provider=provider.label
            )
    return turn.images
