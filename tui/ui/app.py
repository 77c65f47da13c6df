"""The application: which screen shows, the theme, the keys, and what happens to errors."""

from __future__ import annotations

import gc
import logging
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.worker import Worker, WorkerState

from tui.domain.settings import Settings
from tui.paths import Paths
from tui.services import Services
from tui.ui import ahead, collecting, following, upkeep
from tui.ui.chat.screen import ChatScreen
from tui.ui.graphics.easel import Easel
from tui.ui.keeping import Keeping, opened
from tui.ui.palette import Entry, SalonCommands
from tui.ui.terminal import clipboard
from tui.ui.terminal.hold import KeyHold
from tui.ui.terminal.line_filter import install as install_filter
from tui.ui.terminal.probe import UNKNOWN, Terminal
from tui.ui.wardrobe import Wardrobe

if TYPE_CHECKING:
    import asyncio

    from textual.screen import Screen

    from tui.slash.offers import Suggestion
    from tui.ui.chat.attaching import Leaving
    from tui.ui.desk import Desk
    from tui.ui.settings.screen import SettingsScreen

logger = logging.getLogger(__name__)

Worker.StateChanged.bubble = True  # else only the widget that runs it is told of a bug in it


class SalonApp(Keeping):
    """Holds the services and one chat screen; everything else opens above it."""

    TITLE = "Salon"
    CSS_PATH: ClassVar = ["app.tcss", "chat/screen.tcss"]
    COMMANDS: ClassVar = {SalonCommands}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "command('/help')", "Help", id="help"),
        Binding("f2", "command('/settings')", "Settings", id="settings"),
        Binding("f3", "command('/extensions')", "Extensions", id="extensions"),
        Binding("f4", "command('/connect')", "Connections", id="connections", show=False),
        Binding("f5", "command('/imagine')", "Generate an image", id="imagine", show=False),
        Binding("ctrl+n", "command('/new')", "New chat", id="chat.new"),
        Binding("ctrl+s", "command('/chats')", "Chats", id="chats"),
        Binding("ctrl+o", "command('/attach')", "Attach a picture", id="attach"),
        Binding("ctrl+p", "command_palette", "Palette", id="palette", show=False, priority=True),
        Binding("ctrl+q", "leave", "Quit", id="quit", priority=True),
        Binding("ctrl+c", "copy_or_leave", "Copy, twice to quit", id="copy", show=False),
    ]

    def __init__(
        self,
        services: Services,
        paths: Paths,
        terminal: Terminal = UNKNOWN,
        hold: KeyHold | None = None,
    ) -> None:
        super().__init__()
        self.services = services
        self._hold = hold
        install_filter(self, terminal.drops)
        self.easel = Easel(terminal, services.settings.current.ui.images, self)
        self._is_starting = True
        self.wardrobe = Wardrobe(self, paths)
        self._theme_problems = self.wardrobe.put_on(services.settings.current.ui.theme)
        self.stylesheet.set_variables(self.get_css_variables())

    # Start

    async def on_load(self) -> None:
        """Open the last chat before anything is drawn, so that its screen is the first one.

        Raises:
            StorageError: It cannot be read.
        """
        session = await opened(self.services.library.resume())
        self.chat = ChatScreen(self.services, session, self._suggest, is_command)
        self.chat.is_beginning = True

    def get_default_screen(self) -> Screen[None]:
        """The chat; an empty screen below it would be laid out and painted for nothing."""
        return self.chat

    def refresh_css(self, animate: bool = True) -> None:
        """Skip the second reading that Textual asks for at its start: the theme was there."""
        if not self._is_starting:
            super().refresh_css(animate)

    def on_mount(self) -> None:
        """Listen, and look around for servers once the chat is on the screen."""
        self.set_keymap(self.services.settings.current.keys)
        SalonCommands.entries = self._palette_entries
        self.beginning()
        ours = self.services
        told = (ours.settings, ours.connections, ours.store, ours.library)
        self.tell_all([*self._theme_problems, *(line for each in told for line in each.problems)])
        self.call_after_refresh(self._started)

    def on_descendant_focus(self) -> None:
        """The prompt has the focus: what was typed until now goes there."""
        if self._hold is not None:
            self._hold.release(self)

    def _started(self) -> None:
        self._is_starting = False
        self.chat.is_beginning = False
        if self._hold is not None:
            # In case nothing could take the focus: the keyboard must not stay dead.
            self._hold.release(self)
            # Started without collecting garbage: nearly all that was made until now stays.
            gc.freeze()
            gc.enable()
            collecting.begin(self)
        ahead.begin(self, self.chat.is_replying)
        upkeep.begin(self, self.services.upkeep, self.chat.is_replying)
        following.begin(self, self.chat)
        self._look_around()
        self._show_quick_replies()

    @work(group="quick", exit_on_error=False)
    async def _show_quick_replies(self) -> None:
        await self.chat.show_quick_replies()

    @work(group="discovery", exit_on_error=False)
    async def _look_around(self) -> None:
        await self.chat.look_around()

    def _leave_later(self) -> None:
        self.call_later(self.action_leave)

    # Commands

    @cached_property
    def desk(self) -> Desk:
        """What commands need; imported with the first one."""
        from tui.ui.desk import Desk  # noqa: PLC0415
        from tui.ui.navigation import AppActions  # noqa: PLC0415

        actions = AppActions(self._copy, self.wardrobe.names, self._apply, self._leave_later)
        return Desk(self, self.services, self.chat, actions, self._apply_theme, self.run_line)

    def _suggest(self, text: str, cursor: int) -> list[Suggestion]:
        return self.desk.suggest(text, cursor) if is_command(text) else []

    @on(ChatScreen.CommandEntered)
    def _command_entered(self, event: ChatScreen.CommandEntered) -> None:
        self.run_line(event.text, restore=event.restore, done=event.done)

    @work(group="commands", exit_on_error=False)
    async def run_line(
        self, text: str, *, restore: bool = False, done: asyncio.Event | None = None
    ) -> None:
        """Run a line of the command language; its errors become one line.

        Args:
            text: The line.
            restore: Whether it goes back into the prompt when it cannot be run.
            done: Set when it ended, however it did.
        """
        try:
            await self.desk.run(text, typed=restore)
        finally:
            if done is not None:
                done.set()
        self._show_quick_replies()

    def action_command(self, text: str) -> None:
        """Run a command by key; not while a question is open."""
        if self.screen is self.chat:
            self.run_line(text)

    def _palette_entries(self) -> list[Entry]:
        return self.desk.entries()

    @on(SalonCommands.Chosen)
    def _palette_chosen(self, event: SalonCommands.Chosen) -> None:
        if event.entry.complete:
            self.run_line(event.entry.command, restore=True)
        else:
            self.desk.front.set_draft(f"{event.entry.command} ")

    def action_command_palette(self) -> None:
        """Open the palette; not above a question, whose answer its commands would not wait for."""
        if self.screen is self.chat:
            super().action_command_palette()

    @on(ChatScreen.LinkActivated)
    def _link(self, event: ChatScreen.LinkActivated) -> None:
        self.ask_to_open(event.href)

    @work(group="links", exit_on_error=False)
    async def ask_to_open(self, href: str) -> None:
        """Open a link only after it was shown in full and agreed to."""
        from tui.ui.links import open_link  # noqa: PLC0415

        await open_link(self, href)

    @on(ChatScreen.CaptionNeeded)
    def _caption_first(self, event: ChatScreen.CaptionNeeded) -> None:
        self.caption_and_send(event.leaving)

    @work(group="commands", exit_on_error=False)
    async def caption_and_send(self, message: Leaving) -> None:
        """Caption the pictures of a message, then send it; Esc gives it back to the prompt."""
        await self.desk.caption_and_send(message)

    # Settings, whose screen is imported only when it opens: handlers by name

    def on_settings_screen_changed(self) -> None:
        """Apply what was saved."""
        self._apply(self.services.settings.current)
        self.chat.apply_settings()

    def on_settings_screen_theme_chosen(self, event: SettingsScreen.ThemeChosen) -> None:
        """Show a theme while it is being chosen."""
        self._apply_theme(event.name)

    @work(group="connections", exit_on_error=False)
    async def on_settings_screen_connection_wanted(
        self, event: SettingsScreen.ConnectionWanted
    ) -> None:
        """Open a connection above the settings."""
        await self.desk.screens.connection(event.name)

    def _on_settings_screen_command_wanted(self, event: SettingsScreen.CommandWanted) -> None:
        self.run_line(event.line)

    # What services and screens need of the terminal

    async def _copy(self, text: str) -> None:
        await clipboard.copy(self, text)

    def _apply_theme(self, name: str) -> None:
        for problem in self.wardrobe.put_on(name):
            self.notify(problem, severity="warning", markup=False)

    def _apply(self, settings: Settings) -> None:
        if self.theme != settings.ui.theme:
            self._apply_theme(settings.ui.theme)
        self.set_keymap(settings.keys)
        self.easel.choose(settings.ui.images)

    # What must not happen

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker that failed with anything but an AppError is a bug: logged and said."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            error = event.worker.error
            logger.error("unexpected error in %s", event.worker.name, exc_info=error)
            self.notify(
                f"Unexpected {type(error).__name__}: please report it; details are in salon.log",
                severity="error",
                markup=False,
            )

    def _fatal_error(self) -> None:
        """Leave without Textual's traceback, which shows local variables, keys included."""
        self.bell()
        self._close_messages_no_wait()


def is_command(text: str) -> bool:
    """Whether a line is for the program; only what begins with a slash is worth an import."""
    if not text.lstrip().startswith("/"):
        return False
    from tui.slash.parser import is_command as is_for_program  # noqa: PLC0415

    return is_for_program(text)
