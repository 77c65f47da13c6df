"""Figures, verdicts, tables and plots, on figures that were never measured."""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import all as command
import pytest
from bench import captioning, parts, plot, table
from bench.backend import Backend
from bench.figures import Figures, Of, Spread, percentile
from bench.run import Run
from bench.targets import Target, judge

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "performance.md"


@pytest.fixture
def figures() -> Figures:
    made = Figures()
    for turn, (ours, theirs) in enumerate([(100.0, 50.0), (300.0, 100.0), (90.0, 90.0)]):
        made.add(turn, "salon", {"time, ms": ours, "memory": 1234.5})
        made.add(turn, "bare app", {"time, ms": theirs})
    made.add(-1, "salon", {"time, ms": 9999.0})
    made.add(1, "slow", {"time, ms": 600.0})
    return made


def test_ratios_are_those_within_a_round(figures: Figures) -> None:
    ours, theirs = Of("time, ms", "salon"), Of("time, ms", "bare app")

    assert figures.spread(ours) == Spread(100.0, 90.0, 300.0)
    assert figures.ratio(ours, theirs) == Spread(2.0, 1.0, 3.0)
    assert figures.ratio(ours, Of("time, ms", "slow")) == Spread(0.5, 0.5, 0.5)
    assert figures.ratio(ours, Of("time, ms", "absent")) is None


def test_of_several_in_a_round_the_median_counts(figures: Figures) -> None:
    for odd in (1000.0, 310.0):
        figures.add(1, "salon", {"time, ms": odd})

    assert figures.spread(Of("time, ms", "salon")) == Spread(100.0, 90.0, 310.0)


def test_percentiles_lie_between_neighbours() -> None:
    assert percentile([4.0, 1.0, 2.0, 3.0], 0.5) == 2.5
    assert percentile([7.0], 0.95) == 7.0


def test_a_target_is_met_missed_or_not_measured(figures: Figures) -> None:
    ours, theirs = Of("time, ms", "salon"), Of("time, ms", "bare app")

    met = judge(Target("a", 2.0, ours, theirs), figures)
    missed = judge(Target("b", 101.0, ours, unit=" ms", at_least=True), figures)
    unknown = judge(Target("c", 1.0, Of("none", "salon")), figures)

    assert (met.bound, met.measured, met.met) == ("≤ 2 x", "2 x (1 to 3)", True)
    assert (missed.bound, missed.measured, missed.met) == ("≥ 101 ms", "100 ms (90 to 300)", False)
    assert (unknown.measured, unknown.met) == ("not measured", None)
    assert table.targets([met, missed, unknown])[2:] == [
        "| a | ≤ 2 x | 2 x (1 to 3) | yes |",
        "| b | ≥ 101 ms | 100 ms (90 to 300) | **no** |",
        "| c | ≤ 1 | not measured | - |",
    ]


def test_the_table_compares_with_the_base(figures: Figures) -> None:
    assert table.figures(figures, "bare app") == [
        "| | time, ms | memory |",
        "|---|---|---|",
        "| salon | 100 (2 x) | 1,234 |",
        "| bare app | 90 |  |",
        "| slow | 600 (6 x) |  |",
    ]


def test_what_is_left_out_is_named() -> None:
    assert table.left_out({}) == []
    assert table.left_out({"elia": "not installed"}) == ["", "Left out: elia (not installed)."]


def test_a_part_of_the_document_is_replaced_alone(tmp_path: Path) -> None:
    begin, end = "<!-- bench start: written by `make bench` -->", "<!-- bench start: end -->"
    document = tmp_path / "d.md"
    document.write_text(f"before\n{begin}\nold\n{end}\nafter\n", encoding="utf-8")

    table.put(document, "start", ["new"])

    assert document.read_text() == f"before\n{begin}\nnew\n{end}\nafter\n"
    with pytest.raises(ValueError, match="no place for long"):
        table.put(document, "long", ["new"])


def test_the_document_has_a_place_for_each_part(tmp_path: Path) -> None:
    copy = tmp_path / "performance.md"
    copy.write_text(DOCUMENT.read_text(encoding="utf-8"), encoding="utf-8")

    for name in parts.PARTS:
        table.put(copy, name, [f"figures of {name}"])

    assert all(f"figures of {name}\n" in copy.read_text() for name in parts.PARTS)


def test_a_part_that_fails_keeps_what_it_found_and_fails_the_run_at_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def half(run: Run) -> None:
        run.figures.add(0, "salon", {"time, ms": 77.0})
        raise OSError("no room\nat all")

    def none(run: Run) -> None:
        raise ValueError("nothing")

    document = tmp_path / "performance.md"
    document.write_text(DOCUMENT.read_text(encoding="utf-8"), encoding="utf-8")
    table.put(document, "quiet", ["old figures"])
    replaced = {"start": half, "quiet": none, "growth": lambda run: None}
    for name, measure in replaced.items():
        part = dataclasses.replace(parts.PARTS[name], measure=measure)
        monkeypatch.setitem(parts.PARTS, name, part)
    names = ",".join(replaced)
    monkeypatch.setattr(
        "sys.argv", ["all.py", "--only", names, "--peers", "", "--write", str(document)]
    )

    with pytest.raises(SystemExit, match="not all measured: start, quiet"):
        command.main()

    written = document.read_text(encoding="utf-8")
    assert "| salon | 77 |" in written
    assert "Left out: the rest of this part (no room)." in written
    assert "old figures" in written
    assert "CPU per token of 8,000, against 500 | ≤ 1 x | not measured" in written
    assert "the rest of this part: nothing" in capsys.readouterr().err


def test_a_plot_is_drawn_of_itself_alone() -> None:
    bars = plot.Bars("time <ms>", {"salon": 10.0, "a & b": 5000.0})
    lines = plot.Lines("by length", (100, 1000), {"salon": [1.0, 2.0], "other": [1.0, 2.0]})

    drawn = plot.draw([bars, lines], "salon")

    root = ElementTree.fromstring(drawn)
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    words = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert tags == {"svg", "g", "text", "rect", "path", "polyline", "circle"}
    assert {"time <ms>", "a & b", "5,000", "1,000"} <= set(words)
    assert drawn.count(plot.OURS) == 5  # a bar, a line with two points, its name
    assert "href" not in drawn
    assert "url(" not in drawn


def test_a_part_that_measured_nothing_has_its_targets_and_no_figure() -> None:
    run = Run((), Backend(), 1)
    for part in parts.PARTS.values():
        assert all(judge(each, run.figures).met is None for each in part.targets(run))
        assert all(len(plot.draw([panel], "salon")) > 100 for panel in part.panels(run))


def test_what_the_local_model_tells_is_judged() -> None:
    run = Run((), Backend(), 1)
    silly = {"cold_s": 9.0, "warm_s": 8.0, "cold_ratio": 4.0, "warm_ratio": 8.0, "peak_ratio": 2.5}
    told = {
        "model": {"megabytes": 246.0},
        "salon": {"cold_s": 2.0, "warm_s": 1.0, "captions_per_s_warm": 1.0},
        "roofline": {"step_ms": 20.0, "step_floor_ms": 10.0, "step_ratio": 2.0},
        "failed": {captioning.JS: "could not"},
        "peers": {"sillytavern-transformers 2.14.6": silly},
        "stalls_ms": {"load": {"p95": 3.0, "max": 9.0}},
    }

    captioning.take(run, told)

    verdicts = [judge(each, run.figures).met for each in parts.PARTS["local"].targets(run)]
    assert verdicts == [True, False, True, None, None, False, None]
    assert run.figures.spread(Of("loop late, load, max, ms", "salon")) == Spread(9.0, 9.0, 9.0)
    assert run.figures.missing == {captioning.JS: "could not"}


def test_the_speed_of_a_tiny_model_is_not_told() -> None:
    run = Run((), Backend(), 1)

    captioning.take(run, {"model": {"megabytes": 1.8}, "salon": {"cold_s": 0.1}})

    assert run.figures.values == {}
    assert "2 MB" in run.figures.missing["speed of the local model"]
