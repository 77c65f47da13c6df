"""A chat as one text for models that know no roles, and the reply cut out of what they write."""

from __future__ import annotations

from collections.abc import Sequence

from tui.adapters.providers import turns as sides
from tui.domain.generation import Turn

_NAMES = {"user": "### Instruction:", "assistant": "### Response:"}
"""Alpaca's form: whatever a machine of the horde runs was trained on it or takes the hint."""


def build(turns: Sequence[Turn]) -> str:
    """Put the system text first, then what each side said under its name.

    The text ends where the reply, or the rest of a last one, is to go on.
    """
    system, chat = sides.split(turns)
    parts = [system.strip()] if system.strip() else []
    for side in chat:
        text = "\n\n".join(turn.text.strip() for turn in side.turns)
        parts.append(f"{_NAMES[side.role]}\n{text}")
    if not continues(turns):
        parts.append(f"{_NAMES['assistant']}\n")
    return "\n\n".join(parts)


def continues(turns: Sequence[Turn]) -> bool:
    """Whether a last reply is to be gone on with."""
    said = [turn for turn in turns if turn.text.strip()]
    return bool(said) and said[-1].role == "assistant"


def stops(others: Sequence[str], chosen: Sequence[str]) -> list[str]:
    """Where a reply ends: where the model would go on to speak for the other side.

    Args:
        others: Names of those who are not the model.
        chosen: The person's own.
    """
    marks = [f"\n{name}" for name in _NAMES.values()]
    marks += [f"\n{name}:" for name in others if name.strip()]
    return list(dict.fromkeys((*marks, *chosen)))


def reply(written: str, stops: Sequence[str], *, continued: bool) -> str:
    """What a model wrote up to the first stop, for the stop itself comes along.

    Args:
        written: All of it.
        stops: Those that were asked for.
        continued: Whether it goes on with a text, so that white space at its head counts.
    """
    text = f"\n{written}"
    ends = [text.find(stop) for stop in stops if stop]
    end = min((at for at in ends if at >= 0), default=len(text))
    kept = text[1:end].rstrip()
    return kept if continued else kept.lstrip()
