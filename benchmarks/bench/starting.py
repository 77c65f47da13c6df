"""From the shell to a prompt: time, CPU, memory, and what is done while nobody does a thing."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping
from functools import partial

from bench.programs import BARE, MARKDOWN, ROOT, SALON, Program
from bench.run import Run
from bench.session import KEYS, Session

FIRST, USABLE, CPU = "first frame, ms", "usable prompt, ms", "CPU until then, ms"
MEMORY, IDLE = "memory, MiB", "idle CPU, ms a second"
KEPT, COMMAND = "keys kept of 6 typed at once", "command, ms"
PASS, VERSION = "python -c pass", "salon --version"
_IDLE = 3.0
_COMMANDS = 5
_STARTS = 3
"""More of each, every round and in turn with each other: single ones differ much."""


def measure(run: Run) -> None:
    """All programs in turn; the first round warms the disk's cache up."""
    for turn in range(-1, run.rounds):
        for _ in range(_COMMANDS):
            run.figures.add(turn, PASS, {COMMAND: _command("-c", "pass")})
            run.figures.add(turn, VERSION, {COMMAND: _command("-m", "tui", "--version")})
        programs = [program for program in run.programs if program.name != MARKDOWN]
        for program in programs:
            run.take(turn, program.name, partial(_rested, run, program))
        for _ in range(_STARTS):
            for program in programs:
                run.take(turn, program.name, partial(_started, run, program))
        for name in (BARE, SALON):
            run.take(turn, name, partial(_kept, run, run.named(name)))


def _command(*arguments: str) -> float:
    began = time.monotonic()
    command = [sys.executable, *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    return (time.monotonic() - began) * 1000


def _started(run: Run, program: Program) -> Mapping[str, float]:
    with run.started(program) as session:
        return _times(session, program)


def _rested(run: Run, program: Program) -> Mapping[str, float]:
    with run.started(program) as session:
        found = _times(session, program)
        session.settle(quiet=1.0, longest=8.0)
        session.rest(program.wait)
        before = session.cpu()
        session.rest(_IDLE)
        idle = (session.cpu() - before) / _IDLE * 1000
        return {**found, MEMORY: session.memory(), IDLE: idle}


def _times(session: Session, program: Program) -> dict[str, float]:
    first = session.wait_for(r"\S")
    session.wait_for(program.ready)
    usable = session.echo()
    return {
        FIRST: (first - session.began) * 1000,
        USABLE: (usable - session.began) * 1000,
        CPU: session.cpu() * 1000,
    }


def _kept(run: Run, program: Program) -> Mapping[str, float]:
    """Letters typed while the program starts, and how many of them stand there in the end."""
    typed = KEYS[:6]
    with run.started(program) as session:
        for key in typed:
            session.send(key)
            session.rest(0.03)
        session.wait_for(program.ready)
        session.settle(quiet=0.5, longest=3.0)
        return {KEPT: float("".join(typed) in session.look().text()) * len(typed)}
