"""The dim line above the prompt: new lines below, a server that was found, how to connect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui.domain.connection import FoundServer, Model
from tui.services.endpoints import OFFLINE

if TYPE_CHECKING:
    from tui.services import Services

NO_MODEL = "No model is connected yet: /connect finds local servers or takes a cloud key"


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that Enter on the empty prompt accepts."""

    text: str
    found: FoundServer | None = None
    """A server to chat with; None: the connection `name`."""
    model: str = ""
    name: str = ""


def best_model(models: tuple[Model, ...]) -> str:
    """The first model that sees pictures, else the first one; empty when there are none."""
    for model in models:
        if model.vision == "yes":
            return model.id
    return models[0].id if models else ""


def offer_of(found: FoundServer) -> Offer:
    """Say what was found and that Enter takes it."""
    count = len(found.models)
    models = "1 model" if count == 1 else f"{count} models"
    sees = f", {found.seeing} sees pictures" if found.seeing == 1 else ""
    sees = f", {found.seeing} see pictures" if found.seeing > 1 else sees
    text = f"{found.label} is running with {models}{sees}: Enter to use it"
    return Offer(text, found, best_model(found.models))


async def found_offer(services: Services) -> Offer | None:
    """Look around on this machine for somebody to chat with.

    Returns:
        The server with most models that see pictures, else the tiny chat model that is installed;
        None where neither is there, or a connection is chosen.
    """
    connections = services.connections
    if connections.current():
        return None
    found: list[FoundServer] = []
    if services.settings.current.ui.probe_local_servers:
        others = {row.id for row in connections.providers.values() if not row.chats}
        servers = await connections.discover()
        found = [each for each in servers if each.models and each.provider not in others]
    if found:
        return offer_of(max(found, key=lambda server: server.seeing))
    if OFFLINE in connections.names():
        label = connections.label(OFFLINE)
        return Offer(f"{label} is on this machine: Enter to use it", name=OFFLINE)
    return None


class HintLine(Static):
    """One line of plain text; takes no room while it has nothing to say."""

    DEFAULT_CSS = """
    HintLine {
        height: 1;
        padding: 0 2;
        color: $text-muted;
        display: none;
        &.-shown { display: block; }
        &:hover { color: $text; }
    }
    """

    @dataclass
    class Clicked(Message):
        """The line was clicked."""

    def say(self, text: str) -> None:
        """Show a line, or nothing."""
        self.set_class(bool(text), "-shown")
        self.update(Content(text))

    def on_click(self, event: events.Click) -> None:
        """Pass it on."""
        event.stop()
        self.post_message(self.Clicked())
