"""What every part of a run is given."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.backend import Backend
from bench.figures import Figures
from bench.programs import Place, Program
from bench.session import Session

Measure = Callable[[], Mapping[str, float]]


@dataclass
class Run:
    """Programs, server and rounds of one part, and what was found."""

    programs: Sequence[Program]
    backend: Backend
    rounds: int
    length: int = 2000
    """Tokens of the reply that is streamed."""
    messages: int = 10_000
    """Of the longest chat."""
    model: Path | None = None
    """Folder of a captioning model of the real size."""
    pause: float = 1.0
    """Seconds of rest between the steps of a measurement."""
    node: Path | None = None
    """Folder with a `node_modules` that has transformers.js in it."""
    figures: Figures = field(default_factory=Figures)

    def named(self, name: str) -> Program:
        """One of the programs."""
        return next(each for each in self.programs if each.name == name)

    @contextmanager
    def started(self, program: Program, home: Path | None = None) -> Iterator[Session]:
        """A program in a terminal, in a home that is there or an empty one of its own."""
        with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as empty:
            place = Place(home or Path(empty), self.backend.url)
            program.prepare(place)
            with program.start(place) as session:
                yield session

    def take(self, turn: int, program: str, measure: Measure) -> None:
        """Measure once; a program that fails is named and the run goes on."""
        try:
            found = measure()
        except Exception as error:  # noqa: BLE001 - the others are worth having
            why = reason(error)
            self.figures.miss(program, why)
            print(f"  {turn:2} {program}: {why}", file=sys.stderr)
            return
        self.figures.add(turn, program, found)
        shown = ", ".join(f"{figure} {value:.4g}" for figure, value in found.items())
        print(f"  {turn:2} {program}: {shown}", file=sys.stderr)


def reason(error: Exception) -> str:
    """What went wrong, in one short line."""
    return (str(error).strip() or type(error).__name__).split("\n", 1)[0][:200]
