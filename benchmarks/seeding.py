"""Fills a home of Salon with long chats, for the other benchmarks and for looking by hand.

    python benchmarks/seeding.py FOLDER [--chats 1] [--messages 10000] [--pictures 200]

FOLDER becomes what `SALON_HOME` names. Rows and picture files are made by the real stores, a chat
in one transaction; the same numbers always make the same chats. Message 1 begins with `h00001`,
so that a screen can be searched for it. `RARE` stands in every thousandth, `COMMON` in most.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import random
import sqlite3
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from tui import paths  # noqa: E402 - found by the line above
from tui.adapters.pillow import PillowReader  # noqa: E402
from tui.adapters.storage import ordering, rows  # noqa: E402
from tui.adapters.storage.chats import SqliteChats  # noqa: E402
from tui.adapters.storage.database import Database  # noqa: E402
from tui.adapters.storage.images import ImageFiles  # noqa: E402
from tui.domain.chat import Attachment, Chat, Message  # noqa: E402
from tui.domain.image import Image  # noqa: E402

RARE = "quetzal"
"""A word of one message in a thousand."""
COMMON = "water"
"""A word of three messages in four."""
_RARELY = 1000
_FIRST = 1_700_000_000.0
_WORDS = (
    "the garden of a small house needs water in the evening and beans leeks carrots onions grow"
    " beside old stones where light falls slowly until somebody opens a window to look at clouds"
)
_CODE = """
```python
def area(width: float, height: float) -> float:
    return width * height  # number {index}
```
"""
_TABLE = """
| plant | month | litres |
|-------|:-----:|-------:|
| bean  | May   | {index} |
| leek  | 六月  | 1.0    |
"""
_LIST = "\n- first, with **weight**\n- second, with `code`\n  - a detail 🙂\n"


@dataclass(frozen=True)
class Size:
    """How much a home holds."""

    chats: int = 1
    messages: int = 10_000
    """In each chat."""
    pictures: int = 200
    """All in the first chat, evenly spread; each fourth has no caption and goes as a picture."""


def chat_id(number: int) -> str:
    """Id of a chat, counted from 0; the first was used last."""
    return f"chat{number:05}"


def text(die: random.Random, index: int, *, mine: bool, rare: bool) -> str:
    """Words of a message: short from a person, long and with Markdown from a model."""
    words = die.choices(_WORDS.split(), k=die.randrange(5, 25 if mine else 120))
    if die.random() < 0.75:
        words.insert(die.randrange(len(words)), COMMON)
    if rare:
        words.append(RARE)
    said = f"h{index:05} " + " ".join(words)
    if not mine and index % 3 == 0:
        said += "\n" + (_CODE, _TABLE, _LIST)[index // 3 % 3].format(index=index)
    return said


def messages(size: Size, number: int, pictures: list[Image]) -> list[Message]:
    """The messages of a chat; person and character take turns."""
    die = random.Random(number)
    shown = {}
    if pictures and number == 0:
        each = max(2, size.messages // len(pictures) // 2 * 2)
        shown = {each * at: picture for at, picture in enumerate(pictures)}
    made = []
    for index in range(size.messages):
        mine = index % 2 == 0
        picture = shown.get(index)
        rare = (number * size.messages + index) % _RARELY == _RARELY // 2
        made.append(
            Message(
                f"{chat_id(number)}-{index}",
                "user" if mine else "assistant",
                "You" if mine else "Ada",
                text(die, index, mine=mine, rare=rare),
                _FIRST + index * 60,
                (_attached(picture, index) if picture else ()),
                model="" if mine else "benched",
            )
        )
    return made


def _attached(picture: Image, index: int) -> tuple[Attachment, ...]:
    sent = picture.facts.width % 4 == 0
    caption = "" if sent else f"A drawing of number {index} with stripes and a red corner."
    size = (picture.width, picture.height)
    attachment = Attachment(
        picture.digest,
        picture.name,
        picture.mime,
        *size,
        caption=caption,
        source="" if sent else "offline description",
        fate="picture" if sent else "caption",
        number=picture.facts.width - 799,
    )
    return (attachment,)


def picture(number: int) -> Image:
    """A picture as intake makes it of a JPEG file: noise over a gradient, 800 pixels and more."""
    from PIL import Image as Pil

    width, height = 800 + number, 600
    noise = random.Random(number).randbytes(100 * 75)
    grain = Pil.frombytes("L", (100, 75), noise).resize((width, height))
    rising = Pil.linear_gradient("L").resize((width, height))
    drawn = Pil.merge("RGB", (grain, rising, rising.rotate(180)))
    drawn.paste((230, 20, 20), (0, 0, 200, 150))
    out = io.BytesIO()
    drawn.save(out, "JPEG", quality=85)
    return PillowReader().decode(out.getvalue(), f"drawing-{number}.jpg")


async def seed(home: Path, size: Size) -> None:
    """Make the chats of a size in a home that has none."""
    place = paths.find({"SALON_HOME": str(home)})
    paths.folder(place.data)
    files = ImageFiles(place.images)
    pictures = [picture(number) for number in range(size.pictures)]
    for each in pictures:
        await files.put(each)
    store = SqliteChats(place.chats)
    for number in range(size.chats):
        used = _FIRST - number
        title = f"Chat number {number}"
        kept = len(pictures) if number == 0 else 0
        chat = Chat(chat_id(number), title, "salon", "you", used, used, pictures=kept)
        await store.create(chat)
    await store.aclose()
    database = Database(place.chats)
    for number in range(size.chats):
        made = messages(size, number, pictures)
        await database.write(partial(_fill, chat_id(number), made))
    await database.aclose()


def _fill(chat: str, made: list[Message], database: sqlite3.Connection) -> None:
    for message in made:
        ordering.add(database, {**rows.from_message(message, 0), "chat": chat})


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--chats", type=int, default=Size.chats)
    parser.add_argument("--messages", type=int, default=Size.messages, help="in each chat")
    parser.add_argument("--pictures", type=int, default=Size.pictures)
    given = parser.parse_args()
    asyncio.run(seed(given.folder, Size(given.chats, given.messages, given.pictures)))


if __name__ == "__main__":
    main()
