"""What a run found, as a table."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

BEGIN = "<!-- soak: written by `make soak` -->"
END = "<!-- soak: end -->"


@dataclass
class Tally:
    """Victims by what they did."""

    kills: Counter[str] = field(default_factory=Counter)
    finished: Counter[str] = field(default_factory=Counter)
    """Those that were done before their time had come."""
    losses: Counter[str] = field(default_factory=Counter)
    confirmed: Counter[str] = field(default_factory=Counter)
    """What was to be there and is."""
    worst_behind: float = 0.0
    """Seconds that the reply on the disk was behind the server at most."""

    def count(self, scene: str, *, is_killed: bool, lost: bool) -> None:
        """Add a victim."""
        (self.kills if is_killed else self.finished)[scene] += 1
        self.losses[scene] += lost

    @property
    def killed(self) -> int:
        """How many were killed."""
        return self.kills.total()

    @property
    def lost(self) -> int:
        """How many left something behind that must not be."""
        return self.losses.total()

    def lines(self, seed: int) -> list[str]:
        """The table, in Markdown."""
        rows = [
            f"| {scene} | {self.kills[scene]} | {self.finished[scene]}"
            f" | {self.confirmed[scene]:,} | {self.losses[scene]} |"
            for scene in sorted({*self.kills, *self.finished})
        ]
        return [
            "| while it was | killed | done before | told of and found | something lost |",
            "|---|---|---|---|---|",
            *rows,
            f"| **all** | **{self.killed}** | {self.finished.total()}"
            f" | {self.confirmed.total():,} | **{self.lost}** |",
            "",
            f"Seed {seed}. A reply on the disk was at most {self.worst_behind:.2f} s behind what"
            " the server had sent.",
        ]


def write(path: Path, tally: Tally, seed: int) -> None:
    """Put the table between the markers of a document; raises ValueError where they are not."""
    before, begin, rest = path.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{path.name} has no place for the table")
    path.write_text("\n".join([before + BEGIN, *tally.lines(seed), END + after]))
