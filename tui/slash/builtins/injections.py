"""Commands that add text to the prompt without a message."""

from __future__ import annotations

import uuid
from typing import get_args

from tui.domain.errors import AppError, CommandError
from tui.domain.injection import Injection, Position
from tui.domain.safetext import clean_line
from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command
from tui.slash.context import Context
from tui.slash.fuzzy import did_you_mean

_POSITIONS: tuple[Position, ...] = get_args(Position)
_ROLES = ("system", "user", "assistant")
_SHOWN = 80


async def inject(context: Context, arguments: Arguments) -> str:
    """Add a text to the prompts of this chat, or take one away by giving none."""
    wanted = arguments.text("id").strip()
    name = wanted or uuid.uuid4().hex[:8]
    others = tuple(each for each in context.session.chat.injections if each.id != name)
    text = arguments.text("text")
    if not text:
        if not wanted:
            raise CommandError("/inject needs text", hint="or the id= of what is to go")
        await _keep(context, others)
    else:
        position = next(each for each in _POSITIONS if each == arguments.text("position"))
        role = arguments.text("role")
        new = Injection(
            name,
            text,
            position,
            max(0, arguments.number("depth") or 0),
            "user" if role == "user" else "assistant" if role == "assistant" else "system",
            arguments.flag("ephemeral"),
        )
        await _keep(context, (*others, new))
    return name


async def _keep(context: Context, injections: tuple[Injection, ...]) -> None:
    """Let these be all that is added; as before when they could not be written."""
    session = context.session
    before, session.chat.injections = session.chat.injections, injections
    try:
        await session.save()
    except AppError:
        session.chat.injections = before
        raise


async def list_injections(context: Context, _arguments: Arguments) -> str:
    """Show what is added to the prompts of this chat."""
    lines = [
        f"{clean_line(each.id, 40)} ({_where(each)}): {clean_line(each.text, _SHOWN)}"
        for each in context.session.chat.injections
    ]
    text = "\n".join(lines)
    context.front.note(text or "nothing is added to the prompts of this chat")
    return text


def _where(each: Injection) -> str:
    if each.position == "chat":
        return f"before the last {each.depth} messages, as {each.role}"
    return {"before": "before the character", "after": "after the character"}.get(
        each.position, "not sent"
    )


async def flush(context: Context, arguments: Arguments) -> None:
    """Take one away, or all."""
    there, name = context.session.chat.injections, arguments.text("id").strip()
    known = [each.id for each in there]
    if name and name not in known:
        raise CommandError(
            f"nothing is added under {clean_line(name, 40)!r}",
            hint=did_you_mean(name, known) or "/listinjects shows what is",
            column=arguments.column("id"),
        )
    await _keep(context, tuple(each for each in there if name and each.id != name))


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    return (
        Command(
            "inject",
            "add a text to the prompts of this chat, without a message",
            inject,
            (
                Parameter("id", "its name; a new text replaces that of the same name", named=True),
                Parameter(
                    "position",
                    "before or after the character, in the chat, or kept without being sent",
                    "choice",
                    _POSITIONS,
                    named=True,
                    default="after",
                ),
                Parameter(
                    "depth",
                    "with position=chat: how many messages come after it",
                    "number",
                    named=True,
                    default="4",
                ),
                Parameter("role", "with position=chat: whose words", "choice", _ROLES, named=True),
                Parameter("ephemeral", "for one reply only", "switch", named=True),
                Parameter("scan", "means nothing here", "switch", named=True),
                Parameter("text", "the text; without one, that of id= is taken away", rest=True),
            ),
            example="/inject id=mood position=chat depth=2 It is getting dark.",
            returns="its id",
        ),
        Command(
            "listinjects",
            "show the texts that scripts add to the prompts of this chat",
            list_injections,
            example="/listinjects",
            returns="them, one line each",
        ),
        Command(
            "flushinject",
            "take away a text that /inject added, or all",
            flush,
            (Parameter("id", "which; all if left out", rest=True),),
            aliases=("flushinjects",),
            example="/flushinject mood",
        ),
    )
