"""The worker process: `python -m tui.adapters.onnx.worker`.

Reads requests from stdin, runs one operation at a time, writes replies to stdout, in the frames
of `wire`:

    request   {"id": 7, "op": "caption", …} + bytes        cancel   {"cancel": 7}
    replies   {"id": 7, …}  any number, what the operation yields
    last      {"id": 7, "end": "done" | "stopped"}
              {"id": 7, "end": "error", "message": …, "hint": …, "detail": traceback or ""}

To add an operation, add its name to `OPS` with the module and function; see `jobs` for what the
function gets. The module is imported at its first use, so heavy imports may stand anywhere in it.
"""

from __future__ import annotations

import importlib
import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import BinaryIO

from tui.adapters.onnx import limits, wire
from tui.adapters.onnx.jobs import Job, JobError, Stop, Stopped
from tui.adapters.onnx.wire import Fields

OPS: dict[str, str] = {
    "caption": "tui.adapters.onnx.caption:caption",
    "describe": "tui.adapters.onnx.describe:describe",
}
"""Operation -> "module:generator function taking a Job"."""

NICENESS = 5


class Worker:
    """The request loop; a thread of its own reads, so that a cancel is heard during a run."""

    def __init__(self, ops: Mapping[str, str], requests: BinaryIO, replies: BinaryIO) -> None:
        self._ops = ops
        self._requests = requests
        self._replies = replies
        self._queue: queue.SimpleQueue[tuple[Fields, bytes] | None] = queue.SimpleQueue()
        self._stops: dict[int, Stop] = {}

    def serve(self) -> None:
        """Answer requests until stdin ends."""
        threading.Thread(target=self._listen, daemon=True).start()
        while (frame := self._queue.get()) is not None:
            fields, data = frame
            number = int(fields["id"])
            last = self._answer(number, Job(fields, data, self._stops[number]))
            del self._stops[number]
            self._send({"id": number, **last})

    def _listen(self) -> None:
        """Queue requests and hear cancels; the end of stdin ends the process, even in a run."""
        with suppress(wire.WireError, OSError):
            while (frame := wire.read(self._requests)) is not None:
                if "cancel" in frame[0]:
                    stop = self._stops.get(int(frame[0]["cancel"]))
                    if stop is not None:
                        stop.ask()
                    continue
                self._stops[int(frame[0]["id"])] = Stop()
                self._queue.put(frame)
        os._exit(0)

    def _answer(self, number: int, job: Job) -> Fields:
        """Run one operation and return the fields of its last reply."""
        try:
            limits.start_job()
            for reply in self._operation(str(job.fields.get("op")))(job):
                job.stop.check()
                self._send({"id": number, **reply})
        except Stopped:
            return {"end": "stopped"}
        except JobError as error:
            told = {"message": error.message, "hint": error.hint}
            return {"end": "error", **told, "detail": _cause(error)}
        except MemoryError:
            return _failure("the model needs more memory than it is allowed")
        except Exception as error:  # noqa: BLE001 - one failed operation must not end the worker
            return _failure(f"the model failed ({type(error).__name__})")
        return {"end": "done"}

    def _operation(self, name: str) -> Callable[[Job], Iterator[Fields]]:
        if name not in self._ops:
            raise JobError(f"the worker knows no operation {name!r}")
        module, _, function = self._ops[name].partition(":")
        found: Callable[[Job], Iterator[Fields]] = getattr(
            importlib.import_module(module), function
        )
        return found

    def _send(self, fields: Fields) -> None:
        self._replies.write(wire.pack(fields))
        self._replies.flush()


def _cause(error: BaseException) -> str:
    return f"{error}: {error.__cause__}"[:4000] if error.__cause__ else ""


def _failure(message: str) -> Fields:
    detail = traceback.format_exc()[-4000:]
    return {"end": "error", "message": message, "hint": "", "detail": detail}


def serve_process(ops: Mapping[str, str]) -> None:
    """Serve these operations as a process: stdout is for frames alone, the priority is low."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    with suppress(OSError):
        os.nice(NICENESS)
    limits.start_process()
    Worker(ops, sys.stdin.buffer, replies).serve()


if __name__ == "__main__":
    serve_process(OPS)
