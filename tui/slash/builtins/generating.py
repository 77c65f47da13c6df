"""Commands that ask the chat's model something without a message in the chat."""

from __future__ import annotations

import json

from tui.domain.errors import CommandError
from tui.domain.generation import Progress
from tui.services.macro_environment import as_typed
from tui.services.quiet_generation import Asking
from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command
from tui.slash.context import Context

_IMPERSONATE = (
    "Write the next message of {user} in this chat, in their voice, and nothing else. "
    "Do not speak for anybody else."
)


async def _ask(context: Context, instruction: str, how: Asking) -> str:
    """Ask, and say what the model does meanwhile, for it may take a while."""
    tell = context.interaction.progress
    tell(Progress("asking the model"))
    try:
        return await context.services.quiet.ask(context.session, instruction, how, tell)
    finally:
        tell(None)


async def gen(context: Context, arguments: Arguments) -> str:
    """Ask with the whole chat in front."""
    return await _ask(
        context,
        arguments.text("prompt"),
        Asking(
            speaker="char" if arguments.text("as") == "char" else "system",
            length=arguments.number("length"),
            stop=_stops(arguments),
            whole_sentences=arguments.flag("trim"),
        ),
    )


async def gen_raw(context: Context, arguments: Arguments) -> str:
    """Ask without the chat."""
    return await _ask(
        context,
        arguments.text("prompt"),
        Asking(
            with_chat=False,
            system=arguments.text("system"),
            prefill=arguments.text("prefill"),
            length=arguments.number("length"),
            stop=_stops(arguments),
            whole_sentences=arguments.flag("trim"),
        ),
    )


async def impersonate(context: Context, arguments: Arguments) -> str:
    """Let the model write the person's next message into the prompt."""
    instruction = _IMPERSONATE.format(user=context.session.persona.name)
    more = arguments.text("prompt")
    text = await _ask(context, f"{instruction} {more}".strip(), Asking(drop_name=True))
    if context.front.shows(context.session):
        # It is the model's: nothing in it is a command or a macro when it is sent.
        draft = as_typed(context.services.settings.current, text)
        context.front.set_draft(f"/{draft}" if draft.startswith("/") else draft)
    return text


def _stops(arguments: Arguments) -> tuple[str, ...]:
    typed = arguments.text("stop").strip()
    if not typed:
        return ()
    try:
        stops = json.loads(typed)
    except (ValueError, RecursionError):
        stops = None
    if not isinstance(stops, list) or not all(isinstance(each, str) for each in stops):
        raise CommandError(
            "stop is a list of texts",
            hint='such as ["\\n", "User:"]',
            column=arguments.column("stop"),
        )
    return tuple(each for each in stops if each)


_LENGTH = Parameter("length", "the longest answer, in tokens", "number", named=True)
_STOP = Parameter("stop", "texts that end the answer, as a JSON list", named=True)
_LOCK = Parameter("lock", "means nothing here", "switch", named=True)


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    needed = Parameter("prompt", "what is asked", rest=True, required=True)
    speaker = Parameter(
        "as", "an instruction, or words to the character", "choice", ("system", "char"), named=True
    )
    return (
        Command(
            "gen",
            "ask the model something about this chat; nothing comes into the chat",
            gen,
            (
                Parameter("trim", "end with a whole sentence", "switch", named=True),
                _LENGTH,
                _STOP,
                speaker,
                Parameter("name", "means nothing here", named=True),
                _LOCK,
                needed,
            ),
            example="/gen trim=true Where are we? One sentence. | /echo",
            returns="the answer",
        ),
        Command(
            "genraw",
            "ask the model something without the chat",
            gen_raw,
            (
                Parameter("system", "the system prompt", named=True),
                Parameter("prefill", "how the answer begins", named=True),
                Parameter("trim", "end with a whole sentence", "switch", named=True, default="on"),
                _LENGTH,
                _STOP,
                speaker,
                Parameter("instruct", "means nothing here", "switch", named=True),
                _LOCK,
                needed,
            ),
            example="/genraw length=40 A name for a red cat, nothing else. | /echo",
            returns="the answer",
        ),
        Command(
            "impersonate",
            "let the model write your next message into the prompt",
            impersonate,
            (
                Parameter("await", "means nothing here: it is waited for", "switch", named=True),
                Parameter("prompt", "how it should be", rest=True),
            ),
            aliases=("imp",),
            example="/impersonate shy, in one sentence",
            returns="the text",
        ),
    )
