"""The child process that serves the offline model: `python -m tui.adapters.offline.serve`.

The app writes one JSON line to stdin: {"model": path, "key": key, "alias": name, "context": tokens,
"threads": number, "parent": pid}. The child answers with one JSON line on stdout, {"ready": base
address} once it answers requests or {"error": words}, and serves until stdin ends. llama.cpp's
server does the rest, in threads of its own.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import threading
import time
import urllib.request
from contextlib import suppress
from typing import Any

HEALTH_SECONDS = 60.0
NICENESS = 5
TEMPERATURE, TOP_P = 0.2, 0.9
"""What the model's makers advise; a request's own values win."""
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve until the app goes away."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    orders = json.loads(sys.stdin.readline())
    _die_with(int(orders["parent"]))
    with suppress(OSError):
        os.nice(NICENESS)
    threading.Thread(target=_watch, daemon=True).start()
    try:
        server = _start(orders)
        _wait_until_healthy(server.listening_address)
    except Exception as error:  # noqa: BLE001 - whatever the library says goes to the app as words
        _reply(replies, {"error": f"{type(error).__name__}: {error}"})
        os._exit(1)
    _reply(replies, {"ready": server.listening_address})
    threading.Event().wait()


def _start(orders: dict[str, Any]) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = orders["model"]
    params.model_alias = {orders["alias"]}
    params.api_keys = [orders["key"]]
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx = orders["context"]
    params.n_parallel = 1
    params.cpuparams.n_threads = orders["threads"]
    params.sampling.temp, params.sampling.top_p = TEMPERATURE, TOP_P
    params.offline = True
    params.ui = params.endpoint_slots = params.endpoint_metrics = False
    params.verbosity = -1
    return xllamacpp.Server(params)


def _wait_until_healthy(address: str) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + HEALTH_SECONDS
    while True:
        try:
            with opener.open(f"{address}/health", timeout=5):
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def _reply(stream: Any, fields: dict[str, str]) -> None:
    with suppress(OSError):
        stream.write(json.dumps(fields) + "\n")
        stream.flush()


def _watch() -> None:
    """End with the app: its end of stdin closes however it goes away."""
    while sys.stdin.readline():
        pass
    os._exit(0)


def _die_with(parent: int) -> None:
    """Let the kernel end this process with its parent, where it can.

    While the model loads no Python thread runs, so the end of stdin would be noticed late.
    """
    if sys.platform != "linux":
        return
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


if __name__ == "__main__":
    main()
