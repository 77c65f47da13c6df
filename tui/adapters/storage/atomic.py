"""Writing a file so that a crash leaves the old one or the new one, never half of one."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from tui.domain.errors import StorageError


def aside(target: Path) -> Path:
    """A new name beside a file, for what will take its place; `leftovers` knows it by its form."""
    return target.with_name(f".{target.name}.{os.urandom(6).hex()}.tmp")


def write_atomic(path: Path, data: bytes, *, flush: bool = True) -> None:
    """Write a file whole, readable by its owner only.

    A symbolic link stays one: its target is written (dotfile managers link their files in).

    Args:
        path: The folder must exist.
        data: The whole content.
        flush: Wait until the disk has it.

    Raises:
        StorageError: It could not be written; what was there is untouched.
    """
    temporary: Path | None = None
    try:
        target = path.resolve()
        name = aside(target)
        descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        temporary = name
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            if flush:
                os.fsync(stream.fileno())
        temporary.replace(target)
        temporary = None
        if flush:
            _flush_folder(target.parent)
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise StorageError(
            f"cannot write {path.name}", hint=(reason or "unknown reason").lower()
        ) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                temporary.unlink()


def _flush_folder(folder: Path) -> None:
    """Make the rename last; file systems that cannot do it are left alone."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
