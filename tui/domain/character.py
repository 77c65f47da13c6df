"""Who talks: characters (the model's part) and personas (the person's part)."""

from __future__ import annotations

from dataclasses import dataclass

from tui.domain import macros
from tui.domain.macros import Environment


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


def names(character: Character, persona: Persona) -> Environment:
    """The macros for who takes part, `{{user}}` and `{{char}}`, and those that need nothing."""
    who = character.name
    return Environment(
        {
            "user": persona.name,
            "notchar": persona.name,
            "char": who,
            "group": who,
            "charifnotgroup": who,
            "groupnotmuted": who,
        }
    )


def greeting(character: Character, persona: Persona, environment: Environment | None = None) -> str:
    """The character's first message with its macros expanded; empty when it has none.

    Args:
        character: Whose greeting it is.
        persona: Who is greeted.
        environment: What the macros read; None: only the names.
    """
    return macros.expand(character.first_message, environment or names(character, persona))
