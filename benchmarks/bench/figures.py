"""Figures of all programs and rounds; medians, and ratios between those of one round."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Spread:
    """A median and the least and greatest of the rounds."""

    middle: float
    least: float
    most: float


@dataclass(frozen=True)
class Of:
    """One figure of one program."""

    figure: str
    program: str


@dataclass
class Figures:
    """What was measured, by figure, program and round."""

    values: dict[Of, dict[int, list[float]]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    """What could not be measured, and why."""

    def add(self, turn: int, program: str, found: Mapping[str, float]) -> None:
        """Take the figures of a program in a round; rounds below 0 only warm up.

        Of what is taken several times in a round the median counts.
        """
        if turn < 0:
            return
        for figure, value in found.items():
            self.values.setdefault(Of(figure, program), {}).setdefault(turn, []).append(value)

    def miss(self, what: str, why: str) -> None:
        """Say that something is not there."""
        self.missing.setdefault(what, why)

    def spread(self, one: Of) -> Spread | None:
        """A figure over the rounds, or None where there is none."""
        return _spread(list(self._rounds(one).values()))

    def ratio(self, one: Of, other: Of) -> Spread | None:
        """One figure to another, round by round; None where they never met in one."""
        mine, theirs = self._rounds(one), self._rounds(other)
        both = sorted(mine.keys() & theirs.keys())
        return _spread([mine[turn] / theirs[turn] for turn in both if theirs[turn] > 0])

    def _rounds(self, one: Of) -> dict[int, float]:
        found = self.values.get(one, {})
        return {turn: statistics.median(values) for turn, values in found.items()}

    def programs(self, figure: str) -> list[str]:
        """Who has it, in the order of measuring."""
        return [one.program for one in self.values if one.figure == figure]


def _spread(values: Sequence[float]) -> Spread | None:
    if not values:
        return None
    return Spread(statistics.median(values), min(values), max(values))


def percentile(values: Sequence[float], share: float) -> float:
    """Value below which a share of all lie, between neighbours in proportion."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
