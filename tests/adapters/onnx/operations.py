"""A worker with operations that misbehave: `python -m tests.adapters.onnx.operations`."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

from tui.adapters.onnx.jobs import Job, JobError
from tui.adapters.onnx.wire import Fields
from tui.adapters.onnx.worker import serve_process


def echo(job: Job) -> Iterator[Fields]:
    os.write(1, b"noise on stdout")
    yield {"got": job.fields["text"], "bytes": len(job.data)}


def count(job: Job) -> Iterator[Fields]:
    for number in range(1_000_000):
        job.stop.check()
        yield {"number": number}
        time.sleep(0.001)


def deaf(job: Job) -> Iterator[Fields]:
    yield {"started": True}
    time.sleep(600)


def crash(job: Job) -> Iterator[Fields]:
    yield {"started": True}
    os.kill(os.getpid(), signal.SIGSEGV)


def vanish(job: Job) -> Iterator[Fields]:
    yield {"started": True}
    os._exit(3)


def refuse(job: Job) -> Iterator[Fields]:
    yield {"started": True}
    raise JobError("no \x1b[31mred\x1b[0m\nplease", hint="another")


def fail(job: Job) -> Iterator[Fields]:
    yield {"started": True}
    raise ZeroDivisionError


def environment(job: Job) -> Iterator[Fields]:
    yield {"names": sorted(os.environ), "nice": os.nice(0)}


if __name__ == "__main__":
    here = "tests.adapters.onnx.operations"
    operations = (echo, count, deaf, crash, vanish, refuse, fail, environment)
    serve_process({op.__name__: f"{here}:{op.__name__}" for op in operations})
