"""The local captioning model: its speed, told by `local.py --json`, and keys typed meanwhile."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.backend import SHORT
from bench.figures import percentile
from bench.programs import ROOT, SALON, Place, Program
from bench.run import Run
from bench.session import KEYS, Gone, Session

COLD, WARM, PEAK = "cold caption, s", "warm caption, s", "peak memory, MB"
PER_COLD, PER_WARM = "captions a second, cold", "captions a second, warm"
COLD_TIMES, WARM_TIMES, PEAK_TIMES = (
    "cold, times Salon's",
    "warm, times Salon's",
    "peak, times Salon's",
)
STEP, STEP_TIMES = "a token, ms", "a token, times the floor"
SPEED = "speed of the local model"
FLOOR = "what the machine allows"
SILLY, JS = "sillytavern-transformers", "@huggingface/transformers"
AT_REST, MEANWHILE = "key p95 at rest, ms", "key p95 while captioning, ms"
TINY = ROOT / "tests/models/tiny_captioner/model"
PICTURE = ROOT / "tests/data/photos/cat.jpg"
_REAL = 100.0
"""Megabytes from which a model says something about speed."""
_KEYS = 30
_APART = 0.07
_NAMES = {
    "cold_s": COLD,
    "warm_s": WARM,
    "peak_mb": PEAK,
    "captions_per_s_cold": PER_COLD,
    "captions_per_s_warm": PER_WARM,
    "cold_ratio": COLD_TIMES,
    "warm_ratio": WARM_TIMES,
    "peak_ratio": PEAK_TIMES,
}


def measure(run: Run) -> None:
    """Speed, if there is a model of the real size; keys in any case."""
    if run.model is None:
        run.figures.miss(SPEED, "no model of the real size was named")
    elif not run.model.is_dir():
        run.figures.miss(SPEED, "the model that was named is not there")
        run.model = None
    else:
        _speed(run, run.model)
    for turn in range(run.rounds):
        run.take(turn, SALON, lambda: _keys(run))


def _speed(run: Run, model: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "local.json"
        command = [sys.executable, str(ROOT / "benchmarks/local.py"), "--json", str(out)]
        command += ["--model", str(model), "--rounds", str(run.rounds)]
        command += ["--peers", str(run.node)] if run.node else []
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode or not out.exists():
            why = (done.stderr or done.stdout).strip().split("\n")[-1]
            run.figures.miss(SPEED, why)
            return
        take(run, json.loads(out.read_bytes()))


def take(run: Run, told: Mapping[str, Any]) -> None:
    """Read what `local.py` wrote; what is not in it is left out and named."""
    size = told.get("model", {}).get("megabytes", 0.0)
    if size < _REAL:
        run.figures.miss(SPEED, f"{size:.0f} MB are no model of the real size")
        return
    run.figures.add(0, SALON, _named(told.get("salon", {})))
    roofline = told.get("roofline", {})
    steps = {STEP: roofline.get("step_ms"), STEP_TIMES: roofline.get("step_ratio")}
    run.figures.add(0, SALON, _numbers(steps))
    floor = {STEP: roofline.get("step_floor_ms"), PER_WARM: roofline.get("captions_per_s")}
    run.figures.add(0, FLOOR, _numbers(floor))
    for phase, late in told.get("stalls_ms", {}).items():
        numbers = {f"loop late, {phase}, {part}, ms": value for part, value in late.items()}
        run.figures.add(0, SALON, _numbers(numbers))
    peers = told.get("peers", {})
    for name, found in peers.items():
        run.figures.add(0, name.rpartition(" ")[0] or name, _named(found))
    for name in (SILLY, JS):
        if not any(each.startswith(name) for each in peers):
            run.figures.miss(name, told.get("failed", {}).get(name, "not installed"))


def _named(found: Mapping[str, Any]) -> dict[str, float]:
    return _numbers({name: found.get(key) for key, name in _NAMES.items()})


def _numbers(found: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in found.items() if value is not None}


def _keys(run: Run) -> Mapping[str, float]:
    """Type at rest, then while a picture goes through a model that must first be loaded."""
    salon = run.named(SALON)
    captioning = (
        "captioning:\n  source: local\n  edit_before_saving: false\n"
        f"extras:\n  captioningModel: {(run.model or TINY).absolute()}\n"
    )

    def prepare(place: Place) -> None:
        salon.prepare(place)
        config = place.home / "salon/config/config.yaml"
        config.write_text(config.read_text() + captioning)

    program = Program(**{**vars(salon), "prepare": prepare})
    with run.started(program) as session:
        session.wait_for(program.ready)
        session.echo()
        session.settle(quiet=1.0)
        _typed(session, 0)  # what the first keys load does not count
        rest = _typed(session, 1)
        session.send("\x7f" * 120)
        session.rest(0.5)
        session.send(f"/caption {PICTURE}")
        session.rest(0.5)
        session.send("\r")
        busy = _typed(session, 2)
        # The character answers once there is a caption; random weights may give an empty one.
        session.wait_for(f"{SHORT}|empty caption")
        if "cannot be used" in session.look().text():
            raise Gone("the local model could not be used")
        return {AT_REST: percentile(rest, 0.95), MEANWHILE: percentile(busy, 0.95)}


def _typed(session: Session, turn: int) -> list[float]:
    """Milliseconds to the echo of each of some keys, others in each turn."""
    session.look()
    start = len(session.pieces)
    sent = {}
    for key in KEYS[turn * _KEYS : (turn + 1) * _KEYS]:
        sent[key] = session.send(key)
        session.rest(_APART)
    session.rest(0.3)
    seen, _ = session.seen_since(start, re.compile("|".join(sent)))
    if missed := sent.keys() - seen.keys():
        raise Gone(f"{len(missed)} of {len(sent)} keys were not echoed")
    return [(seen[key] - at) * 1000 for key, at in sent.items()]
