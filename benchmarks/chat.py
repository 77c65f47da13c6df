"""What a reply costs in the whole app, from the socket to the terminal.

    python benchmarks/chat.py [--rounds 3] [--tokens 1000] [--rate 200]

A server on this machine speaks as OpenAI's do. Salon is compared with a Textual app that shows
the same reply in Textual's `Markdown` stream and does nothing else. Each round runs both in turn;
the table shows medians. `transcript.py` measures the transcript alone.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from terminal import READY, Program, home, python  # noqa: E402
from transcript import tokens  # noqa: E402

END = "ENDMARK"


class Server(ThreadingHTTPServer):
    """Gives the same reply to everyone, token by token."""

    def __init__(self, count: int, rate: float) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pieces = tokens(count)
        self.rate = rate
        self.last = 0.0
        """When the last piece was sent."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        began = time.perf_counter()
        for number, piece in enumerate([*self.server.pieces, f"\n\n{END}"]):
            wait = began + number / self.server.rate - time.perf_counter()
            time.sleep(max(0.0, wait))
            delta = {"choices": [{"index": 0, "delta": {"content": piece}}]}
            self.wfile.write(f"data: {json.dumps(delta)}\n\n".encode())
        self.server.last = time.perf_counter()
        self.wfile.write(b"data: [DONE]\n\n")

    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass
class Cost:
    """Of one reply."""

    cpu: float
    """Seconds for 1,000 tokens."""
    late: float
    """Milliseconds from the last token sent to its being drawn."""
    kilobytes: float
    key: float
    """Milliseconds until a key is drawn, the longest of those typed."""


def reply(argv: list[str], ready: str, server: Server, environ: dict[str, str]) -> Cost:
    with Program(argv, environ) as program:
        program.usable(ready)
        program.rest()
        cpu, start = program.cpu(), len(program.drawn)
        program.send("\r")
        longest = 0.0
        for key in "ЖЩЫЭЮФЦЯ":
            program.rest(0.4)
            at, typed = len(program.drawn), time.perf_counter()
            program.send(key)
            program.wait_for(key, at)
            longest = max(longest, time.perf_counter() - typed)
        program.wait_for(END, start)
        late = time.perf_counter() - server.last
        program.rest(0.5)
        used = (program.cpu() - cpu) / len(server.pieces)
        drawn = (len(program.drawn) - start) / 1024
        return Cost(used, late * 1000, drawn, longest * 1000)


def main(rounds: int, count: int, rate: float) -> None:
    server = Server(count, rate)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_port
    app = str(ROOT / "benchmarks/apps/markdown_stream.py")
    ours: list[Cost] = []
    theirs: list[Cost] = []
    for _ in range(rounds):
        theirs.append(reply(python(app, str(port)), "STREAM-READY", server, {}))
        with home(f"http://127.0.0.1:{port}/v1") as folder:
            ours.append(reply(python("-m", "tui"), READY, server, {"SALON_HOME": folder}))
    print(f"{count:,} tokens at {rate:.0f}/s, {rounds} rounds     Salon   Markdown stream   ratio")
    for field, what in (
        ("cpu", "CPU seconds for 1,000"),
        ("late", "last token to drawn, ms"),
        ("key", "slowest of 8 keys, ms"),
        ("kilobytes", "kB to the terminal"),
    ):
        mine = statistics.median(getattr(each, field) for each in ours)
        other = statistics.median(getattr(each, field) for each in theirs)
        print(f"{what:34} {mine:9.2f} {other:17.2f} {mine / other:7.2f}")
    server.shutdown()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=200.0)
    given = parser.parse_args()
    main(given.rounds, given.tokens, given.rate)
