"""The smallest real measurements: a bare app, a reply, a program that is not there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from bench import captioning, starting, streaming
from bench.backend import Backend
from bench.corpus import END, MARK, tokens
from bench.programs import BARE, MARKDOWN, OURS, Program, find_peers
from bench.run import Run


def test_a_reply_has_so_many_tokens_and_each_mark_once() -> None:
    pieces = tokens(500)
    marks = MARK.findall("".join(pieces))

    assert len(pieces) == 500
    assert pieces[-1] == END
    assert "".join(pieces).count("```") % 2 == 0
    assert len(marks) == len(set(marks)) > 5


def test_the_bare_app_starts_and_echoes_a_key() -> None:
    run = Run(OURS, Backend(), 1)
    run.backend.url = "http://127.0.0.1:9"

    found = starting._started(run, run.named(BARE))

    assert set(found) == {starting.FIRST, starting.USABLE, starting.CPU}
    assert 0 < found[starting.FIRST] <= found[starting.USABLE]
    assert found[starting.CPU] > 0


def test_a_short_reply_is_seen_to_its_end() -> None:
    with Backend() as backend:
        run = Run(OURS, backend, 1, pause=0.1)
        found = streaming.reply(run, run.named(MARKDOWN), (120, 400.0), typing=True)

    assert found[streaming.SEEN] == 100
    assert found[streaming.BYTES] > 1
    assert found[streaming.BUSY] > 0
    assert streaming.LAST in found


def test_a_program_that_ends_is_named_and_the_run_goes_on() -> None:
    run = Run((), Backend(), 1)
    run.backend.url = "http://127.0.0.1:9"
    broken = Program("broken", "never", (sys.executable, "-c", "print('no luck')"), {})

    run.take(0, "broken", lambda: starting._rested(run, broken))

    assert run.figures.values == {}
    assert "the program ended" in run.figures.missing["broken"]


def test_whatever_goes_wrong_with_a_program_is_told_in_a_line() -> None:
    run = Run((), Backend(), 1)

    def measure() -> dict[str, float]:
        raise KeyError("usage\nof a page")

    run.take(0, "odd", measure)
    run.take(0, "even", lambda: {"time, ms": 1.0})

    assert run.figures.programs("time, ms") == ["even"]
    assert "\n" not in run.figures.missing["odd"]


def test_a_model_that_is_not_there_leaves_the_keys_to_be_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run((), Backend(), 1, model=tmp_path / "none")
    monkeypatch.setattr(captioning, "_keys", lambda run: {captioning.AT_REST: 5.0})

    captioning.measure(run)

    assert run.model is None
    assert captioning.SPEED in run.figures.missing
    assert run.figures.programs(captioning.AT_REST) == ["salon"]


def test_a_peer_is_found_in_a_folder_that_is_named(tmp_path: Path) -> None:
    program = tmp_path / "elia"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)

    found, missing = find_peers(["elia", "no-such-program"], [tmp_path])

    assert [(each.name, each.argv) for each in found] == [("elia", (str(program),))]
    assert list(missing) == ["no-such-program"]
