"""Markdown with the pictures in a folder beside it and their captions as alternative text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tui.domain.chat import Message
from tui.domain.export.containment import contained
from tui.domain.export.parts import About, Shown, remark
from tui.domain.safetext import clean, clean_line

_SPECIAL = re.compile(r"[\\`*_\[\]<>#|&~$]")


def head(about: About) -> str:
    """Title and participants."""
    return f"# {escaped(about.name)}\n\n*{escaped(about.summary)}*\n"


def message(about: About, message: Message, shown: Sequence[Shown]) -> Iterator[str]:
    """A message between rules: name and time, reasoning, pictures, text, what became of it."""
    name = escaped(clean_line(message.name).strip() or message.role)
    yield f"\n---\n\n**{name}** · {about.time(message.created)}\n"
    if message.reasoning.strip():
        yield (
            "\n<details>\n<summary>Reasoning</summary>\n\n"
            f"{contained(clean(message.reasoning))}\n\n</details>\n"
        )
    for each in shown:
        yield f"\n{_picture(each)}\n"
    if message.text.strip():
        yield f"\n{contained(clean(message.text))}\n"
    note = remark(message)
    if note:
        yield f"\n*{escaped(note)}*\n"


def _picture(shown: Shown) -> str:
    if shown.image is None:
        caption = f" It showed: {escaped(shown.caption)}" if shown.caption else ""
        return f"*The picture {escaped(shown.file)} is gone.*{caption}"
    alt = escaped(shown.caption or shown.file)
    if not shown.url:
        return f"*Picture:* {alt}"
    return f"![{alt}]({shown.url})"


def escaped(line: str) -> str:
    """One line of data as Markdown that shows exactly it, where it does not begin a line."""
    return _SPECIAL.sub(lambda found: f"\\{found.group()}", line)
