"""Speaks the hand-shake of `tui.adapters.offline.serve` without a model. argv: how to behave."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    """Echoes its orders to whoever knows the key."""

    orders: dict[str, object]

    def do_GET(self) -> None:
        known = self.headers.get("Authorization") == f"Bearer {self.orders['key']}"
        body = json.dumps({name: self.orders[name] for name in ("model", "alias")}).encode()
        self.send_response(200 if known else 401)
        self.end_headers()
        self.wfile.write(body if known else b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    behaviour = sys.argv[1]
    Handler.orders = json.loads(sys.stdin.readline())
    if behaviour == "dies":
        os._exit(3)
    if behaviour == "fails":
        say(json.dumps({"error": "RuntimeError: \x1b[2Jno such\nmodel"}))
        os._exit(1)
    if behaviour == "babbles":
        say("hello")
        os._exit(0)
    if behaviour == "hangs":
        time.sleep(60)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    say(json.dumps({"ready": f"http://127.0.0.1:{server.server_port}"}))
    sys.stdin.read()
    if behaviour == "deaf":
        time.sleep(60)
    os._exit(0)


if __name__ == "__main__":
    main()
