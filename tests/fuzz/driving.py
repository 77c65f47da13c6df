"""Runs one target for a while: `python -m tests.fuzz.driving NAME SECONDS SEED FOLDER`.

With atheris the bytes are led by which lines of Salon they reach; without it the seeds are only
damaged at random. Either way it says at the end, as libFuzzer does, how many there were.
"""

from __future__ import annotations

import importlib.util
import random
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

LONGEST = 4096
"""Bytes of an input."""
_MEGABYTES = 1500
_SECONDS = 20
"""Both for one input; beyond them it counts as found."""


def mutated(seeds: Sequence[bytes], chance: random.Random) -> bytes:
    """A seed with a few things wrong in it."""
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, 8)):
        at = chance.randint(0, len(data))
        end = min(len(data), at + chance.randint(0, 16))
        match chance.randint(0, 4):
            case 0:
                data[at:end] = chance.randbytes(end - at)
            case 1:
                del data[at:end]
            case 2:
                data[at:at] = data[at:end] * chance.randint(1, 40)
            case 3:
                other = chance.choice(seeds)
                start = chance.randint(0, len(other))
                data[at:at] = other[start : start + 60]
            case _:
                data[at:at] = chance.choice((b"\x00", b"\xff", b"\x1b", b"{{", b"|", b"\n", b'"'))
    return bytes(data[:LONGEST])


def by_chance(name: str, seconds: float, seed: int) -> None:
    """Without atheris."""
    from tests.fuzz.targets import TARGETS

    target, chance, runs = TARGETS[name], random.Random(seed), 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        data = mutated(target.seeds, chance)
        try:
            target.run(data)
        except BaseException:
            print(f"found: {data!r}", file=sys.stderr)
            raise
        runs += 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"stat::number_of_executed_units: {runs}\nstat::peak_rss_mb: {peak}", file=sys.stderr)


def led(name: str, seconds: float, seed: int, folder: Path) -> None:
    """With atheris; ends the process."""
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["tui"]):
        from tests.fuzz.targets import TARGETS
    for number, data in enumerate(TARGETS[name].seeds):
        (folder / f"seed{number}").write_bytes(data)
    options = [
        f"-seed={seed}",
        f"-max_total_time={seconds:.0f}",
        f"-max_len={LONGEST}",
        f"-rss_limit_mb={_MEGABYTES}",
        f"-timeout={_SECONDS}",
        f"-artifact_prefix={folder}/found-",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(folder)], TARGETS[name].run)
    atheris.Fuzz()


def main(name: str, seconds: str, seed: str, folder: str) -> None:
    """Run one target."""
    if importlib.util.find_spec("atheris"):
        led(name, float(seconds), int(seed), Path(folder))
    else:
        by_chance(name, float(seconds), int(seed))


if __name__ == "__main__":
    main(*sys.argv[1:])
