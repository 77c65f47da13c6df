"""Choosing the connection that chats or captions."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from textual import work

from tui.domain.connection import FoundServer, Model, Vision
from tui.domain.errors import AppError
from tui.domain.safetext import clean_line
from tui.services.connecting import ConnectionService
from tui.services.connection_book import Purpose
from tui.ui.widgets.choice_list import Choice, ChoiceList
from tui.ui.widgets.row_list import Row

ADD = "+"
"""Given back when a new connection is wanted; no connection can have this name."""
SAME = ""
"""Given back for captioning with the connection that chats."""
_FOUND = "found "
_SEES: dict[Vision, str] = {"yes": "sees pictures", "no": "text only", "unknown": ""}
_ORDER: dict[Vision, int] = {"yes": 0, "unknown": 1, "no": 2}


def model_choices(models: Sequence[Model]) -> list[Choice]:
    """Models as choices: those that see pictures first."""
    ordered = sorted(models, key=lambda model: (_ORDER[model.vision], model.id.lower()))
    return [Choice(model.id, model.id, model_detail(model)) for model in ordered]


def model_detail(model: Model) -> str:
    """What is known of a model, in a few words."""
    context = f"{model.context // 1000}k tokens" if model.context else ""
    parts = (model.label, context, _SEES[model.vision] or "sees: unknown")
    return " · ".join(part for part in parts if part)


class ConnectionPicker(ChoiceList):
    """Gives a connection's name, `ADD`, `SAME`, or None.

    A server that is found on this machine is made a connection right here.
    """

    HELP = (
        "Enter takes a connection. Servers found on this machine are listed too; taking one makes "
        "it a connection. The last line adds one by hand."
    )

    def __init__(
        self,
        connections: ConnectionService,
        purpose: Purpose = "chat",
        *,
        current: str = "",
    ) -> None:
        """Make the list.

        Args:
            connections: Those there are, and how to find more.
            purpose: What the connection is for.
            current: Name of the present one.
        """
        self._title_is = "Chat with" if purpose == "chat" else "Caption with"
        super().__init__(self._title_is, _known(connections, purpose), current=current)
        self._connections = connections
        self._purpose: Purpose = purpose
        self._found: list[FoundServer] = []

    def on_mount(self) -> None:
        """Look for servers meanwhile."""
        self._discover()

    @work(exclusive=True, group="discover")
    async def _discover(self) -> None:
        self.set_title(self._title_is, "looking for servers on this machine…")
        found = await self._connections.discover()
        self._found = [each for each in found if self._fits(each.provider)]
        self.set_title(self._title_is, "" if self._found else "no server found on this machine")
        choices = [
            Choice(
                f"{_FOUND}{index}",
                f"{server.label}, found at port {urlsplit(server.url).port}",
                found_detail(server),
            )
            for index, server in enumerate(self._found)
        ]
        self.add_choices(choices)

    def _fits(self, provider: str) -> bool:
        row = self._connections.providers[provider]
        return row.captions if self._purpose == "captions" else row.chats

    def choose(self, row: Row) -> None:
        """Take a connection, or choose a model of a server that was found."""
        if row.id.startswith(_FOUND):
            self._choose_model(self._found[int(row.id.removeprefix(_FOUND))])
        else:
            super().choose(row)

    def _choose_model(self, server: FoundServer) -> None:
        choices = model_choices(server.models)
        row = self._connections.providers[server.provider]

        def adopt(model: str | None) -> None:
            if model is not None:
                self._adopt(server, model)

        if len(choices) == 1 or not row.chats:
            adopt(choices[0].id if choices else "")
        else:
            more = ": /pull fetches one" if row.pulls else ""
            empty = f"{server.label} has no models yet{more}"
            self.app.push_screen(
                ChoiceList(f"Model of {server.label}", choices, empty=empty), adopt
            )

    @work(exclusive=True, group="adopt")
    async def _adopt(self, server: FoundServer, model: str) -> None:
        try:
            name = await self._connections.adopt(server, model, self._purpose)
        except AppError as error:
            self.set_title(self._title_is, clean_line(error.line()))
        else:
            self.dismiss(name)


def _known(connections: ConnectionService, purpose: Purpose) -> list[Choice]:
    names = connections.captioners() if purpose == "captions" else connections.chatting()
    choices = [Choice(name, name, _detail(connections, name, purpose)) for name in names]
    if purpose == "captions":
        choices.append(Choice(SAME, "The one that chats", always=True))
    choices.append(Choice(ADD, "Add a connection…", always=True))
    return choices


def _detail(connections: ConnectionService, name: str, purpose: Purpose) -> str:
    alone = connections.captions_alone(name)
    if alone and purpose == "captions":
        return connections.providers[connections.describe(name).provider].label
    sees = _SEES[connections.vision(name)]
    return " · ".join(part for part in (connections.label(name), sees) if part)


def found_detail(server: FoundServer) -> str:
    """What is known of a server that was found, in a few words."""
    return count_line(server.models)


def count_line(models: Sequence[Model]) -> str:
    """How many models a server has, and how many of them see."""
    seeing = sum(model.vision == "yes" for model in models)
    some = "1 model" if len(models) == 1 else f"{len(models)} models"
    return f"{some}, {seeing} see{'s' if seeing == 1 else ''} pictures" if seeing else some
