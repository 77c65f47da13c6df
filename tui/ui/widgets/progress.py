"""Progress in words: how much, how fast, how long still."""

from __future__ import annotations

from collections import deque

from tui.domain.generation import Progress
from tui.domain.safetext import clean_line

_WINDOW = 5.0
"""Seconds over which the speed is averaged."""
_SETTLING = 1.0
"""Seconds at the start in which a download that goes on tells what was there already."""
_BAR = 12
"""Cells of the bar."""


def amount(size: float) -> str:
    """Bytes for people, in decimal units."""
    if size >= 1_000_000_000:
        return f"{size / 1_000_000_000:.2f} GB"
    if size >= 1_000_000:
        return f"{size / 1_000_000:.1f} MB"
    return f"{size / 1000:.0f} KB"


def duration(seconds: float) -> str:
    """A time to wait, roughly."""
    if seconds >= 3600:
        return f"{seconds / 3600:.1f} h"
    if seconds >= 90:
        return f"{seconds / 60:.0f} min"
    return f"{max(1, round(seconds))} s"


class Speedometer:
    """Turns progress events into a line; measures the speed of what counts bytes."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque()
        self._began: float | None = None

    def line(self, event: Progress, now: float) -> str:
        """Describe an event.

        Args:
            event: What the source or the download said.
            now: Seconds on a monotonic clock.
        """
        label = clean_line(event.label, 120)
        if event.unit == "bytes":
            return " · ".join(part for part in (*self._bytes(event, now), label) if part)
        if event.total:
            unit = f" {event.unit}" if event.unit else ""
            share = f"{event.done:g} of {event.total:g}{unit}"
            return f"{_bar(event.done / event.total)} {share} · {label}"
        return f"{label}…"

    def brief(self, event: Progress, now: float) -> str:
        """Describe an event in a few words, for a line that tells more: what, how far, how fast."""
        label = clean_line(event.label, 120)
        share = f" {event.done / event.total:.0%}" if event.total else ""
        speed = self._speed(event.done, now) if event.unit == "bytes" else 0.0
        return f"{label}{share}{f' · {amount(speed)}/s' if speed else ''}"

    def _bytes(self, event: Progress, now: float) -> list[str]:
        parts = [amount(event.done)]
        if event.total:
            share = event.done / event.total
            parts = [f"{_bar(share)} {share:.0%}", f"{amount(event.done)} of {amount(event.total)}"]
        speed = self._speed(event.done, now)
        if speed:
            parts.append(f"{amount(speed)}/s")
            if event.total and event.done < event.total:
                parts.append(f"{duration((event.total - event.done) / speed)} left")
        return parts

    def _speed(self, done: float, now: float) -> float:
        """Bytes a second lately; 0 when not known yet."""
        if self._began is None:
            self._began = now
        if now - self._began < _SETTLING or done < self._seen[-1][1]:
            self._seen.clear()
        self._seen.append((now, done))
        while now - self._seen[0][0] > _WINDOW and len(self._seen) > 2:
            self._seen.popleft()
        start, first = self._seen[0]
        return (done - first) / (now - start) if now - start > 0.2 else 0.0


def _bar(share: float) -> str:
    filled = round(max(0.0, min(share, 1.0)) * _BAR)
    return "━" * filled + "─" * (_BAR - filled)
