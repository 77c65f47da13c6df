"""What `local.py --json` writes: captions a second, what the machine allows, others, and stalls.

Every figure is taken in one run of this program, processes taking turns, so that ratios mean
something. A caption's floor is what the machine needs to multiply what the encoder multiplies (at
the rate of numpy's own float32 product) and to read the weights of each step (at the speed at which
it reads memory).
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from tui.adapters.onnx import hoist, sessions
from tui.adapters.onnx import protobuf as pb
from tui.adapters.onnx.client import OnnxWorker
from tui.adapters.onnx.graph import Graph, read_graph
from tui.adapters.onnx.resolve import LocalModel

SCRIPT = Path(__file__).parent / "apps" / "transformers_js.mjs"
PEERS = ("@huggingface/transformers", "sillytavern-transformers")
WARM = 4
"""Captions after the first of each process."""
TICK = 0.01
IDLE = 2.0
"""Seconds without anything to do, to compare stalls with."""

Figures = dict[str, Any]


def figures(found: LocalModel, peers: Path | None, picture: bytes, rounds: int) -> Figures:
    """Measure everything.

    Args:
        found: The model.
        peers: Folder with a `node_modules` in which some of `PEERS` are, or None.
        picture: What to caption.
        rounds: Processes of each program; one that fails is in no further round, and named.
    """
    here = [name for name in PEERS if peers and (peers / "node_modules" / name).is_dir()]
    runs: dict[str, list[Figures]] = {"salon": [], **{name: [] for name in here}}
    failed: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as scratch:
        file, checks = Path(scratch) / "picture.png", Path(scratch) / "checks.json"
        file.write_bytes(picture)
        asyncio.run(_salon(found, checks, picture))
        for _ in range(rounds):
            runs["salon"].append(asyncio.run(_salon(found, checks, picture)))
            for name in [each for each in here if each not in failed]:
                package = (peers or Path()) / "node_modules" / name
                try:
                    runs[name].append(_script(package, found.folder, file))
                except (OSError, ValueError) as error:
                    failed[name] = str(error)
    here = [name for name in here if name not in failed]
    salon = runs["salon"]
    step = _step(found)
    machine = {"read_gb_s": read_rate(), "gemm_gf_s": multiply_rate()}
    return {
        "model": {
            "name": found.folder.name,
            "megabytes": round(sum(_size(found, name) for name in found.choice.weights) / 1e6, 1),
            "tokens": salon[-1]["tokens"],
        },
        "salon": _summary(salon),
        "roofline": {**machine, **_roofline(found, salon, step, machine)},
        "peers": {
            f"{name} {runs[name][-1]['version']}": _beside(runs[name], salon) for name in here
        },
        "failed": failed,
        "stalls_ms": {
            phase: {
                part: max(run["stalls"][phase][part] for run in salon) for part in ("p95", "max")
            }
            for phase in ("idle", "load", "inference")
        },
    }


async def _salon(found: LocalModel, checks: Path, picture: bytes) -> Figures:
    """Caption in a fresh worker process, as the app does, with a ticker beside."""
    worker = OnnxWorker()
    fields = {**found.request(), "generation": {}, "checks": str(checks)}
    stalls: dict[str, Figures] = {}
    seconds: list[float] = []
    steps: list[float] = []
    try:
        async with _ticker(stalls, "idle"):
            await asyncio.sleep(IDLE)
        began = time.perf_counter()
        async with _ticker(stalls, "load"):
            tokens, _ = await _caption(worker, fields, picture)
        cold = time.perf_counter() - began
        async with _ticker(stalls, "inference"):
            for _ in range(WARM):
                began = time.perf_counter()
                _, times = await _caption(worker, fields, picture)
                seconds.append(time.perf_counter() - began)
                steps += [two - one for one, two in pairwise(times)]
        peak = _peak(worker.pid)
    finally:
        await worker.aclose()
    return {
        "cold": cold,
        "warm": statistics.median(seconds),
        "step": statistics.median(steps) if steps else 0.0,
        "peak": peak,
        "tokens": tokens,
        "stalls": stalls,
    }


async def _caption(worker: OnnxWorker, fields: Figures, picture: bytes) -> tuple[int, list[float]]:
    """Return the number of tokens and when each came."""
    times: list[float] = []
    tokens = 0
    async with aclosing(worker.run("caption", fields, picture)) as replies:
        async for reply in replies:
            if reply["kind"] == "step":
                times.append(time.perf_counter())
            tokens = reply.get("tokens", tokens)
    return tokens, times


@asynccontextmanager
async def _ticker(stalls: dict[str, Figures], phase: str) -> AsyncIterator[None]:
    """Note by how much ticks of 10 ms come late in this loop, in milliseconds."""
    late: list[float] = []

    async def tick() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(TICK)
            late.append((time.perf_counter() - began - TICK) * 1000)

    task = asyncio.create_task(tick())
    try:
        yield
    finally:
        task.cancel()
        late.sort()
        last = len(late) - 1
        stalls[phase] = {
            "p95": round(late[int(last * 0.95)], 2) if late else 0.0,
            "max": round(late[-1], 2) if late else 0.0,
        }


def _script(package: Path, model: Path, picture: Path) -> Figures:
    """Caption with a package of npm, timed from outside: from its start to each line it writes."""
    command = ["node", str(SCRIPT), str(package), str(model), str(picture), str(1 + WARM)]
    times = [time.perf_counter()]
    last: Figures = {}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        for line in process.stdout or ():
            last = json.loads(line)
            times.append(time.perf_counter())
    if process.returncode or len(times) != WARM + 3:
        raise ValueError(f"{package.name} could not caption the picture")
    seconds = [two - one for one, two in pairwise(times[:-1])]
    return {
        "cold": seconds[0],
        "warm": statistics.median(seconds[1:]),
        "peak": last["peak_mb"],
        "version": last["version"],
    }


def _summary(runs: list[Figures]) -> Figures:
    cold, warm = _median(runs, "cold"), _median(runs, "warm")
    return {
        "cold_s": round(cold, 3),
        "warm_s": round(warm, 3),
        "captions_per_s_cold": round(1 / cold, 2),
        "captions_per_s_warm": round(1 / warm, 2),
        "peak_mb": round(_median(runs, "peak")),
    }


def _beside(runs: list[Figures], salon: list[Figures]) -> Figures:
    """How many times as long, and as much memory, as Salon: medians of paired ratios."""

    def times(part: str) -> float:
        pairs = zip(runs, salon, strict=True)
        return round(float(statistics.median(one[part] / own[part] for one, own in pairs)), 2)

    ratios = {f"{part}_ratio": times(part) for part in ("cold", "warm", "peak")}
    return {**_summary(runs), **ratios}


def _roofline(
    found: LocalModel, runs: list[Figures], step: float | None, machine: Figures
) -> Figures:
    """Salon beside what the machine allows; only what is known of this model."""
    said: Figures = {}
    seconds = 0.0
    operations = _operations(found)
    if step is not None:
        floor = step / machine["read_gb_s"] / 1e9
        said["step_megabytes"] = round(step / 1e6, 1)
        said["step_ms"] = round(min(run["step"] for run in runs) * 1000, 2)
        said["step_floor_ms"] = round(floor * 1000, 2)
        said["step_ratio"] = round(said["step_ms"] / said["step_floor_ms"], 2)
        seconds += floor * runs[-1]["tokens"]
    if step is not None and operations is not None:
        seconds += operations / machine["gemm_gf_s"] / 1e9
        said["captions_per_s"] = round(1 / seconds, 2)
        said["warm_ratio"] = round(min(run["warm"] for run in runs) / seconds, 2)
    return said


def _operations(found: LocalModel) -> float | None:
    """Multiplications and additions for one picture, of a ViT and the keys made of it."""
    config = json.loads((found.folder / "config.json").read_bytes())
    try:
        encoder, decoder = config["encoder"], config["decoder"]
        width, inner = encoder["hidden_size"], encoder["intermediate_size"]
        places = (encoder["image_size"] // encoder["patch_size"]) ** 2 + 1
        layers, later, wide = encoder["num_hidden_layers"], decoder["n_layer"], decoder["n_embd"]
    except (KeyError, TypeError):
        return None
    each = places * (4 * width * width + 2 * width * inner) + 2 * places * places * width
    pixels = 3 * encoder["patch_size"] ** 2
    return float(2 * (layers * each + places * (pixels * width + later * width * 2 * wide)))


def _step(found: LocalModel) -> float | None:
    """Bytes that a step must read: the weights it multiplies, and the picture's keys and values."""
    choice = found.choice
    path = found.folder / (choice.decoder_with_past or choice.decoder)
    parts = hoist.split(path)
    if parts is None:
        return None
    once = sessions.open_bytes(parts.picture, parts.folder, path.name)
    elements = {one.name: sessions.ELEMENTS[one.type][0] for one in once.get_outputs()}
    made = parts.step(elements, hoist.Kind.IN_BLOCKS) or parts.step(elements)
    config = json.loads((found.folder / "config.json").read_bytes())
    try:
        encoder, decoder = config["encoder"], config["decoder"]
        places = (encoder["image_size"] // encoder["patch_size"]) ** 2 + 1
        keys = 2 * decoder["n_layer"] * places * decoder["n_embd"] * 4
    except (KeyError, TypeError):
        return None
    model = memoryview(made.model if made else b"")
    graph = next(
        read_graph(model[start:end]) for number, _, _, start, end in pb.fields(model) if number == 7
    )
    return float(_weights(graph) + keys)


def _weights(graph: Graph) -> int:
    """Bytes of all that is multiplied; of a table of which rows are taken, nothing."""
    used = {name for node in graph.nodes if node.op != "Gather" for name in node.inputs}
    return sum(_bytes(tensor) for name, tensor in graph.weights.items() if name in used)


def _bytes(tensor: memoryview) -> int:
    size = 0
    for number, _, _, start, end in pb.fields(tensor):
        if number == 9:
            size += end - start
        elif number == 13:
            entry = {
                n: pb.text(tensor[start:end][a:b]) for n, _, _, a, b in pb.fields(tensor[start:end])
            }
            size += int(entry[2]) if entry.get(1) == "length" else 0
    return size


def read_rate() -> float:
    """Gigabytes a second that this machine reads, over all threads a model would use."""
    import numpy as np

    arrays = [np.ones(48_000_000, np.float32) for _ in range(sessions.threads())]
    size = sum(array.nbytes for array in arrays)

    def read() -> None:
        with ThreadPoolExecutor(len(arrays)) as pool:
            list(pool.map(lambda array: array.max(), arrays))

    return round(size / _best(read) / 1e9, 1)


def multiply_rate() -> float:
    """Billions of float32 operations a second in numpy's product of two matrices."""
    import numpy as np

    side = 1536
    one = np.ones((side, side), np.float32)
    return round(2 * side**3 / _best(lambda: one @ one) / 1e9, 1)


def _best(work: Callable[[], object], times: int = 8) -> float:
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def _median(runs: list[Figures], part: str) -> float:
    return float(statistics.median(run[part] for run in runs))


def _size(found: LocalModel, name: str) -> int:
    return (found.folder / name).stat().st_size


def _peak(pid: int | None) -> float:
    """Most megabytes the process had; 0 where the system does not say."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
