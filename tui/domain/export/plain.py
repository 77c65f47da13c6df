"""Plain text: who said what, with the captions in place of the pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tui.domain.chat import Message
from tui.domain.export.parts import About, Shown, remark
from tui.domain.safetext import clean, clean_line


def head(about: About) -> str:
    """Title and participants."""
    return f"{about.name}\n{about.summary}\n"


def message(about: About, message: Message, shown: Sequence[Shown]) -> Iterator[str]:
    """A message: a line of its own for the name, then pictures, then the text."""
    yield f"\n{clean_line(message.name)} ({about.time(message.created)}):\n"
    for each in shown:
        yield _picture(each) + "\n"
    # Words that the template made of a caption would only say it again.
    if message.text.strip() and not (message.templated and any(s.caption for s in shown)):
        yield clean(message.text).strip("\n") + "\n"
    note = remark(message)
    if note:
        yield f"[{note}]\n"


def _picture(shown: Shown) -> str:
    called = f" ({shown.attachment.ref})" if shown.attachment.ref else ""
    if not shown.caption:
        return f"Sends a picture{called} that has no caption: {shown.file}"
    return f"Sends a picture{called} that shows: {shown.caption}"
