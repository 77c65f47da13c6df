"""The formats there are, by name and by the ending of a file."""

from __future__ import annotations

from pathlib import PurePath

from tui.domain.errors import CommandError
from tui.domain.export import html_page, jsonl, markdown, plain
from tui.domain.export.parts import Format

FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("markdown", ".md", markdown.head, markdown.message, beside="assets"),
        Format("html", ".html", html_page.head, html_page.message, html_page.TAIL, inside=True),
        Format("jsonl", ".jsonl", jsonl.head, jsonl.message, beside="media", versions=True),
        Format("text", ".txt", plain.head, plain.message),
    )
}
_ENDINGS = {".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html"} | {
    ".jsonl": "jsonl",
    ".txt": "text",
}


def chosen(name: str, file: str) -> Format:
    """The format that was named, else the one the file's ending says, else Markdown.

    Raises:
        CommandError: The file has an ending of which no format is known.
    """
    if name:
        return FORMATS[name]
    ending = PurePath(file).suffix.lower()
    if ending and ending not in _ENDINGS:
        raise CommandError(
            f"no format ends in {ending!r}", hint="say which it is: " + ", ".join(FORMATS)
        )
    return FORMATS[_ENDINGS.get(ending, "markdown")]
