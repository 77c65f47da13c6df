"""Loading what reads Markdown, in half of the time where a first frame waits for it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from tui import late_patterns
from tui.ui.transcript.highlight import is_hasty

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_FINDS_ADDRESSES = "linkify_it"
"""What markdown-it takes along when it is there, for addresses without marks; we find our own."""


def parser_class() -> type[MarkdownIt]:
    """markdown-it's parser, imported."""
    # Patterns wait for the whole process: not while a thread does this beside the app.
    alone = threading.current_thread() is threading.main_thread()
    haste = late_patterns.waiting() if is_hasty() and alone else nullcontext()
    with _left_out(_FINDS_ADDRESSES), haste:
        from markdown_it import MarkdownIt  # noqa: PLC0415 - a plain chat does without

        return MarkdownIt


@contextmanager
def _left_out(name: str) -> Iterator[None]:
    """Let a module that is not loaded yet look as if it were not installed."""
    if name in sys.modules:
        yield
        return
    vars(sys)["modules"][name] = None
    try:
        yield
    finally:
        # A thread that does the same may have been here.
        sys.modules.pop(name, None)
