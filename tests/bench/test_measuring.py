"""The smallest real measurements: a bare app, a reply, a program that is not there."""

from __future__ import annotations

import sys
from pathlib import Path

from bench import starting, streaming
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

    found = starting._start(run, run.named(BARE), -1)

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

    run.take(0, "broken", lambda: starting._start(run, broken, 0))

    assert run.figures.values == {}
    assert "the program ended" in run.figures.missing["broken"]


def test_a_peer_is_found_in_a_folder_that_is_named(tmp_path: Path) -> None:
    program = tmp_path / "elia"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)

    found, missing = find_peers(["elia", "no-such-program"], [tmp_path])

    assert [(each.name, each.argv) for each in found] == [("elia", (str(program),))]
    assert list(missing) == ["no-such-program"]
