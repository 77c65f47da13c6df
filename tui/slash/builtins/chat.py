"""Commands about the messages of the open chat."""

from __future__ import annotations

from tui.domain.chat import SearchHit
from tui.domain.errors import CommandError
from tui.domain.injection import Injection
from tui.domain.safetext import clean_line
from tui.slash.arguments import Arguments, Parameter
from tui.slash.builtins.imagine import another
from tui.slash.command import Command
from tui.slash.context import Context

_HITS = 12
_AWAIT = Parameter("await", "means nothing here: it is waited for", "switch", named=True)
_NUMBER = Parameter("N", "the message's number as shown by #N, or last", "message")


async def reply(context: Context, _arguments: Arguments) -> None:
    """Let the character answer."""
    context.must_be_shown()
    await context.front.reply()


async def regenerate(context: Context, _arguments: Arguments) -> None:
    """Ask for another reply."""
    context.must_be_shown()
    await another(context)


async def retry(context: Context, _arguments: Arguments) -> None:
    """Ask again after a failure, whatever failed."""
    context.must_be_shown()
    at = context.session.last_said()
    if at is None:
        raise CommandError("there is nothing to retry", hint="write a message first")
    if context.session.message(at).role != "assistant":
        await context.front.reply()
    else:
        await another(context)


async def continue_reply(context: Context, arguments: Arguments) -> None:
    """Let the last reply go on."""
    context.must_be_shown()
    chat, prompt = context.session.chat, arguments.text("prompt")
    once = Injection("continue", prompt, "chat", depth=1, ephemeral=True)
    if prompt:
        chat.injections += (once,)
    try:
        await context.front.continue_reply()
    finally:
        # It is there still when nobody was asked, and was not meant for the next reply.
        chat.injections = tuple(each for each in chat.injections if each is not once)


async def stop(context: Context, _arguments: Arguments) -> None:
    """End what is being generated."""
    context.front.stop()


async def copy(context: Context, arguments: Arguments) -> str:
    """Put a message's text on the clipboard."""
    index = context.chosen(arguments)
    text = context.session.message(index).text
    await context.front.copy(text)
    context.front.note(f"#{index} was copied")
    return text


async def goto(context: Context, arguments: Arguments) -> None:
    """Bring a message into view."""
    context.must_be_shown()
    await context.front.goto(context.chosen(arguments))


async def search(context: Context, arguments: Arguments) -> str:
    """Look for words in all messages and captions."""
    words = arguments.text("text")
    hits = await context.services.library.search(words)
    if not hits:
        context.front.note(f"nothing found for {clean_line(words, 60)}")
        return ""
    lines = [_line(context, hit) for hit in hits[:_HITS]]
    if len(hits) > _HITS:
        lines.append(f"and {len(hits) - _HITS} more: add a word to narrow it down")
    context.front.note("\n".join(lines))
    return "\n".join(lines)


def _line(context: Context, hit: SearchHit) -> str:
    where = clean_line(hit.chat_title, 40) or "a chat without a name"
    if hit.chat_id == context.session.chat.id:
        index = context.session.index_of(hit.message_id)
        where = f"#{index}" if index is not None else "this chat"
    return f"{where}: {clean_line(hit.snippet, 120)}"


async def show_context(context: Context, _arguments: Arguments) -> None:
    """Show what the model would be sent."""
    await context.front.show("context")


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    return (*_speaking(), *_one_message(), *_looking())


def _speaking() -> tuple[Command, ...]:
    return (
        Command(
            "reply",
            "let the character answer now",
            reply,
            (_AWAIT,),
            aliases=("trigger",),
            example="/reply",
        ),
        Command(
            "regenerate",
            "get another version of the last reply",
            regenerate,
            (_AWAIT,),
            aliases=("regen",),
            example="/regenerate",
        ),
        Command("retry", "ask again after a failure", retry, example="/retry"),
        Command(
            "continue",
            "let the last reply go on",
            continue_reply,
            (_AWAIT, Parameter("prompt", "how, said to the model only this once", rest=True)),
            aliases=("cont",),
            example="/continue",
        ),
        Command("stop", "stop the reply and keep what came", stop, example="/stop"),
    )


def _one_message() -> tuple[Command, ...]:
    return (
        Command(
            "copy",
            "copy a message to the clipboard",
            copy,
            (_NUMBER,),
            example="/copy last",
            returns="the message's text",
        ),
        Command("goto", "go to a message", goto, (_NUMBER,), example="/goto 12"),
    )


def _looking() -> tuple[Command, ...]:
    text = Parameter("text", "the words to look for", rest=True, required=True)
    return (
        Command(
            "search",
            "find words in all messages and captions",
            search,
            (text,),
            aliases=("find",),
            example="/search red car",
            returns="what was found, one a line",
        ),
        Command(
            "context",
            "show what the model is sent, with its tokens",
            show_context,
            example="/context",
        ),
    )
