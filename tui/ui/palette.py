"""Ctrl+P: everything that can be done, to search in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.message import Message

from tui.ui.widgets.fuzzy import best


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the palette."""

    title: str
    """What it does."""
    text: str
    """How it is typed or which key does it."""
    command: str
    """A line of the command language."""
    complete: bool
    """Whether it can run as it is; otherwise it goes into the prompt."""


class SalonCommands(Provider):
    """Offers the slash commands by what they do."""

    @dataclass
    class Chosen(Message):
        """An entry was chosen."""

        entry: Entry

    entries: Callable[[], Sequence[Entry]] = staticmethod(lambda: ())
    """Where the entries come from; the app sets it."""

    async def discover(self) -> Hits:
        """List everything while nothing is typed."""
        for entry, run in self._entries():
            yield DiscoveryHit(_rows(entry), run, entry.title)

    async def search(self, query: str) -> Hits:
        """List what fits, best first."""
        # Textual's own matcher tries every way to spread the letters over a text: a long title
        # and a few words would take it all memory there is.
        found = best(query, self._entries(), lambda pair: f"{pair[0].title} {pair[0].text}")
        for place, (entry, run) in enumerate(found):
            yield Hit(1 - place / len(found), _rows(entry), run, entry.title)

    def _entries(self) -> Iterator[tuple[Entry, Callable[[], object]]]:
        for entry in type(self).entries():
            yield entry, partial(self.app.post_message, self.Chosen(entry))


def _rows(entry: Entry) -> Content:
    """Title and, below it, the command; a hit's own `help` would be parsed as markup."""
    return Content.assemble(entry.title, "\n", (entry.text, "$text-muted not bold"))
