"""The command language at work in the app: made with the first command, not the first frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from textual.app import App

from tui.domain.caption import Caption
from tui.domain.chat import Attachment
from tui.domain.errors import AppError
from tui.domain.quick_reply import QuickReplySet, every, find
from tui.domain.safetext import clean_line
from tui.services import Services
from tui.services.before_sending import BeforeSending
from tui.services.picture_ids import Found, pictures
from tui.slash.builtins import default_registry
from tui.slash.interpreter import Interpreter
from tui.slash.keeper import ChatKeeper
from tui.slash.offers import Suggestion
from tui.slash.quick import commands_of
from tui.slash.syntax import quote
from tui.ui.chat.attaching import Leaving
from tui.ui.chat.screen import ChatScreen
from tui.ui.interaction import ScreenInteraction
from tui.ui.navigation import AppActions, Navigation, Send
from tui.ui.palette import Entry
from tui.ui.running import Running
from tui.ui.screens import Screens
from tui.ui.showing import PictureScreens
from tui.ui.suggesting import Suggester


class Desk:
    """All that commands need, wired to one chat screen.

    Args:
        app: Screens are pushed on it.
        services: What commands work with.
        chat: The screen that shows the chat.
        actions: What only the app can do.
        preview_theme: Shows a theme by name while it is being chosen.
        run_line: Runs a line of the command language in a worker.
    """

    def __init__(
        self,
        app: App[None],
        services: Services,
        chat: ChatScreen,
        actions: AppActions,
        preview_theme: Callable[[str], None],
        run_line: Callable[[str], object],
    ) -> None:
        self._services = services
        self._chat = chat
        self.registry = default_registry()
        self._lend(services.quick_replies.known)
        self.running = Running(Interpreter(self.registry, ChatKeeper(services)), services, chat)
        self.interaction = ScreenInteraction(app, services, self.running.show_progress)
        self.screens = Screens(app, services, chat, self.registry, preview_theme)
        self.pictures = PictureScreens(app, services, chat, actions.copy)
        openers = {**self.screens.openers(), **self.pictures.openers()}
        self.front = Navigation(services, chat, openers, self.pictures.view, actions, self._leave)
        self.screens.front = self.pictures.front = self.front
        self.screens.run = self.pictures.run = run_line
        self.running.interaction, self.running.front = self.interaction, self.front
        self._suggester = Suggester(
            services,
            self.registry,
            lambda: chat.session,
            actions.theme_names,
            self._pictures,
            partial(app.run_worker, group="suggestions", exit_on_error=False),
        )

    def _pictures(self) -> Iterator[Found]:
        return pictures(self._chat.session, self._chat.attaching.waiting)

    def _lend(self, sets: Sequence[QuickReplySet]) -> None:
        self.registry.lend(commands_of(sets))

    async def run(self, text: str, *, typed: bool = False) -> None:
        """Run one line; what goes wrong is told."""
        self._lend(await self._services.quick_replies.sets())
        await self.running.run(text, typed=typed)

    async def caption_and_send(self, message: Leaving) -> None:
        """Caption the pictures of a message, then send it; else it comes back to the prompt."""
        done = None
        try:
            done = await self._captioned(message)
        except AppError as error:
            self._chat.fail(error)
        finally:
            if done is None:
                self._chat.give_back(message)
        if done is not None:
            message.pictures = done
            await self._chat.send(message)

    async def _leave(self, message: Leaving, send: Send) -> None:
        """Caption the pictures of a message and hand them on; else they come back."""
        sent = False
        try:
            done = await self._captioned(message)
            if done is not None:
                await send(done)
                sent = True
        finally:
            if sent:
                self._chat.attaching.gone(message)
            else:
                self._chat.give_back(message)

    async def _captioned(self, message: Leaving) -> tuple[Attachment, ...] | None:
        services = self._services
        first = BeforeSending(
            services.captions,
            services.chats.fates,
            services.settings,
            self.interaction,
            self._chat.attaching.background,
            self._took,
        )
        return await first.caption_all(message.pictures, message.session)

    def _took(self, digest: str, caption: Caption) -> None:
        self._chat.attaching.set_caption(digest, caption)
        self._chat.update_hint()

    def suggest(self, text: str, cursor: int) -> list[Suggestion]:
        """Say how a command being typed could go on."""
        return self._suggester(text, cursor)

    def entries(self) -> list[Entry]:
        """What the palette offers."""
        commands = [
            Entry(
                command.summary[:1].upper() + command.summary[1:],
                command.brief,
                f"/{command.name}",
                not any(parameter.required for parameter in command.parameters),
            )
            for command in self.registry
        ]
        connections = self._services.connections
        switches = [("Chat", name, "/connect") for name in connections.chatting()]
        switches += [
            ("Caption", name, "/connect for=captions") for name in connections.captioners()
        ]
        sets = self._services.quick_replies.known
        replies = [
            Entry(
                clean_line(found.reply.title or found.reply.label),
                clean_line(f"/run {found.name}"),
                f"/run {quote(found.name)}",
                True,
            )
            for found in every(sets)
            if not found.reply.hidden and not self._is_command(found.name, found.reply.label)
        ]
        return (
            commands
            + replies
            + [
                Entry(
                    f"{verb} through {clean_line(name)}",
                    clean_line(connections.label(name)),
                    f"{line} {name}",
                    True,
                )
                for verb, name, line in switches
            ]
        )

    def _is_command(self, name: str, label: str) -> bool:
        """Whether a quick reply is among the commands already."""
        meant = find(self._services.quick_replies.known, label)
        is_meant = meant is not None and meant.name == name
        return is_meant and self.registry.get(label) in self.registry.lent
