"""From a chat to the prompt that a model gets, with each part accounted for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tui.domain import macros
from tui.domain.caption import wrap
from tui.domain.character import Character, Persona, names
from tui.domain.chat import Attachment, Message
from tui.domain.fate import Fate, Send, Sight, decide
from tui.domain.generation import Role, Turn
from tui.domain.image import Image
from tui.domain.injection import Injection, placed
from tui.domain.macros import Environment

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
    fates: tuple[tuple[str, Fate], ...] = ()
    """For each picture of the message its name, and what is sent of it."""
    in_chat: bool = False
    """It is a message: a turn of its own, whoever speaks."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is sent, and how many messages did not fit."""

    parts: tuple[Part, ...]
    left_out: int = 0
    """Older messages that the token budget had no room for."""
    withheld: int = 0
    """Messages that are not for the model: hidden ones and comments."""

    @property
    def tokens(self) -> int:
        """Estimated sum."""
        return sum(part.tokens for part in self.parts)

    @property
    def digests(self) -> tuple[str, ...]:
        """Pictures whose bytes `turns` needs."""
        return tuple(digest for part in self.parts for digest in part.images)

    def turns(self, images: Mapping[str, Image]) -> tuple[Turn, ...]:
        """Join the parts before the chat into one turn and give each message its own.

        Args:
            images: The pictures by digest; a missing one is left out.
        """
        system = "\n\n".join(part.text for part in self.parts if not part.in_chat)
        turns = [Turn("system", system)] if system else []
        turns.extend(
            Turn(part.role, part.text, tuple(images[d] for d in part.images if d in images))
            for part in self.parts
            if part.in_chat and (part.text or part.images)
        )
        return tuple(turns)


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits and switches that shape a prompt."""

    context_tokens: int
    send: Send
    """What is sent of a picture for which nothing was chosen."""
    sight: Sight
    """What is known of the chat model."""
    template: str
    """The caption template, for pictures that carry a caption beside a text of their own."""
    injections: tuple[Injection, ...] = ()
    """What scripts add; they always go in."""
    names_pictures: bool = False
    """Whether each picture goes with its id: a message speaks of `img3`, or there are several."""

    def fate(self, attachment: Attachment) -> Fate:
        """What is sent of a picture."""
        return decide(
            attachment.fate, self.send, captioned=bool(attachment.caption), sight=self.sight
        )


_PICTURE_ID = re.compile(r"\bimg\d", re.IGNORECASE)


def speaks_of_pictures(messages: Sequence[tuple[int, Message]]) -> bool:
    """Whether the model must know the pictures' ids to understand the chat."""
    count = sum(len(message.attachments) for _, message in messages)
    return count > 1 or (
        count > 0 and any(_PICTURE_ID.search(message.text) for _, message in messages)
    )


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
    environment: Environment | None = None,
) -> Prompt:
    """Lay out the prompt: the character first, then as many of the last messages as fit.

    Args:
        messages: The end of the chat in order, each with its position (`#N`); what is not for
            the model is left out.
        character: Whose reply is wanted.
        persona: Who the person is.
        system_prompt: The default one; the character's own wins.
        budget: How much room there is. The last message always goes in.
        environment: What the macros of the character and the settings read; None: only the names.
            Messages are not expanded here: what is in the chat is no template.
    """
    environment = environment or names(character, persona)
    injected = [(each, _injected(each)) for each in budget.injections if each.text]
    system = [
        *(part for each, part in injected if each.position == "before"),
        *_system_parts(character, persona, system_prompt, environment),
        *(part for each, part in injected if each.position == "after"),
    ]
    between = [(each, part) for each, part in injected if each.position == "chat"]
    told = [(index, message) for index, message in messages if message.is_sent]
    budget = replace(budget, names_pictures=speaks_of_pictures(told))
    room = budget.context_tokens - sum(part.tokens for part in system)
    room -= sum(part.tokens for _, part in between)
    kept: list[Part] = []
    skipped = 0
    for index, message in reversed(told):
        part = _message_part(index, message, persona, budget, environment)
        if part is None:
            continue
        if skipped or (kept and part.tokens > room):
            skipped += 1
            continue
        room -= part.tokens
        kept.append(part)
    chat = placed(tuple(reversed(kept)), between)
    return Prompt((*system, *chat), skipped, len(messages) - len(told))


def _system_parts(
    character: Character, persona: Persona, system_prompt: str, environment: Environment
) -> Iterable[Part]:
    plain = environment
    environment = plain.giving(original=lambda: macros.expand(system_prompt, plain))
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
            expanded = macros.expand(form.format(text.strip()), environment)
            yield Part(label, "system", expanded, estimate_tokens(expanded))


def _injected(each: Injection) -> Part:
    in_chat = each.position == "chat"
    role = each.role if in_chat else "system"
    label = f"added by a script: {each.id}"
    return Part(label, role, each.text, estimate_tokens(each.text), in_chat=in_chat)


def _message_part(
    index: int, message: Message, persona: Persona, budget: Budget, environment: Environment
) -> Part | None:
    fates = [(each, budget.fate(each)) for each in message.attachments]
    captions = tuple(each.caption for each, fate in fates if fate.caption)
    pictures = tuple(each.digest for each, fate in fates if fate.picture)
    text = _text(message, fates, environment, budget)
    if budget.names_pictures:
        text = "\n\n".join(part for part in (_enclosed(fates), text) if part)
    if not text and not pictures:
        text = _placeholder(fates, persona, budget)
    if not text and not fates:
        return None
    return Part(
        f"#{index} {message.name}",
        message.role,
        text,
        estimate_tokens(text) + PICTURE_TOKENS * len(pictures),
        pictures,
        captions,
        tuple((each.name, fate) for each, fate in fates),
        in_chat=True,
    )


_Fates = list[tuple[Attachment, Fate]]


def _text(message: Message, fates: _Fates, environment: Environment, budget: Budget) -> str:
    """The message's words, after the captions that are sent beside them."""
    beside, text = fates, message.text
    if message.templated and fates:
        # The text itself is the caption of the first picture.
        text = _named(fates[0][0], text, budget) if fates[0][1].caption else ""
        beside = fates[1:]
    captions = [
        _named(each, each.wrapped or wrap(budget.template, each.caption, environment), budget)
        for each, fate in beside
        if fate.caption
    ]
    if not captions:
        return text
    parts = [text, *captions] if message.templated else [*captions, text]
    return "\n\n".join(part for part in parts if part).strip()


def _named(picture: Attachment, caption: str, budget: Budget) -> str:
    """The words that stand for a picture, behind its id where ids matter."""
    if not budget.names_pictures or not picture.ref:
        return caption
    return f"{picture.ref}: {caption}"


def _enclosed(fates: _Fates) -> str:
    """Which pictures go along, in the order in which the model gets them."""
    refs = [each.ref for each, fate in fates if fate.picture and each.ref]
    return f"[enclosed: {', '.join(refs)}]" if refs else ""


def _placeholder(fates: _Fates, persona: Persona, budget: Budget) -> str:
    """Words for pictures that were meant to be sent and cannot be."""
    names = [
        each.title if budget.names_pictures else each.name
        for each, _ in fates
        if not each.caption and (budget.send if each.fate == "auto" else each.fate) != "nothing"
    ]
    if not names:
        return ""
    return f"[{persona.name} sends a picture that has no caption: {', '.join(names)}]"
