"""The log file of the program: readable by the owner only, and without keys."""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path

from tui.domain.errors import StorageError
from tui.paths import folder

_LARGEST = 2_000_000
"""Bytes after which the next start begins a new file; one old one is kept."""
_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
_KEYS = (
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)[\w.~+/=-]{8,}"),
    re.compile(
        r"(?i)([\"']?(?:[\w-]*api[_-]?key|x-goog-api-key|authorization|[\w-]*token|secret|password"
        r"|key)[\"']?\s*[=:]\s*[\"']?)(?!bearer\b|basic\b)[^\s\"'&,;)}\]]{8,}"
    ),
    re.compile(r"()\b(?:sk|pk|rk|hf|gsk|xai|ghp|glpat|AIza|r8|nvapi|pplx)[-_]?[\w-]{16,}"),
)


def redact(text: str) -> str:
    """Put stars in place of what looks like a key."""
    for pattern in _KEYS:
        text = pattern.sub(r"\1***", text)
    return text


class _Redacting(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Format as usual, tracebacks included, then take the keys out."""
        return redact(super().format(record))


def start(path: Path, level: int = logging.INFO) -> None:
    """Send the log to a file from now on; without a file when it cannot be written.

    Args:
        path: In the state folder; made with mode 0600.
        level: The least that is written.
    """
    root = logging.getLogger()
    if any(isinstance(handler.formatter, _Redacting) for handler in root.handlers):
        return
    handler: logging.Handler
    try:
        handler = _file(path)
    except (OSError, StorageError):
        handler = logging.NullHandler()
    handler.setFormatter(_Redacting(_FORMAT))
    root.addHandler(handler)
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "PIL", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def written_to() -> str:
    """The file the log goes to; empty when there is none."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.FileHandler) and isinstance(handler.formatter, _Redacting):
            return handler.baseFilename
    return ""


def _file(path: Path) -> logging.FileHandler:
    folder(path.parent)
    if path.exists() and path.stat().st_size > _LARGEST:
        path.replace(path.with_suffix(".old.log"))
    # A pipe that lies in its place is an error then, and not waited for.
    flags = os.O_CREAT | os.O_WRONLY | os.O_APPEND | getattr(os, "O_NONBLOCK", 0)
    os.close(os.open(path, flags, 0o600))
    path.chmod(0o600)
    return logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
