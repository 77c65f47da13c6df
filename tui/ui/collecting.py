"""When memory that went round in circles is looked for: while nothing is going on.

Python does so when enough was made, which is in the middle of scrolling or of a reply, and stops
the program for a tenth of a second when a long chat was read. So the large rounds wait for a quiet
moment; the small ones, of a few milliseconds, stay as they are.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App

EVERY = 3.0
"""Seconds between two looks."""
QUIET = 0.05
"""Seconds of the processor since the last look at which nothing is going on."""
_WORTH = 2
"""Rounds of the middle generation, each after some 7,000 new objects, that make one worth while."""
_AT_LAST = 100
"""Rounds after which Python does not wait for a quiet moment any longer; its own value is 10."""


class Collector:
    """Collects when it is asked in a quiet moment and there is something to look at.

    Args:
        clock: Seconds of the processor that this process has used.
    """

    def __init__(self, clock: Callable[[], float] = time.process_time) -> None:
        self._clock = clock
        self._used = clock()

    def look(self) -> bool:
        """Collect if this is a moment for it; says whether it was."""
        used, self._used = self._used, self._clock()
        if self._used - used > QUIET or gc.get_count()[2] < _WORTH:
            return False
        gc.collect()
        return True


def begin(app: App[None]) -> None:
    """Leave large rounds to quiet moments from now on."""
    small, middle, _ = gc.get_threshold()
    gc.set_threshold(small, middle, _AT_LAST)
    app.set_interval(EVERY, Collector().look)
