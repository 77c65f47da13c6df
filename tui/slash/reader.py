"""Reads the words of an unnamed argument, closures among them."""

from __future__ import annotations

from tui.slash.parser import NAMED_ARGUMENT
from tui.slash.syntax import Argument, Call, Closure, Part, Source, Text, Word, skip_space


class Reader:
    """Reads the words of an unnamed argument, closures among them, one after the other."""

    def __init__(self, call: Call) -> None:
        self._parts = call.parts
        self._strict = call.strict
        self._part = 0
        self._at = 0
        self._sources: dict[int, Source] = {}
        self.column = call.parts_start
        """Where the next word begins."""
        self._skip()

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return self._part >= len(self._parts)

    def peek(self) -> Word | Closure:
        """The next word or closure; it stays."""
        part = self._parts[self._part]
        if isinstance(part, Closure):
            return part
        word = self._source().word(self._at, strict=self._strict)
        return Word(
            word.value, part.start + word.start, part.start + word.end, word.quoted, word.closed
        )

    def take(self) -> Word | Closure:
        """The next word or closure; the one behind it comes next."""
        item = self.peek()
        part = self._parts[self._part]
        if isinstance(part, Closure):
            self._next_part()
        else:
            self._at = max(item.end - part.start, self._at + 1)
        self._skip()
        return item

    def named(self) -> Argument | None:
        """A `name=value` that stands here, behind the words."""
        part = self._parts[self._part] if not self.done else None
        if not isinstance(part, Text):
            return None
        match = NAMED_ARGUMENT.match(part.raw, self._at)
        if match is None:
            return None
        start = part.start + self._at
        if match.end() == len(part.raw) and self._part + 1 < len(self._parts):
            self._next_part()
            return Argument(match.group(1), start, self.take())
        self._at = match.end()
        word = self._source().word(self._at, strict=self._strict)
        self._at = word.end
        self._skip()
        place = Word(word.value, part.start + word.start, part.start + word.end, word.quoted)
        return Argument(match.group(1), start, place)

    def rest(self) -> tuple[Part, ...]:
        """All that is left, as typed."""
        left = self._parts[self._part :]
        if left and isinstance(left[0], Text):
            cut = Text(left[0].raw[self._at :], left[0].start + self._at)
            left = (cut, *left[1:])
        self._part = len(self._parts)
        return left

    def _source(self) -> Source:
        if self._part not in self._sources:
            part = self._parts[self._part]
            self._sources[self._part] = Source(part.raw if isinstance(part, Text) else "")
        return self._sources[self._part]

    def _next_part(self) -> None:
        self._part, self._at = self._part + 1, 0

    def _skip(self) -> None:
        while not self.done:
            part = self._parts[self._part]
            if isinstance(part, Text):
                self._at = skip_space(part.raw, self._at)
                if self._at >= len(part.raw):
                    self.column = part.end
                    self._next_part()
                    continue
            self.column = part.start + self._at
            return
