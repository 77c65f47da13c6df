"""The parts of a run: what is measured, judged, drawn, and compared with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench import captioning, opening, plot, starting, streaming, targets
from bench.figures import Figures, Of
from bench.programs import BARE, MARKDOWN, SALON
from bench.run import Run
from bench.targets import Target


@dataclass(frozen=True)
class Part:
    """One part."""

    measure: Callable[[Run], None]
    targets: Callable[[Run], Sequence[Target]]
    base: str
    """Program that the others are compared with in the table."""
    panels: Callable[[Run], Sequence[plot.Bars | plot.Lines]]


def bars(figures: Figures, figure: str) -> plot.Bars:
    """A figure of all programs."""
    return plot.Bars(
        figure, _middles(figures, [Of(figure, each) for each in figures.programs(figure)])
    )


def _middles(figures: Figures, wanted: Sequence[Of]) -> dict[str, float]:
    spreads = {one.program: figures.spread(one) for one in wanted}
    return {name: spread.middle for name, spread in spreads.items() if spread}


def _start(run: Run) -> Sequence[plot.Bars | plot.Lines]:
    return [bars(run.figures, starting.USABLE), bars(run.figures, starting.MEMORY)]


def _stream(run: Run) -> Sequence[plot.Bars | plot.Lines]:
    return [bars(run.figures, streaming.BUSY), bars(run.figures, streaming.KEY95)]


def _quiet(run: Run) -> Sequence[plot.Bars | plot.Lines]:
    return [bars(run.figures, streaming.CPU)]


def _growth(run: Run) -> Sequence[plot.Bars | plot.Lines]:
    lengths = streaming.lengths(run)
    grown = {}
    for program in (SALON, MARKDOWN):
        spreads = [run.figures.spread(Of(streaming.grown(each), program)) for each in lengths]
        known = [each.middle for each in spreads if each]
        if len(known) == len(lengths):
            grown[program] = known
    title = "CPU s per 1,000 tokens, by length of the reply"
    return [plot.Lines(title, lengths, grown)]


def _long(run: Run) -> Sequence[plot.Bars | plot.Lines]:
    sizes = opening.sizes(run)
    drawn = []
    for figure, title in (
        (opening.OPEN, "open a chat of so many messages, ms"),
        (opening.MEMORY, "memory with it, MiB"),
    ):
        spreads = [run.figures.spread(Of(figure, opening.chat(each))) for each in sizes]
        known = [each.middle for each in spreads if each]
        lines = {SALON: known} if len(known) == len(sizes) else {}
        drawn.append(plot.Lines(title, sizes, lines))
    return drawn


def _local(run: Run) -> Sequence[plot.Bars | plot.Lines]:
    if not run.figures.programs(captioning.PER_WARM):
        return []
    return [bars(run.figures, captioning.PER_COLD), bars(run.figures, captioning.PER_WARM)]


PARTS = {
    "start": Part(starting.measure, lambda _: targets.start(), BARE, _start),
    "stream": Part(streaming.measure, lambda run: targets.stream(run.length), MARKDOWN, _stream),
    "quiet": Part(streaming.measure_quiet, lambda _: targets.quiet(), MARKDOWN, _quiet),
    "growth": Part(
        streaming.measure_growth, lambda run: targets.growth(run.length), MARKDOWN, _growth
    ),
    "long": Part(opening.measure, lambda run: targets.long(run.messages), opening.EMPTY, _long),
    "local": Part(captioning.measure, lambda _: targets.local(), SALON, _local),
}
