"""One HTML file that holds everything, pictures included, and loads nothing."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from html import escape

from tui.domain.chat import Message
from tui.domain.export.html_text import rendered
from tui.domain.export.parts import About, Shown, remark, utc
from tui.domain.safetext import clean, clean_line

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_STYLE = """
:root { color-scheme: light dark; --paper: #fdfcfa; --ink: #22201d; --faint: #6a645c;
  --line: #ddd7cd; --code: #f2eee7; --you: #1f5f8b; --they: #8a4b12; --link: #1f5f8b; }
@media (prefers-color-scheme: dark) { :root { --paper: #191817; --ink: #e8e4dd; --faint: #a49d92;
  --line: #3a3733; --code: #242220; --you: #7fbbe3; --they: #e0a870; --link: #7fbbe3; } }
body { margin: 0 auto; max-width: 46rem; padding: 1.5rem 1rem 4rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; }
header p, time, figcaption, .note, summary { color: var(--faint); font-size: .875rem; }
article { border-top: 1px solid var(--line); padding: 1rem 0; }
h2 { margin: 0 0 .25rem; font-size: 1rem; color: var(--they); }
.user h2 { color: var(--you); }
time { font-weight: normal; margin-left: .5em; }
h3, h4, h5, h6 { margin: 1em 0 .25em; font-size: 1.05rem; }
p, ul, ol, blockquote, pre, table, figure, details { margin: .5rem 0; }
blockquote { border-left: 3px solid var(--line); padding-left: 1rem; }
pre { background: var(--code); padding: .75rem; overflow-x: auto; overflow-wrap: normal; }
code { background: var(--code); font: .9em/1.4 ui-monospace, monospace; }
table { border-collapse: collapse; }
th, td { border: 1px solid var(--line); padding: .25rem .6rem; }
a { color: var(--link); }
img { display: block; max-width: min(100%, 30rem); max-height: 24rem; width: auto; height: auto; }
@media print { body { max-width: none; padding: 0; } pre { white-space: pre-wrap; }
  h2 { break-after: avoid; } figure, tr { break-inside: avoid; } }
"""

TAIL = "</main>\n</body>\n</html>\n"
"""What ends the page."""


def head(about: About) -> str:
    """All that stands before the first message."""
    title = escape(about.name)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="generator" content="Salon">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f'<header>\n<h1 dir="auto">{title}</h1>\n<p>{escape(about.summary)}</p>\n</header>\n'
        "<main>\n"
    )


def message(about: About, message: Message, shown: Sequence[Shown]) -> Iterator[str]:
    """A message as an article with a heading; each picture is a piece of its own."""
    name = escape(clean_line(message.name).strip() or message.role)
    moment = f'<time datetime="{utc(message.created)}">{about.time(message.created)}</time>'
    yield f'<article class="{message.role}">\n<h2><bdi>{name}</bdi> {moment}</h2>\n'
    if message.reasoning.strip():
        words = _words(message.reasoning)
        yield f"<details>\n<summary>Reasoning</summary>\n{words}</details>\n"
    for each in shown:
        yield from _figure(each)
    # Words that the template made of a caption would only say it again.
    if message.text.strip() and not (message.templated and any(s.caption for s in shown)):
        yield _words(message.text)
    note = remark(message)
    if note:
        yield f'<p class="note">{escape(note)}</p>\n'
    yield "</article>\n"


def _words(text: str) -> str:
    # What language it is in nobody said; which way it runs its letters tell.
    return f'<div lang="" dir="auto">\n{rendered(clean(text))}</div>\n'


def _figure(shown: Shown) -> Iterator[str]:
    yield "<figure>\n"
    if shown.image is None:
        yield f'<p class="note">The picture {escape(shown.file)} is gone.</p>\n'
    else:
        size = f'width="{shown.image.width}" height="{shown.image.height}"'
        alt = escape(shown.caption or shown.file)
        yield f'<img alt="{alt}" {size} src="data:{escape(shown.image.mime)};base64,'
        yield b64encode(shown.image.data).decode("ascii")
        yield '">\n'
    called = f"<b>{shown.attachment.ref}</b> " if shown.attachment.ref else ""
    if called or shown.caption:
        words = f'<span lang="" dir="auto">{escape(shown.caption)}</span>'
        yield f"<figcaption>{called}{words}</figcaption>\n"
    yield "</figure>\n"
