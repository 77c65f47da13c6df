"""A chat put into the order that a model takes, when its server says which one that is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tui.adapters.providers.turns import GO_ON, OPENING
from tui.adapters.wire import as_list

Messages = Sequence[Mapping[str, Any]]

_SYSTEM = re.compile(
    r"system role not support|(user|assistant|tool) roles are supported"
    r"|not support .{0,30}\bsystem (role|message|prompt)|(developer|system) instruction is not",
    re.IGNORECASE,
)
_LAST = re.compile(
    r"prefill|last (role|message)|end(s)? with a user|assistant messages at the end", re.IGNORECASE
)
_TURNS = re.compile(
    r"alternat(e|ing)\b|interleave|successive|unexpected role|first message"
    r"|system message.{0,20} beginning|(start|begin)s? with a user",
    re.IGNORECASE,
)


def adapted(messages: Messages, refusal: str) -> tuple[Messages, str]:
    """The messages as a refusal wants them, and what changed in words.

    Most servers take any order. But many models' templates, DeepSeek's reasoner and others want
    the user first and both sides in turn, some take no system text, and few continue their own
    last words. Each change is made once: what is in order already stays as it is.

    Args:
        messages: Those of a chat completion request.
        refusal: What the server said.

    Returns:
        No words when nothing can change.
    """
    if _SYSTEM.search(refusal) and any(each.get("role") == "system" for each in messages):
        folded = _in_turn(messages, keep_system=False)
        return folded, "takes no system text: sending it as a message"
    if _LAST.search(refusal) and messages and messages[-1].get("role") == "assistant":
        *before, last = messages
        if "prefix true" in refusal.lower() and "prefix" not in last:  # Mistral's own way
            return [*before, {**last, "prefix": True}], "is asked to go on"
        return [*messages, {"role": "user", "content": GO_ON}], "is asked to go on"
    if _TURNS.search(refusal):
        ordered = _in_turn(messages, keep_system=True)
        if ordered != list(messages):
            return ordered, "wants both sides in turn: putting the chat in order"
    return messages, ""


def _in_turn(messages: Messages, *, keep_system: bool) -> list[Mapping[str, Any]]:
    """One system text at most, then user and model in turn, the user first."""
    start = next((n for n, each in enumerate(messages) if each.get("role") != "system"), None)
    head, chat = messages[:start], messages[start:] if start is not None else ()
    system = [_merged(head)] if head else []
    ordered: list[Mapping[str, Any]] = []
    for each in chat if keep_system else (*system, *chat):
        side = "assistant" if each.get("role") == "assistant" else "user"
        message: Mapping[str, Any] = {**each, "role": side}
        if ordered and ordered[-1]["role"] == side:
            message = _merged([ordered.pop(), message])
        ordered.append(message)
    if not ordered or ordered[0]["role"] == "assistant":
        ordered.insert(0, {"role": "user", "content": OPENING})
    return [*system, *ordered] if keep_system else ordered


def _merged(messages: Messages) -> Mapping[str, Any]:
    """Messages of one side as one."""
    contents = [each.get("content") for each in messages]
    if all(isinstance(content, str) for content in contents):
        return {**messages[-1], "content": "\n\n".join(filter(None, contents))}
    return {**messages[-1], "content": [part for each in contents for part in _parts(each)]}


def _parts(content: object) -> list[Any]:
    if isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []
    return as_list(content)
