"""What an operation of the worker gets and gives back.

An operation is a generator function `def name(job: Job) -> Iterator[Fields]`. Each dict it yields
travels to the app as one reply. It raises `JobError` for what a person can act on, and looks at
`job.stop` often enough that cancelling takes well under a second.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from tui.adapters.onnx.wire import Fields


class JobError(Exception):
    """The operation cannot be done; becomes a `CaptionError` in the app."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        """One line without a full stop."""
        self.hint = hint
        """What to do next, one line, or empty."""


class Stopped(Exception):
    """The app asked to stop; not an error."""


class _Terminable(Protocol):
    terminate: bool


class Stop:
    """Set by the worker's reading thread when the app cancels the operation."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = False
        self._options: Any = None

    @property
    def asked(self) -> bool:
        """Whether the app wants the operation to end."""
        return self._asked

    def ask(self) -> None:
        """End the operation: a model that is running returns with an exception."""
        with self._lock:
            self._asked = True
            if self._options is not None:
                self._options.terminate = True

    def check(self) -> None:
        """Raise `Stopped` when the app wants the operation to end."""
        if self._asked:
            raise Stopped

    @contextmanager
    def running(self, options: _Terminable) -> Iterator[None]:
        """Let `ask` end a model run that was given these onnxruntime RunOptions."""
        self.check()
        with self._lock:
            self._options = options
        try:
            yield
        except Exception as error:
            if self._asked:
                raise Stopped from error
            raise
        finally:
            with self._lock:
                self._options = None


@dataclass(frozen=True, slots=True)
class Job:
    """One request as an operation sees it."""

    fields: Fields
    """The request's own fields; made by the app, so of known types."""
    data: bytes
    """Raw bytes that came with it, such as a picture; empty when none."""
    stop: Stop
