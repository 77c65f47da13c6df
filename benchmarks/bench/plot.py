"""Plots as SVG, in tones for light and for dark ground, with nothing from elsewhere."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

OURS, THEIRS, WORDS, LINE = "#2f81f7", "#8b949e", "#7d8590", "#8b949e55"
_WIDTH, _ROW, _TOP = 420, 26, 34
_NAMES, _NUMBERS = 120, 60
_HEIGHT = 190
_FONT = "font-family='ui-sans-serif,system-ui,sans-serif' font-size='12'"


@dataclass(frozen=True)
class Bars:
    """A bar for each name, all from zero."""

    title: str
    values: Mapping[str, float]


@dataclass(frozen=True)
class Lines:
    """Values over a length that grows by factors; the first line is ours."""

    title: str
    lengths: Sequence[int]
    values: Mapping[str, Sequence[float]]


def draw(panels: Sequence[Bars | Lines], ours: str) -> str:
    """The panels beside each other; `ours` is the name that stands out."""
    drawn = [_bars(each, ours) if isinstance(each, Bars) else _lines(each, ours) for each in panels]
    height = max(size for size, _ in drawn) + 10
    width = _WIDTH * len(drawn)
    body = "".join(
        f"<g transform='translate({at * _WIDTH} 0)'>{content}</g>"
        for at, (_, content) in enumerate(drawn)
    )
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height:.0f}'"
        f" width='{width}' height='{height:.0f}' role='img' {_FONT}>{body}</svg>\n"
    )


def _text(
    at: tuple[float, float], words: str, *, anchor: str = "start", colour: str = WORDS
) -> str:
    return (
        f"<text x='{at[0]:.1f}' y='{at[1]:.1f}' text-anchor='{anchor}' fill='{colour}'>"
        f"{html.escape(words)}</text>"
    )


def _title(words: str) -> str:
    return f"<text x='10' y='18' font-weight='600' fill='{WORDS}'>{html.escape(words)}</text>"


def _bars(panel: Bars, ours: str) -> tuple[float, str]:
    most = max(panel.values.values(), default=1.0) or 1.0
    room = _WIDTH - _NAMES - _NUMBERS - 20
    parts = [_title(panel.title)]
    for row, (name, value) in enumerate(panel.values.items()):
        y = _TOP + row * _ROW
        colour = OURS if name == ours else THEIRS
        length = max(1.0, room * value / most)
        parts.append(_text((_NAMES, y + 13), name, anchor="end"))
        parts.append(
            f"<rect x='{_NAMES + 8}' y='{y}' width='{length:.1f}' height='17' rx='2'"
            f" fill='{colour}'/>"
        )
        parts.append(_text((_NAMES + length + 14, y + 13), _number(value)))
    return _TOP + len(panel.values) * _ROW, "".join(parts)


def _lines(panel: Lines, ours: str) -> tuple[float, str]:
    left, right, bottom = 50.0, _WIDTH - 125.0, float(_HEIGHT)
    most = max((max(values) for values in panel.values.values()), default=1.0) or 1.0
    top = _nice(most)
    first, last = math.log(panel.lengths[0]), math.log(panel.lengths[-1])

    def place(length: int, value: float) -> tuple[float, float]:
        share = (math.log(length) - first) / (last - first) if last > first else 0.0
        return left + share * (right - left), bottom - (bottom - _TOP) * value / top

    parts = [_title(panel.title)]
    for share in (0.0, 0.5, 1.0):
        y = place(panel.lengths[0], top * share)[1]
        parts.append(f"<path d='M{left} {y:.1f}H{right}' stroke='{LINE}'/>")
        parts.append(_text((left - 8, y + 4), _number(top * share), anchor="end"))
    parts += [
        _text((place(each, 0)[0], bottom + 18), f"{each:,}", anchor="middle")
        for each in panel.lengths
    ]
    names = _apart({name: place(1, values[-1])[1] for name, values in panel.values.items()})
    for name, values in panel.values.items():
        colour = OURS if name == ours else THEIRS
        points = [place(*each) for each in zip(panel.lengths, values, strict=True)]
        way = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f"<polyline points='{way}' fill='none' stroke='{colour}' stroke-width='2'/>")
        parts += [f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3' fill='{colour}'/>" for x, y in points]
        parts.append(_text((right + 8, names[name] + 4), name, colour=colour))
    return bottom + 24, "".join(parts)


def _apart(places: Mapping[str, float]) -> dict[str, float]:
    """Heights of names beside the ends of their lines, moved up until none covers another."""
    moved: dict[str, float] = {}
    above = math.inf
    for name, y in sorted(places.items(), key=lambda each: -each[1]):
        above = moved[name] = min(y, above - 14)
    return moved


def _nice(value: float) -> float:
    """The next of 1, 2, 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
