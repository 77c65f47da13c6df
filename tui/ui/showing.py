"""Opens the viewer and the gallery above the chat, and goes where was chosen there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from textual.app import App

from tui.domain.chat import Attachment, PictureUse
from tui.services import Services
from tui.slash.front import FrontEnd, ScreenName
from tui.ui.chat.screen import ChatScreen

if TYPE_CHECKING:
    from tui.ui.pictures.means import Means


class PictureScreens:
    """The screens for looking at pictures; each method returns when its screen is closed."""

    def __init__(
        self,
        app: App[None],
        services: Services,
        chat: ChatScreen,
        copy: Callable[[str], Awaitable[None]],
    ) -> None:
        self._app = app
        self._services = services
        self._chat = chat
        self._copy = copy
        self.front: FrontEnd
        self.run: Callable[[str], object]

    def openers(self) -> dict[ScreenName, Callable[[], Awaitable[None]]]:
        """The screens by the names that commands use."""
        return {"gallery": self.gallery}

    @cached_property
    def _means(self) -> Means:
        from tui.ui.pictures.means import Means  # noqa: PLC0415 - rarely opened
        from tui.ui.terminal.system_viewer import SystemViewer  # noqa: PLC0415

        return Means(self._services.captions.stored, self._copy, SystemViewer().open)

    async def look(self, pictures: Sequence[Attachment], at: int) -> None:
        """Show pictures of the chat large, one at a time, beginning with the one at a place."""
        from tui.ui.pictures.viewer import Viewer  # noqa: PLC0415 - rarely opened

        if any(isinstance(screen, Viewer) for screen in self._app.screen_stack):
            return  # Enter was pressed twice
        means = replace(self._means, again=lambda one: self.run(f"/imagine-again {one.ref}"))
        await self._app.push_screen_wait(Viewer(pictures, at, means))

    async def view(self, index: int, number: int) -> None:
        """Show a picture of a message; the others of the chat are beside it."""
        session = self._chat.session
        wanted = (session.message(index).id, number)
        uses = await self._services.pictures.in_order(session.chat.id)
        places = [(use.message_id, use.number) for use in uses]
        if wanted in places:
            await self.look([use.attachment for use in uses], places.index(wanted))

    async def gallery(self) -> None:
        """The pictures of this chat, or of all chats."""
        from tui.ui.pictures.gallery import Gallery  # noqa: PLC0415 - rarely opened

        pictures, chat_id = self._services.pictures, self._chat.session.chat.id

        async def listed(everywhere: bool) -> list[PictureUse]:
            return await pictures.newest_first(None if everywhere else chat_id)

        draws = self._services.settings.current.ui.images != "off"
        chosen = await self._app.push_screen_wait(Gallery(listed, self._means, draws=draws))
        if chosen is None:
            return
        where = chosen.chat_id, chosen.message_id
        if not await go_to(self._services, self._chat, self.front, *where):
            self.front.note("the message of that picture is gone")


async def go_to(
    services: Services, chat: ChatScreen, front: FrontEnd, chat_id: str, message_id: str
) -> bool:
    """Open a chat at a message, which gets the cursor; whether the message is there."""
    if chat_id != chat.session.chat.id:
        await front.open_chat(await services.library.enter(chat_id))
    index = chat.session.index_of(message_id)
    if index is None:
        return False
    await front.goto(index)
    return True
