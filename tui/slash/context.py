"""What a command works with: the services, the chat, the screen, and the script around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from tui.domain.chat import Attachment
from tui.domain.errors import CommandError
from tui.domain.variables import text_of
from tui.services import Services
from tui.services.dialogs import ScriptInteraction
from tui.services.session import ChatSession
from tui.slash.arguments import Arguments
from tui.slash.front import FrontEnd
from tui.slash.scope import Bound, Scope, Value


class Frame(Protocol):
    """What a command needs of the script in which it stands."""

    @property
    def scope(self) -> Scope:
        """The variables that it sees."""
        ...

    async def run(
        self,
        what: Bound | str,
        *,
        given: Mapping[str, Value] | None = None,
        times_index: int | None = None,
        name: str = "",
    ) -> Value:
        """Run a closure, or text as a script, and give its last result.

        Args:
            what: A closure keeps its own scope; text is run in one within the command's.
            given: Arguments by name: those that the closure declares become its variables.
            times_index: Which round of a loop it is, for `{{timesIndex}}`.
            name: What a text is called, for errors in it.

        Raises:
            Broken: `/break` was met: for loops, and whatever else `/break` leaves.
            AppError: A command in it failed.
        """
        ...

    def breakable(self) -> AbstractContextManager[None]:
        """Within this, `/break` has something to leave."""
        ...

    @property
    def in_breakable(self) -> bool:
        """Whether `/break` has something to leave."""
        ...

    def expand(self, text: str) -> str:
        """Put in what macros stand for."""
        ...

    def effects(self, text: str, name: str) -> list[str]:
        """What a script of that name would do, in lines. Raises CommandError: it cannot be run."""
        ...

    def use(self, session: ChatSession) -> None:
        """Let the script's next commands work with another chat."""
        ...


class Broken(Exception):
    """`/break`: the nearest loop, or what `/run` runs, is over."""

    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value
        """Its result."""


class Aborted(Exception):
    """`/abort`: the whole script is over, and that is no failure."""

    def __init__(self, reason: str, *, quiet: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        """In the words of the script; may be empty."""
        self.quiet = quiet


@dataclass(frozen=True, slots=True)
class Context:
    """What a command works with."""

    services: Services
    session: ChatSession
    interaction: ScriptInteraction
    front: FrontEnd
    running: Frame | None = None
    """The script that runs; None only before one does."""

    @property
    def frame(self) -> Frame:
        """The script in which the command stands."""
        if self.running is None:
            raise RuntimeError("no script runs")
        return self.running

    def variable(self, name: str) -> str | None:
        """A variable of the script, else of the chat, else of all chats; None: there is none."""
        if self.frame.scope.has(name):
            return str(self.frame.scope.get(name))
        for each in (self.session.variables, self.session.shared):
            if each.has(name):
                return text_of(each.get(name))
        return None

    async def open(self, session: ChatSession) -> None:
        """Show another chat, and go on with it."""
        await self.front.open_chat(session)
        self.frame.use(session)

    def must_be_shown(self) -> None:
        """Refuse what works on the screen when another chat is there. Raises CommandError."""
        if not self.front.shows(self.session):
            raise CommandError("another chat is on the screen", hint="go back to it and try again")

    def focused(self) -> int | None:
        """Position of the focused message; None: there is none, or another chat is shown."""
        return self.front.focused() if self.front.shows(self.session) else None

    def waiting(self) -> Sequence[Attachment]:
        """The pictures that wait in the composer; none when it is another chat's."""
        return self.front.waiting() if self.front.shows(self.session) else ()

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
            number = self.focused()
        return self.position(-1 if number is None else number, arguments.column(name))
