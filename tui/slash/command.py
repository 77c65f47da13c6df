"""What a command is, what it works with, and the list of those there are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from tui.domain.caption import Caption
from tui.domain.chat import Attachment
from tui.domain.errors import CommandError
from tui.domain.fate import Send
from tui.domain.safetext import clean_line
from tui.domain.settings import Settings
from tui.services import Services
from tui.services.ports import Interaction
from tui.services.session import ChatSession
from tui.slash.arguments import Arguments, Parameter
from tui.slash.fuzzy import did_you_mean

ScreenName = Literal[
    "settings",
    "caption_settings",
    "gallery",
    "chats",
    "connections",
    "caption_connections",
    "pull",
    "help",
    "sources",
    "context",
    "caption_log",
    "extensions",
    "characters",
    "personas",
    "themes",
    "palette",
]


class FrontEnd(Protocol):
    """What commands need of whoever shows the chat."""

    async def reply(self) -> None:
        """Let the character answer; returns when the answer is over or stopped."""
        ...

    async def regenerate(self) -> None:
        """Replace the last reply."""
        ...

    async def continue_reply(self) -> None:
        """Let the last reply go on."""
        ...

    def stop(self) -> None:
        """End what is being generated; the part that came is kept."""
        ...

    async def show(self, screen: ScreenName) -> None:
        """Open a screen; returns when it is closed."""
        ...

    async def view(self, index: int, number: int) -> None:
        """Show a picture large; returns when it is closed.

        Args:
            index: Position of its message.
            number: Which picture of the message, counted from 1.
        """
        ...

    def note(self, text: str) -> None:
        """Show plain lines that are not part of the chat; untrusted text is fine."""
        ...

    async def open_chat(self, session: ChatSession) -> None:
        """Show another chat from now on."""
        ...

    def shows(self, session: ChatSession) -> bool:
        """Whether this chat is still the one that is shown."""
        ...

    def sync(self) -> None:
        """Draw what changed in the chat, its title and participants included."""
        ...

    def focused(self) -> int | None:
        """Position of the message that has, or had before the prompt, the focus."""
        ...

    async def goto(self, index: int) -> None:
        """Bring a message into view and focus it."""
        ...

    def set_draft(self, text: str) -> None:
        """Put text into the composer in place of what stands there."""
        ...

    def attach(self, paths: tuple[Path, ...]) -> None:
        """Let pictures wait in the composer for the next message."""
        ...

    async def fetch(self, url: str) -> None:
        """Ask whether a picture may be fetched from the web, and let it wait like the others."""
        ...

    async def paste(self) -> None:
        """Take in what the system's clipboard holds."""
        ...

    def waiting(self) -> Sequence[Attachment]:
        """The pictures that wait in the composer."""
        ...

    def choose_fate(self, digest: str, fate: Send) -> None:
        """Choose what the chat model will get of a picture that waits."""
        ...

    def set_caption(self, digest: str, caption: Caption) -> None:
        """Give a picture that waits its caption."""
        ...

    async def copy(self, text: str) -> None:
        """Put text on the clipboard."""
        ...

    def themes(self) -> Sequence[str]:
        """Names of the themes there are."""
        ...

    def drawing(self) -> str:
        """How pictures are drawn now, and why: "sixels: the terminal offers them"."""
        ...

    async def settings_changed(self, settings: Settings) -> None:
        """Apply new settings to what is on the screen."""
        ...

    def quit(self) -> None:
        """Save and leave."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """What a command works with."""

    services: Services
    session: ChatSession
    interaction: Interaction
    front: FrontEnd

    def position(self, number: int, column: int = 0) -> int:
        """The position of a message in this chat; a negative number counts from the end.

        Args:
            number: As typed, e.g. 3 for `#3`.
            column: Where it was typed, for the error.

        Raises:
            CommandError: There is no such message.
        """
        count = len(self.session)
        index = number + count if number < 0 else number
        if 0 <= index < count:
            return index
        hint = f"they go from #0 to #{count - 1}" if count else "the chat is empty"
        raise CommandError(f"there is no message #{number}", hint=hint, column=column)

    def chosen(self, arguments: Arguments, name: str = "N") -> int:
        """The message that is meant: the number given, else the focused one, else the last.

        Raises:
            CommandError: There is no such message.
        """
        number = arguments.number(name)
        if number is None:
            number = self.front.focused()
        return self.position(-1 if number is None else number, arguments.column(name))


Handler = Callable[[Context, Arguments], Awaitable[str | None]]
"""Gives back the command's result as text; None is the same as nothing."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command, with all that help and completion need to know of it."""

    name: str
    summary: str
    """One line, lower case, without a full stop."""
    handler: Handler = field(repr=False)
    parameters: tuple[Parameter, ...] = ()
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        rests = [at for at, each in enumerate(self.positional) if each.rest]
        if rests and rests != [len(self.positional) - 1]:
            raise ValueError(f"/{self.name}: only the last parameter can take the rest")

    @property
    def named(self) -> tuple[Parameter, ...]:
        """Parameters given as `name=value`."""
        return tuple(each for each in self.parameters if each.named)

    @property
    def positional(self) -> tuple[Parameter, ...]:
        """Parameters given by their place, in order."""
        return tuple(each for each in self.parameters if not each.named)

    @property
    def usage(self) -> str:
        """How it is typed, e.g. `/edit N [text]`."""
        return " ".join([f"/{self.name}", *(each.usage for each in self.parameters)])

    def parameter(self, name: str) -> Parameter | None:
        """The named parameter called so, by its name or alias."""
        wanted = name.casefold()
        for each in self.named:
            if wanted in (spelling.casefold() for spelling in (each.name, *each.aliases)):
                return each
        return None


class Registry:
    """The commands there are, by name and alias."""

    def __init__(self, commands: Iterable[Command] = ()) -> None:
        self._commands: list[Command] = []
        self._by_name: dict[str, Command] = {}
        for command in commands:
            self.add(command)

    def add(self, command: Command) -> None:
        """Register a command.

        Raises:
            ValueError: Its name or an alias is taken, which is a mistake in the program.
        """
        for name in (command.name, *command.aliases):
            if name in self._by_name:
                raise ValueError(f"/{name} is defined twice")
            self._by_name[name] = command
        self._commands.append(command)

    def __iter__(self) -> Iterator[Command]:
        return iter(sorted(self._commands, key=lambda each: each.name))

    @property
    def registered(self) -> tuple[Command, ...]:
        """The commands in the order in which they were added: the most used families first."""
        return tuple(self._commands)

    def names(self) -> list[str]:
        """Every name and alias."""
        return list(self._by_name)

    def get(self, name: str) -> Command | None:
        """The command of that exact name or alias."""
        return self._by_name.get(name)

    def find(self, name: str, column: int = 0) -> Command:
        """The command of that name or alias.

        Raises:
            CommandError: There is none; the hint names the nearest.
        """
        command = self._by_name.get(name)
        if command is None:
            hint = did_you_mean(name, self._by_name, prefix="/") or "/help lists the commands"
            raise CommandError(
                f"there is no command /{clean_line(name, 40)}",
                hint=f"{hint} (// in front sends it as text)",
                column=column,
            )
        return command
