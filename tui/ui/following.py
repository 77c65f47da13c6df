"""Two Salons in one chat: what the other one writes is shown here, about a second later."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from tui.domain.errors import AppError
from tui.services.ledger import News

if TYPE_CHECKING:
    from textual.app import App

    from tui.ui.chat.screen import ChatScreen

SHARED = "This chat is also open in another Salon: what is written there shows here"
DELETED = "This chat was deleted in another Salon; it comes back when you write in it"
LOST = "The message you were editing was deleted in another Salon; your words are in the prompt"
SECONDS = 1.0
_UNWATCHED_SECONDS = 3.0
"""While the terminal says that it has not the focus."""
_EDIT = re.compile(r"/edit\s+#?(\d{1,9})(?=\s|$)\s?", re.ASCII)


def begin(app: App[None], chat: ChatScreen) -> None:
    """Follow what others write from now on, in whatever chat is shown."""
    Following(app, chat).begin()


class Following:
    """Looks once a second whether another process wrote; a look is a few system calls.

    Args:
        app: Runs what takes longer, and shows what is told.
        chat: Shows the chat.
    """

    def __init__(self, app: App[None], chat: ChatScreen) -> None:
        self._app = app
        self._chat = chat
        self._store = chat.services.store
        self._session = chat.session
        self._told: set[str] = set()
        self._is_behind = False
        self._is_busy = False

    def begin(self) -> None:
        """Look from now on, for as long as the app runs."""
        self._chat.services.library.tell = self._tell
        self._look_soon()

    def _look_soon(self) -> None:
        seconds = SECONDS if self._app.app_focus else _UNWATCHED_SECONDS
        asyncio.get_running_loop().call_later(seconds, self._look)

    def _look(self) -> None:
        if not self._app.is_running or self._app._exit:
            return
        self._look_soon()
        session = self._chat.session
        if session is not self._session:
            # One that was open before has not heard of what was written since.
            self._session, self._is_behind = session, True
        id_ = session.chat.id
        if self._store.show(id_) and id_ not in self._told:
            self._told.add(id_)
            self._app.notify(SHARED, markup=False, timeout=10)
        due = self._store.is_stirred() or self._is_behind or session.is_written_elsewhere
        if due and not self._is_busy:
            self._is_busy = True
            self._app.run_worker(self._follow(), group="following", exit_on_error=False)

    async def _follow(self) -> None:
        try:
            # An error is told by whatever the person does next; nobody asked for this.
            if await self._store.has_news():
                self._is_behind = True
                self._tell_dialogs()
            if self._is_behind:
                await self._catch_up()
        except AppError:
            return
        finally:
            self._is_busy = False

    def _tell_dialogs(self) -> None:
        above = self._app.screen_stack[1:]
        if above:
            from tui.ui.widgets.dialog import Dialog  # noqa: PLC0415 - there when one is open

            for screen in above:
                if isinstance(screen, Dialog):
                    screen.stirred()

    async def _catch_up(self) -> None:
        chat, session = self._chat, self._chat.session
        edited = self._edited()
        news = await chat.services.library.catch_up(session)
        if news is None or session is not chat.session:
            return
        self._is_behind = False
        if news.is_deleted:
            self._tell(DELETED)
        if edited:
            self._mind_edit(edited, news)
        chat.sync()

    def _edited(self) -> str:
        """Id of the message that the command in the prompt would change; empty for none."""
        found = _EDIT.match(self._chat.composer.text)
        outline = self._chat.session.outline
        at = int(found[1]) if found else len(outline)
        return outline[at].id if at < len(outline) else ""

    def _mind_edit(self, edited: str, news: News) -> None:
        """Keep what is being edited meant for the message it was meant for."""
        composer, at = self._chat.composer, self._chat.session.index_of(edited)
        found = _EDIT.match(composer.text)
        if found is None:
            return
        if at is None:
            composer.area.replace("", (0, 0), (0, found.end()))
            self._tell(LOST)
        elif at != int(found[1]):
            composer.area.replace(str(at), (0, found.start(1)), (0, found.end(1)))
        if edited in news.changed:
            self._tell(f"#{at} was changed in another Salon: Enter replaces that, /undo returns it")

    def _tell(self, line: str) -> None:
        self._app.notify(line, severity="warning", markup=False, timeout=15)
