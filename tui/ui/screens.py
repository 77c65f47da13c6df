"""Opens the screens above the chat and carries out what was chosen there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.binding import Binding

from tui.domain.chat import JournalEntry, SearchHit
from tui.paths import shipped
from tui.services import Services
from tui.services.connection_book import Purpose
from tui.slash.builtins.connection import fetched_line, told
from tui.slash.command import Registry
from tui.slash.explaining import describe
from tui.slash.front import FrontEnd, ScreenName
from tui.ui.chat.screen import ChatScreen
from tui.ui.keys import KEYS
from tui.ui.showing import go_to
from tui.ui.widgets.choice_list import Choice, ChoiceList

if TYPE_CHECKING:
    from tui.ui.settings.screen import KeySetting

EXTENSIONS = (
    Choice("/caption", "Generate Caption", "describe a picture and put it into the chat"),
    Choice("/imagine", "Generate Image", "of your words, or of what is in the chat"),
    Choice("/caption-all", "Caption All Pictures Without One", "all of this chat, in one editor"),
    Choice("/attach", "Attach a Picture", "it goes out with your next message"),
    Choice("/paste", "Paste a Picture", "from the clipboard"),
    Choice("/attach mesId=-1", "Embed File or Image", "into the last message"),
    Choice("/gallery", "Gallery", "the pictures of this chat, or of all chats"),
    Choice("/caption-log", "Caption Journal", "every caption made so far"),
    Choice("/settings captioning", "Settings of Captioning", "source, prompt, template"),
    Choice("/settings imagine", "Settings of Making Pictures", "who, size, prefixes, prompts"),
)


class Screens:
    """One method for each screen; each returns when the screen is closed."""

    def __init__(
        self,
        app: App[None],
        services: Services,
        chat: ChatScreen,
        registry: Registry,
        preview_theme: Callable[[str], None],
    ) -> None:
        self._app = app
        self._services = services
        self._chat = chat
        self._registry = registry
        self._preview_theme = preview_theme
        self.front: FrontEnd
        self.run: Callable[[str], object]

    def openers(self) -> dict[ScreenName, Callable[[], Awaitable[None]]]:
        """The screens by the names that commands use."""
        return {
            "settings": self.settings,
            "caption_settings": partial(self.settings, "Captioning"),
            "imagine_settings": partial(self.settings, "Making pictures"),
            "chats": self.chats,
            "connections": partial(self.connections, "chat"),
            "caption_connections": partial(self.connections, "captions"),
            "pull": self.pull,
            "help": self.help,
            "sources": self.sources,
            "macros": self.macros,
            "context": self.context,
            "caption_log": self.caption_log,
            "extensions": self.extensions,
            "characters": self.characters,
            "personas": self.personas,
            "themes": self.themes,
            "palette": self.palette,
        }

    async def settings(self, section: str = "") -> None:
        """F2; a section to begin with is named by its heading."""
        from tui.ui.settings.screen import SettingsScreen  # noqa: PLC0415 - rarely opened

        library = self._services.library
        session = self._chat.session
        choices = {
            "ui.theme": list(self.front.themes()),
            "chat.character": [character.id for character in await library.characters()],
            "chat.persona": [persona.id for persona in await library.personas()],
        }
        screen = SettingsScreen(
            self._services.settings,
            self._services.connections,
            choices=choices,
            keys=self._movable_keys(),
            names=(session.persona.name, session.character.name),
        )
        screen.begin_below = section
        await self._app.push_screen_wait(screen)
        await self.front.settings_changed(self._services.settings.current)

    def _movable_keys(self) -> list[KeySetting]:
        from tui.ui.settings.screen import KeySetting  # noqa: PLC0415 - rarely opened

        bindings = [
            binding
            for owner in (type(self._app), type(self._chat))
            for binding in owner.BINDINGS
            if isinstance(binding, Binding) and binding.id
        ]
        return [KeySetting(b.id or "", b.description, b.key) for b in bindings]

    async def chats(self) -> None:
        """The list of chats."""
        from tui.ui.library.chats import ChatsScreen  # noqa: PLC0415 - rarely opened

        chosen = await self._app.push_screen_wait(
            ChatsScreen(self._services.library, current=self._chat.session.chat.id)
        )
        library = self._services.library
        if chosen == "new":
            await self.front.open_chat(await library.new())
        elif isinstance(chosen, SearchHit):
            where = chosen.chat_id, chosen.message_id
            if not await go_to(self._services, self._chat, self.front, *where):
                self.front.note("that message is gone")
        elif chosen:
            await self.front.open_chat(await library.enter(chosen))
        elif not any(s.id == self._chat.session.chat.id for s in await library.summaries()):
            await self.front.open_chat(await library.resume())

    async def connections(self, purpose: Purpose) -> None:
        """Choose, find or add the connection that chats or captions."""
        from tui.ui.connections.picker import ADD, ConnectionPicker  # noqa: PLC0415 - rarely opened

        connections = self._services.connections
        now = connections.current() if purpose == "chat" else connections.captioning()
        name = await self._app.push_screen_wait(ConnectionPicker(connections, purpose, current=now))
        if name == ADD:
            name = await self.connection("")
            able = connections.chatting() if purpose == "chat" else connections.captioners()
            if name and name not in able:
                doing = "chat" if purpose == "chat" else "caption"
                self.front.note(f"{name} is saved; it does not {doing}")
                return
        if name is not None and (name or purpose == "captions"):
            await connections.use(name, purpose)
            self.front.note(told(connections, purpose))
        await self.front.settings_changed(self._services.settings.current)

    async def connection(self, name: str) -> str | None:
        """Make a connection, or change one; gives its name, or None when nothing was saved."""
        from tui.ui.connections.form import ConnectionForm  # noqa: PLC0415 - rarely opened

        services = self._services
        form = ConnectionForm(services.settings, services.connections, services.secrets, name)
        saved = await self._app.push_screen_wait(form)
        await self.front.settings_changed(services.settings.current)
        return saved or None

    async def pull(self) -> None:
        """Fetch a model to an Ollama, and say what can be done with it."""
        from tui.ui.connections.pull import PullDialog  # noqa: PLC0415 - rarely opened

        connections = self._services.connections
        name, chosen = connections.puller()
        fetched = await self._app.push_screen_wait(PullDialog(connections, name, chosen))
        if fetched is not None:
            self.front.note(fetched_line(name, fetched.id))

    async def help(self) -> None:
        """F1."""
        from tui.ui.help.help import HelpScreen  # noqa: PLC0415 - rarely opened

        commands = [
            (f"/{command.name}", command.summary, describe(command)) for command in self._registry
        ]
        chosen = await self._app.push_screen_wait(HelpScreen(KEYS, commands))
        if chosen:
            self.front.set_draft(chosen)

    async def sources(self) -> None:
        """Which caption source for whom, and where pictures go."""
        from tui.ui.help.reading import Reading  # noqa: PLC0415 - rarely opened

        text = await asyncio.to_thread(shipped("docs/sources.md").read_text, "utf-8")
        await self._app.push_screen_wait(Reading("Caption sources", text))

    async def macros(self) -> None:
        """What macros there are."""
        from tui.domain.macros.document import markdown  # noqa: PLC0415 - rarely opened
        from tui.ui.help.reading import Reading  # noqa: PLC0415 - rarely opened

        await self._app.push_screen_wait(Reading("Macros", markdown()))

    async def context(self) -> None:
        """What would be sent."""
        from tui.ui.help.context import ContextScreen  # noqa: PLC0415 - rarely opened

        prompt = await self._services.chats.prompt(self._chat.session)
        await self._app.push_screen_wait(ContextScreen(prompt))

    async def caption_log(self) -> None:
        """The caption journal; what is chosen there is copied."""
        from tui.ui.captions.journal import CaptionJournal  # noqa: PLC0415 - rarely opened

        entries = await self._services.captions.journal()
        chosen: JournalEntry | None = await self._app.push_screen_wait(CaptionJournal(entries))
        if chosen is not None:
            await self.front.copy(chosen.caption)
            self.front.note("the caption was copied")

    async def extensions(self) -> None:
        """F3."""
        offered = (*self._of_message(), *EXTENSIONS)
        chosen = await self._app.push_screen_wait(ChoiceList("Extensions", offered))
        if chosen:
            self.run(chosen)

    def _of_message(self) -> list[Choice]:
        """What can be done with the pictures of the message that has the focus."""
        index = self.front.focused()
        if index is None or not self._chat.session.message(index).attachments:
            return []
        line = f"/caption mesId={index} revise=true"
        return [Choice(line, "Caption", f"the picture of message #{index}, where it is")]

    async def characters(self) -> None:
        """Who answers."""
        session = self._chat.session
        found = await self._services.library.characters()
        self._say_what_was_skipped()
        choices = [Choice(c.id, c.name, " ".join(c.description.split())[:80]) for c in found]
        chosen = await self._choose("Character", choices, session.chat.character)
        if chosen:
            await self._services.library.set_character(session, chosen)
            self.front.sync()

    async def personas(self) -> None:
        """Who you are."""
        session = self._chat.session
        found = await self._services.library.personas()
        self._say_what_was_skipped()
        choices = [Choice(p.id, p.name, " ".join(p.description.split())[:80]) for p in found]
        chosen = await self._choose("Persona", choices, session.chat.persona)
        if chosen:
            await self._services.library.set_persona(session, chosen)
            self.front.sync()

    async def themes(self) -> None:
        """The colours, shown as the cursor moves."""
        settings = self._services.settings
        choices = [Choice(name, name) for name in self.front.themes()]
        screen = ChoiceList(
            "Theme",
            choices,
            current=settings.current.ui.theme,
            highlighted=self._preview_theme,
        )
        chosen = await self._app.push_screen_wait(screen)
        if chosen:
            await settings.change("ui.theme", chosen)
        self._preview_theme(settings.current.ui.theme)

    async def palette(self) -> None:
        """Ctrl+P."""
        self._app.action_command_palette()

    def _say_what_was_skipped(self) -> None:
        for problem in self._services.library.problems:
            self._app.notify(problem, severity="warning", markup=False, timeout=10)

    async def _choose(self, title: str, choices: list[Choice], current: str) -> str | None:
        result: Any = await self._app.push_screen_wait(ChoiceList(title, choices, current=current))
        return str(result) if result else None
