"""The messages of a chat as rows: which are laid out, how tall the others probably are."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from operator import attrgetter

from tui.domain.chat import Outline
from tui.domain.safetext import clean
from tui.ui.transcript.entries import Entry, Live, MessageSource, Spot
from tui.ui.transcript.heights import Heights, estimates
from tui.ui.transcript.layout import Laid, Look, State, header, lay_out
from tui.ui.transcript.lines import Line, wrap
from tui.ui.transcript.markdown import layout as markdown

_ID = attrgetter("id")
_KEPT = 256
"""Messages that stay laid out."""


class Document:
    """Items by row. Item 0 is what stands before the first message; message n is item n + 1."""

    def __init__(self) -> None:
        self.source: MessageSource | None = None
        self.look = Look()
        self.focused = ""
        """Id of the message with the focus; empty for none."""
        self.unfolded: set[str] = set()
        """Ids of messages whose reasoning is shown."""
        self.notes: dict[str, list[str]] = {}
        """Local notes by the id of the message they follow."""
        self._heights: Heights | None = None
        self.live: Live | None = None
        self._ids: list[str] = [""]
        self._revision = -1
        self._entries: OrderedDict[str, Entry] = OrderedDict()

    def show(self, source: MessageSource | None) -> None:
        """Begin with another chat."""
        self.source = source
        self.focused = ""
        self.unfolded.clear()
        self.notes.clear()
        self.live = None
        self._entries.clear()
        self._number()
        self._heights = None

    def restyle(self) -> None:
        """Forget what was drawn; what was laid out stays."""
        for entry in self._entries.values():
            entry.strips = [None] * len(entry.laid.lines)

    def set_look(self, look: Look) -> None:
        """Lay everything out anew for another view."""
        if look != self.look:
            self.look = look
            if self.live:
                self.live = Live(self.live.message, look.room)
            self._entries.clear()
            self._heights = None

    def lay_out_again(self) -> None:
        """Lay out anew what is laid out: its rows may look different, but there are as many."""
        for key in list(self._entries):
            self.measure(self._index[key])

    @property
    def heights(self) -> Heights:
        """Rows of each item; guessed when they are first asked for, so not for every look."""
        if self._heights is None:
            self._heights = Heights([0, *self._estimates(self._outline())])
            self.measure(0)
        return self._heights

    @cached_property
    def _index(self) -> dict[str, int]:
        """The item of each id; made when one is first looked for, which no first frame does."""
        return {each: item for item, each in enumerate(self._ids)}

    def _outline(self) -> list[Outline]:
        return self.source.outline if self.source is not None else []

    def _estimates(self, outlines: Iterable[Outline]) -> list[int]:
        rows = self.look.picture_rows if self.look.images != "off" else 0
        return estimates(outlines, self.look.room, rows)

    def _number(self) -> None:
        self._ids = ["", *map(_ID, self._outline())]
        self.__dict__.pop("_index", None)
        self._revision = self.source.revision if self.source is not None else -1

    def sync(self) -> None:
        """Follow changes of the chat: added, removed and edited messages."""
        if self.source is not None and self.source.revision != self._revision:
            heights, before = self.heights, self._ids
            self._number()
            if self._ids[: len(before)] == before:
                heights.extend(self._estimates(self._outline()[len(before) - 1 :]))
            else:
                self._carry_over(heights, before)
        for key in list(self._entries):
            self._renew(key)

    def _carry_over(self, heights: Heights, before: list[str]) -> None:
        """Keep the heights of the messages that are still there, wherever they stand now."""
        known = dict(zip(before, heights, strict=True))
        outline = self._outline()
        guesses = self._estimates(outline)
        now = [known.get(each.id, guess) for each, guess in zip(outline, guesses, strict=True)]
        self._heights = Heights([known[""], *now])
        self._forget(each for each in before if each not in self._index)

    def _forget(self, ids: Iterator[str]) -> None:
        for each in ids:
            self._entries.pop(each, None)
            self.unfolded.discard(each)
            notes = self.notes.pop(each, None)
            if notes:
                self.notes.setdefault(self._ids[-1], []).extend(notes)
            if self.focused == each:
                self.focused = ""
            if self.live and self.live.message.id == each:
                self.live = None

    def _renew(self, key: str) -> None:
        """Lay an entry out again if it changed; a mere change of number is cheap."""
        entry, item = self._entries[key], self._index[key]
        state = self._state(item)
        message = self.source.message(item - 1) if item and self.source is not None else None
        same = message is None or (entry.message is message and entry.revision == message.revision)
        if same and state == entry.state:
            return
        if same and message is not None and replace(state, index=entry.state.index) == entry.state:
            entry.state = state
            entry.laid.lines[0] = header(message, state.index, self.look.room)
            entry.strips[0] = None
        else:
            self.measure(item)

    def _state(self, item: int) -> State:
        key = self._ids[item]
        return State(
            item - 1,
            bool(key) and key == self.focused,
            key in self.unfolded,
            tuple(self.notes.get(key, ())),
        )

    def __len__(self) -> int:
        """How many items there are: messages and what stands before them."""
        return len(self._ids)

    def id_of(self, item: int) -> str:
        """Id of an item's message; empty for what stands before the first."""
        return self._ids[item]

    def item_of(self, key: str) -> int | None:
        """The item of a message, or None when there is no such message."""
        return self._index.get(key)

    def entry(self, item: int) -> Entry:
        """An item laid out."""
        key = self._ids[item]
        entry = self._entries.get(key)
        if entry is None:
            self.measure(item)
            entry = self._entries[key]
        return entry

    def measure(self, item: int) -> int:
        """Lay an item out anew; gives back by how many rows it grew."""
        return self._put(item, self._lay_out(item))

    def _put(self, item: int, entry: Entry) -> int:
        key = self._ids[item]
        entry.take_strips(self._entries.get(key), self.live)
        self._entries[key] = entry
        self._entries.move_to_end(key)
        if len(self._entries) > _KEPT:
            self._entries.popitem(last=False)
        return self.heights.set(item, len(entry.laid.lines))

    def _lay_out(self, item: int) -> Entry:
        state = self._state(item)
        if item == 0 or self.source is None:
            lines: list[Line] = []
            for note in state.notes:
                lines.extend(wrap([(clean(note), "note", "")], self.look.room))
            return Entry(None, 0, state, Laid([*lines, Line()] if lines else []))
        message = self.source.message(item - 1)
        reasoning: list[Line] = []
        if self.live and self.live.message is message:
            text = self.live.text.update(message.text)
            if state.unfolded:
                reasoning = self.live.reasoning.update(message.reasoning)
        else:
            text = markdown(message.text, self.look.room)
            if state.unfolded:
                reasoning = markdown(message.reasoning, self.look.room, "reasoning")
        laid = lay_out(message, state, self.look, text, reasoning)
        return Entry(message, message.revision, state, laid)

    def ensure(self, row: int, count: int) -> bool:
        """Make exact what crosses some rows; says whether heights changed."""
        changed = False
        item = self.heights.at(row)
        end = row + count
        while item < len(self._ids) and self.heights.top(item) < end:
            if self._ids[item] not in self._entries:
                changed = bool(self.measure(item)) or changed
            item += 1
        return changed

    def ensure_end(self, count: int) -> None:
        """Make exact the last rows."""
        item = len(self._ids) - 1
        while item >= 0 and count > 0:
            count -= len(self.entry(item).laid.lines)
            item -= 1

    def rows(self, row: int, count: int) -> Iterator[tuple[Entry, int, int]]:
        """Entry, item and line of each row; fewer than asked at the end."""
        item = self.heights.at(row)
        while count > 0 and item < len(self._ids):
            entry = self.entry(item)
            top = self.heights.top(item)
            for line in range(row - top, min(len(entry.laid.lines), row - top + count)):
                yield entry, item, line
            end = top + self.heights[item]
            count -= end - row
            row = end
            item += 1

    def rows_after(self, key: str) -> int:
        """Rows below a message; 0 when it is gone."""
        item = self._index.get(key)
        return 0 if item is None else self.heights.total - self.heights.top(item + 1)

    def spot(self, row: int) -> Spot:
        """What is at a row."""
        item = self.heights.at(row)
        return Spot(self._ids[item], row - self.heights.top(item))

    def row(self, spot: Spot) -> int | None:
        """Where a spot is now; None when its message is gone."""
        item = self._index.get(spot.id)
        if item is None:
            return None
        return self.heights.top(item) + max(0, min(spot.line, self.heights[item] - 1))

    def characters_before(self, spot: Spot) -> int:
        """Characters of the message before a spot: tells the place at any width."""
        lines = self.entry(self._index[spot.id]).laid.lines
        return sum(len(line.text) for line in lines[: spot.line])

    def spot_of(self, key: str, characters: int) -> Spot:
        """The row of a message that holds the character of that number."""
        lines = self.entry(self._index[key]).laid.lines
        for number, line in enumerate(lines):
            characters -= len(line.text)
            if characters < 0:
                return Spot(key, number)
        return Spot(key, max(0, len(lines) - 1))

    def begin(self, index: int) -> None:
        """The message grows from now on."""
        if self.source is not None:
            self.live = Live(self.source.message(index), self.look.room)

    def grow(self) -> int | None:
        """Lay the open end of the growing message out; its item, or None when there is none."""
        item = self._index.get(self.live.message.id) if self.live else None
        if item is not None:
            self.measure(item)
        return item

    def end(self) -> None:
        """The message that grew is complete: lay it out as it will be from now on."""
        live, self.live = self.live, None
        item = self._index.get(live.message.id) if live else None
        if live is None or item is None:
            return
        message, state = live.message, self._state(item)
        text = live.text.finish(message.text)
        reasoning = live.reasoning.finish(message.reasoning) if state.unfolded else []
        laid = lay_out(message, state, self.look, text, reasoning)
        self._put(item, Entry(message, message.revision, state, laid))
