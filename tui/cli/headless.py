"""The command language without a screen: replies are made, what needs the app says so."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import NoReturn

from tui.cli.console import Console
from tui.domain.caption import Caption
from tui.domain.chat import Attachment
from tui.domain.errors import CommandError
from tui.domain.fate import Send
from tui.domain.generation import GenerationEvent, Progress
from tui.domain.safetext import clean_line
from tui.domain.settings import Settings
from tui.services import Services
from tui.services.macro_environment import written
from tui.services.session import ChatSession
from tui.slash.front import ScreenName

_HINT = "salon opens it"


class HeadlessFront:
    """Matches `slash.front.FrontEnd`; tells on stderr.

    Args:
        services: What replies come from.
        session: The chat that the script begins in.
        console: Where to tell.
        trust: Let quick replies from elsewhere run.
    """

    def __init__(
        self, services: Services, session: ChatSession, console: Console, *, trust: bool
    ) -> None:
        self.session = session
        self._services = services
        self._console = console
        self._trust = trust

    async def reply(self) -> None:
        """Let the character answer, and tell what it said."""
        await self._generate(self._services.chats.reply(self.session))

    async def regenerate(self) -> None:
        """Replace the last reply."""
        await self._generate(self._services.chats.regenerate(self.session))

    async def continue_reply(self) -> None:
        """Let the last reply go on."""
        await self._generate(self._services.chats.continue_reply(self.session))

    async def _generate(self, stream: AsyncGenerator[GenerationEvent, None]) -> None:
        try:
            async with aclosing(stream) as events:
                async for event in events:
                    if isinstance(event, Progress):
                        self._console.progress(event)
        finally:
            self._console.progress(None)
        last = self.session.message(-1)
        self.note(f"{last.name}: {last.text}")

    def stop(self) -> None:
        """End what is generated: nothing is, while a command runs."""

    async def show(self, screen: ScreenName) -> None:
        """Open a screen."""
        _needs_app(f"the screen {screen.replace('_', ' ')}")

    async def view(self, index: int, number: int) -> None:
        """Show a picture large."""
        _needs_app("looking at a picture")

    def note(self, text: str) -> None:
        """Tell, line by line."""
        for line in text.splitlines():
            self._console.say(line)

    async def open_chat(self, session: ChatSession) -> None:
        """Go on with another chat."""
        self.session = session

    def shows(self, session: ChatSession) -> bool:
        """Whether the chat is at hand."""
        return session is self.session

    def sync(self) -> None:
        """Draw what changed: nothing is drawn."""

    def focused(self) -> int | None:
        """Position of the focused message: there is none."""
        return None

    async def goto(self, index: int) -> None:
        """Bring a message into view."""
        _needs_app("going to a message")

    def set_draft(self, text: str) -> None:
        """Put text into the composer."""
        _needs_app("the prompt")

    def draft(self) -> str:
        """What stands in the composer: nothing."""
        return ""

    async def write(self, text: str, *, send: bool, instead: bool) -> None:
        """Send a text; without sending it there is nowhere to put it."""
        if not send:
            _needs_app("the prompt")
        settings = self._services.settings.current
        await self._services.chats.send(self.session, written(self.session, settings, text))
        await self.reply()

    async def allow(self, question: str, script: str) -> bool:
        """Let a script from elsewhere run only when that was said beforehand."""
        if not self._trust:
            raise CommandError(
                question.splitlines()[0].removesuffix(". It") + " and was not run",
                hint="salon run --trust runs it; the app shows it and asks",
            )
        return True

    async def attach(self, paths: tuple[Path, ...]) -> None:
        """Let pictures wait in the composer."""
        _needs_app("the prompt", hint="mesId=N puts a picture into a message")

    async def fetch(self, url: str) -> None:
        """Ask whether a picture may be fetched."""
        _needs_app("fetching a picture")

    async def paste(self) -> None:
        """Take in what the clipboard holds."""
        _needs_app("the clipboard")

    def waiting(self) -> Sequence[Attachment]:
        """The pictures that wait in the composer: none."""
        return ()

    async def with_waiting(self, send: Callable[[tuple[Attachment, ...]], Awaitable[None]]) -> None:
        """Let the pictures in the composer leave with a message: there are none."""
        await send(())

    def choose_fate(self, digest: str, fate: Send) -> None:
        """Choose what the chat model will get of a picture that waits."""
        _needs_app("the prompt")

    def set_caption(self, digest: str, caption: Caption) -> None:
        """Give a picture that waits its caption."""
        _needs_app("the prompt")

    async def copy(self, text: str) -> None:
        """Put text on the clipboard."""
        _needs_app("the clipboard")

    def themes(self) -> Sequence[str]:
        """Names of the themes."""
        _needs_app("choosing colours")

    def drawing(self) -> str:
        """How pictures are drawn."""
        return "nothing: there is no screen"

    async def settings_changed(self, settings: Settings) -> None:
        """Apply new settings to the screen: there is none."""

    def quit(self) -> None:
        """Leave: the script's end does."""


def _needs_app(what: str, hint: str = _HINT) -> NoReturn:
    raise CommandError(f"{clean_line(what)} needs the app", hint=hint)
