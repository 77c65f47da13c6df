"""Asking one caption source after another until one gives a caption."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from tui.domain.errors import AppError, CaptionError
from tui.domain.generation import (
    Finished,
    FinishReason,
    GenerationEvent,
    Progress,
    Restarted,
    TextDelta,
)
from tui.domain.safetext import clean_line

WHOLE: tuple[FinishReason, ...] = ("stop", "length")
"""Endings of a caption that may be used as it is."""
_ENDINGS = {
    "content_filter": "a safety filter stopped it",
    "refusal": "it declined to describe the picture",
    "incomplete": "it broke off in mid-caption",
}
_REASON_LENGTH = 120


def ending(reason: FinishReason | None) -> str:
    """Why a caption that ended so is not whole, in a few words."""
    return _ENDINGS.get(reason or "incomplete", "it failed in mid-caption")


@dataclass(frozen=True, slots=True)
class Step:
    """One source of a chain."""

    name: str
    """For people, before the source is known."""
    seconds: float
    """Longest time from choosing it to its last word; 0: no limit."""
    ask: Callable[[], AsyncGenerator[GenerationEvent, None]]
    """Choose the source and let it caption. Raises AppError."""


class Chain:
    """Sources in order; what a failed one said is withdrawn."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        self._text = False
        self.failures: list[str] = []
        """Who gave no caption, and why: "kitchen: no answer within 20 s"."""

    def note(self, answering: str) -> str:
        """Why this one answers and not those before it; empty for the first."""
        if not self.failures:
            return ""
        return "; ".join([*self.failures, f"so: {clean_line(answering, _REASON_LENGTH)}"])

    async def events(self) -> AsyncGenerator[GenerationEvent, None]:
        """Stream the caption of the first that gives one.

        Raises:
            CaptionError: None did; says of each why.
        """
        for number, step in enumerate(self._steps, 1):
            self._text = False
            try:
                async with aclosing(self._whole(step)) as events:
                    async for event in events:
                        yield event
                return
            except TimeoutError:
                reason = f"no answer within {step.seconds:g} s"
            except AppError as error:
                reason = error.message
            failure = clean_line(f"{step.name}: {reason}", _REASON_LENGTH)
            self.failures.append(failure)
            if number < len(self._steps):
                following = f"{failure}; next: {clean_line(self._steps[number].name, 40)}"
                yield Restarted(following) if self._text else Progress(following)
        raise CaptionError(
            "no source of the chain gave a caption: " + "; ".join(self.failures),
            hint="nothing was inserted; /caption source=NAME asks one of them alone",
        )

    async def _whole(self, step: Step) -> AsyncGenerator[GenerationEvent, None]:
        """A step's events; raises unless they end in a whole caption."""
        text = False
        async with aclosing(within(step.seconds, step.ask())) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    self._text = True
                    text = text or bool(event.text.strip())
                elif isinstance(event, Restarted):
                    self._text = text = False
                elif isinstance(event, Finished):
                    if event.reason not in WHOLE:
                        raise CaptionError(ending(event.reason))
                    if not text:
                        raise CaptionError("it gave an empty caption")
                    yield event
                    return
                yield event
        raise CaptionError(ending(None))


async def within(
    seconds: float, events: AsyncGenerator[GenerationEvent, None]
) -> AsyncGenerator[GenerationEvent, None]:
    """Events as they come.

    The clock interrupts only the waiting for the next one, never whoever takes them.

    Args:
        seconds: From the first request to the last event; 0: no limit.
        events: Closed at the end.

    Raises:
        TimeoutError: They took longer.
    """
    deadline = asyncio.get_running_loop().time() + seconds if seconds else None
    async with aclosing(events):
        while True:
            async with asyncio.timeout_at(deadline):
                event = await anext(events, None)
            if event is None:
                return
            yield event
