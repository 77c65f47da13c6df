"""The list of chats: open, search, rename, delete and undo."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from tui.domain.chat import ChatSummary, SearchHit
from tui.domain.errors import AppError
from tui.domain.safetext import clean_line
from tui.services.library import Library
from tui.ui.widgets.ago import ago
from tui.ui.widgets.dialog import Dialog
from tui.ui.widgets.follow import follow
from tui.ui.widgets.fuzzy import best
from tui.ui.widgets.row_list import Row, RowList

NEW = "new"
"""Given back when a new chat is wanted."""
_HIT = "hit "
_ENOUGH = 2
"""Characters from which messages are searched too."""


class ChatRows(RowList):
    """The list, with the keys that work on a chat."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Open", id="chats.open"),
        Binding("n", "screen.new", "New", id="chats.new"),
        Binding("r", "screen.rename", "Rename", id="chats.rename"),
        Binding("delete", "screen.delete", "Delete", id="chats.delete"),
        Binding("u", "screen.undo", "Undo", id="chats.undo"),
        Binding("slash", "screen.search", "Search", id="chats.search"),
    ]


class ChatsScreen(Dialog[str | SearchHit | None]):
    """Gives the id of the chat to open, a message that was found, `NEW`, or None."""

    DEFAULT_CSS = """
    ChatsScreen {
        & #query { margin-bottom: 1; }
        &.-short #query { margin-bottom: 0; }
        & #naming { display: none; margin-top: 1; }
        &.-renaming #naming { display: block; }
        & #note { height: 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Close", id="chats.close"),
        Binding("down", "to_list", "To the list", show=False),
    ]
    TITLE = "Chats"
    HELP = (
        "Enter opens a chat, N starts one, R renames, Delete removes (U brings it back), / "
        "searches in titles and in everything that was said, where Enter goes to the message."
    )

    def __init__(
        self, library: Library, *, current: str = "", now: Callable[[], float] = time.time
    ) -> None:
        """Make the list.

        Args:
            library: Where the chats are.
            current: Id of the open chat; the cursor starts there and it is marked.
            now: Seconds since the epoch.
        """
        super().__init__()
        self._library = library
        self._current = current
        self._now = now
        self._chats: list[ChatSummary] = []
        self._names: dict[str, str] = {}
        self._deleted: list[tuple[str, str]] = []
        self._renamed = ""
        """Id of the chat that is getting another title."""
        self._hits: dict[str, SearchHit] = {}
        """What was found in messages, by the ids of their rows."""
        self._query = Input(placeholder="/ to search titles and messages", id="query")
        self._rows = ChatRows(id="rows", lines=2, empty="No chats yet; N starts one")

    def body(self) -> ComposeResult:
        """Search, list, and the line to rename in."""
        yield self._query
        yield self._rows
        yield Input(id="naming", placeholder="Title", max_length=200)
        yield Static(id="note")

    def on_mount(self) -> None:
        """Fetch the chats."""
        self._rows.focus()
        self._load(self._current)

    def stirred(self) -> None:
        """Show what another Salon did; the cursor and the search stay."""
        # What is loaded first may have been broken off by this.
        self._load(None if self._rows.rows else self._current)

    @work(exclusive=True, group="chats")
    async def _load(self, keep: str | None) -> None:
        try:
            self._chats = await self._library.summaries()
            self._names = {who.id: who.name for who in await self._library.characters()}
        except AppError as error:
            self._say(error.line())
        self._show(keep, list(self._hits.values()))
        self._search()

    def _say(self, text: str) -> None:
        self.put("#note", clean_line(text))

    # -- what is listed

    def _show(self, keep: str | None = "", hits: list[SearchHit] | None = None) -> None:
        """List what fits the search; the cursor goes to the row of an id, or stays for None."""
        query = self._query.value.strip()
        chats = best(query, self._chats, lambda chat: f"{chat.title} {self._who(chat)}")
        rows = [self._row(chat) for chat in chats]
        self._hits = {f"{_HIT}{hit.chat_id} {hit.message_id}": hit for hit in hits or ()}
        if self._hits:
            rows.append(Row("", "In messages", heading=True))
            rows += [
                Row(id_, hit.chat_title or "Untitled", "", hit.snippet)
                for id_, hit in self._hits.items()
            ]
        empty = "Nothing found" if query else "No chats yet; N starts one"
        if keep is None:
            follow(self._rows, rows, empty)
        else:
            self._rows.set_rows(rows, keep=keep, empty=empty)

    def _who(self, chat: ChatSummary) -> str:
        return self._names.get(chat.character, chat.character)

    def _row(self, chat: ChatSummary) -> Row:
        count = f"{chat.messages} message{'' if chat.messages == 1 else 's'}"
        mark = "● " if chat.id == self._current else ""
        title = chat.title or f"Untitled, with {self._who(chat)}"
        detail = " · ".join((ago(chat.updated, self._now()), count, self._who(chat)))
        return Row(chat.id, mark + title, detail, chat.last)

    @on(Input.Changed, "#query")
    def _filter(self) -> None:
        self._show()
        self._search()

    def _search(self) -> None:
        if len(self._query.value.strip()) >= _ENOUGH:
            self._find(self._query.value.strip())
        else:
            self.workers.cancel_group(self, "search")

    @work(exclusive=True, group="search")
    async def _find(self, text: str) -> None:
        try:
            hits = await self._library.search(text)
        except AppError as error:
            self._say(error.line())
        else:
            self._show(None, hits)

    # -- what can be done

    def _chosen(self) -> str:
        """Id of the chat under the cursor; empty for none."""
        row = self._rows.row
        if row is None:
            return ""
        hit = self._hits.get(row.id)
        return hit.chat_id if hit else row.id

    @on(RowList.Selected, "#rows")
    @on(Input.Submitted, "#query")
    def _open(self) -> None:
        row = self._rows.row
        if row is not None and row.id:
            self.dismiss(self._hits.get(row.id, row.id))

    def action_new(self) -> None:
        """Start a chat."""
        self.dismiss(NEW)

    def action_search(self) -> None:
        """Go to the search."""
        self._query.focus()

    def action_to_list(self) -> None:
        """Go from the search to the list."""
        self._rows.focus()

    def action_back(self) -> None:
        """Leave the renaming, then the search, then the screen."""
        if self.has_class("-renaming"):
            self._end_renaming()
        elif self._query.value:
            self._query.value = ""
            self._rows.focus()
        else:
            self.dismiss(None)

    def action_rename(self) -> None:
        """Write another title in place."""
        chat = next((chat for chat in self._chats if chat.id == self._chosen()), None)
        if chat is None:
            return
        naming = self.query_one("#naming", Input)
        self.add_class("-renaming")
        self._renamed = chat.id
        naming.value = clean_line(chat.title)
        naming.focus()
        self._say("Enter keeps the title, Esc leaves it as it was")

    def _end_renaming(self) -> None:
        self.remove_class("-renaming")
        self._say("")
        self._rows.focus()

    @on(Input.Submitted, "#naming")
    def _keep_title(self, event: Input.Submitted) -> None:
        self._end_renaming()
        title = event.value.strip()
        if title:
            self._rename(self._renamed, title)

    @work(group="change")
    async def _rename(self, chat_id: str, title: str) -> None:
        try:
            await self._library.rename(chat_id, title)
        except AppError as error:
            self._say(error.line())
        self._load(chat_id)

    @work(group="change")
    async def action_delete(self) -> None:
        """Delete the chat under the cursor."""
        chat_id = self._chosen()
        chat = next((chat for chat in self._chats if chat.id == chat_id), None)
        if chat is None:
            return
        try:
            await self._library.delete(chat_id)
        except AppError as error:
            self._say(error.line())
            return
        title = chat.title or "Untitled"
        self._deleted.append((chat_id, title))
        self._say(f"Deleted “{title}” · U brings it back")
        self._load(self._neighbour(chat_id))

    def _neighbour(self, chat_id: str) -> str:
        ids = [row.id for row in self._rows.rows]
        at = ids.index(chat_id) if chat_id in ids else 0
        return (ids[at + 1 : at + 2] or ids[max(at - 1, 0) : at] or [""])[0]

    @work(group="change")
    async def action_undo(self) -> None:
        """Bring back the chat that was deleted last."""
        if not self._deleted:
            self._say("Nothing to undo")
            return
        chat_id, title = self._deleted.pop()
        try:
            await self._library.restore(chat_id)
        except AppError as error:
            self._say(error.line())
            return
        self._say(f"“{title}” is back")
        self._load(chat_id)
