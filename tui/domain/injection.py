"""Text that scripts put into the prompt, beside what is in the chat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from tui.domain.generation import Role

Position = Literal["after", "before", "chat", "none"]
"""after or before the character's description, between the messages, or kept and not sent."""

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True)
class Injection:
    """One text; the model gets it with each request until it is taken away."""

    id: str
    text: str
    position: Position = "after"
    depth: int = 4
    """In the chat: how many messages come after it."""
    role: Role = "system"
    """In the chat: as whose words."""
    ephemeral: bool = False
    """Taken away after one request."""


def placed(
    parts: Sequence[_Part], injections: Iterable[tuple[Injection, _Part]]
) -> tuple[_Part, ...]:
    """Put what belongs between messages where its depth says.

    Args:
        parts: The messages' parts in order.
        injections: Those of position `chat` with their parts; equal depths keep their order.
    """
    result = list(parts)
    for injection, part in sorted(injections, key=lambda pair: -pair[0].depth):
        result.insert(max(0, len(parts) - injection.depth) + len(result) - len(parts), part)
    return tuple(result)
