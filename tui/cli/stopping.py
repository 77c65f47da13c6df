"""A signal that comes while the first frame stands there, before the app can hear it."""

from __future__ import annotations

# Not `signal`: with it comes `enum`, and the first frame would wait for that.
import _signal  # type: ignore[import-not-found] # what `signal` is made of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn

_NAMES = ("SIGTERM", "SIGHUP", "SIGINT")


def wait() -> None:
    """Let signals wait until `leave_on_signals`, so that none comes in the middle of something."""
    if hasattr(_signal, "pthread_sigmask"):
        _signal.pthread_sigmask(_signal.SIG_BLOCK, _numbers())


def leave_on_signals() -> None:
    """Let signals end the program as an exception does, so that the terminal is given back."""
    for number in _numbers():
        if _signal.getsignal(number) != _signal.SIG_IGN:
            _signal.signal(number, _leave)
    if hasattr(_signal, "pthread_sigmask"):
        _signal.pthread_sigmask(_signal.SIG_UNBLOCK, _numbers())


def _numbers() -> list[int]:
    return [getattr(_signal, name) for name in _NAMES if hasattr(_signal, name)]


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    for each in _numbers():
        # One is enough; a second one must not interrupt what the first one began.
        _signal.signal(each, _signal.SIG_IGN)
    raise SystemExit(128 + number)
