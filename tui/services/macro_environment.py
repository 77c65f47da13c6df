"""What macros read of a chat and of the settings; nothing is looked up before a macro asks."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from tui.domain import macros
from tui.domain.character import Character, names
from tui.domain.chat import Message
from tui.domain.generation import Role
from tui.domain.imagine_prompt import of_character
from tui.domain.macros import Environment
from tui.domain.macros.environment import Given
from tui.domain.macros.moments import in_words
from tui.domain.settings import Settings
from tui.services.session import ChatSession

_BRACE = re.compile(r"[{}]")


def environment(session: ChatSession, settings: Settings) -> Environment:
    """The macros of a chat: who takes part, the card, the messages, variables, the model."""
    who, me = session.character, session.persona
    base = names(who, me)

    def expanded(text: str) -> Callable[[], str]:
        return lambda: macros.expand(text, base)

    values: dict[str, Given] = {
        **base.values,
        **_card(who, expanded),
        "charprefix": of_character(settings.imagine.character_prefixes, who.name, who.id),
        "charnegativeprefix": of_character(settings.imagine.character_negatives, who.name, who.id),
        "persona": expanded(me.description),
        "systemprompt": expanded(settings.chat.system_prompt),
        **_messages(session),
        "input": lambda: session.chat.draft,
        "model": lambda: _model(settings),
        "maxprompt": str(settings.chat.context_tokens),
    }
    return Environment(values, session.variables, session.shared, seed=session.chat.id)


def written(session: ChatSession, settings: Settings, text: str, pasted: str = "") -> str:
    """A message as it is kept: the macros in what was typed are replaced, once and for all.

    Args:
        session: Where it is going.
        settings: Say whether they are.
        text: All of it.
        pasted: Its end, where that was pasted as a whole: that is no typed text.

    Returns:
        The message; as typed where nothing would be left of it.
    """
    if not settings.chat.macros:
        return text
    typed = text.removesuffix(pasted)
    prose = replace(environment(session, settings), prose=True)
    done = macros.expand(typed, prose) + text[len(typed) :]
    return done if done.strip() else text


def as_typed(settings: Settings, text: str) -> str:
    """A message as it has to be typed so that `written` keeps it as it is."""
    if settings.chat.macros and "{{" in text:
        return _BRACE.sub(r"\\\g<0>", text)
    return text


def _card(who: Character, expanded: Callable[[str], Callable[[], str]]) -> dict[str, Given]:
    return {
        "description": expanded(who.description),
        "personality": expanded(who.personality),
        "scenario": expanded(who.scenario),
        "mesexamples": expanded(who.example_dialogue),
        "mesexamplesraw": expanded(who.example_dialogue),
        "charprompt": expanded(who.system_prompt),
        "charfirstmessage": expanded(who.first_message),
        "greeting": expanded(who.first_message),
    }


def _messages(session: ChatSession) -> dict[str, Given]:
    def last(role: Role | None = None) -> str:
        found = _last(session, role)
        return found.text if found else ""

    def number(index: int) -> str:
        return str(index % len(session)) if len(session) else ""

    return {
        "lastmessage": last,
        "lastusermessage": lambda: last("user"),
        "lastcharmessage": lambda: last("assistant"),
        "lastmessageid": lambda: number(-1),
        "firstdisplayedmessageid": lambda: number(0),
        "lastswipeid": lambda: _swipes(session)[1],
        "currentswipeid": lambda: _swipes(session)[0],
        "allchatrange": lambda: f"0-{len(session) - 1}" if len(session) else "",
        "idleduration": lambda: _idle(session),
    }


def _last(session: ChatSession, role: Role | None) -> Message | None:
    for index in range(len(session) - 1, -1, -1):
        message = session.message(index)
        if role in (None, message.role):
            return message
    return None


def _swipes(session: ChatSession) -> tuple[str, str]:
    """Which version of the last message is shown, from 1, and how many there are."""
    message = _last(session, None)
    if message is None or not message.swipes:
        return "", ""
    return str(message.swipe + 1), str(len(message.swipes))


def _idle(session: ChatSession) -> str:
    said = _last(session, "user")
    return in_words(timedelta(seconds=time.time() - said.created)) if said else "just now"


def _model(settings: Settings) -> str:
    connection = settings.connections.get(settings.chat.connection)
    return connection.model if connection else ""
