"""Whether a call that failed is made again, when, and what shows until then."""

from __future__ import annotations

import math
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass

from tui.domain.errors import Loading, Overloaded, ProviderError, RateLimited
from tui.domain.generation import Progress

MAX_WAIT = 120.0
"""Longest wait in seconds that a server may ask for; beyond it the error is shown instead."""
LOADING_SECONDS = 600.0
"""How long a server on this machine may read its model while somebody waits."""
_PAUSE = 1.0
"""Seconds between two questions whether the model is read."""
_TICK = 1.0
"""Seconds after which a wait shows how far it is."""

Sleep = Callable[[float], Awaitable[None]]


class Failed(Exception):
    """An attempt that failed, and whether another one makes sense."""

    def __init__(self, error: ProviderError, again: bool) -> None:
        super().__init__(error.message)
        self.error = error
        self.again = again

    @property
    def reason(self) -> str:
        """Why there is a wait, in a few words."""
        match self.error:
            case RateLimited():
                return "rate limit"
            case Loading():
                return f"{self.error.provider} is loading its model"
            case Overloaded():
                return f"{self.error.provider} is busy"
            case _:
                return "no connection yet"


@dataclass(frozen=True, slots=True)
class Wait:
    """The time until the next attempt."""

    seconds: float
    reason: str
    since: float | None = None
    """Seconds waited before, where nobody knows how long it will take; None: it counts down."""

    async def notes(self, sleep: Sleep) -> AsyncGenerator[Progress, None]:
        """Let the time pass, and tell each second how far it is."""
        passed = 0.0
        while self.seconds - passed > 1e-6:
            yield Progress(self._line(passed))
            step = min(_TICK, self.seconds - passed)
            await sleep(step)
            passed += step

    def _line(self, passed: float) -> str:
        if self.since is not None:
            whole = int(self.since + passed)
            return f"{self.reason} ({whole} s)" if whole else self.reason
        left = math.ceil(self.seconds - passed)
        return f"waiting {left} s: {self.reason}" if self.seconds >= 1 else self.reason


class Patience:
    """What is left of one call's attempts, and of the time for a server that loads its model."""

    def __init__(
        self, retries: int, loading_seconds: float = 0.0, longest: float = MAX_WAIT
    ) -> None:
        """Set what may be used up.

        Args:
            retries: Attempts after the first.
            loading_seconds: How long to ask again and again while the model is loading; these
                attempts are not counted. 0: such a failure is like any other.
            longest: Seconds of a wait that a server may ask for.
        """
        self._longest = longest
        self._retries = retries
        self._loading_seconds = loading_seconds
        self._waited = 0.0
        self._attempt = 0

    def after(self, failed: Failed) -> Wait | None:
        """The wait for the next attempt, or None when there shall be none."""
        asked = failed.error.retry_after
        if not failed.again or (asked is not None and asked > self._longest):
            return None
        if isinstance(failed.error, Loading) and self._loading_seconds:
            return self._until_loaded(failed, max(_PAUSE, asked or 0.0))
        if self._attempt >= self._retries:
            return None
        usual = min(8.0, 0.5 * (1 << self._attempt)) * random.uniform(0.75, 1)
        self._attempt += 1
        return Wait(usual if asked is None else asked, failed.reason)

    def _until_loaded(self, failed: Failed, seconds: float) -> Wait | None:
        since = self._waited
        if since >= self._loading_seconds:
            return None
        self._waited += seconds
        return Wait(seconds, failed.reason, since)
