from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from tui.domain.errors import ProviderError
from tui.domain.generation import (
    Finished,
    GenerationEvent,
    Progress,
    ReasoningDelta,
    Restarted,
    TextDelta,
)
from tui.services.bounded import bounded


class Source:
    """Gives events, and knows whether it was closed."""

    def __init__(self, *events: GenerationEvent) -> None:
        self.events = events
        self.closed = False

    async def run(self) -> AsyncGenerator[GenerationEvent, None]:
        try:
            for event in self.events:
                yield event
        finally:
            self.closed = True


async def test_what_fits_comes_through_untouched() -> None:
    events = (Progress("x"), TextDelta("abc"), ReasoningDelta("de"), Finished("stop"))
    assert [event async for event in bounded(Source(*events).run(), 5)] == list(events)


async def test_what_does_not_is_cut_told_and_closed() -> None:
    source = Source(ReasoningDelta("abc"), TextDelta("defgh"), TextDelta("ijk"), Finished("stop"))
    events = bounded(source.run(), 5)
    found = [await anext(events), await anext(events)]
    with pytest.raises(ProviderError, match="left after 5 characters"):
        await anext(events)
    assert found == [ReasoningDelta("abc"), TextDelta("de")]
    assert source.closed


async def test_what_begins_anew_may_be_as_long_again() -> None:
    events = (TextDelta("abcde"), Restarted("another"), TextDelta("fghij"))
    assert [event async for event in bounded(Source(*events).run(), 5)] == list(events)


async def test_leaving_early_closes_the_source() -> None:
    source = Source(TextDelta("a"), TextDelta("b"))
    async with aclosing(bounded(source.run(), 5)) as events:
        assert await anext(events) == TextDelta("a")
    assert source.closed
