"""Expands one recorded template and gives what ours made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from tui.domain.character import Character, Persona
from tui.domain.chat import Chat, Message
from tui.domain.macros import expand
from tui.domain.settings import Settings
from tui.services.chat_store import ChatStore
from tui.services.macro_environment import environment
from tui.services.outlines import outline_of
from tui.services.session import ChatSession

DEVIATIONS = {
    6: "`{{trim}}` inside a caption is the caption's text, and stays",
    7: "a backslash inside a caption is the caption's text, and stays",
}
"""Ids of the cases where ours differs, and why: what a macro gives is never touched."""


class _Messages:
    """As much of a store as is needed to read a chat."""

    said = (
        Message("1", "assistant", "Alice", "Hi there", 0.0),
        Message("2", "user", "Bob", "Look at this", 0.0),
    )

    def read(self, ids: Sequence[str]) -> list[Message]:
        return [each for each in self.said if each.id in ids]


def run(case: Mapping[str, Any]) -> str:
    """Expand a case's template in a chat of two messages between Alice and Bob.

    Args:
        case: Has `template` and `caption`; without a caption it is no caption template.
    """
    store = cast("ChatStore", _Messages())
    chat = Chat("c", "", "alice", "bob", 0.0, 0.0)
    outline = [outline_of(each) for each in _Messages.said]
    session = ChatSession(chat, outline, store, Character("Alice"), Persona("Bob"))
    read = environment(session, Settings())
    if case["caption"] is not None:
        read = read.giving(caption=case["caption"])
    return expand(case["template"], read)
