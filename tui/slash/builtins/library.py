"""Commands about chats as a whole and who takes part in them."""

from __future__ import annotations

from collections.abc import Sequence

from tui.domain.character import Character, Persona
from tui.domain.chat import ChatSummary
from tui.domain.errors import CommandError
from tui.domain.safetext import clean_line
from tui.slash.arguments import Arguments, Parameter
from tui.slash.command import Command
from tui.slash.context import Context
from tui.slash.fuzzy import did_you_mean


async def new(context: Context, arguments: Arguments) -> None:
    """Start a chat."""
    library = context.services.library
    who = arguments.text("NAME")
    if who:
        known = await library.characters()
        who = find_id("character", who, known, arguments.column("NAME"))
    await context.open(await library.new(who))


def find_id(what: str, wanted: str, known: Sequence[Character | Persona], column: int) -> str:
    """The id of a character or persona by its name. Raises CommandError: there is none."""
    for each in known:
        if wanted.casefold() in (each.id.casefold(), each.name.casefold()):
            return each.id
    raise _unknown(what, wanted, [each.name for each in known], column)


def _unknown(what: str, wanted: str, names: list[str], column: int) -> CommandError:
    listed = "there are: " + ", ".join(clean_line(name, 40) for name in names[:8])
    return CommandError(
        f"there is no {what} {clean_line(wanted, 40)!r}",
        hint=did_you_mean(wanted, names) or (listed if names else "there is none yet"),
        column=column,
    )


async def chats(context: Context, arguments: Arguments) -> None:
    """Show the list of chats, or open the one of that title."""
    title = arguments.text("TITLE")
    if not title:
        await context.front.show("chats")
        return
    summaries = await context.services.library.summaries()
    found = _by_title(summaries, title)
    if found is None:
        titles = [each.title for each in summaries if each.title]
        raise _unknown("chat", title, titles, arguments.column("TITLE"))
    await context.open(await context.services.library.enter(found.id))


def _by_title(summaries: list[ChatSummary], title: str) -> ChatSummary | None:
    wanted = title.casefold()
    for each in summaries:
        if wanted in (each.title.casefold(), each.id):
            return each
    holding = [each for each in summaries if wanted in each.title.casefold()]
    return holding[0] if len(holding) == 1 else None


async def rename(context: Context, arguments: Arguments) -> str:
    """Name the chat."""
    title = clean_line(arguments.text("TITLE").strip(), 200)
    if not title:
        raise CommandError("a chat's name cannot be empty", column=arguments.column("TITLE"))
    await context.services.library.rename(context.session.chat.id, title)
    context.front.sync()
    return title


class _Deleting:
    """Deleting a chat and bringing it back; remembers what this run deleted."""

    def __init__(self) -> None:
        self._deleted: list[str] = []

    async def delete(self, context: Context, _arguments: Arguments) -> None:
        """Delete the open chat and show the one used before it."""
        chat = context.session.chat
        await context.services.library.delete(chat.id)
        self._deleted.append(chat.id)
        await context.open(await context.services.library.resume())
        shown = clean_line(chat.title, 60) or "the chat"
        context.front.note(f"{shown} was deleted: /restore-chat brings it back")

    async def restore(self, context: Context, _arguments: Arguments) -> None:
        """Bring back the chat deleted last and open it."""
        if not self._deleted:
            raise CommandError("no chat was deleted since Salon started")
        library = context.services.library
        await library.restore(self._deleted[-1])
        await context.open(await library.enter(self._deleted.pop()))

    async def undo(self, context: Context, arguments: Arguments) -> None:
        """Undo the last change in this chat, else the last deletion of a chat."""
        what = await context.services.chats.undo(context.session)
        if what is not None:
            context.front.sync()
            context.front.note(f"brought back: {what}")
        elif self._deleted:
            await self.restore(context, arguments)
        else:
            context.front.note("there is nothing to undo")


async def character(context: Context, arguments: Arguments) -> None:
    """Choose who answers."""
    name = arguments.text("NAME")
    if not name:
        await context.front.show("characters")
        return
    library = context.services.library
    who = find_id("character", name, await library.characters(), arguments.column("NAME"))
    await library.set_character(context.session, who)
    context.front.sync()


def commands() -> tuple[Command, ...]:
    """The commands of this family."""
    deleting = _Deleting()
    title = Parameter("TITLE", "the chat's name or a part of it", "chat", rest=True)
    new_title = Parameter("TITLE", "the chat's new name", rest=True, required=True)
    who = Parameter("NAME", "a character's name", "character", rest=True)
    return (
        Command(
            "new",
            "start a new chat",
            new,
            (who,),
            aliases=("newchat", "closechat"),
            example="/new Salon",
        ),
        Command(
            "chats",
            "show all chats, or open one",
            chats,
            (title,),
            aliases=("open", "chat-manager"),
            example="/chats Holiday",
        ),
        Command(
            "rename",
            "name this chat",
            rename,
            (new_title,),
            aliases=("renamechat",),
            example="/rename Cats and dogs",
        ),
        Command(
            "delete-chat",
            "delete this chat; /restore-chat brings it back",
            deleting.delete,
            aliases=("delchat",),
            example="/delete-chat",
        ),
        Command(
            "restore-chat",
            "bring back the chat deleted last",
            deleting.restore,
            example="/restore-chat",
        ),
        Command(
            "undo",
            "take back the last edit, deletion or regeneration",
            deleting.undo,
            example="/undo",
        ),
        Command(
            "character",
            "choose who answers in this chat",
            character,
            (who,),
            example="/character Salon",
        ),
    )
