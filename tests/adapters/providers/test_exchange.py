"""What came in one read is passed on in one piece."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tui.adapters.providers.exchange import joined
from tui.domain.errors import ProtocolError
from tui.domain.generation import (
    Finished,
    GenerationEvent,
    Progress,
    ReasoningDelta,
    Started,
    TextDelta,
)


def test_deltas_that_follow_each_other_are_one() -> None:
    events: list[GenerationEvent] = [
        Started("a"),
        ReasoningDelta("hm"),
        ReasoningDelta("m"),
        TextDelta("one "),
        TextDelta("two "),
        TextDelta("three"),
        Progress("waiting"),
        TextDelta("four"),
        Finished("stop"),
    ]
    assert list(joined(iter(events))) == [
        Started("a"),
        ReasoningDelta("hmm"),
        TextDelta("one two three"),
        Progress("waiting"),
        TextDelta("four"),
        Finished("stop"),
    ]
    assert list(joined(iter([]))) == []


def test_an_error_comes_behind_what_came_before_it() -> None:
    def broken() -> Iterator[GenerationEvent]:
        yield TextDelta("kept, ")
        yield TextDelta("too")
        raise ProtocolError("torn")

    events = joined(broken())
    assert next(events) == TextDelta("kept, too")
    with pytest.raises(ProtocolError, match="torn"):
        next(events)
