"""Pictures that were sent, and what the screens for them need, in memory."""

from __future__ import annotations

from tests.ui.widgets.harness import scene
from tui.domain.chat import Attachment, PictureUse
from tui.domain.errors import AppError, StorageError
from tui.domain.image import Image, ImageFacts
from tui.ui.pictures.means import Means

DAY = 86_400.0
NOW = 1_700_000_000.0


def attachment(number: int, caption: str | None = None) -> Attachment:
    """A picture of 640 by 400 pixels that has been captioned."""
    told = f"a lake with {number} boats" if caption is None else caption
    name = f"pic{number}.png"
    return Attachment(f"{number:064x}", name, "image/png", 640, 400, told, "local", "vit")


def uses(count: int, chat: str = "tea", title: str = "Tea time") -> list[PictureUse]:
    """As many pictures of a chat, one in each message, the newest first."""
    return [
        PictureUse(chat, title, f"{chat}{at}", at, 1, attachment(at), NOW - (count - at) * DAY)
        for at in reversed(range(count))
    ]


class Album:
    """Gives pictures and remembers what it was asked."""

    def __init__(self, width: int = 640, height: int = 400) -> None:
        self._size = (width, height)
        self.loaded: list[str] = []
        self.copied: list[str] = []
        self.opened: list[Image] = []
        self.gone: set[str] = set()
        self.damaged: set[str] = set()
        self.failing: set[str] = set()
        self.no_program = False
        self._data = scene(width, height)

    @property
    def means(self) -> Means:
        return Means(self.load, self.copy, self.open)

    async def load(self, digest: str) -> Image | None:
        self.loaded.append(digest)
        if digest in self.failing:
            raise StorageError("a stored picture cannot be read", hint="no such disk")
        if digest in self.gone:
            return None
        data = self._data[:200] if digest in self.damaged else self._data
        facts = ImageFacts("PNG", *self._size, 2_134_000)
        return Image(data, "image/png", *self._size, digest, "lake.png", facts)

    async def copy(self, text: str) -> None:
        self.copied.append(text)

    async def open(self, image: Image) -> None:
        if self.no_program:
            raise AppError("there is no program here", hint="it is in /tmp/x.png")
        self.opened.append(image)
