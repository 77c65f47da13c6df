"""Sizes and shapes: each service makes some of its own, the nearest one is asked for."""

from __future__ import annotations

import math
from collections.abc import Iterable

RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
"""Shapes that Gemini and OpenRouter know."""


def nearest(width: int, height: int, known: Iterable[str]) -> str:
    """The one of "WxH" or "W:H" whose shape is most like the wished one; empty when none is."""
    wanted = math.log(max(1, width) / max(1, height))

    def distance(text: str) -> float:
        across, _, down = text.replace(":", "x").partition("x")
        return abs(math.log(int(across) / int(down)) - wanted)

    return min(known, key=distance, default="")


def stepped(value: int, step: int, least: int, most: int) -> int:
    """The nearest multiple of a step within bounds."""
    return max(least, min(most, round(value / step) * step))
