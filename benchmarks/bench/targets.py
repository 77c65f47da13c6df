"""What Salon is to reach, and whether it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench import captioning, opening, starting, streaming
from bench.figures import Figures, Of
from bench.programs import BARE, SALON


@dataclass(frozen=True)
class Target:
    """A figure, or the ratio of two taken in one round, and its bound."""

    what: str
    bound: float
    one: Of
    other: Of | None = None
    unit: str = ""
    at_least: bool = False


@dataclass(frozen=True)
class Verdict:
    """A target beside what was measured."""

    what: str
    bound: str
    measured: str
    met: bool | None
    """None: not measured."""


def judge(target: Target, figures: Figures) -> Verdict:
    """Compare the median with the bound."""
    spread = figures.ratio(target.one, target.other) if target.other else figures.spread(target.one)
    unit = " x" if target.other else target.unit
    bound = f"{'≥' if target.at_least else '≤'} {target.bound:g}{unit}"
    if spread is None:
        return Verdict(target.what, bound, "not measured", None)
    met = spread.middle >= target.bound if target.at_least else spread.middle <= target.bound
    measured = f"{spread.middle:.3g}{unit}"
    if spread.least != spread.most:
        measured += f" ({spread.least:.3g} to {spread.most:.3g})"
    return Verdict(target.what, bound, measured, met)


def start() -> Sequence[Target]:
    """Of the start."""
    usable = Of(starting.USABLE, SALON)
    bare = Of(starting.USABLE, BARE)
    return (
        Target("start to a usable prompt, against the bare app", 1.35, usable, bare),
        Target("the same against elia", 0.4, usable, Of(starting.USABLE, "elia")),
        Target("first frame, against the bare app's prompt", 0.15, Of(starting.FIRST, SALON), bare),
        Target(
            "keys kept of 6 typed from the first moment on",
            6,
            Of(starting.KEPT, SALON),
            at_least=True,
        ),
        Target(
            "`salon --version`, against `python -c pass`",
            3,
            Of(starting.COMMAND, starting.VERSION),
            Of(starting.COMMAND, starting.PASS),
        ),
        Target(
            "idle CPU, against the bare app", 1, Of(starting.IDLE, SALON), Of(starting.IDLE, BARE)
        ),
    )


def stream(length: int) -> Sequence[Target]:
    """Of a reply while keys are typed."""
    busy = Of(streaming.BUSY, SALON)
    cpu = "CPU per token while typing, against "
    return (
        Target(cpu + "codex", 0.4, busy, Of(streaming.BUSY, "codex")),
        Target(cpu + "oterm", 0.1, busy, Of(streaming.BUSY, "oterm")),
        Target(cpu + "elia", 0.06, busy, Of(streaming.BUSY, "elia")),
        Target(
            "key echo p95 while streaming, against codex",
            1,
            Of(streaming.KEY95, SALON),
            Of(streaming.KEY95, "codex"),
        ),
        Target("slowest key while streaming", 50, Of(streaming.KEY_MOST, SALON), unit=" ms"),
        Target("token to screen p95", 40, Of(streaming.LATE, SALON), unit=" ms"),
        Target("last byte to painted", 40, Of(streaming.LAST, SALON), unit=" ms"),
        Target("to the terminal", length / 10, Of(streaming.BYTES, SALON), unit=" kB"),
    )


def quiet() -> Sequence[Target]:
    """Of a reply that nobody types into."""
    what = "CPU per token without typing, against codex"
    return (Target(what, 0.2, Of(streaming.CPU, SALON), Of(streaming.CPU, "codex")),)


def growth(length: int) -> Sequence[Target]:
    """Of a longer reply beside a shorter one."""
    what = f"CPU per token of {length * 4:,}, against {length // 4:,}"
    shorter, longer = (Of(streaming.grown(each), SALON) for each in (length // 4, length * 4))
    return (Target(what, 1, longer, shorter),)


def long(messages: int) -> Sequence[Target]:
    """Of long chats."""
    row = opening.chat(messages)
    return (
        Target(
            f"open {messages:,} messages, against an empty start",
            1.2,
            Of(opening.OPEN, row),
            Of(opening.OPEN, opening.EMPTY),
        ),
        Target("memory with them", 60, Of(opening.MEMORY, row), unit=" MiB"),
        Target("wheel tick in them, p50", 5, Of(opening.WHEEL, row), unit=" ms"),
        Target("wheel tick in them, p95", 40, Of(opening.WHEEL95, row), unit=" ms"),
        Target(
            f"search of {messages * 10:,} messages for a rare word",
            50,
            Of(opening.RARE_MS, opening.library(messages)),
            unit=" ms",
        ),
    )


def local() -> Sequence[Target]:
    """Of the local captioning model."""
    silly, other = captioning.SILLY, captioning.JS
    warm, cold = captioning.WARM_TIMES, captioning.COLD_TIMES

    def faster(what: str, bound: float, figure: str, package: str) -> Target:
        return Target(what, bound, Of(figure, package), unit=" x", at_least=True)

    return (
        faster(f"warm caption, faster than {silly}", 7, warm, silly),
        faster("cold caption, faster than the same", 4.5, cold, silly),
        faster("peak memory, the same to Salon's worker", 2, captioning.PEAK_TIMES, silly),
        faster(f"warm caption, faster than {other}", 2.8, warm, other),
        faster("cold caption, faster than the same", 2.7, cold, other),
        Target(
            "a token, against reading the weights once",
            1.15,
            Of(captioning.STEP_TIMES, SALON),
            unit=" x",
        ),
        Target(
            "key echo p95 while a model loads and runs, against rest",
            1.5,
            Of(captioning.MEANWHILE, SALON),
            Of(captioning.AT_REST, SALON),
        ),
    )
