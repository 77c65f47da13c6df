"""What commands need of whoever shows the chat: a port."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Literal, Protocol

from tui.domain.caption import Caption
from tui.domain.chat import Attachment
from tui.domain.fate import Send
from tui.domain.settings import Settings
from tui.services.session import ChatSession

ScreenName = Literal[
    "settings",
    "caption_settings",
    "imagine_settings",
    "gallery",
    "chats",
    "connections",
    "caption_connections",
    "pull",
    "help",
    "sources",
    "macros",
    "context",
    "caption_log",
    "extensions",
    "characters",
    "personas",
    "themes",
    "palette",
]


class FrontEnd(Protocol):
    """What commands need of whoever shows the chat."""

    async def reply(self) -> None:
        """Let the character answer; returns when the answer is over. Raises AppError: it failed."""
        ...

    async def regenerate(self) -> None:
        """Replace the last reply. Raises AppError: it failed."""
        ...

    async def continue_reply(self) -> None:
        """Let the last reply go on. Raises AppError: it failed."""
        ...

    def stop(self) -> None:
        """End what is being generated; the part that came is kept."""
        ...

    async def show(self, screen: ScreenName) -> None:
        """Open a screen; returns when it is closed."""
        ...

    async def view(self, index: int, number: int) -> None:
        """Show a picture large; returns when it is closed.

        Args:
            index: Position of its message.
            number: Which picture of the message, counted from 1.
        """
        ...

    def note(self, text: str) -> None:
        """Show plain lines that are not part of the chat; untrusted text is fine."""
        ...

    async def open_chat(self, session: ChatSession) -> None:
        """Show another chat from now on."""
        ...

    def shows(self, session: ChatSession) -> bool:
        """Whether this chat is still the one that is shown."""
        ...

    def sync(self) -> None:
        """Draw what changed in the chat, its title and participants included."""
        ...

    def focused(self) -> int | None:
        """Position of the message that has, or had before the prompt, the focus."""
        ...

    async def goto(self, index: int) -> None:
        """Bring a message into view and focus it."""
        ...

    def set_draft(self, text: str) -> None:
        """Put text into the composer in place of what stands there."""
        ...

    def draft(self) -> str:
        """What stands unsent in the composer."""
        ...

    async def write(self, text: str, *, send: bool, instead: bool) -> None:
        """Put text into the composer, the cursor behind it.

        Args:
            text: As if it had been typed.
            send: Send it at once, with the pictures that wait.
            instead: It takes the place of the draft; otherwise that comes back afterwards.
        """
        ...

    async def allow(self, question: str, script: str) -> bool:
        """Ask whether a script from elsewhere may run.

        Args:
            question: Lines that say what it would do.
            script: The script itself; untrusted, both.
        """
        ...

    async def attach(self, paths: tuple[Path, ...]) -> None:
        """Let pictures wait in the composer for the next message.

        Raises:
            AppError: None of them can be used; of several, some: that is told.
        """
        ...

    async def fetch(self, url: str) -> None:
        """Ask whether a picture may be fetched from the web, and let it wait like the others."""
        ...

    async def paste(self) -> None:
        """Take in what the system's clipboard holds."""
        ...

    def waiting(self) -> Sequence[Attachment]:
        """The pictures that wait in the composer."""
        ...

    async def with_waiting(self, send: Callable[[tuple[Attachment, ...]], Awaitable[None]]) -> None:
        """Let those pictures leave with a message, captioned first as the settings say.

        They come back to the composer when that is cancelled, or when `send` fails.

        Args:
            send: Puts the message into the chat; is not called when it was cancelled.
        """
        ...

    def choose_fate(self, digest: str, fate: Send) -> None:
        """Choose what the chat model will get of a picture that waits."""
        ...

    def set_caption(self, digest: str, caption: Caption) -> None:
        """Give a picture that waits its caption."""
        ...

    async def copy(self, text: str) -> None:
        """Put text on the clipboard."""
        ...

    def themes(self) -> Sequence[str]:
        """Names of the themes there are."""
        ...

    def drawing(self) -> str:
        """How pictures are drawn now, and why: "sixels: the terminal offers them"."""
        ...

    async def settings_changed(self, settings: Settings) -> None:
        """Apply new settings to what is on the screen."""
        ...

    def quit(self) -> None:
        """Save and leave."""
        ...
