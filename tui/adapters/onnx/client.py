"""The app's end of the worker: started at first use, kept warm, stopped when idle.

Nothing of a model runs here; this module imports only the standard library.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import tui
from tui.adapters.onnx import wire
from tui.adapters.onnx.wire import Fields
from tui.domain.errors import CaptionError
from tui.domain.safetext import clean_line

IDLE_SECONDS = 300.0
KILL_SECONDS = 1.0
"""How long a cancelled operation may take to end by itself."""

_log = logging.getLogger(__name__)
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")
_SET = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "TOKENIZERS_PARALLELISM": "false",
    "PYTHONIOENCODING": "utf-8",
}


def child_environment(base: Mapping[str, str]) -> dict[str, str]:
    """Return `base` with what a child needs to find this package, wherever the app was started."""
    root = Path(tui.__file__).resolve().parent.parent
    if root.name in {"site-packages", "dist-packages"}:
        return dict(base)
    return {**base, "PYTHONPATH": str(root)}


def worker_environment() -> dict[str, str]:
    """Return the worker's environment: no keys, no proxies, the hub's library kept offline."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return child_environment({**kept, **_SET})


class OnnxWorker:
    """One worker process, one operation at a time; further ones wait their turn."""

    def __init__(
        self,
        *,
        idle_seconds: float = IDLE_SECONDS,
        module: str = "tui.adapters.onnx.worker",
        environment: Callable[[], dict[str, str]] = worker_environment,
    ) -> None:
        """Prepare; nothing starts before the first operation.

        Args:
            idle_seconds: After so long without an operation the process is stopped.
            module: What to run as the process.
            environment: Gives its environment each time it starts.
        """
        self.idle_seconds = idle_seconds
        """May be changed; it counts from the end of the next operation."""
        self._module = module
        self._environment = environment
        self._process: Process | None = None
        self._replies: asyncio.Queue[Fields | None] = asyncio.Queue()
        self._turn = asyncio.Lock()
        self._last_id = 0
        self._idle: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def pid(self) -> int | None:
        """Process id while the worker runs, else None."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if running and self._process else None

    async def run(self, op: str, fields: Fields, data: bytes = b"") -> AsyncGenerator[Fields, None]:
        """Run an operation and yield its replies.

        Closing the generator cancels the operation: it is asked to end, and a second later the
        process is killed if it has not.

        Args:
            op: A name in `worker.OPS`.
            fields: The operation's own arguments, JSON values.
            data: Raw bytes for it, such as a picture.

        Raises:
            CaptionError: The operation failed, or the process ended under it.
        """
        await self._turn.acquire()
        settled = False
        try:
            self._keep_warm()
            self._last_id += 1
            number = self._last_id
            process = await self._ready()
            await self._send(process, {**fields, "id": number, "op": op}, data)
            while True:
                reply = await self._receive(process, number)
                if "end" in reply:
                    break
                yield reply
            settled = True
            _raise_for(reply)
        finally:
            if settled:
                self._release()
            else:
                self._spawn(self._settle(self._last_id))

    async def aclose(self) -> None:
        """Stop the process and wait until it is gone. The worker can be used again."""
        self._keep_warm()
        await self._stop()
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _ready(self) -> Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                self._module,
                stdin=PIPE,
                stdout=PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=self._environment(),
                start_new_session=True,
            )
        except OSError as error:
            raise CaptionError(
                "the local model's process could not be started",
                hint=error.strerror or "Try again",
            ) from error
        self._replies = asyncio.Queue()
        self._spawn(_pump(self._process, self._replies))
        return self._process

    async def _send(self, process: Process, fields: Fields, data: bytes = b"") -> None:
        stdin = process.stdin
        if stdin is None:
            return
        try:
            stdin.write(wire.pack(fields, data))
            await stdin.drain()
        except wire.WireError as error:
            raise CaptionError("the picture is too large for the local model") from error
        except (ConnectionError, OSError):
            _log.debug("the worker closed its input")

    async def _receive(self, process: Process, number: int) -> Fields:
        """Return the next reply to request `number`, or raise what ended the process."""
        while True:
            reply = await self._replies.get()
            if reply is None:
                raise _ended(process)
            if reply.get("id") == number:
                return reply

    async def _settle(self, number: int) -> None:
        """Bring an operation that nobody listens to any more to its end, then free the turn."""
        process = self._process
        try:
            if process is not None and process.returncode is None:
                await self._send(process, {"cancel": number})
                async with asyncio.timeout(KILL_SECONDS):
                    while "end" not in await self._receive(process, number):
                        pass
        except (TimeoutError, CaptionError):
            if process is not None:
                _kill(process)
                await process.wait()
        finally:
            self._release()

    def _release(self) -> None:
        """Let the next operation in, and count the idle time from now."""
        self._turn.release()
        self._keep_warm()
        if self.pid is not None:
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(self.idle_seconds, self._went_idle)

    def _keep_warm(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _went_idle(self) -> None:
        self._idle = None
        if not self._turn.locked():
            self._spawn(self._stop_idle())

    async def _stop_idle(self) -> None:
        async with self._turn:
            await self._stop()

    async def _stop(self) -> None:
        """End the process by closing its input, by force if that is not enough."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            if process.stdin is not None:
                process.stdin.close()
            try:
                async with asyncio.timeout(KILL_SECONDS):
                    await process.wait()
            except TimeoutError:
                _kill(process)
        await process.wait()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _pump(process: Process, replies: asyncio.Queue[Fields | None]) -> None:
    """Queue the replies; None when the process is gone.

    A task of its own, because a reader that is cancelled between the two halves of a frame would
    leave the stream out of step.
    """
    try:
        while process.stdout is not None:
            frame = await wire.read_async(process.stdout)
            if frame is None:
                break
            replies.put_nowait(frame[0])
    except (wire.WireError, OSError):
        _kill(process)
    await process.wait()
    replies.put_nowait(None)


def _kill(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()


def _raise_for(reply: Fields) -> None:
    if reply["end"] == "error":
        if reply.get("detail"):
            _log.error("worker: %s", reply["detail"])
        raise CaptionError(
            clean_line(str(reply.get("message", "")), 300), hint=clean_line(str(reply["hint"]), 300)
        )
    if reply["end"] == "stopped":
        raise CaptionError("the local model was stopped")


def _ended(process: Process) -> CaptionError:
    """Say how the process ended; its exit code is known by now."""
    code = process.returncode or 0
    if code == 0:
        return CaptionError("the local model was stopped")
    hint = "Try again; if it happens again, choose another model"
    if code == -signal.SIGXCPU:
        return CaptionError("the local model took too long and was stopped", hint=hint)
    if code == -signal.SIGKILL:
        return CaptionError("the local model was killed, perhaps for want of memory", hint=hint)
    how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    return CaptionError(f"the local model crashed ({how})", hint=hint)
