"""How fast the local source is beside a plain loop over the same files.

    python benchmarks/local.py [--model FOLDER] [--rounds 5] [--cold]
    python benchmarks/local.py --json FILE [--model FOLDER] [--peers FOLDER] [--rounds 5]

Compares, on one picture: the decoder as it lies on disk (whole), cut in two (hoisted), cut in two
with its quantized output layer unpacked once (folded), with that layer multiplied in its eight bits
(compact head), and with all rows multiplied so (in blocks: what Salon runs). Each round runs all of
them in turn, so that a busy machine slows all alike; the table shows medians of the ratios to the
last. With `--cold` every run is a process of its own, timed from its start to the caption, and its
peak memory is shown. Without --model the tiny test model is used, whose figures say little; a model
of the real size is made by `python -m tests.models.full_size`.

With `--json` Salon's worker is measured as the app runs it: captions a second, cold and warm,
beside what the machine allows; delays of an event loop meanwhile; and, with `--peers`, beside the
transformers.js packages in that folder's node_modules (see `local_figures.PEERS`; install them with
`npm i --ignore-scripts`). The figures are printed, and written to FILE as one JSON object.
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from local_figures import figures  # noqa: E402 - found by the line above

from tui.adapters.onnx.resolve import LocalModel, find  # noqa: E402

TINY = ROOT / "tests" / "models" / "tiny_captioner" / "model"
KINDS = ("whole", "hoisted", "hoisted, folded", "hoisted, compact head", "hoisted, in blocks")
LAST = KINDS[-1]


def picture() -> bytes:
    from PIL import Image

    out = io.BytesIO()
    gradient = Image.linear_gradient("L").resize((640, 480))
    Image.merge("RGB", (gradient, gradient.rotate(90), gradient.rotate(180))).save(out, "PNG")
    return out.getvalue()


def found(folder: Path) -> LocalModel:
    """Find the model, or end the program."""
    model = find(str(folder))
    if not isinstance(model, LocalModel):
        sys.exit(f"{folder}: {model.reason}")
    return model


def load(folder: Path, kind: str, *, first: bool = True) -> Any:
    """Load one kind; with `first`, also make a first caption, so that its check is done."""
    from tui.adapters.onnx import loading, sessions
    from tui.adapters.onnx.captioning_model import CaptioningModel
    from tui.adapters.onnx.hoist import Kind
    from tui.adapters.onnx.loading import Files

    sessions.FOLD = kind in KINDS[2:]
    ways = {KINDS[-2]: Kind.COMPACT, LAST: Kind.IN_BLOCKS}
    vars(loading)["KINDS"] = (ways.get(kind, Kind.HOISTED),)
    choice = found(folder).choice
    files = Files(
        folder,
        choice.encoder,
        choice.decoder,
        choice.decoder_with_past,
        checks=folder / "checks.json" if folder != TINY else None,
        plain=kind == KINDS[0],
    )
    model = CaptioningModel(files, {})
    if first:
        caption(model, picture())
    return model


def caption(model: Any, data: bytes) -> tuple[list[int], float]:
    from tui.adapters.onnx.jobs import Stop

    began = time.perf_counter()
    *_, last = model.caption(data, Stop())
    return list(last.ids), time.perf_counter() - began


def warm(folder: Path, rounds: int) -> None:
    data = picture()
    models = {kind: load(folder, kind) for kind in KINDS}
    tokens = {kind: caption(model, data)[0] for kind, model in models.items()}
    seconds: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for _ in range(rounds):
        for kind, model in models.items():
            seconds[kind].append(caption(model, data)[1])
    print(f"warm, {len(tokens[LAST]) - 1} tokens, {rounds} rounds")
    for kind in KINDS:
        same = "same tokens" if tokens[kind] == tokens[LAST] else "OTHER TOKENS"
        print(f"  {kind:22} {ratio(seconds, kind):5.2f}   {min(seconds[kind]):.3f} s   {same}")


def cold(folder: Path, rounds: int) -> None:
    seconds: dict[str, list[float]] = {kind: [] for kind in KINDS}
    memory: dict[str, float] = {}
    for _ in range(rounds):
        for kind in KINDS:
            began = time.perf_counter()
            command = [sys.executable, __file__, "--model", str(folder), "--once", kind]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            seconds[kind].append(time.perf_counter() - began)
            memory[kind] = json.loads(done.stdout)["memory"]
    print(f"cold, process start to caption, {rounds} rounds")
    for kind in KINDS:
        best = min(seconds[kind])
        print(f"  {kind:22} {ratio(seconds, kind):5.2f}   {best:.2f} s   {memory[kind]:.0f} MB")


def ratio(seconds: dict[str, list[float]], kind: str) -> float:
    pairs = zip(seconds[kind], seconds[LAST], strict=True)
    return statistics.median(one / other for one, other in pairs)


def report(measured: dict[str, Any], file: Path) -> None:
    """Print the figures, one a line, and write them."""
    for name, value in _lines(measured):
        print(f"  {name:58} {value}")
    file.write_text(json.dumps(measured, indent=2) + "\n")


def _lines(measured: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in measured.items():
        if isinstance(value, dict):
            yield from _lines(value, f"{before}{name}, ")
        else:
            yield f"{before}{name}", value


def once(folder: Path, kind: str) -> None:
    ids, _ = caption(load(folder, kind, first=False), picture())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"memory": peak, "tokens": ids}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=TINY)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--once", choices=KINDS, help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--peers", type=Path, metavar="FOLDER")
    arguments = parser.parse_args()
    if arguments.json:
        report(
            figures(found(arguments.model), arguments.peers, picture(), arguments.rounds),
            arguments.json,
        )
    elif arguments.once:
        once(arguments.model, arguments.once)
    else:
        (cold if arguments.cold else warm)(arguments.model, arguments.rounds)
