"""A front end that remembers what it was asked to do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from tui.domain.caption import Caption, captioned_by
from tui.domain.chat import Attachment
from tui.domain.fate import Send
from tui.domain.settings import Settings
from tui.services.session import ChatSession
from tui.slash.front import ScreenName


class FakeFront:
    """The port `FrontEnd`, in memory."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        """"reply", "regenerate", "continue", "stop", "sync", "quit", in order."""
        self.shown: list[ScreenName] = []
        self.viewed: list[tuple[int, int]] = []
        self.notes: list[str] = []
        self.opened: list[ChatSession] = []
        self.visited: list[int] = []
        self.attached: list[Path] = []
        self.fetched: list[str] = []
        self.copied: list[str] = []
        self.drafts: list[str] = []
        self.settings: list[Settings] = []
        self.written: list[tuple[str, bool, bool]] = []
        """Text for the composer, whether it was sent, whether it took the draft's place."""
        self.asked: list[tuple[str, str]] = []
        """Questions whether a script may run, with the script."""
        self.allows = True
        self.unsent = ""
        self.focus: int | None = None
        self.pictures: list[Attachment] = []

    async def reply(self) -> None:
        self.calls.append("reply")

    async def regenerate(self) -> None:
        self.calls.append("regenerate")

    async def continue_reply(self) -> None:
        self.calls.append("continue")

    def stop(self) -> None:
        self.calls.append("stop")

    async def show(self, screen: ScreenName) -> None:
        self.shown.append(screen)

    async def view(self, index: int, number: int) -> None:
        self.viewed.append((index, number))

    def note(self, text: str) -> None:
        self.notes.append(text)

    async def open_chat(self, session: ChatSession) -> None:
        self.opened.append(session)

    def shows(self, session: ChatSession) -> bool:
        return not self.opened or self.opened[-1] is session

    def sync(self) -> None:
        self.calls.append("sync")

    def focused(self) -> int | None:
        return self.focus

    async def goto(self, index: int) -> None:
        self.visited.append(index)

    def set_draft(self, text: str) -> None:
        self.drafts.append(text)

    def draft(self) -> str:
        return self.unsent

    async def write(self, text: str, *, send: bool, instead: bool) -> None:
        self.written.append((text, send, instead))

    async def allow(self, question: str, script: str) -> bool:
        self.asked.append((question, script))
        return self.allows

    async def attach(self, paths: tuple[Path, ...]) -> None:
        self.attached.extend(paths)

    async def fetch(self, url: str) -> None:
        self.fetched.append(url)

    async def paste(self) -> None:
        self.calls.append("paste")

    def waiting(self) -> Sequence[Attachment]:
        return self.pictures

    async def with_waiting(self, send: Callable[[tuple[Attachment, ...]], Awaitable[None]]) -> None:
        await send(tuple(self.pictures))
        self.pictures.clear()

    def choose_fate(self, digest: str, fate: Send) -> None:
        self.pictures = [
            replace(each, fate=fate) if each.digest == digest else each for each in self.pictures
        ]

    def set_caption(self, digest: str, caption: Caption) -> None:
        self.pictures = [
            captioned_by(each, caption) if each.digest == digest else each for each in self.pictures
        ]

    async def copy(self, text: str) -> None:
        self.copied.append(text)

    def themes(self) -> Sequence[str]:
        return ("salon-dark", "salon-light")

    def drawing(self) -> str:
        return "half blocks: as the test says"

    async def settings_changed(self, settings: Settings) -> None:
        self.settings.append(settings)

    def quit(self) -> None:
        self.calls.append("quit")
