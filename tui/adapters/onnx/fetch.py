"""Fetch one large file so that an interruption costs nothing that has already come."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2

from tui.adapters.onnx.jobs import JobError, Stop

CHUNK = 64 * 1024
ATTEMPTS = 5
"""Tries in a row that bring nothing new."""
PAUSE_SECONDS = 1.0
REPORT_SECONDS = 0.2
SHA256_DIGITS = 64


class Fetch:
    """One file on its way to `target`; what is incomplete lies beside it."""

    def __init__(self, url: str, headers: Mapping[str, str], target: Path, size: int) -> None:
        """Prepare.

        Args:
            url: Where the bytes are.
            headers: To send, such as the token; redirects to another host do not get it.
            target: Named by the hub's tag, which for large files is their SHA-256.
            size: Bytes, as the hub says.
        """
        self._url = url
        self._headers = dict(headers)
        self._target = target
        self._part = target.with_name(f"{target.name}.salon.incomplete")
        self._size = size

    def run(self, client: Any, stop: Stop) -> Iterator[int]:
        """Fetch and check the file, yielding how many bytes are here.

        Raises:
            JobError: The disk is full, or what came is not what the hub announced.
            httpx2.HTTPError: The network failed again and again.
            Stopped: `stop` was asked for; what came is kept.
        """
        if self._target.exists():
            return
        self._target.parent.mkdir(parents=True, exist_ok=True)
        self._check_space()
        failures = 0
        while (here := self._here()) < self._size:
            try:
                yield from self._stretch(client, here, stop)
            except (httpx2.TransportError, httpx2.HTTPStatusError):
                failures = 0 if self._here() > here else failures + 1
                if failures >= ATTEMPTS:
                    raise
                time.sleep(PAUSE_SECONDS)
        self._check()
        self._part.replace(self._target)

    def _here(self) -> int:
        return self._part.stat().st_size if self._part.exists() else 0

    def _stretch(self, client: Any, here: int, stop: Stop) -> Iterator[int]:
        """Read from byte `here` on, as far as the connection lasts."""
        headers = {**self._headers, "Accept-Encoding": "identity"}
        if here:
            headers["Range"] = f"bytes={here}-"
        with client.stream(
            "GET", self._url, headers=headers, follow_redirects=True, timeout=20
        ) as response:
            if response.status_code == httpx2.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                self._part.unlink(missing_ok=True)
                return
            response.raise_for_status()
            resumed = response.status_code == httpx2.codes.PARTIAL_CONTENT
            here = here if resumed else 0
            reported = 0.0
            with self._part.open("ab" if resumed else "wb", buffering=0) as out:
                for chunk in response.iter_bytes(CHUNK):
                    stop.check()
                    out.write(chunk)
                    here += len(chunk)
                    if here > self._size:
                        break
                    if time.monotonic() - reported >= REPORT_SECONDS:
                        reported = time.monotonic()
                        yield here

    def _check_space(self) -> None:
        missing = self._size - self._here()
        free = shutil.disk_usage(self._target.parent).free
        if free < missing + CHUNK:
            raise JobError(
                f"the disk lacks {(missing - free) // 1_000_000 + 1} MB for the model",
                hint=f"Make room in {self._target.parent}, or set HF_HOME to another disk",
            )

    def _check(self) -> None:
        """Compare size and hash with what the hub announced."""
        digest = hashlib.sha256()
        with self._part.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
        hashed = len(self._target.name) == SHA256_DIGITS
        if self._here() == self._size and (not hashed or digest.hexdigest() == self._target.name):
            return
        self._part.unlink()
        raise JobError("a file of the model arrived damaged", hint="It was thrown away; try again")
