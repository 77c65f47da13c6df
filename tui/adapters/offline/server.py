"""The offline model's server as the app sees it: started on demand, stopped when idle."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import tui
from tui.adapters.offline.state import (
    SMOLLM2,
    OfflineState,
    Package,
    is_installed,
    model_path,
    runtime_installed,
)
from tui.domain.errors import AppError
from tui.domain.safetext import clean_line
from tui.domain.secret import Secret

LABEL = "Offline (SmolLM2-135M)"
MODEL = "SmolLM2-135M-Instruct"
CONTEXT = 8192
"""Tokens of prompt and answer together."""
IDLE_SECONDS = 600.0
START_SECONDS = 90.0
STOP_SECONDS = 1.0
COMMAND = (sys.executable, "-P", "-m", "tui.adapters.offline.serve")
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT")


class OfflineServer:
    """One child process with llama.cpp's server on a loopback port, with a random key."""

    def __init__(
        self,
        models: Path,
        *,
        idle_seconds: float = IDLE_SECONDS,
        command: Sequence[str] = COMMAND,
        runtime: Callable[[], bool] = runtime_installed,
        package: Package = SMOLLM2,
    ) -> None:
        """Prepare; nothing starts before `base_url`.

        Args:
            models: The models folder.
            idle_seconds: So long after the last `base_url` or `touch` the server is stopped.
            command: What to start; only tests give another.
            runtime: Whether the serving package is there; only tests give another.
            package: The model's file; only tests give another.
        """
        self._models = models
        self._idle_seconds = idle_seconds
        self._command = tuple(command)
        self._runtime = runtime
        self._package = package
        self._process: Process | None = None
        self._address = ""
        self._key = Secret("", origin="this run")
        self._starting = asyncio.Lock()
        self._idle: asyncio.TimerHandle | None = None
        self._stopping: asyncio.Task[None] | None = None

    @property
    def key(self) -> Secret:
        """The random key of the running server; new at every start, so ask after `base_url`."""
        return self._key

    @property
    def pid(self) -> int | None:
        """Process id while the server runs, else None."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if running and self._process else None

    def state(self) -> OfflineState:
        """Say what is there; looks at the disk only."""
        return OfflineState(is_installed(self._models, self._package), self._runtime())

    def installed(self) -> bool:
        """Whether both the model file and the runtime are there."""
        return self.state().ready

    async def base_url(self) -> str:
        """Start the server if need be and give its OpenAI-compatible address, with `/v1`.

        Raises:
            AppError: Something is missing, with how to get it, or the server did not start.
        """
        async with self._starting:
            if self.pid is None:
                await self._start()
            self.touch()
            return self._address

    def touch(self) -> None:
        """Say that the server is in use: call it with every request and while one streams."""
        if self._idle is not None:
            self._idle.cancel()
        if self.pid is not None:
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(self._idle_seconds, self._stop_soon)

    async def aclose(self) -> None:
        """Stop the server and wait until it is gone; it can be started again."""
        if self._idle is not None:
            self._idle.cancel()
        async with self._starting:
            await self._stop()
        if self._stopping is not None:
            await self._stopping

    def _stop_soon(self) -> None:
        self._stopping = asyncio.get_running_loop().create_task(self._stop_idle())

    async def _stop_idle(self) -> None:
        async with self._starting:
            await self._stop()

    async def _start(self) -> None:
        state = self.state()
        if not state.ready:
            raise AppError("the offline model is not installed", hint=state.hint)
        self._address = ""
        self._key = Secret(secrets.token_urlsafe(32), origin="this run")
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env=_environment(),
                start_new_session=True,
            )
        except OSError as error:
            raise AppError(
                "the offline model could not be started", hint=error.strerror or "try again"
            ) from error
        try:
            async with asyncio.timeout(START_SECONDS):
                self._address = await self._greet(self._process)
        except TimeoutError as error:
            raise AppError(
                "the offline model did not start in time", hint="try again when less is running"
            ) from error
        finally:
            if not self._address:
                await self._stop()

    async def _greet(self, process: Process) -> str:
        """Send the orders and wait for the address."""
        if process.stdin is None or process.stdout is None:
            return ""
        orders = {
            "model": str(model_path(self._models, self._package)),
            "alias": MODEL,
            "key": self._key.reveal(),
            "context": CONTEXT,
            "threads": max(1, min(4, os.cpu_count() or 1)),
            "parent": os.getpid(),
        }
        with suppress(ConnectionError):
            process.stdin.write(json.dumps(orders).encode() + b"\n")
            await process.stdin.drain()
        line = await process.stdout.readline()
        try:
            answer = json.loads(line)
            return f"{answer['ready']}/v1"
        except (ValueError, KeyError, TypeError) as error:
            raise AppError(
                "the offline model could not be started", hint=await _reason(process, line)
            ) from error

    async def _stop(self) -> None:
        """Let the child end by closing its stdin; kill it if it does not."""
        process, self._process, self._address = self._process, None, ""
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def _reason(process: Process, line: bytes) -> str:
    """Why there was no address, in words."""
    with suppress(ValueError, KeyError, TypeError):
        return clean_line(str(json.loads(line)["error"]), 160)
    with suppress(TimeoutError):
        async with asyncio.timeout(STOP_SECONDS):
            code = await process.wait()
        return f"its process ended with {f'signal {-code}' if code < 0 else f'code {code}'}"
    return "its process said nothing"


def _environment() -> dict[str, str]:
    """The child's environment: no keys, no proxies."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    root = Path(tui.__file__).resolve().parent.parent
    if root.name in {"site-packages", "dist-packages"}:
        return kept
    return {**kept, "PYTHONPATH": str(root)}
