"""Commands about the messages of the open chat."""

from __future__ import annotations

from tui.domain.chat import SearchHit
from tui.domain.errors import CommandError
from tui.domain.safetext import clean_line
from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command
from tui.slash.context import Context

_HITS = 12
_NUMBER = Parameter("N", "the message's number as shown by #N, or last", "message")


async def send(context: Context, arguments: Arguments) -> None:
    """Put a message into the chat without asking for an answer."""
    await context.services.chats.send(context.session, arguments.text("text"))
    context.front.sync()


async def reply(context: Context, _arguments: Arguments) -> None:
    """Let the character answer."""
    await context.front.reply()


async def regenerate(context: Context, _arguments: Arguments) -> None:
    """Ask for another reply."""
    await context.front.regenerate()


async def retry(context: Context, _arguments: Arguments) -> None:
    """Ask again after a failure, whatever failed."""
    count = len(context.session)
    if not count:
        raise CommandError("there is nothing to retry", hint="write a message first")
    if context.session.message(-1).role == "user":
        await context.front.reply()
    else:
        await context.front.regenerate()


async def continue_reply(context: Context, _arguments: Arguments) -> None:
    """Let the last reply go on."""
    await context.front.continue_reply()


async def stop(context: Context, _arguments: Arguments) -> None:
    """End what is being generated."""
    context.front.stop()


async def edit(context: Context, arguments: Arguments) -> None:
    """Change a message, or put its text into the composer to be changed."""
    index = context.chosen(arguments)
    text = arguments.text("text")
    if not text:
        context.front.set_draft(f"/edit {index} {context.session.message(index).text}")
        return
    await context.services.chats.edit(context.session, index, text)
    context.front.sync()
    context.front.note(f"#{index} was changed: /undo brings the old text back")


async def delete(context: Context, arguments: Arguments) -> None:
    """Take a message out of the chat."""
    index = context.chosen(arguments)
    await context.services.chats.delete(context.session, index)
    context.front.sync()
    context.front.note(f"#{index} was deleted: /undo brings it back")


async def copy(context: Context, arguments: Arguments) -> str:
    """Put a message's text on the clipboard."""
    index = context.chosen(arguments)
    text = context.session.message(index).text
    await context.front.copy(text)
    context.front.note(f"#{index} was copied")
    return text


async def goto(context: Context, arguments: Arguments) -> None:
    """Bring a message into view."""
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
    message = Parameter("text", "the message, as it is", rest=True, required=True, verbatim=True)
    return (
        Command(
            "send",
            "put a message into the chat without asking for an answer",
            send,
            (message,),
            example="/send Look at this. | /reply",
        ),
        Command(
            "reply", "let the character answer now", reply, aliases=("trigger",), example="/reply"
        ),
        Command(
            "regenerate",
            "replace the last reply by a new one",
            regenerate,
            aliases=("regen",),
            example="/regenerate",
        ),
        Command("retry", "ask again after a failure", retry, example="/retry"),
        Command(
            "continue",
            "let the last reply go on",
            continue_reply,
            aliases=("cont",),
            example="/continue",
        ),
        Command("stop", "stop the reply and keep what came", stop, example="/stop"),
    )


def _one_message() -> tuple[Command, ...]:
    new_text = Parameter(
        "text",
        "the new text; without it the old one comes into the prompt",
        rest=True,
        verbatim=True,
    )
    return (
        Command(
            "edit",
            "change the text of a message",
            edit,
            (_NUMBER, new_text),
            example="/edit 3 What I meant to say",
        ),
        Command(
            "delete",
            "delete a message; /undo brings it back",
            delete,
            (_NUMBER,),
            aliases=("del",),
            example="/delete 3",
        ),
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
