"""An end for answers that have none: a server may go on for ever, a screen and a disk cannot."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from tui.domain.errors import ProviderError
from tui.domain.generation import GenerationEvent, ReasoningDelta, Restarted, TextDelta

MOST_REPLY = 2_000_000
"""Characters of a reply, with what was thought; no model writes as much at once."""
MOST_CAPTION = 50_000
"""Characters of a caption, which is edited as one text."""


async def bounded(
    events: AsyncGenerator[GenerationEvent, None], most: int
) -> AsyncGenerator[GenerationEvent, None]:
    """Give the events on until they hold too much; closing it closes what they come from.

    Args:
        events: An answer.
        most: Characters that it may have.

    Raises:
        ProviderError: It is longer; what fits was given.
    """
    left = most
    async with aclosing(events) as inner:
        async for event in inner:
            if isinstance(event, Restarted):
                left = most
            if not isinstance(event, (TextDelta, ReasoningDelta)):
                yield event
                continue
            size = len(event.text)
            if size <= left:
                left -= size
                if size:
                    yield event
            else:
                if left:
                    yield type(event)(event.text[:left])
                raise ProviderError(
                    f"the answer does not end; it was left after {most:,} characters",
                    hint="what came is kept; if it is useless, choose another model",
                )
