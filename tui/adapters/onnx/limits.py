"""Bounds on what a model may take from the machine, set by the worker on itself.

A model file is someone else's program: it may loop for ever or ask for all memory. The kernel
ends the worker when it does, and the app says so.
"""

from __future__ import annotations

import time
from contextlib import suppress

GIB = 1024**3
SPARE_MEMORY = 4 * GIB
"""Address space for the interpreter, the libraries and activations, beside the weights."""
MEMORY_PER_WEIGHT = 3
"""Times the size of the files: the file mapped, the weights, the weights repacked."""
CPU_SECONDS = 300
"""Longest processor time one operation may take, over all its threads."""

_allowed: dict[str, int] = {}


def start_process() -> None:
    """No core dumps: a picture is in this memory."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def start_job() -> None:
    """Give the next operation its processor time, counted from what is already used."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        end = int(time.process_time()) + CPU_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (end, hard))


def allow_model(name: str, size: int) -> None:
    """Set the memory limit for the models in use.

    Args:
        name: What is loaded; loading it again replaces its share.
        size: Bytes of its files; 0 when it is let go.
    """
    _allowed[name] = size
    with suppress(ImportError, OSError, ValueError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        wanted = SPARE_MEMORY + MEMORY_PER_WEIGHT * sum(_allowed.values())
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
