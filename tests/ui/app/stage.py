"""The whole app over fakes, and what its tests ask of it."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ClassVar

from textual.command import CommandList
from textual.driver import Driver
from textual.pilot import Pilot
from textual.widgets import Input, Static, TextArea

from tests.fakes.house import House
from tests.fakes.models import FakeChatModel, Script
from tests.ui.terminal.test_line_filter import Capture
from tests.ui.widgets.harness import wait_until
from tui.domain.chat import Message
from tui.domain.connection import FoundServer, Model
from tui.paths import find
from tui.services import Services
from tui.ui.app import SalonApp
from tui.ui.captions.editor import CaptionEditor
from tui.ui.chat.offers import HintLine

OLLAMA = FoundServer(
    "fake",
    "Ollama",
    "http://127.0.0.1:11434/v1",
    (Model("text-only", "no"), Model("tiny-vision", "yes"), Model("other", "no")),
)


class Recorded(SalonApp):
    """The app, with all that it would write to the terminal kept."""

    CSS_PATH: ClassVar = [
        Path(inspect.getfile(SalonApp)).parent / name for name in SalonApp.CSS_PATH
    ]

    def __init__(self, services: Services) -> None:
        super().__init__(services, find())
        self.animation_level = "none"

    def _build_driver(
        self, headless: bool, inline: bool, mouse: bool, size: tuple[int, int] | None
    ) -> Driver:
        return Capture(self, mouse=mouse, size=size)

    @property
    def written(self) -> str:
        assert isinstance(self._driver, Capture)
        return self._driver.written


class Stage:
    """An app that runs, with the fakes behind it."""

    def __init__(self, house: House, app: Recorded, pilot: Pilot[None]) -> None:
        self.house = house
        self.app = app
        self.pilot = pilot

    # What can be done

    async def write(self, text: str) -> None:
        """Put text into the prompt as if it had been typed there."""
        self.app.chat.composer.area.insert_text(text)
        await self.pilot.pause()

    async def write_in_dialog(self, text: str) -> None:
        """Put text into the line of the dialog on top."""
        self.app.screen.query_one(Input).value = text
        await self.quiet()

    async def enter(self, text: str) -> None:
        """Write a line and press Enter until it is taken."""
        await self.write(text)
        if self.app.chat.composer._list.is_open:
            await self.pilot.press("escape")
        await self.pilot.press("enter")
        await self.quiet()

    async def say(self, text: str) -> None:
        """Send a message and wait for the end of the reply."""
        await self.enter(text)
        await self.until(lambda: not self.app.chat.replying.is_running)

    async def press(self, *keys: str) -> None:
        """Press keys and let what they begin come to rest."""
        await self.pilot.press(*keys)
        await self.quiet()

    async def choose(self, words: str) -> None:
        """Search in the palette and take what stands first."""
        await self.pilot.press("ctrl+p")
        await self.until(lambda: self.top == "CommandPalette")
        self.app.screen.query_one(Input).value = words
        hits = self.app.screen.query_one(CommandList)
        await self.until(lambda: words in _prompt(hits))
        await self.pilot.press("enter")
        await self.until(lambda: self.top != "CommandPalette")
        await self.quiet()

    async def quiet(self) -> None:
        """Let the messages that are on their way arrive."""
        for _ in range(2):
            await self.pilot.pause()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something; fail when it never comes."""
        await wait_until(condition)
        await self.pilot.pause()

    # What can be seen

    @property
    def messages(self) -> list[Message]:
        session = self.app.chat.session
        return [session.message(index) for index in range(len(session))]

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]

    @property
    def status(self) -> str:
        """How the last message ended."""
        return self.messages[-1].status

    @property
    def prompt(self) -> str:
        return self.app.chat.composer.text

    @property
    def hint(self) -> str:
        return str(self.app.chat.query_one(HintLine).content)

    @property
    def notes(self) -> list[str]:
        """Dim lines among the messages, the latest last."""
        notes = self.app.chat.transcript.document.notes
        return [line for lines in notes.values() for line in lines]

    @property
    def notices(self) -> list[str]:
        """Toasts, the latest last."""
        return [each.message for each in self.app._notifications]

    @property
    def rows(self) -> list[str]:
        """The screen as text, modal screens and toasts included."""
        compositor = self.app.screen._compositor
        return [strip.text.rstrip() for strip in compositor.render_strips()]

    @property
    def screen(self) -> str:
        return "\n".join(self.rows)

    @property
    def top(self) -> str:
        """The kind of screen on top."""
        return type(self.app.screen).__name__

    @property
    def replying(self) -> bool:
        """Whether a reply is being written."""
        return self.app.chat.replying.is_running

    @property
    def model(self) -> FakeChatModel:
        return self.house.connector.model

    # The editor

    async def editor(self) -> CaptionEditor:
        """Wait for the caption editor and the end of what streams into it."""
        await self.until(lambda: isinstance(self.app.screen, CaptionEditor))
        screen = self.app.screen
        assert isinstance(screen, CaptionEditor)
        await self.until(lambda: not screen.streaming)
        return screen

    def shown(self, selector: str) -> str:
        """A line of the screen on top."""
        return str(self.app.screen.query_one(selector, Static).content)

    async def closed(self) -> None:
        """Wait until nothing is above the chat, and the reply is over."""
        await self.until(lambda: self.app.screen is self.app.chat)
        await self.until(lambda: not self.app.chat.replying.is_running)
        await self.quiet()


def _prompt(hits: CommandList) -> str:
    option = hits.highlighted_option
    return str(option.prompt).casefold() if option else ""


def caption_of(editor: CaptionEditor) -> str:
    """What stands in the editor."""
    return editor.query_one("#caption", TextArea).text


async def connected(script: Script | None = None, *, hold: bool = False) -> House:
    """A house with a connection that is in use."""
    house = House()
    await house.settings.change("chat.connection", "kitchen")
    if script is not None:
        house.connector.model.script = script
    house.connector.model.hold = hold
    return house


@asynccontextmanager
async def opened(
    house: House | None = None,
    size: tuple[int, int] = (100, 30),
    services: Services | None = None,
) -> AsyncIterator[Stage]:
    """Run the app over a house, or over services that are real."""
    house = house or House()
    app = Recorded(services or house.services)
    async with app.run_test(size=size, notifications=True) as pilot:
        stage = Stage(house, app, pilot)
        await stage.until(lambda: hasattr(app, "chat") and app.screen is app.chat)
        await stage.quiet()
        yield stage
