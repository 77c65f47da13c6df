"""A small chat with everything in it that an export can stumble over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC

from tui.domain.caption import DEFAULT_TEMPLATE
from tui.domain.chat import Attachment, Message
from tui.domain.export.parts import About, Format, Shown
from tui.domain.image import Image, ImageFacts

START = 1_780_000_000.0
DATA = b"\x89PNG\r\n\x1a\nnot much of a picture"
IMAGE = Image(DATA, "image/png", 4, 3, "c" * 64, "cat.png", ImageFacts("PNG", 4, 3, len(DATA)))
CAT = Attachment(
    IMAGE.digest,
    "cat.png",
    IMAGE.mime,
    4,
    3,
    number=2,
    caption='a cat [asleep] on a "red" <b>sofa</b>,\n{{user}} & 猫 \x1b[31m',
)
GONE = Attachment("f" * 64, "go\x1bne*.jpg", "image/jpeg", 4, 3, caption="a dog", number=3)
SILENT = replace(GONE, caption="", number=0)
WRAPPED = "[Ann sends Bot a picture that contains: a cat]"

MESSAGES = (
    Message("0", "assistant", "Bot", "Hello, **Ann**.\nSecond line: {{user}}", START),
    Message("1", "user", "Ann", WRAPPED, START + 60, attachments=(CAT,), templated=True),
    Message(
        *("2", "assistant", "Bot", '# A *heading*\n\n```py\nprint("<x>")', START + 120),
        reasoning="Is it </details>?\n~~~\nan open fence",
        model="tiny",
        output_tokens=12,
    ),
    Message("3", "user", "A*n*n", "Two of them: 你好", START + 180, attachments=(CAT, GONE)),
    Message(
        *("4", "assistant", "Bot", "<script>alert(1)</script> ![t](http://x/y.png)", START + 240),
        status="partial",
        error="the server [hung] up",
    ),
    Message(
        *("5", "user", "Ann", "| a | b |\n|---|---|\n| 1 | `<i>` |\n\n<!-- open", START + 300),
        status="failed",
        error="no connection",
    ),
    Message(
        "6", "assistant", "Bot", "> quoted\n\n1. one\x1b]0;t\x07", START + 360, status="stopped"
    ),
    Message("7", "user", "Ann", "", START + 420, attachments=(SILENT,)),
)
ABOUT = About(
    *("Cats & <dogs>\x1b[2J", "Bot", "Ann", START, len(MESSAGES), DEFAULT_TEMPLATE), zone=UTC
)


def shown(message: Message, form: Format) -> list[Shown]:
    """The pictures of a message as the service would give them; all but the cat are gone."""
    url = f"chat-{form.beside}/img2.png" if form.beside else ""
    there = Shown(CAT, url, IMAGE)
    return [
        replace(there, attachment=each) if each.digest == IMAGE.digest else Shown(each)
        for each in message.attachments
    ]


def whole(form: Format) -> str:
    """The whole file."""

    def pieces() -> Iterator[str]:
        yield form.head(ABOUT)
        for message in MESSAGES:
            yield from form.message(ABOUT, message, shown(message, form))
        yield form.tail

    return "".join(pieces())
