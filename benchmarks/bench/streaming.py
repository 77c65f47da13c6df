"""A reply from socket to screen: what it costs, how late it is, and how keys fare meanwhile."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from functools import partial

from bench.backend import ASK, SHORT, Reply
from bench.corpus import END, MARK
from bench.figures import percentile
from bench.programs import MARKDOWN, SALON, Program
from bench.run import Run
from bench.session import KEYS, Gone, Session

RATE, FAST = 200.0, 400.0
"""Tokens a second: beside typing, and where only the length matters."""
CPU, BUSY = "CPU s per 1,000 tokens", "the same while typing"
LATE, LAST = "token to screen p95, ms", "last byte to painted, ms"
SEEN, BYTES = "marks seen, %", "kB to the terminal"
KEY, KEY95, KEY_MOST = "key p50, ms", "key p95, ms", "key max, ms"
_EVERY = 0.1
_ALONE = (MARKDOWN, SALON, "codex")
"""Measured without typing too; the slower ones would take long to say the same."""
_PATIENCE = 90.0
_QUIET = 5.0


def grown(length: int) -> str:
    """Name of the figure of a reply of another length."""
    return f"CPU s per 1,000 of {length:,}"


def lengths(run: Run) -> tuple[int, int, int]:
    """Replies whose cost is compared."""
    return run.length // 4, run.length, run.length * 4


def measure(run: Run) -> None:
    """All that stream, while keys are typed."""
    _each(run, [each for each in run.programs if each.streams], typing=True)


def measure_quiet(run: Run) -> None:
    """The quick ones, without typing."""
    _each(run, [each for each in run.programs if each.name in _ALONE], typing=False)


def measure_growth(run: Run) -> None:
    """Two of them, with replies of all lengths."""
    for turn in range(run.rounds):
        for length in lengths(run):
            for name in (MARKDOWN, SALON):
                run.take(turn, name, partial(_grown, run, run.named(name), length))


def _each(run: Run, programs: Sequence[Program], *, typing: bool) -> None:
    whole = (run.length, RATE)
    for turn in range(run.rounds):
        for program in programs:
            run.take(turn, program.name, partial(reply, run, program, whole, typing=typing))


def _grown(run: Run, program: Program, length: int) -> Mapping[str, float]:
    return {grown(length): reply(run, program, (length, FAST), typing=False)[CPU]}


def reply(
    run: Run, program: Program, size: tuple[int, float], *, typing: bool
) -> Mapping[str, float]:
    """Figures of one reply, of so many tokens at so many a second, in a fresh process."""
    length, rate = size
    run.backend.prepare(length, rate)
    with run.started(program) as session:
        _warm_up(session, program, run.pause)
        session.send(f" {ASK} please")
        session.wait_for(ASK)
        session.rest(run.pause)
        session.look()
        start, before = len(session.pieces), session.cpu()
        session.send(program.submit)
        typed = _meanwhile(session, length / rate + 0.3, typing=typing)
        sent = _until_painted(session, run, start)
        session.rest(run.pause)
        cpu = (session.cpu() - before) / length * 1000
        written = session.written_since(start) / 1000
        wanted = re.compile("|".join([MARK.pattern, END, *typed]))
        seen, _ = session.seen_since(start, wanted)
    found = {BUSY if typing else CPU: cpu}
    if typing:
        return {**found, **_lateness(sent, seen), BYTES: written, **_keys(typed, seen)}
    return found


def _warm_up(session: Session, program: Program, pause: float) -> None:
    """A first exchange, so that what is loaded only once does not count."""
    session.wait_for(program.ready)
    session.settle(quiet=pause)
    session.rest(program.wait)
    session.send("hello")
    session.rest(pause)  # some take a quick Enter for a part of a paste
    session.send(program.submit)
    try:
        session.wait_for(SHORT, 15.0)
    except Gone:  # the first Enter came before it could be taken
        session.send(program.submit)
        session.wait_for(SHORT)
    session.settle(quiet=pause)


def _meanwhile(session: Session, seconds: float, *, typing: bool) -> dict[str, float]:
    """Read while the reply streams; after half a second, type a letter each tenth of one."""
    end, typed = time.monotonic() + seconds, dict[str, float]()
    if typing:
        session.rest(0.5)
        for key in KEYS:
            if time.monotonic() > end - 0.5:
                break
            typed[key] = session.send(key)
            session.rest(typed[key] + _EVERY - time.monotonic())
    session.rest(end - time.monotonic())
    return typed


def _until_painted(session: Session, run: Run, start: int) -> Reply:
    """Wait until all is sent and drawn, or nothing has been drawn for a while."""
    end = time.monotonic() + _PATIENCE
    while not (sent := run.backend.sent()).last:
        session.rest(0.2)
        if time.monotonic() > end:
            raise Gone("the reply did not end")
    while time.monotonic() < end:
        if session.wait_for_bytes(END, 0.5, start) is not None:
            break
        large = (at for at, data in reversed(session.pieces) if len(data) > 400)
        if time.monotonic() - max(next(large, 0.0), sent.last) > _QUIET:
            break
    return sent


def _lateness(sent: Reply, seen: Mapping[str, float]) -> dict[str, float]:
    late = [seen[mark] - at for mark, at in sent.marks.items() if mark in seen]
    found = {SEEN: 100 * len(late) / max(1, len(sent.marks))}
    if late:
        found[LATE] = percentile(late, 0.95) * 1000
    if END in seen:
        found[LAST] = (seen[END] - sent.last) * 1000
    return found


def _keys(typed: Mapping[str, float], seen: Mapping[str, float]) -> dict[str, float]:
    echo: Sequence[float] = [(seen[key] - at) * 1000 for key, at in typed.items() if key in seen]
    if not echo:
        return {}
    return {KEY: percentile(echo, 0.5), KEY95: percentile(echo, 0.95), KEY_MOST: max(echo)}
