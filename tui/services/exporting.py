"""Chats as files for others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from tui.domain.export.names import file_stem, picture_name
from tui.domain.export.parts import About, Format, Shown
from tui.domain.generation import Progress
from tui.services.session import BLOCK, ChatSession

if TYPE_CHECKING:
    from tui.domain.chat import Attachment, Message
    from tui.domain.image import Image
    from tui.services.chat_store import ChatStore
    from tui.services.configuring import SettingsService
    from tui.services.ports import ImageStore

Put = Callable[[str], object]
"""Takes the next piece of the file; may block, and is called in a thread."""
Tell = Callable[[Progress], object]


class Draft(Protocol):
    """A file in the making. Blocking; all but `abandon` raise StorageError."""

    def write(self, text: str) -> None:
        """Add to the file."""
        ...

    def picture(self, name: str, data: bytes) -> None:
        """Add a picture to the folder beside it."""
        ...

    def finish(self) -> None:
        """Put everything in its place."""
        ...

    def abandon(self) -> None:
        """Leave nothing behind, unless it is finished."""
        ...


class ExportFiles(Protocol):
    """Where exported files go."""

    def begin(self, path: Path, assets: Path | None, *, force: bool) -> Draft:
        """Start a file. Raises StorageError when it is there already and not `force`."""
        ...

    def is_folder(self, path: Path) -> bool:
        """Whether there is a folder of that name."""
        ...

    def taken(self, paths: Sequence[Path]) -> bool:
        """Whether there is something of one of these names."""
        ...


@dataclass(slots=True)
class Exported:
    """What came of an export."""

    path: Path | None = None
    messages: int = 0
    pictures: int = 0
    """In the file or beside it; the same one counts each time it is in a message."""
    gone: int = 0
    """Pictures that the store no longer has."""

    def line(self) -> str:
        """How much it is, for people."""
        parts = [_count(self.messages, "message")]
        if self.pictures:
            parts.append(_count(self.pictures, "picture"))
        if self.gone:
            parts.append(f"{_count(self.gone, 'picture')} gone from the store")
        return ", ".join(parts)


@dataclass(slots=True)
class _Run:
    """One export on its way."""

    form: Format
    about: About
    put: Put
    draft: Draft | None = None
    assets: str = ""
    done: Exported = field(default_factory=Exported)
    placed: dict[str, str] = field(default_factory=dict)
    """Addresses of the pictures that are written, by digest."""

    def messages(self, ready: Sequence[tuple[Message, Sequence[Shown]]]) -> None:
        """Write messages. Blocking."""
        for message, shown in ready:
            for piece in self.form.message(self.about, message, shown):
                self.put(piece)
            self.done.messages += 1

    def place(self, picture: Attachment, image: Image) -> str:
        """Write a picture beside the file, once; gives its address there. Blocking."""
        if self.draft is None or not self.assets:
            return ""
        if image.digest not in self.placed:
            name = picture_name(picture.ref, len(self.placed) + 1, image.mime)
            self.draft.picture(name, image.data)
            self.placed[image.digest] = quote(f"{self.assets}/{name}")
        return self.placed[image.digest]


class ExportService:
    """Turns a chat into Markdown, HTML, SillyTavern's JSONL or plain text."""

    def __init__(
        self,
        settings: SettingsService,
        store: ChatStore,
        images: ImageStore,
        files: ExportFiles,
    ) -> None:
        self._settings = settings
        self._store = store
        self._images = images
        self._files = files

    async def place(self, session: ChatSession, form: Format, path: Path) -> Path:
        """The file that is meant: in a folder, one that is called after the chat."""
        if await asyncio.to_thread(self._files.is_folder, path):
            return path / f"{file_stem(self._about(session).name)}{form.suffix}"
        return path

    async def free(self, session: ChatSession, form: Format, path: Path) -> Path:
        """Like `place`, with an ending, and with a number where the name is taken."""
        placed = await self.place(session, form, path)
        ended = placed if placed.suffix else placed.with_suffix(form.suffix)
        numbered = (ended.with_stem(f"{ended.stem}-{number}") for number in count(2))
        for each in chain((ended,), numbered):
            folder = form.folder(each)
            both = [each, each.with_name(folder)] if folder else [each]
            if not await asyncio.to_thread(self._files.taken, both):
                break
        return each

    async def to_file(
        self,
        session: ChatSession,
        form: Format,
        path: Path,
        *,
        force: bool = False,
        tell: Tell | None = None,
    ) -> Exported:
        """Write a chat into a file, and its pictures beside it where the format has them there.

        Args:
            session: The chat, as the store has it.
            form: The format.
            path: The file.
            force: Write over what is there.
            tell: Is told how far it is.

        Raises:
            StorageError: It is there already, or something cannot be read or written; nothing
                is left behind.
        """
        assets = form.folder(path)
        beside = path.with_name(assets) if assets else None
        draft = await asyncio.to_thread(lambda: self._files.begin(path, beside, force=force))
        try:
            run = _Run(form, self._about(session), draft.write, draft, assets)
            done = await self._go(run, session, tell)
            await asyncio.to_thread(draft.finish)
        finally:
            draft.abandon()
        done.path = path
        return done

    async def to_stream(self, session: ChatSession, form: Format, put: Put) -> Exported:
        """Give a chat out piece by piece, without files beside it. Raises StorageError."""
        return await self._go(_Run(form, self._about(session), put), session, None)

    async def to_text(self, session: ChatSession, form: Format) -> str:
        """A chat as one text. Raises StorageError."""
        pieces: list[str] = []
        await self.to_stream(session, form, pieces.append)
        return "".join(pieces)

    def _about(self, session: ChatSession) -> About:
        return About(
            session.chat.title,
            session.character.name,
            session.persona.name,
            session.chat.created,
            len(session),
            self._settings.current.captioning.template,
            variables=session.chat.variables,
        )

    async def _go(self, run: _Run, session: ChatSession, tell: Tell | None) -> Exported:
        ids = [entry.id for entry in session.outline]
        run.put(run.form.head(run.about))
        for start in range(0, len(ids), BLOCK):
            if tell is not None:
                tell(Progress("exporting", start, len(ids)))
            found = await asyncio.to_thread(self._store.read, ids[start : start + BLOCK])
            ready: list[tuple[Message, list[Shown]]] = []
            for message in found:
                versions = message.versions if run.form.versions else (message,)
                pictures = [each for version in versions for each in version.attachments]
                if pictures:
                    # Their bytes are in memory for one message at a time.
                    await asyncio.to_thread(run.messages, ready)
                    ready = []
                ready.append((message, [await self._shown(run, each) for each in pictures]))
            await asyncio.to_thread(run.messages, ready)
        if run.form.tail:
            run.put(run.form.tail)
        return run.done

    async def _shown(self, run: _Run, picture: Attachment) -> Shown:
        if not run.form.beside and not run.form.inside:
            return Shown(picture)
        image = await self._images.get(picture.digest)
        if image is None:
            run.done.gone += 1
            return Shown(picture)
        url = await asyncio.to_thread(run.place, picture, image)
        run.done.pictures += bool(url) or run.form.inside
        return Shown(picture, url, image)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
