"""Who talks: characters (the model's part) and personas (the person's part)."""

from __future__ import annotations

from dataclasses import dataclass

from tui.domain import macros


@dataclass(frozen=True, slots=True)
class Character:
    """A part for the model to play. `{{user}}` and `{{char}}` work in every field."""

    name: str
    description: str = ""
    personality: str = ""
    scenario: str = ""
    first_message: str = ""
    """The greeting that opens a chat; empty for none."""
    example_dialogue: str = ""
    system_prompt: str = ""
    """Replaces the default system prompt when not empty."""
    id: str = ""
    """File name without its ending; empty until stored."""


@dataclass(frozen=True, slots=True)
class Persona:
    """Who the person is in a chat."""

    name: str = "You"
    description: str = ""
    id: str = ""


def macro_values(character: Character, persona: Persona) -> dict[str, str]:
    """What `{{user}}` and `{{char}}` stand for."""
    return {"user": persona.name, "char": character.name}


def greeting(character: Character, persona: Persona) -> str:
    """The character's first message with its macros expanded; empty when it has none."""
    return macros.expand(character.first_message, macro_values(character, persona))
