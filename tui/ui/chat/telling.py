"""What the status line and the hint above the prompt say."""

from __future__ import annotations

from tui.domain.generation import Usage
from tui.services import Services
from tui.services.session import ChatSession
from tui.ui.chat.offers import NO_MODEL, Offer
from tui.ui.widgets.status_line import Status


def status_of(services: Services, session: ChatSession) -> Status:
    """Who talks through what, who captions, and what the last reply cost."""
    connections = services.connections
    name = connections.current()
    last = session.message(-1) if len(session) else None
    usage = None
    if last is not None and last.output_tokens is not None:
        usage = Usage(last.input_tokens, last.output_tokens)
    return Status(
        session.character.name,
        name,
        connections.describe(name).model if name else "",
        services.settings.current.captioning.source,
        usage,
        session.chat.local_only or services.settings.current.images.local_only,
    )


def hint_of(unseen: int, offer: Offer | None, *, is_connected: bool) -> str:
    """The one line that matters most now: new lines below, an offer, how to connect."""
    if unseen:
        lines = "1 new line" if unseen == 1 else f"{unseen} new lines"
        return f"↓ {lines}, End to follow"
    if is_connected:
        return ""
    return offer.text if offer else NO_MODEL
