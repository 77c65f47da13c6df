"""From a chat to the prompt that a model gets, with each part accounted for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tui.domain import macros
from tui.domain.caption import wrap
from tui.domain.character import Character, Persona, macro_values
from tui.domain.chat import Message
from tui.domain.fate import Send
from tui.domain.generation import Role, Turn
from tui.domain.image import Image

PICTURE_TOKENS = 600
"""What a picture costs a typical vision model; providers differ by a factor of three."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the prompt, for `/context`."""

    label: str
    """"system prompt", "description", "#12 You", …"""
    role: Role
    text: str
    tokens: int
    """Estimated."""
    images: tuple[str, ...] = ()
    """Digests of the pictures that go along."""
    captions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent, and how many messages did not fit."""

    parts: tuple[Part, ...]
    left_out: int = 0
    """Older messages that the token budget had no room for."""

    @property
    def tokens(self) -> int:
        """Estimated sum."""
        return sum(part.tokens for part in self.parts)

    @property
    def digests(self) -> tuple[str, ...]:
        """Pictures whose bytes `turns` needs."""
        return tuple(digest for part in self.parts for digest in part.images)

    def turns(self, images: Mapping[str, Image]) -> tuple[Turn, ...]:
        """Join the system parts into one turn and give each message its own.

        Args:
            images: The pictures by digest; a missing one is left out.
        """
        system = "\n\n".join(part.text for part in self.parts if part.role == "system")
        turns = [Turn("system", system)] if system else []
        turns.extend(
            Turn(part.role, part.text, tuple(images[d] for d in part.images if d in images))
            for part in self.parts
            if part.role != "system"
        )
        return tuple(turns)


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits and switches that shape a prompt."""

    context_tokens: int
    send: Send
    sees: bool
    """Whether the chat model is known to see pictures."""
    template: str
    """The caption template, for pictures that carry a caption beside a text of their own."""

    @property
    def with_pictures(self) -> bool:
        """Whether pictures themselves are sent."""
        return self.send in ("picture", "both") or (self.send == "auto" and self.sees)

    @property
    def with_captions(self) -> bool:
        """Whether captions are sent."""
        return self.send in ("caption", "both", "auto")


def estimate_tokens(text: str) -> int:
    """Guess the number of tokens: four ASCII characters each, other scripts about one each."""
    ascii_count = sum(map(str.isascii, text))
    return (ascii_count + 3) // 4 + (len(text) - ascii_count) + (1 if text else 0)


def build(
    messages: Sequence[tuple[int, Message]],
    character: Character,
    persona: Persona,
    system_prompt: str,
    budget: Budget,
) -> Prompt:
    """Lay out the prompt: the character first, then as many of the last messages as fit.

    Args:
        messages: The end of the chat in order, each with its position (`#N`).
        character: Whose reply is wanted.
        persona: Who the person is.
        system_prompt: The default one; the character's own wins.
        budget: How much room there is. The last message always goes in.
    """
    system = list(_system_parts(character, persona, system_prompt))
    room = budget.context_tokens - sum(part.tokens for part in system)
    kept: list[Part] = []
    skipped = 0
    for index, message in reversed(messages):
        part = _message_part(index, message, character, persona, budget)
        if part is None:
            continue
        if skipped or (kept and part.tokens > room):
            skipped += 1
            continue
        room -= part.tokens
        kept.append(part)
    return Prompt((*system, *reversed(kept)), left_out=skipped)


def _system_parts(character: Character, persona: Persona, system_prompt: str) -> Iterable[Part]:
    values = macro_values(character, persona)
    fields = (
        ("system prompt", character.system_prompt or system_prompt, "{}"),
        ("description", character.description, "{}"),
        ("personality", character.personality, "{{{{char}}}}'s personality: {}"),
        ("scenario", character.scenario, "Scenario: {}"),
        ("persona", persona.description, "About {{{{user}}}}: {}"),
        ("example dialogue", character.example_dialogue, "Example dialogue:\n{}"),
    )
    for label, text, form in fields:
        if text.strip():
            expanded = macros.expand(form.format(text.strip()), values)
            yield Part(label, "system", expanded, estimate_tokens(expanded))


def _message_part(
    index: int, message: Message, character: Character, persona: Persona, budget: Budget
) -> Part | None:
    captions = tuple(a.caption for a in message.attachments if a.caption)
    text = message.text
    if message.templated and not budget.with_captions:
        text = ""
    elif captions and not message.templated and budget.with_captions:
        values = macro_values(character, persona)
        text = "\n\n".join([*(wrap(budget.template, c, values) for c in captions), text]).strip()
    if message.attachments and not captions and not text and not budget.with_pictures:
        names = ", ".join(a.name for a in message.attachments)
        text = f"[{persona.name} sends a picture that has no caption: {names}]"
    pictures = tuple(a.digest for a in message.attachments) if budget.with_pictures else ()
    if not text and not pictures:
        return None
    return Part(
        f"#{index} {message.name}",
        message.role,
        text,
        estimate_tokens(text) + PICTURE_TOKENS * len(pictures),
        pictures,
        captions if budget.with_captions else (),
    )
