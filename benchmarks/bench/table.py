"""Figures and verdicts as Markdown, and their place in a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.figures import Figures, Of
from bench.targets import Verdict

_WORDS = {True: "yes", False: "**no**", None: "-"}


def targets(verdicts: Sequence[Verdict]) -> list[str]:
    """The table of targets."""
    rows = [
        f"| {each.what} | {each.bound} | {each.measured} | {_WORDS[each.met]} |"
        for each in verdicts
    ]
    return ["| target | bound | measured | met |", "|---|---|---|---|", *rows]


def figures(found: Figures, base: str) -> list[str]:
    """A row a program and a column a figure: medians, and their ratio to the base of that round."""
    names = list(dict.fromkeys(one.figure for one in found.values))
    programs = list(dict.fromkeys(one.program for one in found.values))
    rows = [
        f"| {program} | " + " | ".join(_cell(found, name, program, base) for name in names) + " |"
        for program in programs
    ]
    return ["| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|", *rows]


def _cell(found: Figures, name: str, program: str, base: str) -> str:
    spread = found.spread(Of(name, program))
    if spread is None:
        return ""
    text = number(spread.middle)
    ratio = found.ratio(Of(name, program), Of(name, base))
    if ratio is None or program == base:
        return text
    return f"{text} ({ratio.middle:.2g} x)"


def number(value: float) -> str:
    """With as many digits as mean something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def left_out(missing: Mapping[str, str]) -> list[str]:
    """What could not be measured, in a sentence."""
    if not missing:
        return []
    return ["", "Left out: " + "; ".join(f"{what} ({why})" for what, why in missing.items()) + "."]


def put(path: Path, part: str, lines: Sequence[str]) -> None:
    """Write lines between the markers of a part; what else stands in the document stays.

    Raises:
        ValueError: the document has no such markers.
    """
    begin, end = f"<!-- bench {part}: written by `make bench` -->", f"<!-- bench {part}: end -->"
    text = path.read_text(encoding="utf-8")
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        raise ValueError(f"{path.name} has no place for {part}")
    new = "\n".join([begin, *lines, end])
    path.write_text(before + new + after, encoding="utf-8")
