"""Small text files: reading them whole, and saying where in them something is wrong."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from tui.domain.errors import ConfigError
from tui.domain.safetext import clean_line

MAX_BYTES = 1_000_000


def read_text(path: Path) -> str | None:
    """Read a small UTF-8 file whole, line ends untouched.

    Returns:
        None when there is no such file.

    Raises:
        ConfigError: Not a regular file, too large, not UTF-8, not readable.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise ConfigError("cannot be read", hint=reason, file=path) from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ConfigError("not a regular file", file=path)
        with os.fdopen(os.dup(descriptor), "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError("cannot be read", file=path) from error
    finally:
        os.close(descriptor)
    if len(data) > MAX_BYTES:
        raise ConfigError(f"larger than {MAX_BYTES:,} bytes", file=path)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        raise ConfigError(
            "not UTF-8 text",
            file=path,
            line=before.count(b"\n") + 1,
            column=len(before) - (before.rfind(b"\n") + 1) + 1,
        ) from error


def placed(
    error: ConfigError,
    file: Path | None,
    line: int | None = None,
    column: int | None = None,
    origin: str = "",
) -> ConfigError:
    """The same error with its place, in its message too.

    Args:
        error: May know line and column itself.
        file: Named by its last part; None: `origin` is named.
        line: Counted from 1; None: the error's own.
        column: Counted from 1; None: the error's own.
        origin: A variable's name or "flag".
    """
    line = error.at_line if line is None else line
    column = error.at_column if column is None else column
    where = origin if file is None else clean_line(file.name, 60)
    if file is not None and line is not None:
        where += f" line {line}" + (f", column {column}" if column is not None else "")
    message = f"{where}: {error.message}" if where else error.message
    return ConfigError(message, hint=error.hint, file=file, line=line, column=column, key=error.key)
